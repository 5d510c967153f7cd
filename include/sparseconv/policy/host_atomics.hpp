#pragma once

#include <atomic>
#include <cstdint>

namespace sparseconv::inline v0_1 {

/// Changes of one place by several threads of the host.
struct HostAtomics {
  /// place = desired if it is `expected`; whether it was.
  static bool replace(std::int32_t& place, std::int32_t expected, std::int32_t desired) {
    std::atomic_ref<std::int32_t> const shared(place);
    // A look first: an exchange takes the place from other threads even where it fails.
    return shared.load(std::memory_order_relaxed) == expected &&
           shared.compare_exchange_strong(expected, desired, std::memory_order_relaxed);
  }
};

}  // namespace sparseconv::inline v0_1
