#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "sparseconv/config.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/row.hpp"
#include "sparseconv/primitive/wide_key.hpp"

namespace sparseconv::inline v0_1::on_device {

/// Writes 0, 1, 2, ...
struct NumberRows {
  Row* rows;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t i) const { rows[i] = static_cast<Row>(i); }
};

/// Writes to[i] = from[order[i]].
template <class T>
struct GatherEach {
  T const* from;
  Row const* order;
  T* to;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t i) const { to[i] = from[order[i]]; }
};

/// Writes the lower half of each key.
struct LowHalves {
  WideKey const* keys;
  std::uint64_t* halves;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t i) const { halves[i] = keys[i].low; }
};

/// Writes the upper half of key order[i].
struct HighHalves {
  WideKey const* keys;
  Row const* order;
  std::uint64_t* halves;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t i) const { halves[i] = keys[order[i]].high; }
};

/// Keys in rising order and, for each, where it stood before; equal keys keep their order.
template <class Key, MemorySpace Memory>
struct OrderedKeys {
  Buffer<Key, Memory> keys;
  Buffer<Row, Memory> order;
};

/// Sorts at most 2^31 - 1 keys of which the lowest `bits` bits alone may be set. Does not wait.
template <DevicePolicy Policy>
OrderedKeys<std::uint64_t, typename Policy::Memory> order_keys(
    Policy const& where, Buffer<std::uint64_t, typename Policy::Memory> const& keys, int bits) {
  using Memory = typename Policy::Memory;
  std::int64_t const count = keys.size();
  Buffer<Row, Memory> rows(where.memory(), count);
  where.for_each(count, NumberRows{rows.data()});
  OrderedKeys<std::uint64_t, Memory> sorted{Buffer<std::uint64_t, Memory>(where.memory(), count),
                                            Buffer<Row, Memory>(where.memory(), count)};
  where.sort_pairs(keys.data(), sorted.keys.data(), rows.data(), sorted.order.data(), count, 0, bits);
  return sorted;
}

/// Wide keys go by their lower half, then, which is stable, by their upper half.
template <DevicePolicy Policy>
OrderedKeys<WideKey, typename Policy::Memory> order_keys(Policy const& where,
                                                         Buffer<WideKey, typename Policy::Memory> const& keys,
                                                         int bits) {
  using Memory = typename Policy::Memory;
  std::int64_t const count = keys.size();
  Buffer<std::uint64_t, Memory> halves(where.memory(), count);
  where.for_each(count, LowHalves{keys.data(), halves.data()});
  auto by_low = order_keys(where, halves, std::min(bits, 64));

  OrderedKeys<WideKey, Memory> sorted{Buffer<WideKey, Memory>(where.memory(), count),
                                      Buffer<Row, Memory>(where.memory(), count)};
  if (bits > 64) {
    where.for_each(count, HighHalves{keys.data(), by_low.order.data(), halves.data()});
    where.sort_pairs(halves.data(), by_low.keys.data(), by_low.order.data(), sorted.order.data(), count, 0, bits - 64);
  } else {
    std::swap(sorted.order, by_low.order);
  }
  where.for_each(count, GatherEach<WideKey>{keys.data(), sorted.order.data(), sorted.keys.data()});
  return sorted;
}

/// The same keys in rising order, for callers that do not ask where they stood.
template <DevicePolicy Policy>
Buffer<std::uint64_t, typename Policy::Memory> sorted_keys(Policy const& where,
                                                           Buffer<std::uint64_t, typename Policy::Memory> keys,
                                                           int bits) {
  Buffer<std::uint64_t, typename Policy::Memory> sorted(where.memory(), keys.size());
  where.sort_keys(keys.data(), sorted.data(), keys.size(), 0, bits);
  return sorted;
}

template <DevicePolicy Policy>
Buffer<WideKey, typename Policy::Memory> sorted_keys(Policy const& where, Buffer<WideKey, typename Policy::Memory> keys,
                                                     int bits) {
  return order_keys(where, keys, bits).keys;
}

}  // namespace sparseconv::inline v0_1::on_device
