#pragma once

#include <cstdint>
#include <utility>

#include "sparseconv/config.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/fill.hpp"
#include "sparseconv/tensor/dense_tensor.hpp"
#include "sparseconv/tensor/device/unique_sites.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::inline v0_1::on_device {

/// Where the cells of a dense array are: B items of C channels of `cells` cells.
template <Element T, int D>
struct DenseCells {
  T const* values;
  Shape<D> shape;
  std::int64_t items;
  std::int64_t channels;
  std::int64_t cells;

  /// The first value of cell i of all items.
  [[nodiscard]] constexpr std::int64_t first_value(std::int64_t i) const {
    return i / cells * channels * cells + i % cells;
  }
  [[nodiscard]] constexpr bool active(std::int64_t i) const {
    for (std::int64_t c = 0; c < channels; ++c) {
      if (static_cast<Accumulator<T>>(values[first_value(i) + c * cells]) != Accumulator<T>{0}) return true;
    }
    return false;
  }
  [[nodiscard]] constexpr Coordinate<D> coordinate(std::int64_t i) const {
    Coordinate<D> site{};
    site.batch = static_cast<std::int32_t>(i / cells);
    std::int64_t rest = i % cells;
    for (int axis = D; axis-- > 0; rest /= shape[axis]) {
      site.position[static_cast<std::size_t>(axis)] = static_cast<std::int32_t>(rest % shape[axis]);
    }
    return site;
  }
};

/// Marks active cells with 1, all others and the end of the array with 0; adds their box to the summary.
template <Element T, int D, class Atomics>
struct MarkActiveCells {
  DenseCells<T, D> dense;
  std::int64_t bodies;  // body i takes cells i, i + bodies, ...: neighbours read neighbours
  std::int64_t* marks;
  SiteSummary<D>* summary;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t i) const {
    std::int64_t const count = dense.items * dense.cells;
    Box<D> box;
    for (std::int64_t cell = i; cell <= count; cell += bodies) {
      bool const active = cell < count && dense.active(cell);
      marks[cell] = active ? 1 : 0;
      if (active) box.include(widen(dense.coordinate(cell)));
    }
    include_in<Atomics>(*summary, box);
  }
};

/// Writes the site and the features of each active cell in their row.
template <Element T, int D>
struct WriteActiveCells {
  DenseCells<T, D> dense;
  std::int64_t const* sums;
  Coordinate<D>* sites;
  T* features;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t cell) const {
    std::int64_t const row = sums[cell];
    if (sums[cell + 1] == row) return;
    sites[row] = dense.coordinate(cell);
    for (std::int64_t c = 0; c < dense.channels; ++c) {
      features[row * dense.channels + c] = dense.values[dense.first_value(cell) + c * dense.cells];
    }
  }
};

/// sparseconv::from_dense. Waits once, for the number of sites and their box.
template <DevicePolicy Policy, Element T, int D>
SparseTensor<T, D, typename Policy::Memory> from_dense(Policy const& where,
                                                       DenseTensor<T, D, typename Policy::Memory> const& dense) {
  using Memory = typename Policy::Memory;
  using Mark = MarkActiveCells<T, D, typename Policy::Atomics>;
  Grid<D> const grid = grid_of_dense(dense.shape, dense.values.size());
  std::int64_t const channels = dense.shape[1];
  if (dense.values.empty()) return {SiteSet<D, Memory>(grid, {}, {}), channels, {}};
  std::int64_t const count = dense.values.size() / channels;
  DenseCells<T, D> const cells{dense.values.data(), grid.shape, grid.batch_size, channels, count / grid.batch_size};

  Buffer<std::int64_t, Memory> sums(where.memory(), count + 1);
  Buffer<SiteSummary<D>, Memory> noted(where.memory(), 1);
  where.for_each(1, Fill<SiteSummary<D>>{noted.data(), {}});
  std::int64_t const bodies = count / places_per_body + 1;
  where.for_each(bodies, Mark{cells, bodies, sums.data(), noted.data()});
  where.exclusive_sum(sums.data(), sums.data(), count + 1);
  where.for_each(1, NoteCount<D, std::int64_t>{sums.data(), count, noted.data()});
  SiteSummary<D> summary;
  where.copy_to_host(&summary, noted.data(), noted.bytes());
  check_site_count(summary.count, "from_dense");

  Buffer<Coordinate<D>, Memory> sites(where.memory(), summary.count);
  Buffer<T, Memory> features(where.memory(), summary.count * channels);
  where.for_each(count, WriteActiveCells<T, D>{cells, sums.data(), sites.data(), features.data()});
  return {SiteSet<D, Memory>(grid, std::move(sites), summary.box), channels, std::move(features)};
}

}  // namespace sparseconv::inline v0_1::on_device
