#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/counts_before.hpp"
#include "sparseconv/primitive/device_words.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/primitive/row.hpp"
#include "sparseconv/primitive/sort_by_key.hpp"
#include "sparseconv/tensor/grid.hpp"
#include "sparseconv/tensor/key_packing.hpp"
#include "sparseconv/tensor/point_sites.hpp"
#include "sparseconv/tensor/seq/build_site_set.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// Points, or records of them, that one thread takes at a time.
inline constexpr std::int64_t point_stretch = 4096;

/// The box of all points.
/// Throws: CoordinateError names the first point outside the grid.
template <int D>
Box<D> checked_box(CpuPolicy const& where, Grid<D> const& grid, std::span<Coordinate<D> const> points) {
  if (points.empty()) return {};
  auto const count = static_cast<std::int64_t>(points.size());
  struct Corners {
    Coordinate<D> low;
    Coordinate<D> high;
  };
  Buffer<Corners> corners(where.memory(), (count + point_stretch - 1) / point_stretch);
  for_each_range(where, count, point_stretch, [&](std::int64_t begin, std::int64_t end) {
    Corners here{points[static_cast<std::size_t>(begin)], points[static_cast<std::size_t>(begin)]};
    for (std::int64_t i = begin; i < end; ++i) {
      Coordinate<D> const& point = points[static_cast<std::size_t>(i)];
      here.low.batch = std::min(here.low.batch, point.batch);
      here.high.batch = std::max(here.high.batch, point.batch);
      SPARSECONV_UNROLL
      for (std::size_t axis = 0; axis < static_cast<std::size_t>(D); ++axis) {
        here.low.position[axis] = std::min(here.low.position[axis], point.position[axis]);
        here.high.position[axis] = std::max(here.high.position[axis], point.position[axis]);
      }
    }
    corners[begin / point_stretch] = here;
  });
  Box<D> box;
  bool all_inside = true;
  for (Corners const& here : corners) {
    all_inside = all_inside && grid.contains(here.low) && grid.contains(here.high);
    box.include(widen(here.low));
    box.include(widen(here.high));
  }
  if (!all_inside) {
    for (Coordinate<D> const& point : points) check_inside(grid, point, "build_site_set");
  }
  return box;
}

/// A point behind its key; points of one key keep their order if they are sorted by the key alone.
template <class Key>
struct KeyedPoint {
  Key key;
  Row point;
};

/// The same in 64 bits, where they are enough: the point has the lowest bits.
struct PackedPoint {
  std::uint64_t key;
};

/// The sites of sorted records of points: `key_of` and `point_of` take a record apart.
template <int D, class Record, class KeyOf, class PointOf, class Packing>
PointSites<D> sites_of_records(CpuPolicy const& where, Grid<D> const& grid, Box<D> const& box,
                               Buffer<Record> const& records, KeyOf const& key_of, PointOf const& point_of,
                               Packing const& packing) {
  std::int64_t const count = records.size();
  Record const* const from = records.data();
  Buffer<std::int64_t> const before =
      counts_before(where, count, point_stretch, [&](std::int64_t begin, std::int64_t end) {
        auto const to_key = key_of;
        std::int64_t sites = begin == 0;
        for (std::int64_t i = std::max<std::int64_t>(begin, 1); i < end; ++i) {
          sites += to_key(from[i - 1]) != to_key(from[i]);
        }
        return sites;
      });
  std::int64_t const site_count = before[before.size() - 1];

  Buffer<Coordinate<D>> coordinates(where.memory(), site_count);
  Buffer<Row> row_of_point(where.memory(), count);
  Buffer<Row> by_site(where.memory(), count);
  Buffer<Row> first_point(where.memory(), site_count + 1);
  for_each_range(where, count, point_stretch, [&](std::int64_t begin, std::int64_t end) {
    // Copies, which nothing that is written can change: they stay in registers.
    auto const to_coordinate = packing;
    auto const to_key = key_of;
    auto const to_point = point_of;
    std::int64_t row = before[begin / point_stretch] - 1;
    for (std::int64_t i = begin; i < end; ++i) {
      if (i == 0 || to_key(from[i - 1]) != to_key(from[i])) {
        coordinates[++row] = cut<D>(to_coordinate.coordinate(to_key(from[i])));
        first_point[row] = static_cast<Row>(i);
      }
      Row const point = to_point(from[i]);
      by_site[i] = point;
      row_of_point[point] = static_cast<Row>(row);
    }
  });
  first_point[site_count] = static_cast<Row>(count);
  return {SiteSet<D>(grid, std::move(coordinates), box), std::move(row_of_point), std::move(by_site),
          std::move(first_point)};
}

/// sparseconv::build_site_set of points whose grid and count are checked: by keys, where they fit.
template <int D>
PointSites<D> build_site_set(CpuPolicy const& where, Grid<D> const& grid, std::span<Coordinate<D> const> points) {
  Box<D> const box = checked_box(where, grid, points);
  if (!fits_keys<WideKey>(box)) return on_seq::build_site_set(where, grid, points);
  auto const count = static_cast<std::int64_t>(points.size());
  return with_key_packing(box, "build_site_set", [&]<class Key>(KeyPacking<D, Key> const& packing) {
    auto const key_at = [&](std::int64_t i) { return packing.key(widen(points[static_cast<std::size_t>(i)])); };
    if constexpr (std::is_same_v<Key, std::uint64_t>) {
      int const point_bits = bit_length(static_cast<std::uint64_t>(count));
      if (packing.bits() + point_bits <= 64) {
        Buffer<PackedPoint> records(where.memory(), count);
        for_each_index(where, count,
                       [&](std::int64_t i) { records[i] = {key_at(i) << point_bits | static_cast<std::uint64_t>(i)}; });
        on_cpu::sort_by_key(where, records, packing.bits(), point_bits);
        return sites_of_records(
            where, grid, box, records, [=](PackedPoint record) { return record.key >> point_bits; },
            [=](PackedPoint record) { return static_cast<Row>(record.key & ((std::uint64_t{1} << point_bits) - 1)); },
            packing);
      }
    }
    Buffer<KeyedPoint<Key>> records(where.memory(), count);
    for_each_index(where, count, [&](std::int64_t i) { records[i] = {key_at(i), static_cast<Row>(i)}; });
    on_cpu::sort_by_key(where, records, packing.bits());
    return sites_of_records(
        where, grid, box, records, [](KeyedPoint<Key> const& record) { return record.key; },
        [](KeyedPoint<Key> const& record) { return record.point; }, packing);
  });
}

}  // namespace sparseconv::inline v0_1::on_cpu
