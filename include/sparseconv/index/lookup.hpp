#pragma once

#include <algorithm>
#include <type_traits>

#include "sparseconv/policy.hpp"
#include "sparseconv/tensor/box.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv {

/// How a rulebook's builder finds the row of a coordinate.
namespace lookup {

/// Uses that the coordinate list is sorted. The fastest on the CPU, and needs no memory of its own.
struct Sorted {};

/// Probes the site set's hash table, which it builds and keeps if it is not there.
struct Hash {};

inline constexpr Sorted sorted{};
inline constexpr Hash hash{};

/// What a policy does when it is not told: sorted on the host, hash on a device.
template <class Policy>
using Default = std::conditional_t<DevicePolicy<Policy>, Hash, Sorted>;

}  // namespace lookup

template <class Lookup>
inline constexpr bool is_lookup = std::is_same_v<Lookup, lookup::Sorted> || std::is_same_v<Lookup, lookup::Hash>;

/// The row of a site by bisection of the coordinate list, or no_row.
template <int D>
Row find_by_bisection(SiteSet<D> const& sites, WideCoordinate<D> const& coordinate) {
  auto const list = sites.coordinates();
  auto const before = [](Coordinate<D> const& site, WideCoordinate<D> const& sought) { return widen(site) < sought; };
  auto const place = std::lower_bound(list.begin(), list.end(), coordinate, before);
  return place != list.end() && widen(*place) == coordinate ? static_cast<Row>(place - list.begin()) : no_row;
}

}  // namespace sparseconv
