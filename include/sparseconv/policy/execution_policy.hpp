#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "sparseconv/error.hpp"
#include "sparseconv/memory/memory_pool.hpp"
#include "sparseconv/memory/memory_space.hpp"
#include "sparseconv/policy/host_atomics.hpp"
#include "sparseconv/policy/instruction_set.hpp"
#include "sparseconv/policy/thread_team.hpp"

namespace sparseconv {

/// One thread and plain loops: the reference that every other policy is tested against.
struct SequentialPolicy {
  using Memory = HostMemory;
  using Atomics = HostAtomics;

  /// None: arrays come from the system and go back to it.
  [[nodiscard]] std::shared_ptr<MemoryPool> memory() const { return nullptr; }
};

/// The calling thread and others beside it, with the processor's vector instructions.
///
/// Copies share one team of threads and one pool of memory. Results have the same bits for any number of threads.
class CpuPolicy {
 public:
  using Memory = HostMemory;
  using Atomics = HostAtomics;

  /// As many threads as the machine offers.
  CpuPolicy()
      : CpuPolicy(static_cast<int>(std::thread::hardware_concurrency() > 0 ? std::thread::hardware_concurrency() : 1)) {
  }

  /// A policy of `count` threads, the calling one included, with a team of its own.
  /// Throws: ShapeError if count < 1.
  [[nodiscard]] CpuPolicy threads(int count) const {
    CpuPolicy policy(count);
    policy.instructions_ = instructions_;
    return policy;
  }

  /// The same policy, whose kernels use this instruction set instead of the processor's best: for tests, and for equal bits
  /// on processors of different kinds. Sums of sets above `portable` have the same bits; `portable` may round its products
  /// apart, as the compiler was told.
  ///
  /// Throws: CapacityError if the processor lacks it.
  [[nodiscard]] CpuPolicy instructions(InstructionSet set) const {
    if (set > best_instruction_set()) {
      throw CapacityError("cpu.instructions: " + to_string(set) + " is asked for, and this processor has " +
                          to_string(best_instruction_set()) + " at best; ask for that or less");
    }
    CpuPolicy policy = *this;
    policy.instructions_ = set;
    return policy;
  }
  [[nodiscard]] InstructionSet instruction_set() const { return instructions_; }

  [[nodiscard]] int thread_count() const { return team_->size(); }

  /// Where results and temporary arrays come from, and go back to for reuse when they end; see MemoryPool.
  [[nodiscard]] std::shared_ptr<MemoryPool> const& memory() const { return memory_; }
  [[nodiscard]] ThreadTeam& team() const { return *team_; }

 private:
  explicit CpuPolicy(int count) : team_(std::make_shared<ThreadTeam>(count)) {}

  std::shared_ptr<ThreadTeam> team_;
  std::shared_ptr<MemoryPool> memory_ = std::make_shared<MemoryPool>();
  InstructionSet instructions_ = best_instruction_set();
};

inline constexpr SequentialPolicy seq{};
inline const CpuPolicy cpu{};

template <class Policy>
inline constexpr bool is_policy = false;
template <>
inline constexpr bool is_policy<SequentialPolicy> = true;
template <>
inline constexpr bool is_policy<CpuPolicy> = true;

/// What may stand as the first argument of a call: `seq`, `cpu`, `cpu.threads(n)`, and with <sparseconv/cuda.cuh>
/// `gpu.on(stream)`.
template <class Policy>
concept ExecutionPolicy = is_policy<Policy>;

/// A policy whose arrays plain C++ code reads.
template <class Policy>
concept HostPolicy = ExecutionPolicy<Policy> && Policy::Memory::host_reads;

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
    throw CudaError(std::string(call) +
                    ": the stream is being captured in a CUDA graph, to which all that is built now would belong; run "
                    "once before the capture, so that sites, maps and packed weights are in place");
  }
}

/// Whether a policy can work on what lies in a memory.
template <class Policy, class Memory>
inline constexpr bool reaches = std::same_as<typename Policy::Memory, Memory>;

/// Stops the compiler with a sentence where an operand lies in another memory than the policy's.
template <class Policy, class... Memories>
constexpr void check_reach() {
  static_assert((reaches<Policy, Memories> && ...),
                "sparseconv: an operand lies in a memory that this policy cannot reach; bring it there with "
                "copy_to(where, operand), or use the policy of its memory");
}

}  // namespace sparseconv
