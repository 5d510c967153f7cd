#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "sparseconv/config.hpp"
#include "sparseconv/error.hpp"
#include "sparseconv/index/parent_cell.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/tensor/box.hpp"
#include "sparseconv/tensor/coordinate.hpp"
#include "sparseconv/tensor/grid.hpp"
#include "sparseconv/tensor/kept_sites.hpp"
#include "sparseconv/tensor/per_axis.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1 {

/// Writes a site at position * factor: a body of for_each_index.
template <int D>
struct WriteScaledSite {
  Coordinate<D> const* sites;
  PerAxis<D> factor;
  Coordinate<D>* scaled;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t row) const {
    Coordinate<D> site = sites[row];
    SPARSECONV_UNROLL
    for (int axis = 0; axis < D; ++axis) site.position[static_cast<std::size_t>(axis)] *= factor[axis];
    scaled[row] = site;
  }
};

/// The box of positions * factor.
template <int D>
constexpr Box<D> scaled_box(Box<D> box, PerAxis<D> const& factor) {
  if (box.empty()) return box;
  for (int axis = 0; axis < D; ++axis) {
    auto const field = static_cast<std::size_t>(axis) + 1;
    box.low[field] *= factor[axis];
    box.high[field] *= factor[axis];
  }
  return box;
}

/// Whether all cells of a box are in a grid, and fit 32 bits.
template <int D>
constexpr bool holds(Grid<D> const& grid, Box<D> const& box) {
  auto const holds_corner = [&](WideCoordinate<D> const& corner) {
    Coordinate<D> const cell = cut<D>(corner);
    return same_numbers(widen(cell), corner) && grid.contains(cell);
  };
  return holds_corner(box.low) && holds_corner(box.high);
}

/// A coarser set on a finer grid: its sites at position * factor, in their order, so that row i of one set belongs to row i of the
/// other.
///
/// Units:  positions in cells of the grid given.
/// Order:  `seq` and `cpu` wait for the result; a device policy does not.
/// Bits:   the same for every policy.
/// Throws: ShapeError if a factor is below 1; CoordinateError if a site would lie outside the grid, or beyond 32 bits.
template <ExecutionPolicy Policy, int D, MemorySpace Memory>
[[nodiscard]] SiteSet<D, Memory> scale_sites(Policy const& where, SiteSet<D, Memory> const& sites,
                                             std::type_identity_t<PerAxis<D>> const& factor,
                                             std::type_identity_t<Grid<D>> const& grid) {
  check_reach<Policy, Memory>();
  check_grid(grid, "scale_sites");
  for (int axis = 0; axis < D; ++axis) {
    if (factor[axis] >= 1) continue;
    throw ShapeError({"scale_sites: factor is ", to_string(factor), "; every factor must be at least 1"});
  }
  Box<D> const box = scaled_box(sites.bounding_box(), factor);
  if (!box.empty() && !holds(grid, box)) {
    throw CoordinateError({"scale_sites: sites from ", to_string(cut<D>(sites.bounding_box().low)), " to ",
                           to_string(cut<D>(sites.bounding_box().high)), ", times ", to_string(factor),
                           ", lie outside the grid (shape ", to_string(grid.shape), ", batch_size ", grid.batch_size,
                           ") or beyond 32 bits; give the grid of the finer sites, or a smaller factor"});
  }
  Buffer<Coordinate<D>, Memory> list(where.memory(), sites.size());
  for_each_index(where, sites.size(), WriteScaledSite<D>{sites.data(), factor, list.data()});
  return SiteSet<D, Memory>(grid, std::move(list), box);
}

/// What the sites that a set was scaled to are kept under.
template <int D>
struct ScaledBy {
  PerAxis<D> factor;
  Grid<D> grid;

  [[nodiscard]] bool is(ScaledBy const& asked) const { return factor == asked.factor && grid == asked.grid; }
  [[nodiscard]] static bool ended() { return false; }
};

/// scale_sites, computed once and kept with the set: the same question gives the same set, by identity. On a device that is so for
/// each stream apart.
///
/// Throws: what scale_sites throws; ShapeError if the set was moved from; CudaError during a capture, if they are not there yet.
template <ExecutionPolicy Policy, int D, MemorySpace Memory>
SiteSet<D, Memory> cached_scaled_sites(Policy const& where, SiteSet<D, Memory> const& sites,
                                       std::type_identity_t<PerAxis<D>> const& factor,
                                       std::type_identity_t<Grid<D>> const& grid) {
  auto& kept = sites.derived().template get<KeptSites<ScaledBy<D>, D, Memory>>(stream_resource(where));
  ScaledBy<D> const key{factor, grid};
  if (auto const scaled = kept.sites(key)) return *scaled;
  refuse_to_keep_while_capturing(where, "cached_scaled_sites");
  return kept.keep(key, scale_sites(where, sites, factor, grid));
}

}  // namespace sparseconv::inline v0_1
