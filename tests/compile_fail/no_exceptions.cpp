// expect: compile without -fno-exceptions
// flags: -fno-exceptions
#include "sparseconv/config.hpp"
