#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"

namespace sparseconv::inline v0_1 {

/// Calls body(begin, end) for consecutive ranges of at most `grain` indices that together cover [0, count).
///
/// Order:  `seq` goes from front to back; `cpu` in any order, on several threads; waits for all.
/// Throws: what a body threw first.
template <class Body>
void for_each_range(SequentialPolicy const&, std::int64_t count, std::int64_t grain, Body const& body) {
  for (std::int64_t begin = 0; begin < count; begin += grain) body(begin, std::min(begin + grain, count));
}

template <class Body>
void for_each_range(CpuPolicy const& where, std::int64_t count, std::int64_t grain, Body const& body) {
  std::int64_t const ranges = count / grain + (count % grain != 0);
  std::atomic<std::int64_t> next{0};
  int const workers = static_cast<int>(std::min<std::int64_t>(ranges, where.thread_count()));
  where.team().run(workers, [&](int) {
    for (std::int64_t range = next++; range < ranges; range = next++) {
      std::int64_t const begin = range * grain;
      body(begin, std::min(begin + grain, count));
    }
  });
}

/// Calls body(i) once for each i in [0, count); ranges of 4096 go to one thread together.
///
/// On a device the body is a trivially copyable struct whose operator() is SPARSECONV_HOST_DEVICE, and the call does not
/// wait.
template <HostPolicy Policy, class Body>
void for_each_index(Policy const& where, std::int64_t count, Body const& body) {
  for_each_range(where, count, 4096, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) body(i);
  });
}

template <DevicePolicy Policy, class Body>
void for_each_index(Policy const& where, std::int64_t count, Body const& body) {
  where.for_each(count, body);
}

}  // namespace sparseconv::inline v0_1
