#pragma once

#include <cuda_runtime.h>

#include <cstdint>

namespace sparseconv::inline v0_1 {

/// Changes of one place by several threads of a GPU, in any order: what comes out does not depend on it.
struct CudaAtomics {
  /// place = desired if it is `expected`; whether it was.
  __device__ static bool replace(std::int32_t& place, std::int32_t expected, std::int32_t desired) {
    return atomicCAS(&place, expected, desired) == expected;
  }

  /// place = place + value.
  __device__ static void add(std::int64_t& place, std::int64_t value) {
    atomicAdd(reinterpret_cast<unsigned long long*>(&place), static_cast<unsigned long long>(value));
  }

  /// word = word | bits.
  __device__ static void set_bits(std::uint32_t& word, std::uint32_t bits) { atomicOr(&word, bits); }
  __device__ static void set_bits(std::uint64_t& word, std::uint64_t bits) {
    atomicOr(reinterpret_cast<unsigned long long*>(&word), static_cast<unsigned long long>(bits));
  }

  /// place = min(place, value). Places only fall, so a look at an old value can save the change, which is dear where all
  /// threads want the same place.
  __device__ static void lower(std::int64_t& place, std::int64_t value) {
    if (value >= *static_cast<std::int64_t volatile*>(&place)) return;
    atomicMin(reinterpret_cast<long long*>(&place), static_cast<long long>(value));
  }

  /// place = max(place, value).
  __device__ static void raise(std::int64_t& place, std::int64_t value) {
    if (value <= *static_cast<std::int64_t volatile*>(&place)) return;
    atomicMax(reinterpret_cast<long long*>(&place), static_cast<long long>(value));
  }
};

static_assert(sizeof(long long) == sizeof(std::int64_t));

}  // namespace sparseconv::inline v0_1
