#include "sparseconv/number/elementary.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <utility>

namespace sparseconv::elementary_test {
namespace {

/// The distance from the true value in units of the last place of the value nearest to it.
template <class T>
double units_off(T value, long double truth) {
  T const nearest = static_cast<T>(truth);
  if (std::isinf(nearest) || nearest == 0) return value == nearest ? 0 : std::numeric_limits<double>::infinity();
  T const magnitude = std::fabs(nearest);
  T const unit = std::nextafter(magnitude, std::numeric_limits<T>::infinity()) - magnitude;
  return static_cast<double>(std::fabs((static_cast<long double>(value) - truth) / static_cast<long double>(unit)));
}

/// The largest error over numbers between two bounds, and at the bounds.
template <class T, class Ours, class Truth>
double largest_error(Ours const& ours, Truth const& truth, double low, double high) {
  std::mt19937_64 bits(1);
  double worst = 0;
  for (int i = 0; i < 40000; ++i) {
    double const share = i == 0 ? 0 : i == 1 ? 1 : static_cast<double>(bits() >> 11) * 0x1p-53;
    T const x = static_cast<T>(low + (high - low) * share);
    worst = std::max(worst, units_off(ours(x), truth(static_cast<long double>(x))));
  }
  return worst;
}

// The C library's functions of long double stand for the truth: they have 11 or 60 bits more.
template <class T>
void expect_errors(double of_exp_and_log, double of_tanh_and_erf) {
  auto const our_exp = [](T x) { return elementary::exp(x); };
  auto const true_exp = [](long double x) { return std::exp(x); };
  double const largest = std::log(static_cast<double>(std::numeric_limits<T>::max()));
  for (double const bound : {1.0, 20.0, largest}) {
    EXPECT_LE(largest_error<T>(our_exp, true_exp, -bound, bound), of_exp_and_log) << "exp up to " << bound;
  }
  EXPECT_LE(largest_error<T>(our_exp, true_exp, -largest - 40, -largest), of_exp_and_log) << "subnormal results of exp";
  auto const our_log = [](T x) { return elementary::log(x); };
  auto const true_log = [](long double x) { return std::log(x); };
  auto const smallest = static_cast<double>(std::numeric_limits<T>::min());
  for (auto const& [low, high] : {std::pair{0.5, 2.0},
                                  {0.99, 1.01},
                                  {1.0, 1e3},
                                  {1e-6, 1.0},
                                  {1e-3 * smallest, smallest},
                                  {1.0, static_cast<double>(std::numeric_limits<T>::max())}}) {
    EXPECT_LE(largest_error<T>(our_log, true_log, low, high), of_exp_and_log) << "log from " << low << " to " << high;
  }
  auto const our_tanh = [](T x) { return elementary::tanh(x); };
  auto const true_tanh = [](long double x) { return std::tanh(x); };
  auto const our_erf = [](T x) { return elementary::erf(x); };
  auto const true_erf = [](long double x) { return std::erf(x); };
  for (double const bound : {1e-9, 0.6, 1.1, 7.0, 30.0}) {
    EXPECT_LE(largest_error<T>(our_tanh, true_tanh, -bound, bound), of_tanh_and_erf) << "tanh up to " << bound;
    EXPECT_LE(largest_error<T>(our_erf, true_erf, -bound, bound), of_tanh_and_erf) << "erf up to " << bound;
  }
}

TEST(Elementary, OfFloatIsRoundedOnceNearlyAlways) {
  expect_errors<float>(0.501, 0.501);
}

TEST(Elementary, OfDoubleIsOffByTheUnitsThatAreStated) {
  expect_errors<double>(1, 1.5);
}

template <class T>
void expect_ends() {
  constexpr T infinity = std::numeric_limits<T>::infinity();
  constexpr T nan = std::numeric_limits<T>::quiet_NaN();
  EXPECT_TRUE(std::isnan(elementary::exp(nan)) && std::isnan(elementary::log(nan)));
  EXPECT_TRUE(std::isnan(elementary::tanh(nan)) && std::isnan(elementary::erf(nan)));
  EXPECT_EQ(elementary::exp(infinity), infinity);
  EXPECT_EQ(elementary::exp(-infinity), T{0});
  EXPECT_EQ(elementary::exp(std::numeric_limits<T>::max()), infinity);
  EXPECT_EQ(elementary::exp(T{0}), T{1});
  EXPECT_EQ(elementary::log(infinity), infinity);
  EXPECT_EQ(elementary::log(T{0}), -infinity);
  EXPECT_EQ(elementary::log(T{1}), T{0});
  EXPECT_TRUE(std::isnan(elementary::log(T{-1})) && std::isnan(elementary::log(-infinity)));
  for (T const sign : {T{1}, T{-1}}) {
    EXPECT_EQ(elementary::tanh(sign * infinity), sign);
    EXPECT_EQ(elementary::erf(sign * infinity), sign);
    EXPECT_EQ(std::signbit(elementary::tanh(sign * T{0})), std::signbit(sign * T{0}));
    EXPECT_EQ(std::signbit(elementary::erf(sign * T{0})), std::signbit(sign * T{0}));
  }
}

TEST(Elementary, EndsAsTheCLibraryDoes) {
  expect_ends<float>();
  expect_ends<double>();
}

TEST(Elementary, TanhAndErfAreOddFunctions) {
  for (double x = 1e-3; x < 30; x *= 1.01) {
    EXPECT_EQ(elementary::tanh(-x), -elementary::tanh(x));
    EXPECT_EQ(elementary::erf(-x), -elementary::erf(x));
  }
}

TEST(Elementary, MayBeComputedByTheCompiler) {
  constexpr double at_compile_time =
      elementary::exp(0.3) + elementary::log(5.0) + elementary::tanh(0.2) + elementary::erf(2.5);
  double volatile x[] = {0.3, 5.0, 0.2, 2.5};
  EXPECT_EQ(elementary::exp(x[0]) + elementary::log(x[1]) + elementary::tanh(x[2]) + elementary::erf(x[3]),
            at_compile_time);
}

}  // namespace
}  // namespace sparseconv::elementary_test
