#pragma once

#include <memory>
#include <thread>

#include "sparseconv/error.hpp"
#include "sparseconv/memory/memory_pool.hpp"
#include "sparseconv/memory/memory_space.hpp"
#include "sparseconv/policy/host_atomics.hpp"
#include "sparseconv/policy/instruction_set.hpp"
#include "sparseconv/policy/thread_team.hpp"

namespace sparseconv::inline v0_1 {

/// The calling thread and others beside it, with the processor's vector instructions.
///
/// Copies share one team of threads and one pool of memory, and to move one is to copy it. Results have the same bits for any
/// number of threads.
class CpuPolicy {
 public:
  using Memory = HostMemory;
  using Atomics = HostAtomics;

  /// As many threads as the machine offers.
  CpuPolicy()
      : CpuPolicy(static_cast<int>(std::thread::hardware_concurrency() > 0 ? std::thread::hardware_concurrency() : 1)) {
  }

  CpuPolicy(CpuPolicy const&) = default;
  CpuPolicy& operator=(CpuPolicy const&) = default;
  ~CpuPolicy() = default;

  /// A policy of `count` threads, the calling one included, with a team of its own.
  /// Throws: ShapeError if count < 1.
  [[nodiscard]] CpuPolicy threads(int count) const {
    CpuPolicy policy(count);
    policy.instructions_ = instructions_;
    return policy;
  }

  /// The same policy, whose kernels use this instruction set instead of fastest_instruction_set(): for tests, and for equal bits
  /// on processors of different kinds. All sets but `portable` have the same bits, as has NEON; elsewhere `portable` has those
  /// of `seq`. Products of bfloat16 by avx512_bf16 have them too but where a number comes closer to 0 than 2^-126; by tiles
  /// (bfloat16 by amx_bf16 and amx_fp16, half by amx_fp16) they have bits of their own.
  ///
  /// Throws: CapacityError if the processor lacks it.
  [[nodiscard]] CpuPolicy instructions(InstructionSet set) const {
    if (set > best_instruction_set()) {
      throw CapacityError({"cpu.instructions: ", to_string(set), " is asked for, and this processor has ",
                           to_string(best_instruction_set()), " at best; ask for that or less"});
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
  InstructionSet instructions_ = fastest_instruction_set();
};

/// All cores: the policy that most programs use. One object for the whole program; cpu.threads(n) makes others.
inline const CpuPolicy cpu{};

}  // namespace sparseconv::inline v0_1
