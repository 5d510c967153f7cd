#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "sparseconv/error.hpp"
#include "sparseconv/index/kernel_geometry.hpp"
#include "sparseconv/index/output_grid.hpp"
#include "sparseconv/tensor/box.hpp"
#include "sparseconv/tensor/grid.hpp"

namespace sparseconv {

/// Calls body(output) for the outputs that one input site makes active; an output may come up for several inputs.
///
/// `outputs` is the output grid; what lies outside its shape is left out. Outputs are wide: on an unbounded grid they
/// may exceed 32 bits.
template <int D>
class ReachedOutputs {
 public:
  ReachedOutputs(KernelGeometry<D> const& geometry, OutputDefinition definition, Grid<D> const& outputs)
      : geometry_(geometry), definition_(definition), outputs_(outputs) {}

  template <class Body>
  void operator()(Coordinate<D> const& input, Body const& body) const {
    WideCoordinate<D> output{};
    output[0] = input.batch;
    along_axis<0>(input, output, body);
  }

  /// The outputs of the low and high corner of a box of inputs, which enclose those of all in between.
  [[nodiscard]] Box<D> box(Box<D> const& inputs) const {
    Box<D> reached;
    if (inputs.empty()) return reached;
    reached.low[0] = inputs.low[0];
    reached.high[0] = inputs.high[0];
    for (int axis = 0; axis < D; ++axis) {
      auto const field = static_cast<std::size_t>(axis) + 1;
      auto const [low, unused_high] = range(axis, inputs.low[field]);
      auto const [unused_low, high] = range(axis, inputs.high[field]);
      bool const bounded = outputs_.shape.bounded();
      reached.low[field] = bounded ? std::max<std::int64_t>(low, 0) : low;
      reached.high[field] = bounded ? std::min<std::int64_t>(high, outputs_.shape[axis] - 1) : high;
      if (reached.low[field] > reached.high[field]) return Box<D>{};
    }
    return reached;
  }

 private:
  static constexpr std::int64_t floor_divide(std::int64_t a, std::int64_t b) { return a / b - (a % b != 0 && a < 0); }

  // Along an axis an input position c can only reach outputs in this range, both ends included.
  [[nodiscard]] std::pair<std::int64_t, std::int64_t> range(int axis, std::int64_t c) const {
    std::int64_t const stride = geometry_.stride[axis];
    if (definition_ == OutputDefinition::floor) return {floor_divide(c, stride), floor_divide(c, stride)};
    std::int64_t const dilation = geometry_.dilation[axis];
    std::int64_t const padded = c + geometry_.padding[axis];
    if (definition_ == OutputDefinition::submanifold) {
      std::int64_t const output = padded - geometry_.centre_position()[axis] * dilation;
      return {output, output};
    }
    return {-floor_divide(-(padded - (geometry_.kernel_size[axis] - 1) * dilation), stride),
            floor_divide(padded, stride)};
  }

  template <int Axis, class Body>
  void along_axis(Coordinate<D> const& input, WideCoordinate<D>& output, Body const& body) const {
    if constexpr (Axis == D) {
      body(std::as_const(output));
    } else {
      std::int64_t const c = input.position[Axis];
      auto const [first, last] = range(Axis, c);
      for (std::int64_t o = first; o <= last; ++o) {
        bool const inside = !outputs_.shape.bounded() || (o >= 0 && o < outputs_.shape[Axis]);
        bool const on_element =
            definition_ != OutputDefinition::regular ||
            (c + geometry_.padding[Axis] - o * geometry_.stride[Axis]) % geometry_.dilation[Axis] == 0;
        if (!inside || !on_element) continue;
        output[Axis + 1] = o;
        along_axis<Axis + 1>(input, output, body);
      }
    }
  }

  KernelGeometry<D> geometry_;
  OutputDefinition definition_;
  Grid<D> outputs_;
};

/// A wide coordinate as a site's.
/// Throws: CoordinateError if a position does not fit 32 bits.
template <int D>
Coordinate<D> narrow(WideCoordinate<D> const& wide, std::string const& call) {
  Coordinate<D> coordinate{.batch = static_cast<std::int32_t>(wide[0]), .position = {}};
  for (std::size_t axis = 0; axis < static_cast<std::size_t>(D); ++axis) {
    if (!std::in_range<std::int32_t>(wide[axis + 1])) {
      throw CoordinateError(call + ": an output at position " + std::to_string(wide[axis + 1]) + " of axis " +
                            std::to_string(axis) +
                            " does not fit 32 bits; give the grid a shape, or move the sites towards 0");
    }
    coordinate.position[axis] = static_cast<std::int32_t>(wide[axis + 1]);
  }
  return coordinate;
}

}  // namespace sparseconv
