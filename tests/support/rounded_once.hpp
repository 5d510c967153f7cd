#pragma once

#include <cmath>

namespace sparseconv::test {

/// a * b + c, rounded once. MinGW's C library may round twice, so that there the processor does it.
#if defined(__MINGW32__) && defined(__x86_64__)
__attribute__((target("fma"))) inline float rounded_once(float a, float b, float c) {
  return __builtin_fmaf(a, b, c);
}
__attribute__((target("fma"))) inline double rounded_once(double a, double b, double c) {
  return __builtin_fma(a, b, c);
}
#else
inline float rounded_once(float a, float b, float c) {
  return std::fma(a, b, c);
}
inline double rounded_once(double a, double b, double c) {
  return std::fma(a, b, c);
}
#endif

}  // namespace sparseconv::test
