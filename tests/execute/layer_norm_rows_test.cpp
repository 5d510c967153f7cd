#include "sparseconv/execute/layer_norm_rows.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "support/error_message.hpp"
#include "support/layer_sums.hpp"
#include "support/policies.hpp"
#include "support/random_numbers.hpp"

namespace sparseconv::layer_norm_rows_test {
namespace {

// Row 0: 1, 5: mean 3, variance 4; with epsilon 2.25 the root is 2.5: -0.8, 0.8. Row 1: equal numbers give the shift.
TEST(LayerNormRows, IsPyTorchsFormulaByHand) {
  std::vector<double> const input{1, 5, 7, 7};
  std::vector<double> const scale{10, 5};
  std::vector<double> const shift{1, -2};
  test::for_each_host_policy([&](auto const& where) {
    std::vector<double> output(4);
    layer_norm_rows(where, {input.data(), 2, 2}, scale, shift, 2.25, MatrixView<double>{output.data(), 2, 2});
    EXPECT_EQ(output, (std::vector<double>{-7, 2, 1, -2}));
  });
}

/// The largest deviation from plain loops in long double, as a share of what rounding explains: all is done in double
/// on numbers of magnitude m, normalised ones of at most sqrt(C) and then one rounding to T.
template <class T>
void expect_oracle(std::int64_t channels, double offset) {
  constexpr std::int64_t rows = 300;
  constexpr double epsilon = 1e-5;
  test::RandomNumbers random(static_cast<std::uint32_t>(channels));
  std::int64_t const stride = channels + 2;
  std::vector<T> numbers;
  for (std::int64_t i = 0; i < rows * stride; ++i) numbers.push_back(T(offset + random.number<double>()));
  MatrixView<T const> const input{numbers.data(), rows, channels, stride};
  auto const scale = test::random_numbers<double>(channels, 3);
  auto const shift = test::random_numbers<double>(channels, 4);
  auto const run = [&](auto const& where) {
    std::vector<T> wide(static_cast<std::size_t>(rows * (channels + 1)), T(-3));
    MatrixView<T> const all{wide.data(), rows, channels + 1};
    layer_norm_rows(where, input, scale, shift, epsilon, all.column_range(0, channels));
    return wide;
  };
  std::vector<T> const result = run(seq);
  for (std::int64_t row = 0; row < rows; ++row) {
    long double sum = 0;
    for (std::int64_t c = 0; c < channels; ++c) sum += static_cast<double>(input(row, c));
    long double const mean = sum / static_cast<long double>(channels);
    long double squares = 0;
    for (std::int64_t c = 0; c < channels; ++c) {
      squares += (static_cast<double>(input(row, c)) - mean) * (static_cast<double>(input(row, c)) - mean);
    }
    long double const root = std::sqrt(squares / static_cast<long double>(channels) + epsilon);
    T const* const from = result.data() + row * (channels + 1);
    ASSERT_EQ(from[channels], T(-3));
    for (std::int64_t c = 0; c < channels; ++c) {
      long double const deviation = (static_cast<double>(input(row, c)) - mean) / root;
      long double const expected = deviation * scale[c] + shift[c];
      auto const terms = static_cast<double>(channels + 4);
      double const of_mean = terms * 0x1p-53 * (std::fabs(offset) + 1) / static_cast<double>(root);
      double const bound = (of_mean + terms * 0x1p-53) * (2 + static_cast<double>(std::fabs(deviation)));
      double const rounding = static_cast<double>(std::numeric_limits<T>::epsilon()) / 2 *
                                  (static_cast<double>(std::fabs(expected)) + bound) +
                              static_cast<double>(std::numeric_limits<T>::denorm_min());
      ASSERT_LE(test::share_of_bound(from[c], expected, bound + rounding), 1) << row << ", " << c;
    }
  }
  test::for_each_cpu_policy(
      [&](auto const& where) { ASSERT_TRUE(test::same_bits_or_nan<T>(run(where), result)) << channels; });
}

TEST(LayerNormRows, IsThatOfTheOracleWithTheBitsOfSeq) {
  for (std::int64_t const channels : {1, 3, 5, 17, 33}) {
    expect_oracle<float>(channels, 0.5);
    expect_oracle<half>(channels, -2);
  }
  expect_oracle<float>(33, 1e4);
  expect_oracle<double>(17, 1e4);
  expect_oracle<bfloat16>(8, 1);
}

TEST(LayerNormRows, MayWriteOverTheInput) {
  test::for_each_host_policy([&](auto const& where) {
    std::vector<float> row{1, 5};
    MatrixView<float> const view{row.data(), 1, 2};
    layer_norm_rows(where, view, std::vector<double>{10, 5}, std::vector<double>{0, 1}, 2.25, view);
    EXPECT_EQ(row, (std::vector<float>{-8, 5}));
  });
}

TEST(LayerNormRows, TakesNothingAndKeepsNaN) {
  test::for_each_host_policy([&](auto const& where) {
    layer_norm_rows(where, {nullptr, 0, 1}, std::vector<double>{1}, std::vector<double>{0}, 1,
                    MatrixView<float>{nullptr, 0, 1});
    layer_norm_rows(where, {nullptr, 3, 0}, {}, {}, 1, MatrixView<float>{nullptr, 3, 0});
    std::vector<float> row{1, std::numeric_limits<float>::quiet_NaN()};
    MatrixView<float> const view{row.data(), 1, 2};
    layer_norm_rows(where, view, std::vector<double>{1, 1}, std::vector<double>{0, 0}, 1, view);
    EXPECT_TRUE(std::isnan(row[0]) && std::isnan(row[1]));
  });
}

TEST(LayerNormRows, NamesTheOperandThatDoesNotFit) {
  std::vector<float> numbers(12);
  std::vector<double> const four(4, 1);
  std::span<double const> const three(four.data(), 3);
  auto const message = [&](MatrixView<float const> input, std::span<double const> scale, std::span<double const> shift,
                           double epsilon = 1) {
    return test::message_of<ShapeError>([&] {
      layer_norm_rows(seq, input, scale, shift, epsilon, MatrixView<float>{numbers.data(), 4, 3});
      return 0;
    });
  };
  MatrixView<float const> const input{numbers.data(), 4, 3};
  EXPECT_EQ(message({numbers.data(), 3, 3}, three, three),
            "layer_norm_rows: the input's rows are 3, the output's are 4; they must be equal");
  EXPECT_EQ(message({numbers.data(), 4, 2}, three, three),
            "layer_norm_rows: the input's channels are 2, the output's are 3; they must be equal");
  EXPECT_EQ(message(input, four, three),
            "layer_norm_rows: the scale has a length of 4, the channels are 3; they must be equal");
  EXPECT_EQ(message(input, three, four),
            "layer_norm_rows: the shift has a length of 4, the channels are 3; they must be equal");
  EXPECT_EQ(
      message({nullptr, 4, 3}, three, three),
      "layer_norm_rows: the input's view of 4 rows of 3 columns has no data; give the address of its first number");
  EXPECT_EQ(message(input, {static_cast<double const*>(nullptr), 3}, three),
            "layer_norm_rows: the scale's list of 3 has no data; give the address of its first element");
  std::string const rest = "; it must be positive and finite";
  EXPECT_EQ(message(input, three, three, 0), "layer_norm_rows: epsilon is 0" + rest);
  EXPECT_EQ(message(input, three, three, -1), "layer_norm_rows: epsilon is -1" + rest);
  EXPECT_EQ(message(input, three, three, std::numeric_limits<double>::infinity()),
            "layer_norm_rows: epsilon is inf" + rest);
}

}  // namespace
}  // namespace sparseconv::layer_norm_rows_test
