#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "sparseconv/config.hpp"
#include "sparseconv/error.hpp"
#include "sparseconv/tensor/box.hpp"
#include "sparseconv/tensor/per_axis.hpp"

namespace sparseconv::inline v0_1 {

/// Which input cells an output cell takes from: element k of the kernel joins output o with input o*stride - padding +
/// k*dilation. If it is transposed, the same with input and output exchanged: input i with output i*stride - padding + k*dilation.
///
/// Elements are numbered row-major, last axis fastest; a transposed kernel is not flipped. Units: grid cells.
template <int D>
struct KernelGeometry {
  PerAxis<D> kernel_size = 1;  ///< cells that the kernel has along each axis
  PerAxis<D> stride = 1;       ///< cells from one output to the next, or of a transposed one from one input
  PerAxis<D> padding = 0;      ///< empty cells before the first and behind the last one of an axis
  PerAxis<D> dilation = 1;     ///< cells from one kernel element to the next
  /// The element that has to cover an active site in the submanifold definition; floor((kernel_size - 1) / 2) if not
  /// told.
  std::optional<PerAxis<D>> centre = std::nullopt;
  bool transposed = false;        ///< whether inputs and outputs are exchanged
  PerAxis<D> output_padding = 0;  ///< of a transposed one: cells that the bounded grid of its outputs is longer by

  /// K, the number of kernel elements.
  [[nodiscard]] constexpr std::int64_t element_count() const {
    std::int64_t count = 1;
    for (int axis = 0; axis < D; ++axis) count *= kernel_size[axis];
    return count;
  }

  /// Where an element stands in the kernel: an index for each axis.
  [[nodiscard]] constexpr PerAxis<D> element_position(std::int64_t element) const {
    PerAxis<D> position = 0;
    for (int axis = D; axis-- > 0; element /= kernel_size[axis]) {
      position[axis] = static_cast<std::int32_t>(element % kernel_size[axis]);
    }
    return position;
  }

  /// k * dilation of an element; its batch field is 0.
  [[nodiscard]] constexpr WideCoordinate<D> element_offset(std::int64_t element) const {
    PerAxis<D> const position = element_position(element);
    WideCoordinate<D> offset{};
    SPARSECONV_UNROLL
    for (int axis = 0; axis < D; ++axis) {
      offset[static_cast<std::size_t>(axis) + 1] = std::int64_t{position[axis]} * dilation[axis];
    }
    return offset;
  }

  /// k * dilation of the first element of a row of the kernel, which is its elements along the last axis: of element
  /// row * kernel_size[D - 1]. Divides 32 bits alone, as devices ask for it very often.
  [[nodiscard]] constexpr WideCoordinate<D> row_offset(std::int32_t row) const {
    WideCoordinate<D> offset{};
    auto rest = static_cast<std::uint32_t>(row);
    for (int axis = D - 1; axis-- > 0;) {
      auto const extent = static_cast<std::uint32_t>(kernel_size[axis]);
      std::uint32_t const position = axis == 0 ? rest : rest % extent;
      offset[static_cast<std::size_t>(axis) + 1] = std::int64_t{position} * dilation[axis];
      if (axis > 0) rest /= extent;
    }
    return offset;
  }

  /// The input cell that element 0 takes for an output: o*stride - padding.
  [[nodiscard]] constexpr WideCoordinate<D> window_start(Coordinate<D> const& output) const {
    WideCoordinate<D> start{};
    start[0] = output.batch;
    SPARSECONV_UNROLL
    for (int axis = 0; axis < D; ++axis) {
      auto const a = static_cast<std::size_t>(axis);
      start[a + 1] = std::int64_t{output.position[a]} * stride[axis] - padding[axis];
    }
    return start;
  }

  [[nodiscard]] constexpr PerAxis<D> centre_position() const {
    if (centre) return *centre;
    PerAxis<D> middle = 0;
    for (int axis = 0; axis < D; ++axis) {
      // Wide, as below: geometries are compared before they are checked.
      middle[axis] = static_cast<std::int32_t>((std::int64_t{kernel_size[axis]} - 1) / 2);
    }
    return middle;
  }

