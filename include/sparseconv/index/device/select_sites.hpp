#pragma once

#include <cstdint>
#include <utility>

#include "sparseconv/config.hpp"
#include "sparseconv/index/selected_sites.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/fill.hpp"
#include "sparseconv/primitive/row.hpp"
#include "sparseconv/tensor/box.hpp"
#include "sparseconv/tensor/device/unique_sites.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1::on_device {

/// Writes 1 for a site that is selected and 0 for another and for the list's end; adds the box of the selected ones to the summary.
template <int D, class Atomics>
struct MarkSelected {
  Coordinate<D> const* sites;
  std::uint8_t const* mask;
  std::int64_t count;
  std::int64_t bodies;  // body i takes places i, i + bodies, ...: neighbours read neighbours
  Row* marks;
  SiteSummary<D>* summary;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t i) const {
    Box<D> box;
    for (std::int64_t place = i; place <= count; place += bodies) {
      bool const is_selected = place < count && mask[place] != 0;
      marks[place] = is_selected ? 1 : 0;
      if (is_selected) box.include(widen(sites[place]));
    }
    include_in<Atomics>(*summary, box);
  }
};

/// Writes each selected site and its row in their place.
template <int D>
struct WriteSelected {
  Coordinate<D> const* sites;
  Row const* sums;  // selected ones before each place
  Coordinate<D>* selected;
  Row* rows;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t place) const {
    if (sums[place + 1] == sums[place]) return;
    selected[sums[place]] = sites[place];
    rows[sums[place]] = static_cast<Row>(place);
  }
};

/// sparseconv::select_sites. Waits once, for the number of selected sites and their box.
template <DevicePolicy Policy, int D>
SelectedSites<D, typename Policy::Memory> select_sites(Policy const& where,
                                                       SiteSet<D, typename Policy::Memory> const& sites,
                                                       Buffer<std::uint8_t, typename Policy::Memory> const& mask) {
  using Memory = typename Policy::Memory;
  using Mark = MarkSelected<D, typename Policy::Atomics>;
  std::int64_t const count = sites.size();
  Buffer<Row, Memory> sums(where.memory(), count + 1);
  Buffer<SiteSummary<D>, Memory> noted(where.memory(), 1);
  where.for_each(1, Fill<SiteSummary<D>>{noted.data(), {}});
  std::int64_t const bodies = count / places_per_body + 1;
  where.for_each(bodies, Mark{sites.data(), mask.data(), count, bodies, sums.data(), noted.data()});
  where.exclusive_sum(sums.data(), sums.data(), count + 1);
  where.for_each(1, NoteCount<D, Row>{sums.data(), count, noted.data()});
  SiteSummary<D> summary;
  where.copy_to_host(&summary, noted.data(), noted.bytes());
  Buffer<Coordinate<D>, Memory> list(where.memory(), summary.count);
  Buffer<Row, Memory> rows(where.memory(), summary.count);
  where.for_each(count, WriteSelected<D>{sites.data(), sums.data(), list.data(), rows.data()});
  return {sites, SiteSet<D, Memory>(sites.grid(), std::move(list), summary.box), std::move(rows)};
}

}  // namespace sparseconv::inline v0_1::on_device
