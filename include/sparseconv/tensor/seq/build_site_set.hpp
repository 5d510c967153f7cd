#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>

#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/row.hpp"
#include "sparseconv/tensor/coordinate.hpp"
#include "sparseconv/tensor/grid.hpp"
#include "sparseconv/tensor/point_sites.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1::on_seq {

/// The points in canonical order of their coordinates, points of one site in the caller's order.
template <int D>
Buffer<Row> canonical_order(std::span<Coordinate<D> const> points) {
  Buffer<Row> order(static_cast<std::int64_t>(points.size()));
  std::iota(order.begin(), order.end(), Row{0});
  std::stable_sort(order.begin(), order.end(), [&](Row a, Row b) {
    return points[static_cast<std::size_t>(a)] < points[static_cast<std::size_t>(b)];
  });
  return order;
}

/// sparseconv::build_site_set of points whose grid and count are checked.
template <HostPolicy Policy, int D>
PointSites<D> build_site_set(Policy const& where, Grid<D> const& grid, std::span<Coordinate<D> const> points) {
  for (Coordinate<D> const& point : points) check_inside(grid, point, "build_site_set");
  auto const count = static_cast<std::int64_t>(points.size());
  Buffer<Row> by_site = canonical_order(points);
  auto const point_at = [&](std::int64_t i) -> Coordinate<D> const& {
    return points[static_cast<std::size_t>(by_site[i])];
  };

  std::int64_t site_count = 0;
  for (std::int64_t i = 0; i < count; ++i) site_count += i == 0 || point_at(i - 1) != point_at(i);

  Buffer<Coordinate<D>> coordinates(where.memory(), site_count);
  Buffer<Row> row_of_point(where.memory(), count);
  Buffer<Row> first_point(where.memory(), site_count + 1);
  std::int64_t row = -1;
  for (std::int64_t i = 0; i < count; ++i) {
    if (i == 0 || point_at(i - 1) != point_at(i)) {
      coordinates[++row] = point_at(i);
      first_point[row] = static_cast<Row>(i);
    }
    row_of_point[by_site[i]] = static_cast<Row>(row);
  }
  first_point[site_count] = static_cast<Row>(count);
  return {SiteSet<D>(grid, std::move(coordinates)), std::move(row_of_point), std::move(by_site),
          std::move(first_point)};
}

}  // namespace sparseconv::inline v0_1::on_seq
