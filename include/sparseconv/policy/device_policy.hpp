#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <string>

#include "sparseconv/error.hpp"
#include "sparseconv/memory/memory_space.hpp"
#include "sparseconv/policy/execution_policy.hpp"

namespace sparseconv::inline v0_1 {

/// Stands for the bodies and kernels that a device policy takes, where the concept asks whether it does.
struct AnyWork {
  static constexpr int threads = 32;
  [[nodiscard]] std::int64_t shared_bytes() const { return 0; }
  constexpr void operator()(std::int64_t) const {}
  constexpr void operator()(std::int64_t, std::int64_t) const {}
};

/// A policy that works beside the host, on memory of its own: calls put work on its stream and return, in this order.
///
/// memory:           where its arrays come from; ordered on the stream as everything else.
/// for_each:         body(i) for each i in [0, count), in any order; with rows and columns, body(row, column) for each
///                   place of a table.
/// sort_keys:        by the bits [first_bit, end_bit) of the keys; the arrays must not overlap.
/// sort_pairs:       the same with a row beside each key; stable.
/// exclusive_sum:    sums[i] = values[0] + ... + values[i - 1] of 32 or 64 bits; both may be one array.
/// copy_to_device, copy_on_device: bytes; the source on the host may change when the call returns.
/// copy_to_host, wait: the only calls that wait for what they were asked.
/// launch:           kernel(block) for each of so many thread blocks, see execute/device/thread_block.hpp.
/// Atomics:          what bodies use where several may write to one place.
/// compute_capability: what the device can do, 75 for 7.5.
/// most_shared_bytes:  what a thread block may have.
/// tf32:               whether float may be multiplied with 11 significant bits.
/// capturing:          whether the stream's work is written down in a graph at present, and not run.
template <class Policy>
concept DevicePolicy = ExecutionPolicy<Policy> && MemorySpace<typename Policy::Memory> &&
                       (!Policy::Memory::host_reads) &&
                       requires(Policy const& where, std::uint64_t* keys, std::int32_t* rows, std::int64_t count,
                                void* data) {
  typename Policy::Atomics;
  where.for_each(count, AnyWork{});
  where.for_each(count, count, AnyWork{});
  where.launch(count, AnyWork{});
  { *where.memory() } -> std::same_as<typename Policy::Memory::Resource&>;
  where.sort_keys(keys, keys, count, 0, 64);
  where.sort_pairs(keys, keys, rows, rows, count, 0, 64);
  where.exclusive_sum(rows, rows, count);
  where.exclusive_sum(&count, &count, count);
  where.copy_to_device(data, data, count);
  where.copy_on_device(data, data, count);
  where.copy_to_host(data, data, count);
  where.wait();
  { where.compute_capability() } -> std::same_as<int>;
  { where.tf32() } -> std::same_as<bool>;
  { where.most_shared_bytes() } -> std::same_as<std::int64_t>;
  { where.capturing() } -> std::same_as<bool>;
};

/// What tells derived things apart that were made in the order of different streams: a device's resource, nothing on the
/// host, whose policies share what is derived.
template <ExecutionPolicy Policy>
std::shared_ptr<void const> stream_resource(Policy const& where) {
  if constexpr (DevicePolicy<Policy>) {
    return where.memory();
  } else {
    return nullptr;
  }
}

/// Throws: CudaError if the stream is being captured: what `call` would build and keep would belong to the graph.
template <ExecutionPolicy Policy>
void refuse_to_keep_while_capturing(Policy const& where, char const* call) {
  if constexpr (DevicePolicy<Policy>) {
    if (!where.capturing()) return;
    throw CudaError({call,
                     ": the stream is being captured in a CUDA graph, to which all that is built now would belong; run "
                     "once before the capture, so that sites, maps and packed weights are in place"});
  }
}

}  // namespace sparseconv::inline v0_1
