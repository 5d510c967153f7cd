#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>

#include "sparseconv/config.hpp"
#include "sparseconv/error.hpp"
#include "sparseconv/index/kernel_geometry.hpp"
#include "sparseconv/index/output_grid.hpp"
#include "sparseconv/index/stride_division.hpp"
#include "sparseconv/tensor/box.hpp"
#include "sparseconv/tensor/grid.hpp"

namespace sparseconv::inline v0_1 {

/// Calls body(output) for the outputs that one input site makes active; an output may come up for several inputs.
///
/// `outputs` is the output grid; what lies outside its shape is left out. Outputs are wide: on an unbounded grid they
/// may exceed 32 bits.
template <int D>
class ReachedOutputs {
 public:
  ReachedOutputs(KernelGeometry<D> const& geometry, OutputDefinition definition, Grid<D> const& outputs)
      : geometry_(geometry), definition_(definition), outputs_(outputs) {
    SPARSECONV_UNROLL
    for (int axis = 0; axis < D; ++axis) {
      strides_[static_cast<std::size_t>(axis)] = StrideDivision(geometry.stride[axis]);
    }
  }

  [[nodiscard]] constexpr KernelGeometry<D> const& geometry() const { return geometry_; }
  [[nodiscard]] constexpr OutputDefinition definition() const { return definition_; }

  template <class Body>
  constexpr void operator()(Coordinate<D> const& input, Body&& body) const {
    runs(input, OneByOne<Body>{body});
  }

  /// The same outputs by runs along the last axis: calls body(first output, count).
  template <class Body>
  constexpr void runs(Coordinate<D> const& input, Body&& body) const {
    std::array<Range, static_cast<std::size_t>(D)> ranges;
    SPARSECONV_UNROLL
    for (int axis = 0; axis < D; ++axis) {
      auto const a = static_cast<std::size_t>(axis);
      ranges[a] = inside(axis, range(axis, input.position[a]));
      if (ranges[a].first > ranges[a].last) return;
    }
    WideCoordinate<D> output{};
    output[0] = input.batch;
    along_axis<0>(input, ranges, output, body);
  }

  /// An upper bound of the outputs that one input reaches.
  [[nodiscard]] constexpr std::int64_t most() const {
    if (geometry_.transposed) return geometry_.element_count();
    if (definition_ != OutputDefinition::regular) return 1;
    std::int64_t product = 1;
    SPARSECONV_UNROLL
    for (int axis = 0; axis < D; ++axis) {
      std::int64_t const step = geometry_.stride[axis] / std::gcd(geometry_.stride[axis], geometry_.dilation[axis]);
      product *= (geometry_.kernel_size[axis] + step - 1) / step;
    }
    return product;
  }

  /// The outputs of the low and high corner of a box of inputs, which enclose those of all in between.
  [[nodiscard]] Box<D> box(Box<D> const& inputs) const {
    Box<D> reached;
    if (inputs.empty()) return reached;
    reached.low[0] = inputs.low[0];
    reached.high[0] = inputs.high[0];
    SPARSECONV_UNROLL
    for (int axis = 0; axis < D; ++axis) {
      auto const field = static_cast<std::size_t>(axis) + 1;
      Range const reach = inside(axis, {range(axis, inputs.low[field]).first, range(axis, inputs.high[field]).last});
      if (reach.first > reach.last) return Box<D>{};
      reached.low[field] = reach.first;
      reached.high[field] = reach.last;
    }
    return reached;
  }

 private:
  /// Both ends included; empty if first > last.
  struct Range {
    std::int64_t first;
    std::int64_t last;
  };

  /// Calls a body for each output of a run.
  template <class Body>
  struct OneByOne {
    Body& body;

    constexpr void operator()(WideCoordinate<D> output, std::int64_t count) const {
      for (; count > 0; --count, ++output[D]) body(std::as_const(output));
    }
  };

