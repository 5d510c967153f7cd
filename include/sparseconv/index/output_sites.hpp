#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sparseconv/error.hpp"
#include "sparseconv/index/cpu/output_sites.hpp"
#include "sparseconv/index/device/output_sites.hpp"
#include "sparseconv/index/output_grid.hpp"
#include "sparseconv/index/reached_outputs.hpp"
#include "sparseconv/index/seq/output_sites.hpp"
#include "sparseconv/index/stride_division.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/box.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1 {

/// The output sites of a convolution; see OutputDefinition for what they are, docs/semantics.md for examples.
///
/// Submanifold outputs with same padding are the input's own set, by identity.
///
/// Units:  coordinates in cells of the output grid, see output_grid.
/// Order:  waits for the result, on a device once, for the number of sites and their box.
/// Bits:   the same for every policy.
/// Work:   `cpu` takes, while it finds them, a bit map of their box of at most max(64, 16 m) bytes an input site, m the most
///         outputs that one input reaches; or, where the box is larger, 16 bytes (32 beyond 63 bits) for each output that an input
///         reaches.
/// Throws: ShapeError as output_grid does; CoordinateError if an output of an unbounded grid does not fit 32 bits;
///         CapacityError if there are more than 2^31 - 1, or their coordinates need more than 127 bits.
/// Source: Graham, Engelcke, van der Maaten, CVPR 2018, section 3 (regular, submanifold);
///         Choy, Gwak, Savarese, CVPR 2019 (floor).
template <ExecutionPolicy Policy, int D, MemorySpace Memory>
SiteSet<D, Memory> output_sites(Policy const& where, SiteSet<D, Memory> const& inputs,
                                KernelGeometry<D> const& geometry, OutputDefinition definition) {
  check_reach<Policy, Memory>();
  Grid<D> const grid = output_grid(inputs.grid(), geometry, definition, "output_sites");
  if (keeps_sites(geometry, definition)) return inputs;
  ReachedOutputs<D> const reached(geometry, definition, grid);
  if constexpr (std::derived_from<Policy, SequentialPolicy>) {
    return SiteSet<D>(grid, on_seq::reached_coordinates(inputs, reached));
  } else if constexpr (HostPolicy<Policy>) {
    return on_cpu::reached_sites(where, inputs, reached, grid);
  } else {
    return on_device::reached_sites(where, inputs, reached, grid);
  }
}

/// Throws: CoordinateError if sites that a caller names as outputs lie where no cell of the input's grid could reach, or in batch
///         items that the input does not have; ShapeError if the inputs were moved from. Within that, a site without any pair
///         is legal. The extents of the sites' own grid are not compared: their cells are those of the output grid.
template <int D, MemorySpace Memory>
void check_given_sites(SiteSet<D, Memory> const& inputs, SiteSet<D, Memory> const& outputs,
                       KernelGeometry<D> const& geometry, std::string_view call) {
  (void)inputs.derived();  // nothing can be derived from a set that was moved from
  Box<D> const& given = outputs.bounding_box();
  if (given.empty()) return;
  Grid<D> const& grid = inputs.grid();
  if (given.low[0] < 0 || given.high[0] >= grid.batch_size) {
    throw CoordinateError({call, ": the given sites have batch items ", given.low[0], " to ", given.high[0],
                           ", the input has ", grid.batch_size, "; give sites of items that it has"});
  }
  for (int axis = 0; grid.shape.bounded() && axis < D; ++axis) {
    auto const field = static_cast<std::size_t>(axis) + 1;
    std::int64_t const last = grid.shape[axis] - 1;
    std::int64_t const stride = geometry.stride[axis];
    StrideDivision const of_stride(geometry.stride[axis]);
    std::int64_t const padding = geometry.padding[axis];
    std::int64_t const reach = std::int64_t{geometry.kernel_size[axis] - 1} * geometry.dilation[axis];
    // The most that output padding may add, told or not: cells that the way down dropped are still targets of the way up.
    std::int64_t const further = std::max(stride, std::int64_t{geometry.dilation[axis]}) - 1;
    // The first and the last output that a cell of the input's grid reaches.
    std::int64_t const first = geometry.transposed ? -padding : of_stride.ceiling(padding - reach);
    std::int64_t const end =
        geometry.transposed ? last * stride - padding + reach + further : of_stride.floor(last + padding);
    if (given.low[field] >= first && given.high[field] <= end) continue;
    throw CoordinateError({call, ": the given sites (grid ", to_string(outputs.grid().shape), ") lie from ",
                           given.low[field], " to ", given.high[field], " along axis ", axis,
                           "; from the input's grid of ", to_string(grid.shape), " the layer reaches ", first, " to ",
                           end, "; give sites in cells of the output grid"});
  }
}

}  // namespace sparseconv::inline v0_1
