#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "sparseconv/index/selected_sites.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/row.hpp"
#include "sparseconv/tensor/box.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1::on_seq {

/// sparseconv::select_sites, site by site.
template <int D>
SelectedSites<D> select_sites(SequentialPolicy const& where, SiteSet<D> const& sites,
                              std::span<std::uint8_t const> mask) {
  std::int64_t count = 0;
  for (std::uint8_t const mark : mask) count += mark != 0;
  Buffer<Coordinate<D>> list(where.memory(), count);
  Buffer<Row> rows(where.memory(), count);
  Box<D> box;
  std::int64_t next = 0;
  for (std::int64_t row = 0; row < sites.size(); ++row) {
    if (mask[static_cast<std::size_t>(row)] == 0) continue;
    list[next] = sites.data()[row];
    rows[next] = static_cast<Row>(row);
    box.include(widen(list[next]));
    ++next;
  }
  return {sites, SiteSet<D>(sites.grid(), std::move(list), box), std::move(rows)};
}

}  // namespace sparseconv::inline v0_1::on_seq
