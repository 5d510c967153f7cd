#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "sparseconv/index/cpu/line_bits.hpp"
#include "sparseconv/index/kernel_geometry.hpp"
#include "sparseconv/index/stride_division.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/tensor/coordinate.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// The outputs that an input reaches, by lines along the last axis: inputs that lie on one line reach the same lines of outputs.
///
/// Along each axis the elements that an input at c reaches an output by are r, r + stride, ... of the kernel, where c + padding =
/// q stride + r; the outputs are q, q - 1, ...
template <int D>
class ReachedLines {
 public:
  /// A line of outputs, and the row of the kernel by which it is reached.
  struct Line {
    std::int64_t first_word;     ///< of the line's bits
    std::int64_t first_element;  ///< of the kernel's row
  };

  /// What an input reaches along one axis.
  struct Reach {
    std::int64_t output;   ///< of the lowest element; each further one is one less
    std::int64_t element;  ///< the lowest element
    std::int64_t count;
  };

  /// Whether it knows the outputs of a geometry: none that is transposed, or whose elements stand apart, or of a kernel so large that
  /// what is kept for one input would no longer be small.
  [[nodiscard]] static bool serves(KernelGeometry<D> const& geometry) {
    bool side_by_side = !geometry.transposed;
    for (int axis = 0; axis < D; ++axis) {
      side_by_side = side_by_side && (geometry.dilation[axis] == 1 || geometry.kernel_size[axis] == 1);
    }
    return side_by_side && geometry.kernel_size[D - 1] <= 256 && most_lines(geometry) <= 64;
  }

  /// Of a geometry that it serves. Lines that the bits do not hold are left out.
  ReachedLines(std::shared_ptr<MemoryPool> const& memory, KernelGeometry<D> const& geometry, LineBits<D> const& bits)
      : geometry_(geometry), bits_(bits), lines_(memory, most_lines(geometry)) {
    for (int axis = 0; axis < D; ++axis) {
      strides_[static_cast<std::size_t>(axis)] = StrideDivision(geometry.stride[axis]);
    }
  }

  /// Behind the inputs that lie on the line of input `begin` of a canonical list, which ends at `end`.
  [[nodiscard]] std::int64_t end_of_line(Coordinate<D> const* inputs, std::int64_t begin, std::int64_t end) const {
    std::int64_t row = begin + 1;
    while (row < end && on_one_line(inputs[begin], inputs[row])) ++row;
    return row;
  }

  /// The lines that an input reaches; those of the next call take their place.
  [[nodiscard]] std::span<Line const> lines(Coordinate<D> const& input) {
    WideCoordinate<D> output{};
    output[0] = input.batch;
    count_ = 0;
    add_lines<0>(input, output, 0);
    return {lines_.data(), static_cast<std::size_t>(count_)};
  }

  [[nodiscard]] Reach along(int axis, std::int64_t c) const {
    StrideDivision const& by_stride = strides_[static_cast<std::size_t>(axis)];
    std::int64_t const padded = c + geometry_.padding[axis];
    std::int64_t const output = by_stride.floor(padded);
    std::int64_t const element = padded - output * by_stride.stride();
    std::int64_t const elements = geometry_.kernel_size[axis] - element;
    return {output, element, elements > 0 ? by_stride.ceiling(elements) : 0};
  }

 private:
  static std::int64_t most_lines(KernelGeometry<D> const& geometry) {
    std::int64_t lines = 1;
    for (int axis = 0; axis + 1 < D && lines <= 64; ++axis) {
      lines *= StrideDivision(geometry.stride[axis]).ceiling(geometry.kernel_size[axis]);
    }
    return lines;
  }

  template <int Axis>
  void add_lines(Coordinate<D> const& input, WideCoordinate<D>& output, std::int64_t row) {
    if constexpr (Axis + 1 == D) {
      if (!bits_.contains_line(output)) return;
      lines_[count_++] = {bits_.first_word(output), row * geometry_.kernel_size[D - 1]};
    } else {
      Reach const reach = along(Axis, input.position[Axis]);
      for (std::int64_t i = 0; i < reach.count; ++i) {
        output[Axis + 1] = reach.output - i;
        add_lines<Axis + 1>(input, output,
                            row * geometry_.kernel_size[Axis] + reach.element + i * geometry_.stride[Axis]);
      }
    }
  }

  KernelGeometry<D> geometry_;
  LineBits<D> const& bits_;
  std::array<StrideDivision, static_cast<std::size_t>(D)> strides_{};
  Buffer<Line> lines_;
  std::int64_t count_ = 0;
};

}  // namespace sparseconv::inline v0_1::on_cpu
