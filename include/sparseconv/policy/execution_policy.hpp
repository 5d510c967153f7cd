#pragma once

#include <concepts>

#include "sparseconv/policy/cpu_policy.hpp"
#include "sparseconv/policy/sequential_policy.hpp"

namespace sparseconv::inline v0_1 {

/// Whether a type is a policy; a policy of one's own specialises it.
template <class Policy>
inline constexpr bool is_policy = false;
/// `seq` is one.
template <>
inline constexpr bool is_policy<SequentialPolicy> = true;
/// `cpu` is one.
template <>
inline constexpr bool is_policy<CpuPolicy> = true;

/// What may stand as the first argument of a call: `seq`, `cpu`, `cpu.threads(n)`, and with <sparseconv/cuda.cuh>
/// `gpu.on(stream)`.
template <class Policy>
concept ExecutionPolicy = is_policy<Policy>;

/// A policy whose arrays plain C++ code reads.
template <class Policy>
concept HostPolicy = ExecutionPolicy<Policy> && Policy::Memory::host_reads;

/// Whether a policy can work on what lies in a memory.
template <class Policy, class Memory>
inline constexpr bool reaches = std::same_as<typename Policy::Memory, Memory>;

/// A policy that works on what lies in a memory.
template <class Policy, class Memory>
concept PolicyThatReaches = ExecutionPolicy<Policy> && reaches<Policy, Memory>;

/// Stops the compiler with a sentence where an operand lies in another memory than the policy's.
template <class Policy, class... Memories>
constexpr void check_reach() {
  static_assert((reaches<Policy, Memories> && ...),
                "sparseconv: an operand lies in a memory that this policy cannot reach; bring it there with "
                "copy_to(where, operand), or use the policy of its memory");
}

}  // namespace sparseconv::inline v0_1
