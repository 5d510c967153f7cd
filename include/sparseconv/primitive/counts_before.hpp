#pragma once

#include <cstdint>
#include <utility>

#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/for_each.hpp"

namespace sparseconv::inline v0_1 {

/// Counts something in each stretch of [0, count), and says how many come before each, so that the stretches can be written to their
/// places one beside the other.
///
/// `count_in(begin, end)` says how many there are in a stretch, which begins at a multiple of `stretch`. The result has a number for
/// each stretch, and behind them how many there are in all.
/// Order: waits for the result; the stretches go to several threads.
template <HostPolicy Policy, class CountIn>
Buffer<std::int64_t> counts_before(Policy const& where, std::int64_t count, std::int64_t stretch,
                                   CountIn const& count_in) {
  Buffer<std::int64_t> before(where.memory(), count / stretch + (count % stretch != 0) + 1);
  for_each_range(where, count, stretch,
                 [&](std::int64_t begin, std::int64_t end) { before[begin / stretch] = count_in(begin, end); });
  std::int64_t total = 0;
  for (std::int64_t i = 0; i + 1 < before.size(); ++i) total += std::exchange(before[i], total);
  before[before.size() - 1] = total;
  return before;
}

}  // namespace sparseconv::inline v0_1
