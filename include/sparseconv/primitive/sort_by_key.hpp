#pragma once

#include <algorithm>
#include <concepts>

#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/cpu/sort_by_key.hpp"

namespace sparseconv::inline v0_1 {

/// Sorts records by the member `key`, whose lowest `key_bits` bits alone may be set. Stable, so the result is unique.
///
/// Order:  waits for the result.
/// Work:   `seq` compares; `cpu` is a radix sort that needs the memory of the records once more.
template <HostPolicy Policy, class Record>
void sort_by_key(Policy const& where, Buffer<Record>& records, int key_bits) {
  if constexpr (std::derived_from<Policy, SequentialPolicy>) {
    std::stable_sort(records.begin(), records.end(), [](Record const& a, Record const& b) { return a.key < b.key; });
  } else {
    on_cpu::sort_by_key(where, records, key_bits);
  }
}

}  // namespace sparseconv::inline v0_1
