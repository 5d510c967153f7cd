#include "sparseconv/execute/activation.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace sparseconv {
namespace {

TEST(Activation, IsByHand) {
  EXPECT_EQ(no_activation(-2.f), -2.f);
  EXPECT_EQ(relu(-2.f), 0.f);
  EXPECT_EQ(relu(3.0), 3.0);
  EXPECT_EQ(leaky_relu(0.25)(-2.f), -.5f);
  EXPECT_EQ(leaky_relu(0.25)(2.f), 2.f);
  EXPECT_EQ(Activation{}(-1.0), -1.0);
}

TEST(Activation, DoesNotHideANaN) {
  float const nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(std::isnan(no_activation(nan)));
  EXPECT_TRUE(std::isnan(relu(nan)));
  EXPECT_TRUE(std::isnan(leaky_relu(0.1)(nan)));
}

TEST(Activation, KeepsInfinities) {
  double const infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(relu(infinity), infinity);
  EXPECT_EQ(relu(-infinity), 0.0);
  EXPECT_EQ(leaky_relu(0.5)(-infinity), -infinity);
}

TEST(Activation, ComparesItsSlope) {
  EXPECT_EQ(leaky_relu(0.1), leaky_relu(0.1));
  EXPECT_NE(leaky_relu(0.1), leaky_relu(0.2));
  EXPECT_NE(relu, no_activation);
}

}  // namespace
}  // namespace sparseconv
