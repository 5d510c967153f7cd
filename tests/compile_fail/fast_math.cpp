// expect: -ffast-math (also part of -Ofast) loses NaN and the promise of equal bits
// flags: -Ofast
#include "sparseconv/config.hpp"
