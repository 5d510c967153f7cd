// expect: the headers need C++20: compile with -std=c++20
// flags: -std=c++17
// errors: 2
#include "sparseconv/sparseconv.hpp"
