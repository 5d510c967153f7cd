#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "sparseconv/index/cpu/pair_finder.hpp"
#include "sparseconv/index/cpu/pair_lists.hpp"
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
  ///
  /// Memory: while it is being built, as much again as the pairs take, 24 bytes for each element that has pairs in a tile, some
  ///         200 for each tile that has any, and the lists of each thread, see tiles_for().
  [[nodiscard]] Rulebook<> assemble(CpuPolicy const& where, PairFinder const& finder) const {
    Tiles const tiles = tiles_for(where.thread_count(), finder.count());
    std::int64_t const share = std::max<std::int64_t>(1, tiles.count() / (std::int64_t{4} * where.thread_count()));
    std::vector<std::vector<Part>> parts(static_cast<std::size_t>((tiles.count() + share - 1) / share));  // by share
    for_each_range(where, tiles.count(), share, [&](std::int64_t first, std::int64_t last) {
      PairLists lists(where.memory(), tiles.elements, tiles.outputs);
      for (std::int64_t tile = first; tile < last; ++tile) {
        std::int64_t const element = tile / tiles.along_outputs * tiles.elements;
        std::int64_t const output = tile % tiles.along_outputs * tiles.outputs;
        lists.start(element, std::min(element + tiles.elements, found_elements()));
        finder.find(output, std::min(output + tiles.outputs, finder.count()), lists);
        Part part = part_of(where, lists);
        if (!part.runs.empty()) parts[static_cast<std::size_t>(first / share)].push_back(std::move(part));
      }
    });
    Buffer<std::int64_t> offsets = place(where, parts);
    std::int64_t const pairs = offsets[elements_];
    Buffer<Row> input_rows(where.memory(), pairs);
    Buffer<Row> output_rows(where.memory(), symmetric_ ? 0 : pairs);
    for_each_range(where, std::ssize(parts), 1, [&](std::int64_t index, std::int64_t) {
      for (Part const& part : parts[static_cast<std::size_t>(index)]) {
        PackedPair const* from = part.pairs.data();
        for (Run const& run : part.runs) {
          Row* const inputs = input_rows.data() + offsets[run.element] + run.place;
          Row* const outputs = symmetric_ ? input_rows.data() + offsets[elements_ - 1 - run.element] + run.place
                                          : output_rows.data() + offsets[run.element] + run.place;
          for (std::int64_t i = 0; i < run.count; ++i) inputs[i] = input_of(from[i]);
          for (std::int64_t i = 0; i < run.count; ++i) outputs[i] = output_of(from[i]);
          from += run.count;
        }
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
  /// The elements and outputs that are handled together, and how many such tiles there are along both.
  struct Tiles {
    std::int64_t elements;
    std::int64_t outputs;
    std::int64_t along_elements;
    std::int64_t along_outputs;

    [[nodiscard]] std::int64_t count() const { return along_elements * along_outputs; }
  };

  /// Whole rows of the kernel by up to 2048 outputs, so that the lists of a thread fit a core's second cache: 1 MB, and of all
  /// threads together no more than 32 bytes an element and output of the rulebook, or 64 KB a thread where that is more. Where one
  /// row of the kernel is longer than that by itself, the tile is that row by 8 outputs.
  [[nodiscard]] Tiles tiles_for(int threads, std::int64_t count) const {
    std::int64_t const found = found_elements();
    if (found == 0 || count == 0) return {1, 1, 0, 0};
    constexpr std::int64_t most_pairs = (1 << 20) / sizeof(PackedPair);
    constexpr std::int64_t least_pairs = (1 << 16) / sizeof(PackedPair);
    std::int64_t const pairs = std::clamp(4 * (elements_ + count) / threads, least_pairs, most_pairs);
    std::int64_t const row = std::min(row_width_, found);
    std::int64_t const outputs = std::min(count, std::clamp<std::int64_t>(pairs / row - 8, 8, 2048));
    std::int64_t const rows = std::max<std::int64_t>(1, pairs / (row * (outputs + 8)));  // lists have room for 8 more
    std::int64_t const elements = std::min(found, rows * row);
    return {elements, outputs, (found + elements - 1) / elements, (count + outputs - 1) / outputs};
  }

  /// The pairs of an element in a tile, and where they go, from the element's first.
  struct Run {
    std::int64_t element;
    std::int64_t count;
    std::int64_t place;
  };

  /// The pairs of a tile, element by element; only those that have any are named.
  struct Part {
    Buffer<PackedPair> pairs;
    Buffer<Run> runs;
  };

  static Part part_of(CpuPolicy const& where, PairLists const& lists) {
    std::int64_t pairs = 0;
    std::int64_t runs = 0;
    for (std::int64_t element = lists.first_element(); element < lists.end_element(); ++element) {
      pairs += std::ssize(lists[element]);
      runs += !lists[element].empty();
    }
    Part part{Buffer<PackedPair>(where.memory(), pairs), Buffer<Run>(where.memory(), runs)};
    PackedPair* next = part.pairs.data();
    Run* run = part.runs.data();
    for (std::int64_t element = lists.first_element(); element < lists.end_element(); ++element) {
      if (lists[element].empty()) continue;
      *run++ = {element, std::ssize(lists[element]), 0};
      next = std::ranges::copy(lists[element], next).out;
    }
    return part;
  }

  /// Fills in the places of all parts; returns the offsets of the elements.
  Buffer<std::int64_t> place(CpuPolicy const& where, std::vector<std::vector<Part>>& parts) const {
    std::int64_t const found = found_elements();
    // The number of pairs of each element first, one place further on.
    Buffer<std::int64_t> offsets(where.memory(), elements_ + 1);
    std::fill(offsets.begin(), offsets.end(), 0);
    std::int64_t* const totals = offsets.data() + 1;
    for (std::vector<Part>& of_share : parts) {
      for (Part& part : of_share) {
        for (Run& run : part.runs) {
          run.place = totals[run.element];
          totals[run.element] += run.count;
        }
      }
    }
    for (std::int64_t element = found; element < elements_; ++element) {
      std::int64_t const twin = elements_ - 1 - element;
      totals[element] = twin < found ? totals[twin] : output_count_;
    }
    for (std::int64_t element = 0; element < elements_; ++element) offsets[element + 1] += offsets[element];
    return offsets;
  }

  std::int64_t elements_;
  std::int64_t row_width_;
  std::int64_t input_count_;
  std::int64_t output_count_;
  std::optional<std::int64_t> identity_;
  bool symmetric_;
};

}  // namespace sparseconv::inline v0_1::on_cpu
