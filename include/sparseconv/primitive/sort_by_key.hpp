#pragma once

#include <algorithm>
#include <cstdint>

#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/cpu/sort_by_key.hpp"

namespace sparseconv {

/// Sorts records by the member `key`, whose lowest `key_bits` bits alone may be set. Stable, so the result is unique.
///
/// Order:  waits for the result.
/// Work:   `seq` compares; `cpu` is a radix sort that needs the memory of the records once more.
template <class Record>
void sort_by_key(SequentialPolicy const&, Buffer<Record>& records, int /*key_bits*/) {
  std::stable_sort(records.begin(), records.end(), [](Record const& a, Record const& b) { return a.key < b.key; });
}

template <class Record>
void sort_by_key(CpuPolicy const& where, Buffer<Record>& records, int key_bits) {
  radix_sort(where, records, key_bits);
}

}  // namespace sparseconv
