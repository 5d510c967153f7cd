#pragma once

#include <algorithm>
#include <cstdint>

#include "sparseconv/index/lookup.hpp"
#include "sparseconv/index/parent_cell.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// Where the first site stands that does not come before a coordinate, or the count: sought in steps that double, from a place
/// that may be near it.
template <int D>
std::int64_t first_not_before(SortedSites<D> const& sites, WideCoordinate<D> const& sought, std::int64_t guess) {
  auto const is_before = [&](std::int64_t i) { return comes_before(widen(sites.sites[i]), sought); };
  std::int64_t begin = 0;
  std::int64_t end = sites.count;
  if (guess < sites.count && is_before(guess)) {
    begin = guess + 1;
    for (std::int64_t step = 1; begin < end; step *= 2) {
      std::int64_t const next = std::min(begin + step, end) - 1;
      if (!is_before(next)) {
        end = next;
        break;
      }
      begin = next + 1;
    }
  } else {
    end = guess;
    for (std::int64_t step = 1; begin < end; step *= 2) {
      std::int64_t const next = std::max(end - step, begin);
      if (is_before(next)) {
        begin = next + 1;
        break;
      }
      end = next;
    }
  }
  return begin + SortedSites<D>{sites.sites + begin, end - begin}.first_not_before(sought);
}

/// sparseconv::on_seq::find_parents on several threads. The parent of a child is mostly that of the one before it, or not far from
/// it, as both lists are sorted.
template <int D>
void find_parents(CpuPolicy const& where, SiteSet<D> const& children, SiteSet<D> const& parents,
                  ParentCell<D> const& cell, Row* rows) {
  SortedSites<D> const sites{parents.data(), parents.size()};
  for_each_range(where, children.size(), 4096, [&](std::int64_t begin, std::int64_t end) {
    std::int64_t at = begin < end ? sites.first_not_before(cell.of(children.data()[begin])) : 0;
    for (std::int64_t child = begin; child < end; ++child) {
      WideCoordinate<D> const sought = cell.of(children.data()[child]);
      auto const is_there = [&] { return at < sites.count && same_numbers(widen(sites.sites[at]), sought); };
      if (!is_there()) at = first_not_before(sites, sought, at);
      rows[child] = is_there() ? static_cast<Row>(at) : no_row;
    }
  });
}

}  // namespace sparseconv::inline v0_1::on_cpu
