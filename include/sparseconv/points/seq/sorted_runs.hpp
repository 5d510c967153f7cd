#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <utility>
#include <vector>

#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/primitive/row.hpp"
#include "sparseconv/tensor/coordinate.hpp"

namespace sparseconv::inline v0_1::on_seq {

/// A site, and where something of it is kept.
struct PlacedSite {
  Coordinate<3> site;
  Row place;
};

/// A growing list of sites with their places, looked up by sorted lists of sites.
///
/// It is kept as a few sorted runs, each at least twice as long as the next, so that it grows without being sorted anew: a site takes
/// part in as many merges as the logarithm of what it is kept with, whatever the sites are.
class SortedRuns {
 public:
  /// Writes the places of sorted sites; no_row for those that are not there.
  template <HostPolicy Policy>
  void find(Policy const& where, std::span<Coordinate<3> const> sites, Row* places) const {
    for_each_range(where, static_cast<std::int64_t>(sites.size()), 4096, [&](std::int64_t begin, std::int64_t end) {
      std::fill(places + begin, places + end, no_row);
      for (std::vector<PlacedSite> const& run : runs_) {
        auto at = run.begin();
        for (std::int64_t i = begin; i < end && at != run.end(); ++i) {
          Coordinate<3> const& site = sites[static_cast<std::size_t>(i)];
          at = first_not_before(at, run.end(), site);
          if (at != run.end() && at->site == site) places[i] = at->place;
        }
      }
    });
  }

  /// What add() is about to change: runs behind the first `kept` are merged with the new sites into `merged`.
  struct Addition {
    std::size_t kept;
    std::vector<PlacedSite> merged;
  };

  /// Prepares the addition of sorted sites that are not there. Throws std::bad_alloc, and changes nothing.
  [[nodiscard]] Addition prepare(std::vector<PlacedSite>&& sites) {
    Addition addition{runs_.size(), std::move(sites)};
    while (addition.kept > 0 && runs_[addition.kept - 1].size() < 2 * addition.merged.size()) {
      addition.merged = merged(runs_[--addition.kept], addition.merged);
    }
    runs_.reserve(runs_.size() + 1);
    return addition;
  }

  void add(Addition&& addition) noexcept {
    if (addition.merged.empty()) return;
    runs_.resize(addition.kept);
    runs_.push_back(std::move(addition.merged));  // prepare() made room
  }

  /// All sites, sorted.
  [[nodiscard]] std::vector<PlacedSite> all() const {
    std::vector<PlacedSite> list;
    for (auto run = runs_.rbegin(); run != runs_.rend(); ++run) list = merged(*run, list);
    return list;
  }

  [[nodiscard]] std::int64_t bytes() const {
    std::size_t places = 0;
    for (std::vector<PlacedSite> const& run : runs_) places += run.capacity();
    return static_cast<std::int64_t>(places * sizeof(PlacedSite));
  }

 private:
  using Place = std::vector<PlacedSite>::const_iterator;

  // In steps that double: sites of a block lie close together, or few of them far apart.
  static Place first_not_before(Place at, Place end, Coordinate<3> const& site) {
    std::ptrdiff_t step = 1;
    while (step < end - at && (at + step)->site < site) {
      at += step;
      step *= 2;
    }
    Place const last = step < end - at ? at + step : end;
    return std::lower_bound(at, last, site, [](PlacedSite const& a, Coordinate<3> const& b) { return a.site < b; });
  }

  static std::vector<PlacedSite> merged(std::vector<PlacedSite> const& a, std::vector<PlacedSite> const& b) {
    std::vector<PlacedSite> both;
    both.reserve(a.size() + b.size());
    std::merge(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both),
               [](PlacedSite const& x, PlacedSite const& y) { return x.site < y.site; });
    return both;
  }

  std::vector<std::vector<PlacedSite>> runs_;
};

}  // namespace sparseconv::inline v0_1::on_seq
