#pragma once

#include <cstdint>

#if __has_include(<unistd.h>)
#include <unistd.h>
#endif

namespace sparseconv::inline v0_1 {

/// Bytes of a core's second-level cache; half a MiB, which few have less of, where the system does not say.
inline std::int64_t second_level_cache_bytes() {
  static std::int64_t const bytes = [] {
    std::int64_t told = 0;
#ifdef _SC_LEVEL2_CACHE_SIZE
    told = sysconf(_SC_LEVEL2_CACHE_SIZE);
#endif
    return told > 0 ? told : std::int64_t{1} << 19;
  }();
  return bytes;
}

}  // namespace sparseconv::inline v0_1
