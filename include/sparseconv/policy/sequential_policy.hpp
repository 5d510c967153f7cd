#pragma once

#include <memory>

#include "sparseconv/memory/memory_pool.hpp"
#include "sparseconv/memory/memory_space.hpp"
#include "sparseconv/policy/host_atomics.hpp"

namespace sparseconv::inline v0_1 {

/// One thread and plain loops: the reference that every other policy is tested against.
struct SequentialPolicy {
  using Memory = HostMemory;
  using Atomics = HostAtomics;

  /// None: arrays come from the system and go back to it.
  [[nodiscard]] std::shared_ptr<MemoryPool> memory() const { return nullptr; }
};

/// The policy of plain loops on the calling thread.
inline constexpr SequentialPolicy seq{};

}  // namespace sparseconv::inline v0_1
