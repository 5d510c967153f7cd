#pragma once

#include <cstdint>
#include <type_traits>

#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/device_words.hpp"
#include "sparseconv/tensor/box.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1 {

/// How a rulebook's builder finds the row of a coordinate.
namespace lookup {

/// Uses that the coordinate list is sorted. The fastest on the CPU, and needs no memory of its own.
struct Sorted {};

/// Probes the site set's hash table, which it builds and keeps if it is not there.
struct Hash {};

/// As the last argument of build_rulebook: by the order of the list.
inline constexpr Sorted sorted{};
/// As the last argument of build_rulebook: by the hash table.
inline constexpr Hash hash{};

/// What a policy does when it is not told: sorted on the host, hash on a device.
template <class Policy>
using Default = std::conditional_t<DevicePolicy<Policy>, Hash, Sorted>;

}  // namespace lookup

/// Whether a type is one of the two.
template <class Lookup>
inline constexpr bool is_lookup = std::is_same_v<Lookup, lookup::Sorted> || std::is_same_v<Lookup, lookup::Hash>;

/// Finds the row of a coordinate by bisection of a canonical list that somebody else owns, or no_row;
/// trivially copyable.
template <int D>
struct SortedSites {
  Coordinate<D> const* sites = nullptr;
  std::int64_t count = 0;

  /// Where the first site stands that does not come before a coordinate, or the count.
  [[nodiscard]] constexpr std::int64_t first_not_before(WideCoordinate<D> const& sought) const {
    std::int64_t low = 0;
    std::int64_t high = count;
    while (low < high) {
      std::int64_t const middle = low + (high - low) / 2;
      if (comes_before(widen(sites[middle]), sought)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  [[nodiscard]] constexpr Row find(WideCoordinate<D> const& sought) const {
    std::int64_t const at = first_not_before(sought);
    return at < count && same_numbers(widen(sites[at]), sought) ? static_cast<Row>(at) : no_row;
  }

  /// The sites on one line along the last axis.
  struct Line {
    SortedSites const& sites;
    WideCoordinate<D> through;

    /// The row of the site in a cell of the line, or no_row.
    [[nodiscard]] constexpr Row find(std::int64_t last) const {
      WideCoordinate<D> sought = through;
      sought[D] = last;
      return sites.find(sought);
    }
  };

  /// The line through a coordinate, whose last field does not matter.
  [[nodiscard]] constexpr Line line(WideCoordinate<D> const& through) const { return {*this, through}; }
};

/// The row of a site by bisection of the coordinate list, or no_row.
template <int D>
Row find_by_bisection(SiteSet<D> const& sites, WideCoordinate<D> const& coordinate) {
  return SortedSites<D>{sites.data(), sites.size()}.find(coordinate);
}

}  // namespace sparseconv::inline v0_1
