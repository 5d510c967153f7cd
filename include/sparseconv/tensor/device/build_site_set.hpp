#pragma once

#include <cstdint>
#include <limits>
#include <utility>

#include "sparseconv/config.hpp"
#include "sparseconv/error.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/device/key_order.hpp"
#include "sparseconv/primitive/fill.hpp"
#include "sparseconv/tensor/device/unique_sites.hpp"
#include "sparseconv/tensor/grid.hpp"
#include "sparseconv/tensor/key_packing.hpp"
#include "sparseconv/tensor/point_sites.hpp"

namespace sparseconv::inline v0_1::on_device {

/// The box of a list of points, and the first that is outside the grid (the number of points if none is).
template <int D>
struct PointSummary {
  std::int64_t first_outside = std::numeric_limits<std::int64_t>::max();
  SiteSummary<D> sites{};
};

/// Looks at points i, i + bodies, ...: neighbours read neighbours.
template <int D, class Atomics>
struct SummarizePoints {
  Coordinate<D> const* points;
  std::int64_t count;
  std::int64_t bodies;
  Grid<D> grid;
  PointSummary<D>* summary;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t i) const {
    Box<D> box;
    for (std::int64_t p = i; p < count; p += bodies) {
      box.include(widen(points[p]));
      if (!grid.contains(points[p])) Atomics::lower(summary->first_outside, p);
    }
    include_in<Atomics>(summary->sites, box);
  }
};

/// Writes the key of each point.
template <int D, class Key>
struct KeyPoints {
  Coordinate<D> const* points;
  KeyPacking<D, Key> packing;
  Key* keys;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t i) const { keys[i] = packing.key(widen(points[i])); }
};

/// Joins points, in canonical order, with the rows of their sites; those with fillers for keys, which are last, with none.
template <class Key>
struct JoinPoints {
  Key const* keys;  // sorted
  Row const* sums;  // sites that begin before each place
  Row const* points_by_site;
  std::int64_t count;
  Row* row_of_point;
  Row* first_point;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t place) const {
    bool const has_site = place < count && keys[place] != filler_key<Key>();
    if (has_site) {
      if (sums[place + 1] != sums[place]) first_point[sums[place]] = static_cast<Row>(place);
      row_of_point[points_by_site[place]] = sums[place + 1] - 1;
      return;
    }
    if (place < count) row_of_point[points_by_site[place]] = no_row;
    bool const is_end = place == 0 || keys[place - 1] != filler_key<Key>();
    if (is_end) first_point[sums[place]] = static_cast<Row>(place);
  }
};

/// The canonical sites of points that have keys; those with a filler for one have no site, and are the last of
/// points_by_site. Only the lowest `bits` bits of keys count. Waits once, for the number of sites and their box.
template <DevicePolicy Policy, int D, class Key>
PointSites<D, typename Policy::Memory> sites_of_keys(Policy const& where, Grid<D> const& grid,
                                                     Buffer<Key, typename Policy::Memory> const& keys,
                                                     KeyPacking<D, Key> const& packing, int bits) {
  using Memory = typename Policy::Memory;
  std::int64_t const count = keys.size();
  auto sorted = order_keys(where, keys, bits);
  auto const unique = unique_keys(where, sorted.keys, packing);
  Buffer<Coordinate<D>, Memory> sites(where.memory(), unique.summary.count);
  where.for_each(count, WriteSites<D, Key>{sorted.keys.data(), unique.sums.data(), packing, sites.data()});
  PointSites<D, Memory> result{SiteSet<D, Memory>(grid, std::move(sites), unique.summary.box),
                               Buffer<Row, Memory>(where.memory(), count), std::move(sorted.order),
                               Buffer<Row, Memory>(where.memory(), unique.summary.count + 1)};
  where.for_each(count + 1, JoinPoints<Key>{sorted.keys.data(), unique.sums.data(), result.points_by_site.data(), count,
                                            result.row_of_point.data(), result.first_point.data()});
  return result;
}

/// sparseconv::build_site_set: sorted by keys. Waits twice: for the box of the points and for the number of sites.
template <DevicePolicy Policy, int D>
PointSites<D, typename Policy::Memory> build_site_set(Policy const& where, Grid<D> const& grid,
                                                      Buffer<Coordinate<D>, typename Policy::Memory> const& points) {
  using Memory = typename Policy::Memory;
  using Summarize = SummarizePoints<D, typename Policy::Atomics>;
  check_grid(grid, "build_site_set");
  check_point_count(points.size());
  std::int64_t const count = points.size();
  Buffer<PointSummary<D>, Memory> noted(where.memory(), 1);
  where.for_each(1, Fill<PointSummary<D>>{noted.data(), {}});
  std::int64_t const bodies = count / places_per_body + 1;
  where.for_each(bodies, Summarize{points.data(), count, bodies, grid, noted.data()});
  PointSummary<D> summary;
  where.copy_to_host(&summary, noted.data(), noted.bytes());
  if (summary.first_outside < count) {
    Coordinate<D> outside;
    where.copy_to_host(&outside, points.data() + summary.first_outside, sizeof(outside));
    check_inside(grid, outside, "build_site_set");
  }

  return with_key_packing(summary.sites.box, "build_site_set", [&]<class Key>(KeyPacking<D, Key> const& packing) {
    Buffer<Key, Memory> keys(where.memory(), count);
    where.for_each(count, KeyPoints<D, Key>{points.data(), packing, keys.data()});
    return sites_of_keys(where, grid, keys, packing, packing.bits());
  });
}

}  // namespace sparseconv::inline v0_1::on_device
