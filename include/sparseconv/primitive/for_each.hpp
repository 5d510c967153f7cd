#pragma once

#include <algorithm>
#include <cstdint>

#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/cpu/share_ranges.hpp"

namespace sparseconv::inline v0_1 {

/// Calls body(begin, end) for consecutive ranges of at most `grain` indices that together cover [0, count).
///
/// Order:  `seq` goes from front to back; `cpu` in any order, on several threads; waits for all.
/// Throws: what a body threw first.
template <class Body>
void for_each_range(SequentialPolicy const&, std::int64_t count, std::int64_t grain, Body const& body) {
  for (std::int64_t begin = 0; begin < count; begin += grain) body(begin, std::min(begin + grain, count));
}

/// The same, shared out among the threads of the policy.
template <class Body>
void for_each_range(CpuPolicy const& where, std::int64_t count, std::int64_t grain, Body const& body) {
  auto const call = [&body](std::int64_t begin, std::int64_t end) {
    body(begin, end);
  };  // an object, which a function is not
  on_cpu::share_ranges(
      where, count, grain,
      [](void const* context, std::int64_t begin, std::int64_t end) {
        (*static_cast<decltype(call)*>(context))(begin, end);
      },
      &call);
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
