#include "compress_scan/exponential_table.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace compress_scan::exponential_table_test {
namespace {

TEST(ExponentialTable, HasTheNearestIntegers) {
  for (std::size_t i = 0; i < exp_of_steps.size(); ++i) {
    EXPECT_NEAR(static_cast<double>(exp_of_steps[i]), std::ldexp(std::exp(-static_cast<double>(i) / 1024), 30), 0.50001)
        << i;
  }
  for (std::size_t i = 0; i < exp_of_eighths.size(); ++i) {
    EXPECT_NEAR(static_cast<double>(exp_of_eighths[i]), std::ldexp(std::exp(-static_cast<double>(i) / 8), 30), 0.50001)
        << i;
  }
  for (std::size_t d = 0; d < exponential_table.size(); ++d) {
    long double const weight = 65535 * std::exp(-static_cast<long double>(d) / 1024);
    EXPECT_LT(std::fabs(static_cast<long double>(exponential_table[d]) - weight), 0.4999L) << d;  // none is near a half
  }
}

TEST(ExponentialTable, FallsFromAllToNothing) {
  EXPECT_EQ(exponential_table[0], 65535);
  for (std::size_t d = 1; d < exponential_table.size(); ++d) EXPECT_LE(exponential_table[d], exponential_table[d - 1]);
  EXPECT_EQ(exponential_table[first_without_weight - 1], 1);
  EXPECT_EQ(exponential_table[first_without_weight], 0);
}

}  // namespace
}  // namespace compress_scan::exponential_table_test
