#include "sparseconv/execute/activation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numbers>
#include <random>
#include <utility>

namespace sparseconv::activation_test {
namespace {

TEST(Activation, IsByHand) {
  EXPECT_EQ(no_activation(-2.f), -2.f);
  EXPECT_EQ(relu(-2.f), 0.f);
  EXPECT_EQ(relu(3.0), 3.0);
  EXPECT_EQ(leaky_relu(0.25)(-2.f), -.5f);
  EXPECT_EQ(leaky_relu(0.25)(2.f), 2.f);
  EXPECT_EQ(leaky_relu(0.25)(9.f), 9.f);
  EXPECT_EQ(Activation{}(-1.0), -1.0);
  EXPECT_EQ(relu6(-1.f), 0.f);
  EXPECT_EQ(relu6(5.5f), 5.5f);
  EXPECT_EQ(relu6(6.5), 6.0);
}

// What PyTorch 2 prints for these numbers, to its four digits.
TEST(Activation, SmoothKindsHaveTheNumbersOfPyTorch) {
  std::array<double, 5> const numbers{-2, -1, 0, 1, 2};
  auto const expect = [&](Activation activation, std::array<double, 5> const& expected) {
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      EXPECT_NEAR(activation(numbers[i]), expected[i], 5e-5) << to_string(activation) << " of " << numbers[i];
      EXPECT_NEAR(activation(static_cast<float>(numbers[i])), expected[i], 5e-5) << to_string(activation);
    }
  };
  expect(gelu, {-0.0455, -0.1587, 0, 0.8413, 1.9545});
  expect(gelu_tanh, {-0.0454, -0.1588, 0, 0.8412, 1.9546});
  expect(silu, {-0.2384, -0.2689, 0, 0.7311, 1.7616});
  expect(sigmoid, {0.1192, 0.2689, 0.5, 0.7311, 0.8808});
  expect(tanh_activation, {-0.9640, -0.7616, 0, 0.7616, 0.9640});
}

// In long double, with erfc where 1 + erf would lose what is left.
long double true_value(Activation::Kind kind, long double x) {
  long double const u = std::sqrt(2 / std::numbers::pi_v<long double>) * (x + 0.044715L * x * x * x);
  switch (kind) {
    case Activation::Kind::gelu:
      return x * std::erfc(-x / std::numbers::sqrt2_v<long double>) / 2;
    case Activation::Kind::gelu_tanh:
      return x / (1 + std::exp(-2 * u));
    case Activation::Kind::silu:
      return x / (1 + std::exp(-x));
    case Activation::Kind::sigmoid:
      return 1 / (1 + std::exp(-x));
    default:
      return std::tanh(x);
  }
}

/// The distance from the true value in units of the last place of the number nearest to it.
template <class T>
double units_off(T value, long double truth) {
  T const magnitude = std::fabs(static_cast<T>(truth));
  T const unit = std::nextafter(magnitude, std::numeric_limits<T>::infinity()) - magnitude;
  return static_cast<double>(std::fabs((static_cast<long double>(value) - truth) / static_cast<long double>(unit)));
}

template <class T>
double largest_error(Activation activation, double low, double high) {
  std::mt19937_64 bits(1);
  double worst = 0;
  for (int i = 0; i < 10000; ++i) {
    double const share = i == 0 ? 0 : i == 1 ? 1 : static_cast<double>(bits() >> 11) * 0x1p-53;
    T const x = static_cast<T>(low + (high - low) * share);
    worst = std::max(worst, units_off(activation(x), true_value(activation.kind, static_cast<long double>(x))));
  }
  return worst;
}

constexpr std::array<Activation, 5> smooth_kinds{gelu, gelu_tanh, silu, sigmoid, tanh_activation};

// Down to where results of float vanish.
TEST(Activation, SmoothKindsOfFloatAreRoundedOnce) {
  for (Activation const activation : smooth_kinds) {
    for (auto const& [low, high] : {std::pair{-1e-3, 1e-3}, {-1.5, 1.5}, {-15.0, 15.0}, {-110.0, -10.0}}) {
      EXPECT_LE(largest_error<float>(activation, low, high), 0.501) << to_string(activation) << " from " << low;
    }
  }
}

TEST(Activation, SmoothKindsOfDoubleAreOffByTheUnitsThatAreStated) {
  auto const expect = [](Activation activation, double low, double high, double bound) {
    EXPECT_LE(largest_error<double>(activation, low, high), bound) << to_string(activation) << " from " << low;
  };
  for (double const bound : {1e-3, 1.5, 12.0, 38.0}) {
    expect(gelu, -bound, bound, 6);
    expect(silu, -bound, bound, 4);
    expect(sigmoid, -bound, bound, 4);
    expect(tanh_activation, -bound, bound, 1.5);
  }
  expect(silu, -745, -30, 4);
  expect(sigmoid, -745, -30, 4);
  expect(gelu_tanh, -1, 1, 3 * (1 + 1.7));
  expect(gelu_tanh, -5, 5, 3 * (1 + 16.9));
  expect(gelu_tanh, -21, 21, 3 * (1 + 694.4));
}

TEST(Activation, DoesNotHideANaN) {
  float const nan = std::numeric_limits<float>::quiet_NaN();
  for (Activation const activation :
       {no_activation, relu, leaky_relu(0.1), relu6, gelu, gelu_tanh, silu, sigmoid, tanh_activation}) {
    EXPECT_TRUE(std::isnan(activation(nan))) << to_string(activation);
    EXPECT_TRUE(std::isnan(activation(static_cast<double>(nan)))) << to_string(activation);
  }
}

TEST(Activation, KeepsInfinities) {
  double const infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(relu(infinity), infinity);
  EXPECT_EQ(relu(-infinity), 0.0);
  EXPECT_EQ(leaky_relu(0.5)(-infinity), -infinity);
}

template <class T>
void expect_limits() {
  for (T const much : {std::numeric_limits<T>::infinity(), std::numeric_limits<T>::max(), T{2000}}) {
    EXPECT_EQ(relu6(much), T{6});
    EXPECT_EQ(relu6(-much), T{0});
    for (Activation const activation : {gelu, gelu_tanh, silu}) {
      EXPECT_EQ(activation(much), much) << to_string(activation);
      EXPECT_EQ(activation(-much), T{0}) << to_string(activation);
    }
    EXPECT_EQ(sigmoid(much), T{1});
    EXPECT_EQ(sigmoid(-much), T{0});
    EXPECT_EQ(tanh_activation(much), T{1});
    EXPECT_EQ(tanh_activation(-much), T{-1});
  }
}

TEST(Activation, HasTheLimitsOfItsFunction) {
  expect_limits<float>();
  expect_limits<double>();
}

TEST(Activation, MayBeComputedByTheCompiler) {
  constexpr std::array<float, 5> expected{gelu(-1.7f), gelu_tanh(0.3f), silu(-50.f), sigmoid(2.f),
                                          tanh_activation(.1f)};
  float volatile numbers[] = {-1.7f, 0.3f, -50.f, 2.f, .1f};
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(smooth_kinds[i](float{numbers[i]}), expected[i]);
}

TEST(Activation, ComparesItsSlope) {
  EXPECT_EQ(leaky_relu(0.1), leaky_relu(0.1));
  EXPECT_NE(leaky_relu(0.1), leaky_relu(0.2));
  EXPECT_NE(relu, no_activation);
  EXPECT_NE(gelu, gelu_tanh);
}

TEST(Activation, IsCalledAsInAProgram) {
  EXPECT_EQ(to_string(no_activation), "no_activation");
  EXPECT_EQ(to_string(relu), "relu");
  EXPECT_EQ(to_string(leaky_relu(0.1)), "leaky_relu(0.1)");
  EXPECT_EQ(to_string(relu6), "relu6");
  EXPECT_EQ(to_string(gelu), "gelu");
  EXPECT_EQ(to_string(gelu_tanh), "gelu_tanh");
  EXPECT_EQ(to_string(silu), "silu");
  EXPECT_EQ(to_string(sigmoid), "sigmoid");
  EXPECT_EQ(to_string(tanh_activation), "tanh_activation");
}

}  // namespace
}  // namespace sparseconv::activation_test
