// expect: sparseconv: min or max is a macro, as <windows.h> defines them; define NOMINMAX before it is included
// flags: -Dmax=max
#include "sparseconv/config.hpp"
