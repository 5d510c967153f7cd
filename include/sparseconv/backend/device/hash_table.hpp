#pragma once

#include <cstdint>
#include <utility>

#include "sparseconv/config.hpp"
#include "sparseconv/index/hash_table.hpp"
#include "sparseconv/policy.hpp"

namespace sparseconv {

/// Makes every place free.
template <class Key>
struct FreeSlots {
  HashSlot<Key>* slots;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t place) const { slots[place] = {Key{0}, no_row}; }
};

/// Puts each site into the first free place from its own on. Sites are unique: whoever finds a free place owns it, and no key
/// has to be read before all are written.
template <int D, class Key, class Atomics>
struct InsertSites {
  Coordinate<D> const* sites;
  KeyPacking<D, Key> packing;
  HashSlot<Key>* slots;
  std::uint64_t mask;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t row) const {
    Key const key = packing.key(widen(sites[row]));
    std::uint64_t place = hash_key(key) & mask;
    while (!Atomics::replace(slots[place].row, no_row, static_cast<Row>(row))) place = (place + 1) & mask;
    slots[place].key = key;
  }
};

template <DevicePolicy Policy, int D, class Key>
HashTable<D, typename Policy::Memory> fill_hash_table(Policy const& where,
                                                      SiteSet<D, typename Policy::Memory> const& sites,
                                                      KeyPacking<D, Key> const& packing) {
  using Memory = typename Policy::Memory;
  Buffer<HashSlot<Key>, Memory> slots(where.memory(), hash_capacity(sites.size()));
  where.for_each(slots.size(), FreeSlots<Key>{slots.data()});
  where.for_each(sites.size(), InsertSites<D, Key, typename Policy::Atomics>{
                                   sites.data(), packing, slots.data(), static_cast<std::uint64_t>(slots.size()) - 1});
  return HashTable<D, Memory>(typename HashTable<D, Memory>::template Table<Key>{packing, std::move(slots)});
}

}  // namespace sparseconv
