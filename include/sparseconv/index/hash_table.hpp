#pragma once

#include <cstdint>
#include <utility>
#include <variant>

#include "sparseconv/config.hpp"
#include "sparseconv/index/lookup.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/primitive/device_words.hpp"
#include "sparseconv/primitive/fill.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/tensor/key_packing.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1 {

/// A place of the table: free while row is no_row.
template <class Key>
struct alignas(16) HashSlot {
  Key key;
  Row row;
};

/// Spreads keys over all 64 bits: the finaliser of splitmix64 (Steele, Lea, Flood, OOPSLA 2014).
constexpr std::uint64_t hash_key(std::uint64_t key) {
  key = (key ^ (key >> 30)) * 0xbf58476d1ce4e5b9U;
  key = (key ^ (key >> 27)) * 0x94d049bb133111ebU;
  return key ^ (key >> 31);
}
/// The same of 128 bits.
constexpr std::uint64_t hash_key(WideKey key) {
  return hash_key(hash_key(key.high) + key.low);
}

/// How many places of a table are looked at for a key, from its own on. Sites whose places are taken by others are not in the
/// table, but are found by bisection of the coordinate list: coordinates that somebody chose to fall on one place cost this much
/// and no more. In tables of ordinary sites hardly any are.
inline constexpr std::uint64_t most_probes = 64;

/// Looks rows up in a hash table that somebody else owns; trivially copyable.
template <int D, class Key>
struct HashTableView {
  KeyPacking<D, Key> packing;
  HashSlot<Key> const* slots = nullptr;
  std::uint64_t mask = 0;
  SortedSites<D> sites{};  ///< all of the set

  /// A question to the table: what to look for, and from which place on. `inside` says whether it can be there at all.
  struct Probe {
    Key key{0};
    std::uint64_t place = 0;
    bool inside = false;
  };

  /// The question for a coordinate, for callers that ask many and fetch their places first.
  [[nodiscard]] constexpr Probe probe(WideCoordinate<D> const& coordinate) const {
    if (!packing.contains(coordinate)) return {};
    return probe_of(packing.key(coordinate));
  }

  /// The question for a key of the packing.
  [[nodiscard]] constexpr Probe probe_of(Key key) const { return {key, hash_key(key) & mask, true}; }

  [[nodiscard]] constexpr Row find(Probe const& probe) const {
    if (!probe.inside) return no_row;
    for (std::uint64_t i = 0; i < most_probes; ++i) {
      HashSlot<Key> const slot = slots[(probe.place + i) & mask];
      // Without a short circuit: row and key are loaded together, not one after the other.
      bool const ends = (slot.row == no_row) | (slot.key == probe.key);
      if (ends) return slot.row;
    }
    return sites.find(packing.coordinate(probe.key));
  }

  /// The row of the site at a coordinate, or no_row. Any coordinate may be asked for.
  [[nodiscard]] constexpr Row find(WideCoordinate<D> const& coordinate) const { return find(probe(coordinate)); }

  /// The sites on one line along the last axis, for callers that look for several of them.
  struct Line {
    HashTableView const& table;
    typename KeyPacking<D, Key>::Line cells;

    /// The row of the site in a cell of the line, or no_row.
    [[nodiscard]] constexpr Row find(std::int64_t last) const {
      if (!cells.contains(last)) return no_row;
      return table.find(table.probe_of(cells.key(last)));
    }
  };

  /// The line through a coordinate, whose last field does not matter.
  [[nodiscard]] constexpr Line line(WideCoordinate<D> const& through) const { return {*this, packing.line(through)}; }
};

/// The rows of a site set by coordinate: linear probing, load at most 1/2, and no more than most_probes places a key.
///
/// Keys are packed relative to the box of the sites, in 64 bits where they fit and 128 where they do not. The table shares the
/// coordinate list of the set.
template <int D, MemorySpace Memory = HostMemory>
class HashTable {
 public:
  /// How coordinates become keys of one width, and the keys.
  template <class Key>
  struct Table {
    KeyPacking<D, Key> packing;
    Buffer<HashSlot<Key>, Memory> slots;
  };

