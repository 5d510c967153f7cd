#pragma once

#include <concepts>
#include <cstddef>

#include "sparseconv/memory/memory_pool.hpp"

namespace sparseconv::inline v0_1 {

/// Where arrays lie is part of their type: what has a memory parameter can be handed only to policies that reach it.
///
/// Resource gives memory and takes it back; host_reads says whether plain C++ code may read what lies there.
template <class Memory>
concept MemorySpace = requires(typename Memory::Resource resource, std::size_t bytes, MemoryBlock block) {
  { resource.take(bytes) } -> std::same_as<MemoryBlock>;
  { resource.give_back(block) }
  noexcept;
  { Memory::host_reads } -> std::convertible_to<bool>;
};

/// The memory of the processor, for `seq` and `cpu`.
struct HostMemory {
  using Resource = MemoryPool;
  static constexpr bool host_reads = true;
};

}  // namespace sparseconv::inline v0_1
