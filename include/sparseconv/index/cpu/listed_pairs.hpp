#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <memory>
#include <utility>

#include "sparseconv/index/cpu/pair_finder.hpp"
#include "sparseconv/index/cpu/pair_lists.hpp"
#include "sparseconv/index/cpu/tile_finder.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/cpu_policy.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// The pairs of tiles as a PairFinder lists them.
class ListedPairs final : public TileFinder {
 public:
  /// Of elements [0, elements), of which `row_width` follow one another along the last axis. The finder must outlive it.
  ListedPairs(PairFinder const& finder, std::int64_t elements, std::int64_t row_width)
      : finder_(finder), elements_(elements), row_width_(row_width) {}

  /// Whole rows of the kernel by up to 2048 outputs, so that the lists of a thread fit a core's second cache: 1 MB, and of all
  /// threads together no more than 32 bytes an element and output of the rulebook, or 64 KB a thread where that is more. Where one
  /// row of the kernel is longer than that by itself, the tile is that row by 8 outputs.
  [[nodiscard]] PairTiles tiles(int threads) const override {
    std::int64_t const count = finder_.count();
    if (elements_ == 0 || count == 0) return {};
    constexpr std::int64_t most_pairs = (1 << 20) / sizeof(PackedPair);
    constexpr std::int64_t least_pairs = (1 << 16) / sizeof(PackedPair);
    std::int64_t const pairs = std::clamp(4 * (elements_ + count) / threads, least_pairs, most_pairs);
    std::int64_t const row = std::min(row_width_, elements_);
    std::int64_t const outputs = std::min(count, std::clamp<std::int64_t>(pairs / row - 8, 8, 2048));
    std::int64_t const rows = std::max<std::int64_t>(1, pairs / (row * (outputs + 8)));  // lists have room for 8 more
    return {elements_, count, std::min(elements_, rows * row), outputs};
  }

  [[nodiscard]] std::unique_ptr<KeptPairs const> find(CpuPolicy const& where, PairTile const& tile,
                                                      std::int64_t* counts) const override {
    PairLists lists(where.memory(), tile.elements(), tile.end - tile.begin);
    lists.start(tile.first_element, tile.end_element);
    finder_.find(tile.begin, tile.end, lists);
    std::int64_t pairs = 0;
    for (std::int64_t element = tile.first_element; element < tile.end_element; ++element) {
      std::int64_t const count = std::ssize(lists[element]);
      counts[element - tile.first_element] += count;
      pairs += count;
    }
    if (pairs == 0) return nullptr;
    Buffer<PackedPair> kept(where.memory(), pairs);
    PackedPair* next = kept.data();
    for (std::int64_t element = tile.first_element; element < tile.end_element; ++element) {
      next = std::ranges::copy(lists[element], next).out;
    }
    return std::make_unique<Kept const>(std::move(kept));
  }

 private:
  class Kept final : public KeptPairs {
   public:
    explicit Kept(Buffer<PackedPair> pairs) : pairs_(std::move(pairs)) {}

    void place(PairPlaces* places) const override {
      PackedPair const* const end = pairs_.data() + pairs_.size();
      for (PackedPair const* from = pairs_.data(); from != end; ++places) {
        for (std::int64_t i = 0; i < places->left; ++i) places->inputs[i] = input_of(from[i]);
        for (std::int64_t i = 0; i < places->left; ++i) places->outputs[i] = output_of(from[i]);
        from += places->left;
      }
    }

   private:
    Buffer<PackedPair> pairs_;  ///< element by element
  };

  PairFinder const& finder_;
  std::int64_t elements_;
  std::int64_t row_width_;
};

}  // namespace sparseconv::inline v0_1::on_cpu
