#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <vector>

#include "sparseconv/tensor/build_site_set.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"
#include "support/odometer.hpp"
#include "support/random_numbers.hpp"

namespace sparseconv::test {

/// Where random sites are drawn from: the batch items listed, and positions in [low, high] on each axis.
struct SiteRange {
  Indices low;
  Indices high;
  Indices batches{0};
};

/// Unique coordinates in no order; fewer than `count` if the range has fewer cells than twice as many.
template <int D>
std::vector<Coordinate<D>> random_coordinates(SiteRange const& range, std::int64_t count, std::uint32_t seed) {
  RandomNumbers random(seed);
  double cells = static_cast<double>(range.batches.size());
  for (std::size_t a = 0; a < range.low.size(); ++a) {
    cells *= static_cast<double>(range.high[a]) - static_cast<double>(range.low[a]) + 1;
  }
  if (cells < 2.0 * static_cast<double>(count)) count = static_cast<std::int64_t>(cells / 2);
  std::set<Coordinate<D>> drawn;
  std::vector<Coordinate<D>> list;
  while (static_cast<std::int64_t>(list.size()) < count) {
    Coordinate<D> site;
    auto const item = random.between(0, static_cast<std::int64_t>(range.batches.size()) - 1);
    site.batch = static_cast<std::int32_t>(range.batches[static_cast<std::size_t>(item)]);
    for (std::size_t a = 0; a < range.low.size(); ++a) {
      site.position[a] = static_cast<std::int32_t>(random.between(range.low[a], range.high[a]));
    }
    if (drawn.insert(site).second) list.push_back(site);
  }
  return list;
}

/// The range of a bounded grid; of its batch items all but those in `empty`.
template <int D>
SiteRange range_of(Grid<D> const& grid, std::vector<std::int32_t> const& empty = {}) {
  SiteRange range{Indices(static_cast<std::size_t>(D), 0), {}, {}};
  for (int a = 0; a < D; ++a) range.high.push_back(grid.shape[a] - 1);
  for (std::int32_t b = 0; b < grid.batch_size; ++b) {
    if (std::find(empty.begin(), empty.end(), b) == empty.end()) range.batches.push_back(b);
  }
  return range;
}

/// The canonical sites of a list, made by sorting it here: not by the code that build_site_set_test is about.
template <int D>
SiteSet<D> sites_of(Grid<D> const& grid, std::vector<Coordinate<D>> list) {
  std::sort(list.begin(), list.end());
  return SiteSet<D>(grid, Buffer<Coordinate<D>>(std::span<Coordinate<D> const>(list)));
}

template <int D>
SiteSet<D> random_site_set(Grid<D> const& grid, std::int64_t count, std::uint32_t seed) {
  return sites_of(grid, random_coordinates<D>(range_of(grid), count, seed));
}

template <class T, int D>
SparseTensor<T, D> random_tensor(SiteSet<D> const& sites, std::int64_t channels, std::uint32_t seed) {
  return SparseTensor<T, D>(sites, channels, random_numbers<T>(sites.size() * channels, seed));
}

}  // namespace sparseconv::test
