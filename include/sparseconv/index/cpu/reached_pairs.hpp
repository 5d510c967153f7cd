#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "sparseconv/config.hpp"
#include "sparseconv/index/cpu/line_bits.hpp"
#include "sparseconv/index/cpu/pair_finder.hpp"
#include "sparseconv/index/cpu/pair_lists.hpp"
#include "sparseconv/index/cpu/reached_lines.hpp"
#include "sparseconv/index/kernel_geometry.hpp"
#include "sparseconv/index/stride_division.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/instruction_set.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// Finds pairs from the side of the inputs: where the stride is above 1, an input meets a few of the kernel's elements only, and
/// its cell says which, and where the output lies. The output's row is the number of bits before it in a map of the outputs.
template <int D>
class ReachedPairs final : public PairFinder {
 public:
  /// Of a geometry that ReachedLines serves. The sets must outlive it.
  ReachedPairs(CpuPolicy const& where, SiteSet<D> const& inputs, SiteSet<D> const& outputs,
               KernelGeometry<D> const& geometry, InstructionSet instructions)
      : instructions_(instructions),
        memory_(where.memory()),
        inputs_(inputs),
        geometry_(geometry),
        bits_(where, outputs.bounding_box()),
        ranks_(bits_.set_and_rank(where, outputs.data(), outputs.size())) {}

  /// Bytes of the map of the outputs and its counts.
  [[nodiscard]] static std::int64_t bytes_needed(SiteSet<D> const& outputs) {
    std::int64_t const bytes = LineBits<D>::bytes_needed(outputs.bounding_box());
    return bytes + bytes / 2;
  }

  [[nodiscard]] std::int64_t count() const override { return inputs_.size(); }

  void find(std::int64_t begin, std::int64_t end, PairLists& lists) const override {
    if (bits_.empty()) return;
#if SPARSECONV_X86_KERNELS
    if (instructions_ != InstructionSet::portable) return find_by_popcnt(begin, end, lists);
#endif
    find_in(begin, end, lists);
  }

 private:
#if SPARSECONV_X86_KERNELS
  /// The same, compiled for processors that count bits in one step.
  __attribute__((target("popcnt"))) void find_by_popcnt(std::int64_t begin, std::int64_t end, PairLists& lists) const {
    find_in(begin, end, lists);
  }
#endif

  /// An input, and the cell of the output along the last axis that it reaches by an element.
  struct ReachingInput {
    std::uint64_t cell;
    PackedPair input;
  };

  SPARSECONV_INLINE void find_in(std::int64_t begin, std::int64_t end, PairLists& lists) const {
    ReachedLines<D> lines(memory_, geometry_, bits_);
    std::int64_t const row_width = geometry_.kernel_size[D - 1];
    std::int64_t const room = end - begin + 1;
    Buffer<ReachingInput> reached(
        memory_, row_width * room);  // by each element of a row, which is the same for all rows of the kernel
    Buffer<std::int64_t> counts(memory_, row_width);
    while (begin < end) {
      std::int64_t const end_of_line = lines.end_of_line(inputs_.data(), begin, end);
      for (std::int64_t x = 0; x < row_width; ++x) {
        counts[x] = find_along_line(begin, end_of_line, x, reached.data() + x * room);
      }
      for (auto const& line : lines.lines(inputs_.data()[begin])) {
        if (line.first_element < lists.first_element() || line.first_element >= lists.end_element()) continue;
        std::uint64_t const* const words = bits_.words() + line.first_word;
        Row const* const ranks = ranks_.data() + line.first_word;
        std::int64_t const width = std::min(row_width, lists.end_element() - line.first_element);
        for (std::int64_t x = 0; x < width; ++x) {
          PackedPair* next = lists.end(line.first_element + x);
          ReachingInput const* const behind = reached.data() + x * room + counts[x];
          for (ReachingInput const* at = reached.data() + x * room; at < behind; ++at) {
            std::uint64_t const bits = words[at->cell / 64];
            std::uint64_t const bit = std::uint64_t{1} << (at->cell % 64);
            auto const output = static_cast<std::uint32_t>(ranks[at->cell / 64] + std::popcount(bits & (bit - 1)));
            *next = at->input | PackedPair{output} << 32;  // kept if there is such an output
            next += (bits & bit) != 0;
          }
          lists.set_end(line.first_element + x, next);
        }
      }
      begin = end_of_line;
    }
  }

  /// Lists the inputs [begin, end) of one line that reach a cell by element x of a row.
  std::int64_t find_along_line(std::int64_t begin, std::int64_t end, std::int64_t x, ReachingInput* reached) const {
    StrideDivision const by_stride(geometry_.stride[D - 1]);
    std::int64_t const stride = by_stride.stride();
    if (by_stride.shift() < 0) {
      return list_along_line(begin, end, x, reached, [=](std::int64_t scaled, bool& is_exact) {
        is_exact = scaled % stride == 0;
        return scaled / stride;
      });
    }
    return list_along_line(begin, end, x, reached, [=, shift = by_stride.shift()](std::int64_t scaled, bool& is_exact) {
      is_exact = (scaled & (stride - 1)) == 0;
      return scaled >> shift;
    });
  }

  template <class Divide>
  std::int64_t list_along_line(std::int64_t begin, std::int64_t end, std::int64_t x, ReachingInput* reached,
                               Divide const& divide) const {
    std::int64_t const low = bits_.first_cell();
    auto const last = static_cast<std::uint64_t>(bits_.last_cell() - low);
    std::int64_t const offset = std::int64_t{geometry_.padding[D - 1]} - x;
    Coordinate<D> const* const inputs = inputs_.data();
    std::int64_t count = 0;
    for (std::int64_t row = begin; row < end; ++row) {
      bool is_exact = false;
      auto const cell = static_cast<std::uint64_t>(divide(inputs[row].position[D - 1] + offset, is_exact) - low);
      // Written in any case, and counted without a branch: which inputs reach a cell follows no pattern.
      reached[count] = {cell, static_cast<std::uint64_t>(row)};
      count += static_cast<std::int64_t>(is_exact) & static_cast<std::int64_t>(cell <= last);
    }
    return count;
  }

  InstructionSet instructions_;
  std::shared_ptr<MemoryPool> memory_;
  SiteSet<D> const& inputs_;
  KernelGeometry<D> geometry_;
  LineBits<D> bits_;
  Buffer<Row> ranks_;
};

}  // namespace sparseconv::inline v0_1::on_cpu
