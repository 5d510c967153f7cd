#include "sparseconv/execute/column_moments.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "support/error_message.hpp"
#include "support/policies.hpp"
#include "support/random_numbers.hpp"

namespace sparseconv::column_moments_test {
namespace {

struct Moments {
  std::vector<double> mean, variance;

  bool operator==(Moments const&) const = default;
};

template <class Policy, class T>
Moments moments_of(Policy const& where, MatrixView<T const> input) {
  auto const columns = static_cast<std::size_t>(input.columns);
  Moments moments{std::vector<double>(columns, -1), std::vector<double>(columns, -1)};
  column_moments(where, input, moments.mean, moments.variance);
  return moments;
}

// Column 0: 1, 3, 8: mean 4, deviations -3, -1, 4, squares 26 / 3. Column 1: equal numbers.
TEST(ColumnMoments, AreMeanAndBiasedVarianceByHand) {
  std::vector<float> const input{1, 7, 3, 7, 8, 7};
  test::for_each_host_policy([&](auto const& where) {
    auto const moments = moments_of(where, MatrixView<float const>{input.data(), 3, 2});
    EXPECT_EQ(moments, (Moments{{4, 7}, {26.0 / 3, 0}}));
    EXPECT_EQ(moments_of(where, MatrixView<float const>{input.data(), 1, 2}), (Moments{{1, 7}, {0, 0}}));
    EXPECT_EQ(moments_of(where, MatrixView<float const>{nullptr, 0, 2}), (Moments{{0, 0}, {0, 0}})) << "no rows";
    EXPECT_EQ(moments_of(where, MatrixView<float const>{nullptr, 3, 0}), Moments{}) << "no columns";
    std::vector<half> changeable{half(2), half(4)};
    double mean = 0;
    double variance = 0;
    column_moments(where, MatrixView<half>{changeable.data(), 2, 1}, {&mean, 1}, {&variance, 1});
    EXPECT_EQ(mean, 3);
    EXPECT_EQ(variance, 1);
  });
}

TEST(ColumnMoments, KeepNaNAndInfinities) {
  std::vector<float> input(300 * 3, 1.F);
  input[3 * 5] = std::numeric_limits<float>::quiet_NaN();
  input[3 * 270 + 1] = std::numeric_limits<float>::infinity();
  test::for_each_host_policy([&](auto const& where) {
    auto const moments = moments_of(where, MatrixView<float const>{input.data(), 300, 3});
    EXPECT_TRUE(std::isnan(moments.mean[0]));
    EXPECT_TRUE(std::isnan(moments.variance[0]));
    EXPECT_EQ(moments.mean[1], std::numeric_limits<double>::infinity());
    EXPECT_TRUE(std::isnan(moments.variance[1]));
    EXPECT_EQ(moments.mean[2], 1);
    EXPECT_EQ(moments.variance[2], 0);
  });
}

/// Numbers around an offset, in rows with gaps, against sums in long double. In units u = 2^-53 of double: the sum of
/// n numbers of magnitude m is within n m u of the exact one, so is the mean; a deviation d of magnitude s then is off
/// by d_mean + s u. Squares and their sum lose (n + 2) s^2 u more, less with WideSum<double>.
template <class T>
void expect_oracle(std::int64_t rows, std::int64_t columns, double offset) {
  test::RandomNumbers random(static_cast<std::uint32_t>(rows + columns));
  std::vector<T> numbers;
  std::int64_t const stride = columns + 1;
  for (std::int64_t i = 0; i < rows * stride; ++i) numbers.push_back(T(offset + random.number<double>()));
  MatrixView<T const> const input{numbers.data(), rows, columns, stride};
  Moments const moments = moments_of(seq, input);
  double const u = 0x1p-53;
  auto const n = static_cast<double>(rows);
  for (std::int64_t c = 0; c < columns; ++c) {
    long double sum = 0;
    for (std::int64_t row = 0; row < rows; ++row) sum += static_cast<double>(input(row, c));
    long double const mean = sum / static_cast<long double>(rows);
    long double squares = 0;
    double spread = 0;
    for (std::int64_t row = 0; row < rows; ++row) {
      long double const deviation = static_cast<double>(input(row, c)) - mean;
      squares += deviation * deviation;
      spread = std::max(spread, static_cast<double>(std::fabs(deviation)));
    }
    auto const i = static_cast<std::size_t>(c);
    double const mean_bound = (n + 2) * u * (std::fabs(offset) + 1);
    ASSERT_LE(static_cast<double>(std::fabs(moments.mean[i] - mean)), mean_bound) << c;
    double const deviation_bound = mean_bound + spread * u;
    double const bound =
        2 * spread * deviation_bound + deviation_bound * deviation_bound + (n + 2) * u * spread * spread;
    ASSERT_LE(static_cast<double>(std::fabs(moments.variance[i] - squares / static_cast<long double>(rows))), bound)
        << c;
  }
  test::for_each_cpu_policy([&](auto const& where) { ASSERT_EQ(moments_of(where, input), moments) << columns; });
}

TEST(ColumnMoments, AreThoseOfTheOracleWithTheBitsOfSeq) {
  for (std::int64_t const columns : {1, 3, 5, 17, 33}) {
    expect_oracle<float>(777, columns, 0.25);
    expect_oracle<half>(257, columns, -3);
  }
  for (std::int64_t const rows : {1, 255, 256, 257, 4 * 256 + 3}) expect_oracle<double>(rows, 9, 1e6);
  expect_oracle<bfloat16>(1000, 5, 0);
}

// A one-pass formula in double would keep six digits of the variance here, and none in float.
TEST(ColumnMoments, HaveTheDigitsOfAMillionRowsFarFromZero) {
  expect_oracle<float>(1'000'000, 1, 1e4);
}

TEST(ColumnMoments, NameTheOperandThatDoesNotFit) {
  std::vector<float> numbers(12);
  std::vector<double> moments(4);
  auto const message = [&](MatrixView<float const> input, std::span<double> mean, std::span<double> variance) {
    return test::message_of<ShapeError>([&] {
      column_moments(seq, input, mean, variance);
      return 0;
    });
  };
  MatrixView<float const> const input{numbers.data(), 4, 3};
  std::span<double> const three(moments.data(), 3);
  EXPECT_EQ(message(input, moments, three),
            "column_moments: the means are 4, the input's columns are 3; they must be equal");
  EXPECT_EQ(message(input, three, moments),
            "column_moments: the variances are 4, the input's columns are 3; they must be equal");
  EXPECT_EQ(
      message({nullptr, 4, 3}, three, three),
      "column_moments: the input's view of 4 rows of 3 columns has no data; give the address of its first number");
  EXPECT_EQ(message(input, {static_cast<double*>(nullptr), 3}, three),
            "column_moments: the means' list of 3 has no data; give the address of its first element");
  EXPECT_EQ(message(input, three, {static_cast<double*>(nullptr), 3}),
            "column_moments: the variances' list of 3 has no data; give the address of its first element");
}

}  // namespace
}  // namespace sparseconv::column_moments_test