  /// The padding with which the centre of the kernel stands on the output's own cell (for stride 1): centre * dilation.
  [[nodiscard]] constexpr PerAxis<D> same_padding() const {
    PerAxis<D> same = centre_position();
    for (int axis = 0; axis < D; ++axis) {
      // Wide: of a geometry that is not checked yet it may be anything, but must not overflow.
      same[axis] = static_cast<std::int32_t>(std::int64_t{same[axis]} * dilation[axis]);
    }
    return same;
  }

  /// Whether both describe the same convolution: a centre that is told equals the same centre by default.
  friend constexpr bool operator==(KernelGeometry const& a, KernelGeometry const& b) {
    return a.kernel_size == b.kernel_size && a.stride == b.stride && a.padding == b.padding &&
           a.dilation == b.dilation && a.centre_position() == b.centre_position() && a.transposed == b.transposed &&
           a.output_padding == b.output_padding;
  }

  /// The geometry that joins the same pairs of cells with inputs and outputs exchanged.
  [[nodiscard]] constexpr KernelGeometry exchanged() const {
    KernelGeometry other = *this;
    other.transposed = !transposed;
    other.output_padding = 0;
    return other;
  }
};

/// Throws: ShapeError if a kernel extent, stride or dilation is below 1, a padding is negative, the centre is outside the kernel,
///         or output_padding is given without transposed, is negative, or below neither stride nor dilation; CapacityError if
///         the kernel has more than 2^31 - 1 elements or reaches further than 2^31 - 1 cells.
template <int D>
void check_geometry(KernelGeometry<D> const& geometry, std::string_view call) {
  auto const refuse = [&](char const* what, PerAxis<D> const& values, char const* rule) {
    throw ShapeError({call, ": ", what, " is ", to_string(values), "; ", rule});
  };
  double elements = 1;
  for (int axis = 0; axis < D; ++axis) {
    if (geometry.kernel_size[axis] < 1) refuse("kernel_size", geometry.kernel_size, "every extent must be at least 1");
    if (geometry.stride[axis] < 1) refuse("stride", geometry.stride, "every stride must be at least 1");
    if (geometry.dilation[axis] < 1) refuse("dilation", geometry.dilation, "every dilation must be at least 1");
    if (geometry.padding[axis] < 0) refuse("padding", geometry.padding, "no padding can be negative");
    std::int32_t const centre = geometry.centre ? (*geometry.centre)[axis] : 0;
    if (centre < 0 || centre >= geometry.kernel_size[axis]) {
      refuse("centre", *geometry.centre, "it must be an element of the kernel");
    }
    std::int32_t const longer = geometry.output_padding[axis];
    if (longer != 0 && !geometry.transposed) {
      refuse("output_padding", geometry.output_padding, "only a transposed convolution has one");
    }
    if (longer < 0 || (longer >= geometry.stride[axis] && longer >= geometry.dilation[axis])) {
      refuse("output_padding", geometry.output_padding, "it must be at least 0, and below the stride or the dilation");
    }
    elements *= geometry.kernel_size[axis];
    std::int64_t const reach = std::int64_t{geometry.kernel_size[axis] - 1} * geometry.dilation[axis];
    if (reach > std::numeric_limits<std::int32_t>::max()) {
      throw CapacityError({call, ": a kernel of ", to_string(geometry.kernel_size), " with dilation ",
                           to_string(geometry.dilation), " reaches over more than 2^31 - 1 cells; make it smaller"});
    }
  }
  if (elements > std::numeric_limits<std::int32_t>::max()) {
    throw CapacityError(
        {call, ": a kernel of ", to_string(geometry.kernel_size), " has more than 2^31 - 1 elements; make it smaller"});
  }
}

}  // namespace sparseconv::inline v0_1
