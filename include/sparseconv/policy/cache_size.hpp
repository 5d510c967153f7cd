#pragma once

#include <cstdint>

#include "sparseconv/config.hpp"
#include "sparseconv/policy/instruction_set.hpp"

#if SPARSECONV_POSIX
#include <unistd.h>
#endif

namespace sparseconv::inline v0_1 {

/// Bytes of a core's second-level cache; half a MiB, which few have less of, where neither the system says nor the processor.
inline std::int64_t second_level_cache_bytes() {
  static std::int64_t const bytes = [] {
    std::int64_t told = 0;
#ifdef _SC_LEVEL2_CACHE_SIZE
    told = sysconf(_SC_LEVEL2_CACHE_SIZE);
#elif SPARSECONV_X86_KERNELS
    unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;  // what the processor says: KiB in the upper half of ecx
    if (__get_cpuid(0x80000006, &eax, &ebx, &ecx, &edx) != 0) told = std::int64_t{ecx >> 16} << 10;
#endif
    return told > 0 ? told : std::int64_t{1} << 19;
  }();
  return bytes;
}

}  // namespace sparseconv::inline v0_1
