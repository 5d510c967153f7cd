#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <span>

#include "sparseconv/index/cpu/kernel_row.hpp"
#include "sparseconv/index/cpu/kernel_row_cursors.hpp"
#include "sparseconv/index/cpu/pair_finder.hpp"
#include "sparseconv/index/cpu/pair_lists.hpp"
#include "sparseconv/index/cpu/swept_keys.hpp"
#include "sparseconv/index/kernel_geometry.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/tensor/key_packing.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// Finds pairs by sweeping the sorted lists of inputs and outputs, once for each row of the kernel (its elements along
/// the last axis).
///
/// Adding an element's offset to every output's window keeps their order, so the inputs that match are met in order
/// too: a cursor in the input list only moves forward. The cells of a kernel row lie within one short range of keys. Where there is
/// AVX-512, MergedPairs takes short rows instead.
class KernelRowSweep final : public PairFinder {
 public:
  /// For elements [0, elements); the packing is of the swept box.
  template <int D>
  KernelRowSweep(CpuPolicy const& where, SiteSet<D> const& inputs, SiteSet<D> const& outputs,
                 KernelGeometry<D> const& geometry, std::int64_t elements, KeyPacking<D, std::uint64_t> const& packing)
      : output_count_(outputs.size()),
        memory_(where.memory()),
        keys_(where, inputs, outputs, geometry, packing, past_end),
        row_width_(geometry.kernel_size[D - 1]),
        rows_(memory_, (elements + row_width_ - 1) / row_width_) {
    auto const dilation = static_cast<std::uint64_t>(geometry.dilation[D - 1]);
    for (std::int64_t i = 0; i < rows_.size(); ++i) {
      std::int64_t const first = i * row_width_;
      Key const key = keys_.to_window() + packing.offset_key(geometry.element_offset(first));
      rows_[i] = {key, dilation, first, std::min(row_width_, elements - first)};
    }
  }

  [[nodiscard]] std::int64_t count() const override { return output_count_; }

  void find(std::int64_t begin, std::int64_t end, PairLists& lists) const override {
    if (begin == end) return;
    std::int64_t const room = end - begin;
    std::span<KernelRow const> const rows = rows_of(lists);
    auto const count = static_cast<std::int64_t>(rows.size());
    Buffer<PackedPair> candidates(memory_, count * room);
    Buffer<KernelRowCursor> cursors(memory_, count);
    for (std::int64_t i = 0; i < count; ++i) {
      KernelRow const& row = rows[static_cast<std::size_t>(i)];
      cursors[i] = {row.key, row.reach(), keys_.first_input(begin, row.key), candidates.data() + i * room};
    }
    move_cursors(keys_.inputs(), keys_.windows(), begin, end, cursors);
    for (std::int64_t i = 0; i < count; ++i) {
      PackedPair const* const first = candidates.data() + i * room;
      append_pairs(rows[static_cast<std::size_t>(i)], {first, cursors[i].candidates_end}, lists);
    }
  }

 private:
  using Key = std::uint64_t;
  static constexpr std::int64_t past_end = 3;  // as move_cursors needs them

  /// The rows of the lists' elements, whose end is that of a row.
  [[nodiscard]] std::span<KernelRow const> rows_of(PairLists const& lists) const {
    std::int64_t const first = lists.first_element() / row_width_;
    std::int64_t const end = (lists.end_element() + row_width_ - 1) / row_width_;
    return {rows_.data() + first, static_cast<std::size_t>(end - first)};
  }

  void append_pairs(KernelRow const& row, std::span<PackedPair const> candidates, PairLists& lists) const {
    if (row.dilation == 1 || row.width == 1) {
      switch (row.width) {
        case 1:
          return append_pairs_of_width<1>(row, candidates, lists);
        case 2:
          return append_pairs_of_width<2>(row, candidates, lists);
        case 3:
          return append_pairs_of_width<3>(row, candidates, lists);
        case 5:
          return append_pairs_of_width<5>(row, candidates, lists);
        default:
          break;
      }
    }
    for (PackedPair pair : candidates) {
      Key const* input = keys_.inputs() + input_of(pair);
      Key sought = keys_.windows()[output_of(pair)] + row.key;
      for (std::int64_t x = 0; x < row.width; ++x, sought += row.dilation) {
        for (; *input < sought; ++input) ++pair;
        if (*input == sought) lists.append(row.first_element + x, pair);
      }
    }
  }

  /// The same without a branch, for elements side by side: each element writes, and moves on in its list if the pair was one.
  template <std::size_t Width>
  void append_pairs_of_width(KernelRow const& row, std::span<PackedPair const> candidates, PairLists& lists) const {
    Key const* const keys = keys_.inputs();
    Key const* const windows = keys_.windows();
    std::array<PackedPair*, Width> next;
    for (std::size_t x = 0; x < Width; ++x) next[x] = lists.end(row.first_element + static_cast<std::int64_t>(x));
    for (PackedPair pair : candidates) {
      Key const* input = keys + input_of(pair);
      Key sought = windows[output_of(pair)] + row.key;
      for (std::size_t x = 0; x < Width; ++x, ++sought) {
        auto const is_pair = static_cast<unsigned>(*input == sought);
        *next[x] = pair;
        next[x] += is_pair;
        input += is_pair;
        pair += is_pair;
      }
    }
    for (std::size_t x = 0; x < Width; ++x) lists.set_end(row.first_element + static_cast<std::int64_t>(x), next[x]);
  }

  std::int64_t output_count_;
  std::shared_ptr<MemoryPool> memory_;
  SweptKeys<Key> keys_;
  std::int64_t row_width_;
  Buffer<KernelRow> rows_;
};

}  // namespace sparseconv::inline v0_1::on_cpu
