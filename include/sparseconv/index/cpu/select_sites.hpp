#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "sparseconv/index/selected_sites.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/counts_before.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/primitive/row.hpp"
#include "sparseconv/tensor/box.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// sparseconv::select_sites by stretches of sites, each of which knows how many are selected before it.
template <int D>
SelectedSites<D> select_sites(CpuPolicy const& where, SiteSet<D> const& sites, std::span<std::uint8_t const> mask) {
  constexpr std::int64_t stretch = 4096;  // sites that one thread takes at a time
  Buffer<std::int64_t> const before =
      counts_before(where, sites.size(), stretch, [&](std::int64_t begin, std::int64_t end) {
        std::int64_t count = 0;
        for (std::int64_t row = begin; row < end; ++row) count += mask[static_cast<std::size_t>(row)] != 0;
        return count;
      });
  std::int64_t const stretches = before.size() - 1;
  Buffer<Coordinate<D>> list(where.memory(), before[stretches]);
  Buffer<Row> rows(where.memory(), before[stretches]);
  Buffer<Box<D>> boxes(where.memory(), stretches);
  for_each_range(where, sites.size(), stretch, [&](std::int64_t begin, std::int64_t end) {
    // The rows are listed without a branch, which would often be mispredicted.
    std::array<Row, static_cast<std::size_t>(stretch)> selected;
    std::size_t count = 0;
    for (std::int64_t row = begin; row < end; ++row) {
      selected[count] = static_cast<Row>(row);
      count += mask[static_cast<std::size_t>(row)] != 0;
    }
    std::int64_t next = before[begin / stretch];
    Box<D> box;
    for (Row const row : std::span(selected).first(count)) {
      list[next] = sites.data()[row];
      rows[next] = row;
      box.include(widen(list[next]));
      ++next;
    }
    boxes[begin / stretch] = box;
  });
  Box<D> box;
  for (Box<D> const& part : boxes) box.include(part);
  return {sites, SiteSet<D>(sites.grid(), std::move(list), box), std::move(rows)};
}

}  // namespace sparseconv::inline v0_1::on_cpu
