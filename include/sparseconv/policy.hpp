#pragma once

#include <memory>
#include <thread>

#include "sparseconv/backend/cpu/memory_pool.hpp"
#include "sparseconv/backend/cpu/thread_team.hpp"

namespace sparseconv {

/// One thread and plain loops: the reference that every other policy is tested against.
struct SequentialPolicy {
  /// None: arrays come from the system and go back to it.
  [[nodiscard]] std::shared_ptr<MemoryPool> memory() const { return nullptr; }
};

/// The calling thread and others beside it, with the processor's vector instructions.
///
/// Copies share one team of threads and one pool of memory. Results have the same bits for any number of threads.
class CpuPolicy {
 public:
  /// As many threads as the machine offers.
  CpuPolicy()
      : CpuPolicy(static_cast<int>(std::thread::hardware_concurrency() > 0 ? std::thread::hardware_concurrency() : 1)) {
  }

  /// A policy of `count` threads, the calling one included, with a team of its own.
  /// Throws: ShapeError if count < 1.
  [[nodiscard]] CpuPolicy threads(int count) const { return CpuPolicy(count); }

  [[nodiscard]] int thread_count() const { return team_->size(); }

  /// Where results and temporary arrays come from, and go back to for reuse when they end; see MemoryPool.
  [[nodiscard]] std::shared_ptr<MemoryPool> const& memory() const { return memory_; }
  [[nodiscard]] ThreadTeam& team() const { return *team_; }

 private:
  explicit CpuPolicy(int count) : team_(std::make_shared<ThreadTeam>(count)) {}

  std::shared_ptr<ThreadTeam> team_;
  std::shared_ptr<MemoryPool> memory_ = std::make_shared<MemoryPool>();
};

inline constexpr SequentialPolicy seq{};
inline const CpuPolicy cpu{};

template <class Policy>
inline constexpr bool is_policy = false;
template <>
inline constexpr bool is_policy<SequentialPolicy> = true;
template <>
inline constexpr bool is_policy<CpuPolicy> = true;

/// What may stand as the first argument of a call: `seq`, `cpu`, `cpu.threads(n)`.
template <class Policy>
concept ExecutionPolicy = is_policy<Policy>;

}  // namespace sparseconv
