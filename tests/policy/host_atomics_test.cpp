#include "sparseconv/policy/host_atomics.hpp"

#include <gtest/gtest.h>

namespace sparseconv::host_atomics_test {
namespace {

TEST(HostAtomics, ReplaceWhatIsExpectedAndNothingElse) {
  std::int32_t place = 3;
  EXPECT_FALSE(HostAtomics::replace(place, 4, 5));
  EXPECT_EQ(place, 3);
  EXPECT_TRUE(HostAtomics::replace(place, 3, 5));
  EXPECT_EQ(place, 5);
}

}  // namespace
}  // namespace sparseconv::host_atomics_test
