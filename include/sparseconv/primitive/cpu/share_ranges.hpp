#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "sparseconv/config.hpp"
#include "sparseconv/policy/cpu_policy.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// sparseconv::for_each_range of a body that is known by its address: compiled once and not for each body.
SPARSECONV_NOINLINE inline void share_ranges(CpuPolicy const& where, std::int64_t count, std::int64_t grain,
                                             void (*call)(void const* body, std::int64_t begin, std::int64_t end),
                                             void const* body) {
  std::int64_t const ranges = count / grain + (count % grain != 0);
  std::atomic<std::int64_t> next{0};
  int const workers = static_cast<int>(std::min<std::int64_t>(ranges, where.thread_count()));
  where.team().run(workers, [&](int) {
    for (std::int64_t range = next++; range < ranges; range = next++) {
      std::int64_t const begin = range * grain;
      call(body, begin, std::min(begin + grain, count));
    }
  });
}

}  // namespace sparseconv::inline v0_1::on_cpu
