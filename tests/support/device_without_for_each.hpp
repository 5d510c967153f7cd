#pragma once

#include <cstdint>
#include <memory>

#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"

struct Elsewhere {
  using Resource = sparseconv::MemoryPool;
  static constexpr bool host_reads = false;
};

/// What a device policy has, but for for_each.
struct DeviceWithoutForEach {
  using Memory = Elsewhere;
  using Atomics = sparseconv::HostAtomics;

  std::shared_ptr<sparseconv::MemoryPool> memory() const;
  template <class... Arguments>
  void sort_keys(Arguments...) const;
  template <class... Arguments>
  void sort_pairs(Arguments...) const;
  template <class... Arguments>
  void exclusive_sum(Arguments...) const;
  template <class... Arguments>
  void launch(Arguments...) const;
  void copy_to_device(void*, void const*, std::int64_t) const;
  void copy_on_device(void*, void const*, std::int64_t) const;
  void copy_to_host(void*, void const*, std::int64_t) const;
  void wait() const;
  int compute_capability() const;
  bool tf32() const;
  std::int64_t most_shared_bytes() const;
  bool capturing() const;
};
