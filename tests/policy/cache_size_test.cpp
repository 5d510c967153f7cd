#include "sparseconv/policy/cache_size.hpp"

#include <gtest/gtest.h>

namespace sparseconv::cache_size_test {
namespace {

TEST(CacheSize, IsThatOfACacheAndNeverChanges) {
  EXPECT_GE(second_level_cache_bytes(), 1 << 14);
  EXPECT_LE(second_level_cache_bytes(), 1 << 30);
  EXPECT_EQ(second_level_cache_bytes(), second_level_cache_bytes());
}

}  // namespace
}  // namespace sparseconv::cache_size_test
