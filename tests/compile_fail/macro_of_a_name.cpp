// expect: a macro is named D, T, W, Row, Key
// The macro is in the command line, see CMakeLists.txt. Without one this compiles, so the test would fail.
#include "sparseconv/config.hpp"
