// expect: -ffinite-math-only loses NaN and the promise of equal bits
// flags: -O1 -ffinite-math-only
#include "sparseconv/config.hpp"
