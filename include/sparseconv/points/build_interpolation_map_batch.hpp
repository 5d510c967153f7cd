#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "sparseconv/config.hpp"
#include "sparseconv/error.hpp"
#include "sparseconv/index/cell_centres.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/arithmetic.hpp"
#include "sparseconv/points/build_interpolation_map.hpp"
#include "sparseconv/points/interpolation_map.hpp"
#include "sparseconv/points/placed_points.hpp"
#include "sparseconv/points/point_positions.hpp"
#include "sparseconv/points/strided_points.hpp"
#include "sparseconv/points/voxel_grid.hpp"
#include "sparseconv/points/voxelize.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/row.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1 {

/// Throws: CoordinateError if the batch has not an item for each of so many clouds, from `first` on.
inline void check_items_of_clouds(std::int32_t first, std::size_t clouds, std::int32_t batch_size) {
  std::int64_t const behind = first + static_cast<std::int64_t>(clouds);
  if (first >= 0 && behind <= batch_size) return;
  throw CoordinateError({"build_interpolation_map: ", clouds, clouds == 1 ? " cloud" : " clouds", " from batch item ",
                         first, " on, and the sites are a batch of ", batch_size,
                         "; give at most one cloud for each item, in the order of the items"});
}

/// Throws: CapacityError if the points of all clouds are more than can be numbered.
template <class Positions>
void check_points_of_clouds(std::vector<PlacedPoints<Positions>> const& items) {
  std::int64_t const points = count_points(std::span(items));
  if (points <= std::numeric_limits<Row>::max()) return;
  throw CapacityError({"build_interpolation_map: ", items.size(), " clouds of ", points,
                       " points together; rows are numbered up to 2^31 - 1, so take fewer clouds at once"});
}

/// Stops the compiler with a sentence where clouds lie in another memory than the policy's.
template <class Policy, ViewedPoints Cloud>
constexpr void check_reach_of_clouds(Cloud const*) {
  []<class T, MemorySpace Memory>(std::type_identity<MatrixView<T, Memory>>) {
    check_reach<Policy, Memory>();
  }(std::type_identity<decltype(std::declval<Cloud const&>().view())>{});
}
/// The same of points that lie in the host's memory in any arrangement.
template <class Policy>
constexpr void check_reach_of_clouds(StridedPoints const*) {
  check_reach<Policy, HostMemory>();
}

/// Finds the sites around the points of several clouds, as build_interpolation_map does those of one: cloud b is batch item b of the
/// sites, as voxelize makes it of the same list. It is placement.batch_item + b, where that is not 0.
///
/// Shapes: the points of the map are those of the clouds, one cloud behind the other. An item without points has an empty cloud; items
///         behind the last cloud have no points. No cloud, a map of no points.
/// Order:  `seq` and `cpu` wait for the result, a device policy does not.
/// Bits:   those of each cloud alone.
/// Work:   that of all points at once: `cpu` goes through the sites once, a device starts one kernel for each cloud.
/// Throws: CoordinateError if there are more clouds than items; CapacityError for 2^31 points or more in all; what
///         build_interpolation_map throws of one cloud.
template <BinaryFloat Number = float, ExecutionPolicy Policy, MemorySpace Memory, VoxelizablePoints Cloud>
[[nodiscard]] InterpolationMap<3, Number, Memory> build_interpolation_map(Policy const& where,
                                                                          SiteSet<3, Memory> const& sites,
                                                                          std::span<Cloud const> clouds,
                                                                          VoxelGrid const& grid,
                                                                          PointPlacement<3> const& placement = {}) {
  check_reach<Policy, Memory>();
  check_reach_of_clouds<Policy>(static_cast<Cloud const*>(nullptr));
  check_items_of_clouds(placement.batch_item, clouds.size(), sites.grid().batch_size);
  CellCentres<3> const centres = centres_among_voxels(sites.grid(), grid, placement);
  auto const placed = [&](std::size_t b) {
    Cloud const& cloud = clouds[b];
    return placed_points(cloud, VoxelPosition(grid, offset_of(cloud), centres),
                         placement.batch_item + static_cast<std::int32_t>(b),
                         error_message({"build_interpolation_map: cloud ", b}));
  };
  std::vector<decltype(placed(0))> items;
  items.reserve(clouds.size());
  for (std::size_t b = 0; b < clouds.size(); ++b) items.push_back(placed(b));
  check_points_of_clouds(items);
  return map_of_positions<Number>(where, sites, std::span<decltype(placed(0)) const>(items), placement.interpolation);
}

/// The same of a list of clouds.
template <BinaryFloat Number = float, ExecutionPolicy Policy, MemorySpace Memory, VoxelizablePoints Cloud>
[[nodiscard]] InterpolationMap<3, Number, Memory> build_interpolation_map(Policy const& where,
                                                                          SiteSet<3, Memory> const& sites,
                                                                          std::vector<Cloud> const& clouds,
                                                                          VoxelGrid const& grid,
                                                                          PointPlacement<3> const& placement = {}) {
  return build_interpolation_map<Number>(where, sites, std::span<Cloud const>(clouds), grid, placement);
}

/// Clouds in braces, which would be copied: a sentence of the compiler.
template <BinaryFloat Number = float, ExecutionPolicy Policy, MemorySpace Memory, VoxelizablePoints Cloud>
InterpolationMap<3, Number, Memory> build_interpolation_map(Policy const&, SiteSet<3, Memory> const&,
                                                            std::initializer_list<Cloud>, VoxelGrid const&,
                                                            PointPlacement<3> const& = {}) {
  static_assert(never<Cloud>,
                "sparseconv: build_interpolation_map: a list of clouds in braces would copy them; put them into a "
                "std::vector, or give a std::span<Cloud const>");
  return {};
}

}  // namespace sparseconv::inline v0_1
