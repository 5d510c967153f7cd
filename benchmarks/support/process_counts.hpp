#pragma once

#include <cstdint>

#if __has_include(<sys/resource.h>)
#include <sys/resource.h>
#endif

namespace benchmark_support {

/// What the system counted of this process so far; zeros where it does not say.
struct ProcessCounts {
  std::int64_t page_faults = 0;  ///< pages that were not there yet and had to be cleared, or read
  std::int64_t lost_cores = 0;   ///< times that a thread had to leave its core to others
};

inline ProcessCounts process_counts() {
#if __has_include(<sys/resource.h>)
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) == 0) return {usage.ru_minflt + usage.ru_majflt, usage.ru_nivcsw};
#endif
  return {};
}

}  // namespace benchmark_support
