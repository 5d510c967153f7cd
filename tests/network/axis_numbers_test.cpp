#include "sparseconv/network/axis_numbers.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <span>
#include <vector>

#include "support/error_message.hpp"

namespace sparseconv::axis_numbers_test {
namespace {

AxisNumbers of_list(std::vector<std::int32_t> const& list) {
  return AxisNumbers(std::span<std::int32_t const>(list));
}

std::vector<std::int32_t> told(AxisNumbers const& numbers) {
  return {numbers.told().begin(), numbers.told().end()};
}

TEST(AxisNumbers, ShowsWhatWasTold) {
  EXPECT_EQ(told(3), (std::vector<std::int32_t>{3}));
  EXPECT_EQ(told({3, 3}), (std::vector<std::int32_t>{3, 3}));
}

TEST(AxisNumbers, IsMadeOfAList) {
  for (std::vector<std::int32_t> const& list :
       std::vector<std::vector<std::int32_t>>{{-4}, {3, 1, 2}, {1, 2, 3, 4, 5, 6, 7, 8}}) {
    EXPECT_EQ(told(of_list(list)), list);
  }
  EXPECT_EQ(of_list({3, 3}), AxisNumbers(3));
  EXPECT_EQ(test::message_of<ShapeError>([] { return of_list({}); }),
            "AxisNumbers: 0 numbers; give one for all axes, or one for each of up to 8");
  EXPECT_EQ(test::message_of<ShapeError>([] { return of_list(std::vector<std::int32_t>(9)); }),
            "AxisNumbers: 9 numbers; give one for all axes, or one for each of up to 8");
}

}  // namespace
}  // namespace sparseconv::axis_numbers_test
