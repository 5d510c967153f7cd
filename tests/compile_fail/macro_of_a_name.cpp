// expect: a macro is named D, T, W, Row, Key
#define Row 3
#include "sparseconv/config.hpp"
