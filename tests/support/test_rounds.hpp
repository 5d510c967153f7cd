#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace sparseconv::test {

/// SPARSECONV_TEST_ROUNDS=n runs n times as many random cases.
inline std::uint32_t test_rounds() {
  char const* const told = std::getenv("SPARSECONV_TEST_ROUNDS");
  return told == nullptr ? 1U : static_cast<std::uint32_t>(std::max(std::atoi(told), 1));
}

}  // namespace sparseconv::test
