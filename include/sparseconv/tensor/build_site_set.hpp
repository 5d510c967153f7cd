#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/primitive/sort_by_key.hpp"
#include "sparseconv/tensor/key_packing.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv {

/// The sites of a list of points, and the way from one to the other.
///
/// Shapes: row_of_point: one row for each point of the caller's list, in its order.
///         points_by_site: the indices of all points, grouped by row and in the caller's order within a row;
///         those of row r are points_by_site[first_point[r]] to points_by_site[first_point[r + 1] - 1].
template <int D, MemorySpace Memory = HostMemory>
struct PointSites {
  SiteSet<D, Memory> sites;
  Buffer<Row, Memory> row_of_point;
  Buffer<Row, Memory> points_by_site;
  Buffer<Row, Memory> first_point;
};

/// Throws: CapacityError if there are more points than can be numbered.
inline void check_point_count(std::int64_t count) {
  if (count <= std::numeric_limits<Row>::max()) return;
  throw CapacityError("build_site_set: " + std::to_string(count) +
                      " points; rows are numbered up to 2^31 - 1, so split the list");
}

/// The points in canonical order of their coordinates, points of one site in the caller's order.
template <int D>
Buffer<Row> canonical_order(SequentialPolicy const&, std::span<Coordinate<D> const> points) {
  Buffer<Row> order(static_cast<std::int64_t>(points.size()));
  std::iota(order.begin(), order.end(), Row{0});
  std::stable_sort(order.begin(), order.end(), [&](Row a, Row b) {
    return points[static_cast<std::size_t>(a)] < points[static_cast<std::size_t>(b)];
  });
  return order;
}

template <int D>
Buffer<Row> canonical_order(CpuPolicy const& where, std::span<Coordinate<D> const> points) {
  Box<D> box;
  for (Coordinate<D> const& point : points) box.include(widen(point));
  if (!fits_keys(box)) return canonical_order(seq, points);
  return with_key_packing(box, "build_site_set", [&]<class Key>(KeyPacking<D, Key> const& packing) {
    struct KeyedPoint {
      Key key;
      Row point;
    };
    Buffer<KeyedPoint> keyed(where.memory(), static_cast<std::int64_t>(points.size()));
    for_each_index(where, keyed.size(), [&](std::int64_t i) {
      keyed[i] = {packing.key(widen(points[static_cast<std::size_t>(i)])), static_cast<Row>(i)};
    });
    sort_by_key(where, keyed, packing.bits());
    Buffer<Row> order(where.memory(), keyed.size());
    for_each_index(where, keyed.size(), [&](std::int64_t i) { order[i] = keyed[i].point; });
    return order;
  });
}

/// Makes the canonical sites of any coordinate list; repeated coordinates become one site.
///
/// Shapes: N points give at most N sites; see PointSites for the way back to the caller's order.
/// Order:  waits for the result.
/// Bits:   the same for every policy.
/// Throws: ShapeError for extents below 1; CoordinateError names the first point outside the grid;
///         CapacityError for more than 2^31 - 1 points.
template <HostPolicy Policy, int D>
PointSites<D> build_site_set(Policy const& where, Grid<D> const& grid,
                             std::type_identity_t<std::span<Coordinate<D> const>> points) {
  check_grid(grid, "build_site_set");
  check_point_count(static_cast<std::int64_t>(points.size()));
  for (Coordinate<D> const& point : points) check_inside(grid, point, "build_site_set");

  auto const count = static_cast<std::int64_t>(points.size());
  PointSites<D> result;
  result.points_by_site = canonical_order(where, points);
  auto const point_at = [&](std::int64_t i) -> Coordinate<D> const& {
    return points[static_cast<std::size_t>(result.points_by_site[i])];
  };

  std::int64_t site_count = 0;
  for (std::int64_t i = 0; i < count; ++i) site_count += i == 0 || point_at(i - 1) != point_at(i);

  Buffer<Coordinate<D>> coordinates(where.memory(), site_count);
  result.row_of_point = Buffer<Row>(where.memory(), count);
  result.first_point = Buffer<Row>(where.memory(), site_count + 1);
  std::int64_t row = -1;
  for (std::int64_t i = 0; i < count; ++i) {
    if (i == 0 || point_at(i - 1) != point_at(i)) {
      coordinates[++row] = point_at(i);
      result.first_point[row] = static_cast<Row>(i);
    }
    result.row_of_point[result.points_by_site[i]] = static_cast<Row>(row);
  }
  result.first_point[site_count] = static_cast<Row>(count);
  result.sites = SiteSet<D>(grid, std::move(coordinates));
  return result;
}

}  // namespace sparseconv
