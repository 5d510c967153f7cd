// expect: -fassociative-math (also part of -funsafe-math-optimizations) loses the promise of equal bits
// flags: -funsafe-math-optimizations
#include "sparseconv/config.hpp"
