#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

#include "sparseconv/config.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/fill.hpp"
#include "sparseconv/primitive/wide_key.hpp"
#include "sparseconv/tensor/box.hpp"
#include "sparseconv/tensor/key_packing.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1::on_device {

/// Larger than every key of a packing, see with_key_packing.
template <class Key>
constexpr Key filler_key() {
  if constexpr (std::is_same_v<Key, WideKey>) {
    return {std::numeric_limits<std::uint64_t>::max(), std::numeric_limits<std::uint64_t>::max()};
  } else {
    return std::numeric_limits<Key>::max();
  }
}

/// How many places of a list a body looks at where it gathers something of them: few, so that a scan keeps a device busy,
/// and more than one, so that the places where bodies meet are not crowded.
inline constexpr std::int64_t places_per_body = 16;

/// What the host has to know of a list of sites.
template <int D>
struct SiteSummary {
  std::int64_t count = 0;
  Box<D> box{};
};

/// Widens the box of a summary by the box of some sites.
template <class Atomics, int D>
SPARSECONV_HOST_DEVICE void include_in(SiteSummary<D>& summary, Box<D> const& box) {
  if (box.empty()) return;
  for (std::size_t field = 0; field < box.low.size(); ++field) {
    Atomics::lower(summary.box.low[field], box.low[field]);
    Atomics::raise(summary.box.high[field], box.high[field]);
  }
}

/// Marks, of a sorted list of keys, the first of each value with 1, and all others, fillers and the list's end with 0; adds
/// their box to the summary.
template <int D, class Key, class Atomics>
struct MarkFirstKeys {
  Key const* keys;
  std::int64_t count;
  std::int64_t bodies;  // body i takes places i, i + bodies, ...: neighbours read neighbours
  KeyPacking<D, Key> packing;
  Row* marks;
  SiteSummary<D>* summary;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t i) const {
    Box<D> box;
    for (std::int64_t place = i; place <= count; place += bodies) {
      bool const first =
          place < count && keys[place] != filler_key<Key>() && (place == 0 || keys[place] != keys[place - 1]);
      marks[place] = first ? 1 : 0;
      if (first) box.include(packing.coordinate(keys[place]));
    }
    include_in<Atomics>(*summary, box);
  }
};

/// Puts the number of marks, which stands behind their sums, into the summary.
template <int D, class Sum>
struct NoteCount {
  Sum const* sums;
  std::int64_t count;
  SiteSummary<D>* summary;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t) const { summary->count = sums[count]; }
};

/// Writes the coordinate of each marked key in its place.
template <int D, class Key>
struct WriteSites {
  Key const* keys;
  Row const* sums;  // marks before each place
  KeyPacking<D, Key> packing;
  Coordinate<D>* sites;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t place) const {
    if (sums[place + 1] == sums[place]) return;
    WideCoordinate<D> const wide = packing.coordinate(keys[place]);
    Coordinate<D> site{};
    site.batch = static_cast<std::int32_t>(wide[0]);
    for (std::size_t axis = 0; axis < static_cast<std::size_t>(D); ++axis) {
      site.position[axis] = static_cast<std::int32_t>(wide[axis + 1]);
    }
    sites[sums[place]] = site;
  }
};

/// The different values of a sorted list of keys, and where they stand in it.
template <int D, MemorySpace Memory>
struct UniqueKeys {
  SiteSummary<D> summary;    ///< on the host
  Buffer<Row, Memory> sums;  ///< for each key and the end of the list: values that begin before it
};

/// Counts the values of a sorted list of at most 2^31 - 1 keys, fillers apart; waits for their number and box.
template <DevicePolicy Policy, int D, class Key>
UniqueKeys<D, typename Policy::Memory> unique_keys(Policy const& where,
                                                   Buffer<Key, typename Policy::Memory> const& keys,
                                                   KeyPacking<D, Key> const& packing) {
  using Memory = typename Policy::Memory;
  using Mark = MarkFirstKeys<D, Key, typename Policy::Atomics>;
  std::int64_t const count = keys.size();
  UniqueKeys<D, Memory> unique{{}, Buffer<Row, Memory>(where.memory(), count + 1)};
  Buffer<SiteSummary<D>, Memory> summary(where.memory(), 1);
  where.for_each(1, Fill<SiteSummary<D>>{summary.data(), {}});
  std::int64_t const bodies = count / places_per_body + 1;
  where.for_each(bodies, Mark{keys.data(), count, bodies, packing, unique.sums.data(), summary.data()});
  where.exclusive_sum(unique.sums.data(), unique.sums.data(), count + 1);
  where.for_each(1, NoteCount<D, Row>{unique.sums.data(), count, summary.data()});
  where.copy_to_host(&unique.summary, summary.data(), summary.bytes());
  return unique;
}

}  // namespace sparseconv::inline v0_1::on_device
