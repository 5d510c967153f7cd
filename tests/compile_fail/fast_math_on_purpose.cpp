// expect: compiles
// flags: -ffast-math -DSPARSECONV_ALLOW_FAST_MATH
#include "sparseconv/sparseconv.hpp"