  // The outputs along an axis that an input at c can reach at all.
  [[nodiscard]] constexpr Range range(int axis, std::int64_t c) const {
    StrideDivision const& by_stride = strides_[static_cast<std::size_t>(axis)];
    if (definition_ == OutputDefinition::floor) return {by_stride.floor(c), by_stride.floor(c)};
    std::int64_t const dilation = geometry_.dilation[axis];
    if (geometry_.transposed) {
      std::int64_t const first = c * geometry_.stride[axis] - geometry_.padding[axis];
      return {first, first + (geometry_.kernel_size[axis] - 1) * dilation};
    }
    std::int64_t const padded = c + geometry_.padding[axis];
    if (definition_ == OutputDefinition::submanifold) {
      std::int64_t const output = padded - geometry_.centre_position()[axis] * dilation;
      return {output, output};
    }
    return {by_stride.ceiling(padded - (geometry_.kernel_size[axis] - 1) * dilation), by_stride.floor(padded)};
  }

  // What of a range lies in the output grid.
  [[nodiscard]] constexpr Range inside(int axis, Range reach) const {
    if (!outputs_.shape.bounded()) return reach;
    return {std::max<std::int64_t>(reach.first, 0), std::min<std::int64_t>(reach.last, outputs_.shape[axis] - 1)};
  }

  template <int Axis, class Ranges, class Body>
  constexpr void along_axis(Coordinate<D> const& input, Ranges const& ranges, WideCoordinate<D>& output,
                            Body& body) const {
    if constexpr (Axis == D) {
      body(std::as_const(output), std::int64_t{1});
    } else {
      Range const reach = ranges[Axis];
      std::int64_t const dilation = geometry_.dilation[Axis];
      if (definition_ != OutputDefinition::regular || dilation == 1) {
        output[Axis + 1] = reach.first;
        if constexpr (Axis + 1 == D) {
          body(std::as_const(output), reach.last - reach.first + 1);
        } else {
          for (; output[Axis + 1] <= reach.last; ++output[Axis + 1]) along_axis<Axis + 1>(input, ranges, output, body);
        }
        return;
      }
      // By element: the cells between two of them may be very many.
      std::int64_t const stride = geometry_.stride[Axis];
      if (geometry_.transposed) {
        std::int64_t const start = std::int64_t{input.position[Axis]} * stride - geometry_.padding[Axis];
        for (std::int64_t k = 0; k < geometry_.kernel_size[Axis]; ++k) {
          output[Axis + 1] = start + k * dilation;
          if (output[Axis + 1] < reach.first || output[Axis + 1] > reach.last) continue;
          along_axis<Axis + 1>(input, ranges, output, body);
        }
        return;
      }
      for (std::int64_t k = geometry_.kernel_size[Axis]; k-- > 0;) {
        std::int64_t const scaled = std::int64_t{input.position[Axis]} + geometry_.padding[Axis] - k * dilation;
        if (scaled % stride != 0 || scaled / stride < reach.first || scaled / stride > reach.last) continue;
        output[Axis + 1] = scaled / stride;
        along_axis<Axis + 1>(input, ranges, output, body);
      }
    }
  }

  KernelGeometry<D> geometry_;
  OutputDefinition definition_;
  Grid<D> outputs_;
  std::array<StrideDivision, static_cast<std::size_t>(D)> strides_{};
};

/// A wide coordinate as a site's.
/// Throws: CoordinateError if a position does not fit 32 bits.
template <int D>
Coordinate<D> narrow(WideCoordinate<D> const& wide, std::string_view call) {
  Coordinate<D> coordinate{.batch = static_cast<std::int32_t>(wide[0]), .position = {}};
  SPARSECONV_UNROLL
  for (std::size_t axis = 0; axis < static_cast<std::size_t>(D); ++axis) {
    if (!std::in_range<std::int32_t>(wide[axis + 1])) {
      throw CoordinateError({call, ": an output at position ", wide[axis + 1], " of axis ", axis,
                             " does not fit 32 bits; give the grid a shape, or move the sites towards 0"});
    }
    coordinate.position[axis] = static_cast<std::int32_t>(wide[axis + 1]);
  }
  return coordinate;
}

}  // namespace sparseconv::inline v0_1
