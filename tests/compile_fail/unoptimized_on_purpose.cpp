// expect: compiles
// flags: -O0 -DSPARSECONV_ALLOW_UNOPTIMIZED -Werror -Wall
#include "sparseconv/sparseconv.hpp"
