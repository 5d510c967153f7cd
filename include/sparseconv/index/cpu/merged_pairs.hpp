#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <utility>

#include "sparseconv/index/cpu/kernel_row_merge.hpp"
#include "sparseconv/index/cpu/swept_keys.hpp"
#include "sparseconv/index/cpu/tile_finder.hpp"
#include "sparseconv/index/kernel_geometry.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/instruction_set.hpp"
#include "sparseconv/tensor/key_packing.hpp"
#include "sparseconv/tensor/site_set.hpp"

#if SPARSECONV_X86_KERNELS
namespace sparseconv::inline v0_1::on_cpu {

/// The pairs of tiles by merges of the sorted keys of windows and inputs, for processors with AVX-512. What is kept is the groups that
/// the merges find, which take a fraction of the memory of their pairs.
template <class Key>
class MergedPairs final : public TileFinder {
 public:
  /// The longest row of a kernel that is merged; of a longer one each output would look for its first input too often.
  static constexpr std::int64_t most_row_width = 16;

  /// For elements [0, elements); the packing is of the swept box, and takes fewer bits than Key has.
  template <int D>
  MergedPairs(CpuPolicy const& where, SiteSet<D> const& inputs, SiteSet<D> const& outputs,
              KernelGeometry<D> const& geometry, std::int64_t elements, KeyPacking<D, std::uint64_t> const& packing)
      : elements_(elements),
        output_count_(outputs.size()),
        row_width_(geometry.kernel_size[D - 1]),
        most_together_(geometry.dilation[D - 1] == 1 ? MergedElements::most : 1),
        keys_(where, inputs, outputs, geometry, packing, merged_past_end),
        parts_(where.memory(), first_part(elements)) {
    MergedElements* next = parts_.data();
    for (std::int64_t row = 0; row < elements; row += row_width_) {
      std::int64_t const width = std::min(row_width_, elements - row);
      for (std::int64_t x = 0; x < width; x += most_together_) {
        std::uint64_t const key = keys_.to_window() + packing.offset_key(geometry.element_offset(row + x));
        *next++ = {key, row + x, std::min(most_together_, width - x)};
      }
    }
  }

  /// Stretches of outputs so long that to find their first inputs takes no time to speak of, by so many rows of the kernel that what is
  /// looked at again, and the groups, stay in a core's second cache.
  [[nodiscard]] PairTiles tiles(int threads) const override {
    if (elements_ == 0 || output_count_ == 0) return {};
    std::int64_t const outputs = std::clamp<std::int64_t>(output_count_ / (std::int64_t{4} * threads), 1024, 8192);
    std::int64_t const rows = std::max<std::int64_t>(1, (1 << 18) / (outputs * parts_of_row()));
    return {elements_, output_count_, std::min(elements_, rows * row_width_), std::min(outputs, output_count_)};
  }

  [[nodiscard]] std::unique_ptr<KeptPairs const> find(CpuPolicy const& where, PairTile const& tile,
                                                      std::int64_t* counts) const override {
    std::int64_t const first = first_part(tile.first_element);
    std::int64_t const end = first_part(tile.end_element);
    Buffer<MergedGroup> groups(where.memory(), 4 * (merged_together + 1));
    Buffer<std::int64_t> ends(where.memory(), end - first);
    std::int64_t count = 0;
    for (std::int64_t part = first; part < end; ++part) {
      MergedElements const& elements = parts_[part];
      std::int64_t at = keys_.first_input(tile.begin, elements.key);
      for (std::int64_t output = tile.begin; output < tile.end; output += merged_together) {
        if (groups.size() - count <= merged_together) groups = copy_of(where, groups.data(), count, 2 * groups.size());
        MergedGroup* const next = groups.data() + count;
        count +=
            merge_elements(keys_.inputs(), at, keys_.windows(), output, std::min(output + merged_together, tile.end),
                           elements, next, counts + elements.first_element - tile.first_element) -
            next;
      }
      ends[part - first] = count;
    }
    if (count == 0) return nullptr;
    return std::make_unique<Kept const>(parts_.data() + first, tile.first_element,
                                        copy_of(where, groups.data(), count, count), std::move(ends));
  }

 private:
  /// The groups of the parts of a tile.
  class Kept final : public KeptPairs {
   public:
    Kept(MergedElements const* parts, std::int64_t first_element, Buffer<MergedGroup> groups, Buffer<std::int64_t> ends)
        : parts_(parts), first_element_(first_element), groups_(std::move(groups)), ends_(std::move(ends)) {}

    void place(PairPlaces* places) const override {
      std::array<Row, 16> nowhere;  // the place of elements without a pair, where nothing is written
      MergedGroup const* group = groups_.data();
      for (std::int64_t i = 0; i < ends_.size(); ++i) {
        MergedGroup const* const end = groups_.data() + ends_[i];
        if (group == end) continue;
        PairPlaces* const to = places + parts_[i].first_element - first_element_;
        for (std::int64_t x = 0; x < parts_[i].count; ++x) {
          if (to[x].left == 0) to[x] = {nowhere.data(), nowhere.data(), 0};
        }
        place_groups(group, end, parts_[i].count, to);
        group = end;
      }
    }

   private:
    MergedElements const* parts_;
    std::int64_t first_element_;
    Buffer<MergedGroup> groups_;
    Buffer<std::int64_t> ends_;  ///< of each part's groups
  };

  static constexpr std::int64_t merged_together = 512;  // outputs: as many groups must have room, and one more

  [[nodiscard]] std::int64_t parts_of_row() const { return (row_width_ + most_together_ - 1) / most_together_; }

  /// The part that an element begins, or if it is the last, the end of the parts before it.
  [[nodiscard]] std::int64_t first_part(std::int64_t element) const {
    std::int64_t const in_row = element % row_width_;
    return element / row_width_ * parts_of_row() + (in_row + most_together_ - 1) / most_together_;
  }

  static Buffer<MergedGroup> copy_of(CpuPolicy const& where, MergedGroup const* groups, std::int64_t count,
                                     std::int64_t size) {
    Buffer<MergedGroup> copy(where.memory(), size);
    std::copy_n(groups, count, copy.data());
    return copy;
  }

  std::int64_t elements_;
  std::int64_t output_count_;
  std::int64_t row_width_;
  std::int64_t most_together_;
  SweptKeys<Key> keys_;
  Buffer<MergedElements> parts_;
};

}  // namespace sparseconv::inline v0_1::on_cpu
#endif