  /// Of no sites.
  HashTable() = default;
  template <class Key>
  HashTable(Table<Key> table, typename SiteSet<D, Memory>::List list)
      : table_(std::move(table)), list_(std::move(list)) {}

  /// The row of the site at a coordinate, or no_row.
  [[nodiscard]] Row find(Coordinate<D> const& coordinate) const requires(Memory::host_reads) {
    return visit([&](auto const& view) { return view.find(widen(coordinate)); });
  }

  /// Calls body with the HashTableView of the key width in use; it looks up where the table's memory can be read.
  template <class Body>
  decltype(auto) visit(Body&& body) const {
    return std::visit(
        [&]<class Key>(Table<Key> const& table) -> decltype(auto) {
          return body(HashTableView<D, Key>{table.packing, table.slots.data(),
                                            static_cast<std::uint64_t>(table.slots.size()) - 1,
                                            list_ ? SortedSites<D>{list_->data(), list_->size()} : SortedSites<D>{}});
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

 private:
  std::variant<Table<std::uint64_t>, Table<WideKey>> table_;
  typename SiteSet<D, Memory>::List list_;
};

/// The number of places for so many sites.
constexpr std::int64_t hash_capacity(std::int64_t sites) {
  return std::int64_t{1} << bit_length(static_cast<std::uint64_t>(sites) * 2);
}

/// Puts each site into the first free place from its own on, if there is one within most_probes. Sites are unique: whoever finds
/// a free place owns it, and no key has to be read before all are written.
template <int D, class Key, class Atomics>
struct InsertSites {
  Coordinate<D> const* sites;
  KeyPacking<D, Key> packing;
  HashSlot<Key>* slots;
  std::uint64_t mask;

  SPARSECONV_DEVICE_TEMPLATE
  SPARSECONV_HOST_DEVICE void operator()(std::int64_t row) const {
    Key const key = packing.key(widen(sites[row]));
    std::uint64_t const own = hash_key(key);
    for (std::uint64_t i = 0; i < most_probes; ++i) {
      HashSlot<Key>& slot = slots[(own + i) & mask];
      if (!Atomics::replace(slot.row, no_row, static_cast<Row>(row))) continue;
      slot.key = key;
      return;
    }
  }
};

/// Builds the hash table of a site set.
///
/// Order:  `seq` and `cpu` wait for the result, a device policy does not.
/// Bits:   look-ups give the same on every run; where a key stands in the table may depend on the number of threads.
/// Work:   one insertion a site, of at most most_probes places whatever the coordinates; 16 bytes a place with 64-bit keys, 32 with 128-bit ones.
/// Throws: CapacityError if the coordinates of the sites need more than 127 bits.
template <ExecutionPolicy Policy, int D, MemorySpace Memory>
HashTable<D, Memory> build_hash_table(Policy const& where, SiteSet<D, Memory> const& sites) {
  check_reach<Policy, Memory>();
  return with_key_packing(sites.bounding_box(), "build_hash_table", [&]<class Key>(KeyPacking<D, Key> const& packing) {
    using Insert = InsertSites<D, Key, typename Policy::Atomics>;
    Buffer<HashSlot<Key>, Memory> slots(where.memory(), hash_capacity(sites.size()));
    for_each_index(where, slots.size(), Fill<HashSlot<Key>>{slots.data(), {Key{0}, no_row}});
    for_each_index(where, sites.size(),
                   Insert{sites.data(), packing, slots.data(), static_cast<std::uint64_t>(slots.size()) - 1});
    return HashTable<D, Memory>(typename HashTable<D, Memory>::template Table<Key>{packing, std::move(slots)},
                                sites.list());
  });
}

}  // namespace sparseconv::inline v0_1
