#pragma once

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>
#include <vector>

#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1::on_seq {

/// sparseconv::unite_sites: merges the two lists.
template <int D>
SiteSet<D> unite_sites(SequentialPolicy const&, SiteSet<D> const& a, SiteSet<D> const& b) {
  std::vector<Coordinate<D>> united;
  std::ranges::set_union(a.coordinates(), b.coordinates(), std::back_inserter(united));
  return SiteSet<D>(a.grid(), Buffer<Coordinate<D>>(std::span<Coordinate<D> const>(united)));
}

}  // namespace sparseconv::inline v0_1::on_seq
