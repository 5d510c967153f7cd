#pragma once

#include <atomic>
#include <bit>
#include <cstdint>
#include <utility>
#include <variant>

#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/tensor/buffer.hpp"
#include "sparseconv/tensor/key_packing.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv {

/// A place of the table: free while row is no_row.
template <class Key>
struct HashSlot {
  Key key;
  Row row;
};

/// Spreads keys over all 64 bits: the finaliser of splitmix64 (Steele, Lea, Flood, OOPSLA 2014).
constexpr std::uint64_t hash_key(std::uint64_t key) {
  key = (key ^ (key >> 30)) * 0xbf58476d1ce4e5b9U;
  key = (key ^ (key >> 27)) * 0x94d049bb133111ebU;
  return key ^ (key >> 31);
}
constexpr std::uint64_t hash_key(WideKey key) {
  return hash_key(hash_key(key.high) + key.low);
}

/// Looks rows up in a hash table that somebody else owns; trivially copyable.
template <int D, class Key>
struct HashTableView {
  KeyPacking<D, Key> packing;
  HashSlot<Key> const* slots = nullptr;
  std::uint64_t mask = 0;

  /// The row of the site at a coordinate, or no_row. Any coordinate may be asked for.
  [[nodiscard]] Row find(WideCoordinate<D> const& coordinate) const {
    if (!packing.contains(coordinate)) return no_row;
    Key const key = packing.key(coordinate);
    std::uint64_t place = hash_key(key) & mask;
    while (slots[place].row != no_row && slots[place].key != key) place = (place + 1) & mask;
    return slots[place].row;
  }
};

/// The rows of a site set by coordinate: linear probing, load at most 1/2, so a probe always ends.
///
/// Keys are packed relative to the box of the sites, in 64 bits where they fit and 128 where they do not.
template <int D>
class HashTable {
 public:
  /// The row of the site at a coordinate, or no_row.
  [[nodiscard]] Row find(Coordinate<D> const& coordinate) const {
    return visit([&](auto const& view) { return view.find(widen(coordinate)); });
  }

  /// Calls body with the HashTableView of the key width in use.
  template <class Body>
  decltype(auto) visit(Body&& body) const {
    return std::visit(
        [&]<class Key>(Table<Key> const& table) -> decltype(auto) {
          return body(HashTableView<D, Key>{table.packing, table.slots.data(),
                                            static_cast<std::uint64_t>(table.slots.size()) - 1});
        },
        table_);
  }

  /// The number of places, a power of two.
  [[nodiscard]] std::int64_t capacity() const {
    return std::visit([](auto const& table) { return table.slots.size(); }, table_);
  }

  [[nodiscard]] std::int64_t bytes() const {
    return std::visit([](auto const& table) { return table.slots.bytes(); }, table_);
  }

  template <ExecutionPolicy Policy, int Dimension>
  friend HashTable<Dimension> build_hash_table(Policy const& where, SiteSet<Dimension> const& sites);

 private:
  template <class Key>
  struct Table {
    KeyPacking<D, Key> packing;
    Buffer<HashSlot<Key>> slots;
  };

  std::variant<Table<std::uint64_t>, Table<WideKey>> table_;
};

/// Builds the hash table of a site set.
///
/// Order:  waits for the result.
/// Bits:   look-ups give the same on every run; where a key stands in the table may depend on the number of threads.
/// Work:   one insertion a site; 16 bytes a place with 64-bit keys, 32 with 128-bit ones.
/// Throws: CapacityError if the coordinates of the sites need more than 127 bits.
template <ExecutionPolicy Policy, int D>
HashTable<D> build_hash_table(Policy const& where, SiteSet<D> const& sites) {
  auto const capacity = static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(sites.size()) * 2 + 1));
  HashTable<D> result;
  with_key_packing(sites.bounding_box(), "build_hash_table", [&]<class Key>(KeyPacking<D, Key> const& packing) {
    Buffer<HashSlot<Key>> slots(where.memory(), capacity);
    for_each_index(where, capacity, [&](std::int64_t place) { slots[place] = {Key{0}, no_row}; });
    std::uint64_t const mask = static_cast<std::uint64_t>(capacity) - 1;
    for_each_index(where, sites.size(), [&](std::int64_t row) {
      Key const key = packing.key(widen(sites.coordinates()[static_cast<std::size_t>(row)]));
      // Sites are unique: whoever finds a free place owns it, and no key has to be read before all are written.
      for (std::uint64_t place = hash_key(key) & mask;; place = (place + 1) & mask) {
        HashSlot<Key>& slot = slots[static_cast<std::int64_t>(place)];
        Row free = no_row;
        if (std::atomic_ref<Row>(slot.row).compare_exchange_strong(free, static_cast<Row>(row),
                                                                   std::memory_order_relaxed)) {
          slot.key = key;
          break;
        }
      }
    });
    result.table_ = typename HashTable<D>::template Table<Key>{packing, std::move(slots)};
  });
  return result;
}

}  // namespace sparseconv
