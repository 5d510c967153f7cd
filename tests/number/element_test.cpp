#include "sparseconv/number/element.hpp"

#include <gtest/gtest.h>

namespace sparseconv::element_test {
namespace {

TEST(Element, IsWhatSumsAreKeptIn) {
  EXPECT_TRUE(Element<float>);
  EXPECT_TRUE(Element<double>);
  EXPECT_FALSE(Element<int>);
  EXPECT_FALSE(Element<float const>);
  EXPECT_FALSE(Element<long double>);
}

}  // namespace
}  // namespace sparseconv::element_test
