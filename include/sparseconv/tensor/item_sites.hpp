#pragma once

#include <cstdint>
#include <utility>

#include "sparseconv/config.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/tensor/box.hpp"
#include "sparseconv/tensor/coordinate.hpp"
#include "sparseconv/tensor/grid.hpp"
#include "sparseconv/tensor/kept_sites.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1 {

/// The smallest box around one site at position 0 of each of so many batch items.
template <int D>
constexpr Box<D> box_of_items(std::int32_t items) {
  Box<D> box;
  if (items == 0) return box;
  box.include(WideCoordinate<D>{});
  WideCoordinate<D> last{};
  last[0] = items - 1;
  box.include(last);
  return box;
}

/// Whether a set has exactly one site for each batch item, at position 0. Sites are unique, so their number and their
/// box tell.
template <int D, MemorySpace Memory>
bool are_item_sites(SiteSet<D, Memory> const& sites) {
  Box<D> const expected = box_of_items<D>(sites.grid().batch_size);
  Box<D> const& box = sites.bounding_box();
  return sites.size() == sites.grid().batch_size && box.low == expected.low && box.high == expected.high;
}

/// Writes the site of a batch item: a body of for_each_index.
template <int D>
struct WriteItemSite {
  Coordinate<D>* sites;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t item) const {
    sites[item] = Coordinate<D>{.batch = static_cast<std::int32_t>(item)};
  }
};

/// The sites of a set's batch items are kept under one key.
struct OfItems {
  [[nodiscard]] static bool is(OfItems const&) { return true; }
  [[nodiscard]] static bool ended() { return false; }
};

/// One site for each batch item of a set, empty ones included: at position 0 of a grid of 1 x 1 x ... cells. Made once
/// and kept with the set: the same question gives the same sites, by identity. On a device that is so for each stream
/// apart.
///
/// Order:  `seq` and `cpu` wait for the result; a device policy does not.
/// Throws: ShapeError if the set was moved from; CudaError during a capture, if they are not there yet.
template <ExecutionPolicy Policy, int D, MemorySpace Memory>
SiteSet<D, Memory> item_sites(Policy const& where, SiteSet<D, Memory> const& of) {
  check_reach<Policy, Memory>();
  auto& kept = of.derived().template get<KeptSites<OfItems, D, Memory>>(stream_resource(where));
  if (auto sites = kept.sites({})) return *sites;
  refuse_to_keep_while_capturing(where, "item_sites");
  std::int32_t const items = of.grid().batch_size;
  Buffer<Coordinate<D>, Memory> list(where.memory(), items);
  for_each_index(where, items, WriteItemSite<D>{list.data()});
  Grid<D> const grid{.shape = PerAxis<D>(1), .batch_size = items};
  return kept.keep({}, SiteSet<D, Memory>(grid, std::move(list), box_of_items<D>(items)));
}

}  // namespace sparseconv::inline v0_1
