#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "sparseconv/index/cpu/listed_pairs.hpp"
#include "sparseconv/index/cpu/pair_finder.hpp"
#include "sparseconv/index/cpu/tile_finder.hpp"
#include "sparseconv/index/rulebook.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// Puts a rulebook together from the pairs that a finder finds for one stretch of outputs (or of inputs) at a time.
///
/// Where the map is symmetric only the elements before the middle are found: their input rows are listed under them, and
/// their output rows under the elements behind the middle, of which they are the inputs.
class RulebookAssembly {
 public:
  /// For a kernel of `elements` elements, of which `row_width` follow one another along the last axis.
  RulebookAssembly(std::int64_t elements, std::int64_t row_width, std::int64_t input_count, std::int64_t output_count,
                   std::optional<std::int64_t> identity)
      : elements_(elements),
        row_width_(row_width),
        input_count_(input_count),
        output_count_(output_count),
        identity_(identity),
        symmetric_(is_symmetric(identity, elements)) {}

  /// How many elements are found, from the first on.
  [[nodiscard]] std::int64_t found_elements() const { return symmetric_ ? *identity_ : elements_; }

  /// The rulebook of the pairs that the finder finds of the found elements.
  [[nodiscard]] Rulebook<> assemble(CpuPolicy const& where, PairFinder const& finder) const {
    return assemble(where, ListedPairs(finder, found_elements(), row_width_));
  }

  /// The same of pairs that are found tile by tile, kept, counted, and then written to their places.
  ///
  /// Memory: while it is being built, what the finder keeps, 24 bytes for each element that has pairs in a tile, some 200 for each
  ///         tile that has any, and what the finder needs for a tile of each thread.
  [[nodiscard]] Rulebook<> assemble(CpuPolicy const& where, TileFinder const& finder) const {
    PairTiles const tiles = finder.tiles(where.thread_count());
    std::int64_t const share = std::max<std::int64_t>(1, tiles.count() / (std::int64_t{4} * where.thread_count()));
    std::vector<std::vector<KeptTile>> kept(static_cast<std::size_t>((tiles.count() + share - 1) / share));  // by share
    for_each_range(where, tiles.count(), share, [&](std::int64_t first, std::int64_t last) {
      Buffer<std::int64_t> counts(where.memory(), tiles.tile_elements);
      for (std::int64_t i = first; i < last; ++i) {
        PairTile const tile = tiles[i];
        std::fill(counts.begin(), counts.end(), 0);
        if (auto pairs = finder.find(where, tile, counts.data())) {
          kept[static_cast<std::size_t>(first / share)].push_back(
              {tile.first_element, std::move(pairs), runs_of(where, tile, counts.data())});
        }
      }
    });
    // The number of pairs of each element first, one place further on.
    Buffer<std::int64_t> offsets(where.memory(), elements_ + 1);
    std::fill(offsets.begin(), offsets.end(), 0);
    for (std::vector<KeptTile>& of_share : kept) {
      for (KeptTile& tile : of_share) {
        for (Run& run : tile.runs)
          run.place = std::exchange(offsets[run.element + 1], offsets[run.element + 1] + run.count);
      }
    }
    complete(offsets);
    std::int64_t const pairs = offsets[elements_];
    Buffer<Row> input_rows(where.memory(), pairs);
    Buffer<Row> output_rows(where.memory(), symmetric_ ? 0 : pairs);
    for_each_range(where, std::ssize(kept), 1, [&](std::int64_t index, std::int64_t) {
      Buffer<PairPlaces> places(where.memory(), tiles.tile_elements);
      for (KeptTile const& tile : kept[static_cast<std::size_t>(index)]) {
        std::fill(places.begin(), places.end(), PairPlaces{});
        for (Run const& run : tile.runs) {
          Row* const inputs = input_rows.data() + offsets[run.element] + run.place;
          Row* const outputs = symmetric_ ? input_rows.data() + offsets[elements_ - 1 - run.element] + run.place
                                          : output_rows.data() + offsets[run.element] + run.place;
          places[run.element - tile.first_element] = {inputs, outputs, run.count};
        }
        tile.pairs->place(places.data());
      }
    });
    if (!symmetric_) {
      return Rulebook<>(std::move(offsets), std::move(input_rows), std::move(output_rows), input_count_, output_count_,
                        identity_);
    }
    Row* const middle = input_rows.data() + offsets[*identity_];
    for_each_range(where, output_count_, 2048, [&](std::int64_t begin, std::int64_t end) {
      std::iota(middle + begin, middle + end, static_cast<Row>(begin));
    });
    return Rulebook<>(std::move(offsets), std::move(input_rows), output_count_, identity_);
  }

 private:
  /// The pairs of an element in a tile, and where they go, from the element's first.
  struct Run {
    std::int64_t element;
    std::int64_t count;
    std::int64_t place;
  };

  /// Of the elements of a tile, only those that have any pairs are named.
  struct KeptTile {
    std::int64_t first_element;
    std::unique_ptr<KeptPairs const> pairs;
    Buffer<Run> runs;
  };

  static Buffer<Run> runs_of(CpuPolicy const& where, PairTile const& tile, std::int64_t const* counts) {
    Buffer<Run> runs(where.memory(), tile.elements() - std::count(counts, counts + tile.elements(), 0));
    Run* next = runs.data();
    for (std::int64_t i = 0; i < tile.elements(); ++i) {
      if (counts[i] != 0) *next++ = {tile.first_element + i, counts[i], 0};
    }
    return runs;
  }

  /// Makes offsets of the numbers of pairs of the elements that are found.
  void complete(Buffer<std::int64_t>& offsets) const {
    std::int64_t* const counts = offsets.data() + 1;
    for (std::int64_t element = found_elements(); element < elements_; ++element) {
      std::int64_t const twin = elements_ - 1 - element;
      counts[element] = twin < element ? counts[twin] : output_count_;
    }
    for (std::int64_t element = 0; element < elements_; ++element) offsets[element + 1] += offsets[element];
  }

  std::int64_t elements_;
  std::int64_t row_width_;
  std::int64_t input_count_;
  std::int64_t output_count_;
  std::optional<std::int64_t> identity_;
  bool symmetric_;
};

}  // namespace sparseconv::inline v0_1::on_cpu
