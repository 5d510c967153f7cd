// expect: deleted
#include "support/no_array_equality.hpp"

bool f(std::array<int, 3> const& a, std::array<int, 3> const& b) {
  return a == b;
}
