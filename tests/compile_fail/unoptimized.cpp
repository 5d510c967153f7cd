// expect: compiles and says sparseconv: compiled without optimisation, which makes it about 30 times slower
// flags: -O0
#include "sparseconv/config.hpp"
