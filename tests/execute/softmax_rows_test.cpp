#include "sparseconv/execute/softmax_rows.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "support/error_message.hpp"
#include "support/layer_sums.hpp"
#include "support/policies.hpp"
#include "support/random_numbers.hpp"

namespace sparseconv::softmax_rows_test {
namespace {

template <class Where>
class SoftmaxRows : public ::testing::Test {};
TYPED_TEST_SUITE(SoftmaxRows, test::Policies);

constexpr float infinity = std::numeric_limits<float>::infinity();

template <class T, class Policy>
std::vector<T> softmax_of(Policy const& where, std::vector<T> const& input, std::int64_t rows, std::int64_t channels) {
  std::vector<T> output(input.size(), T(-7));
  softmax_rows(where, {input.data(), rows, channels}, MatrixView<T>{output.data(), rows, channels});
  return output;
}

// e^x / 4 for x = 0 and log(3), whatever is added to both.
TYPED_TEST(SoftmaxRows, IsByHand) {
  auto const third = static_cast<float>(std::log(3.0));
  auto const shares = softmax_of<float>(TypeParam::policy(), {0, third, 2000 + third, 2000, -5, -5}, 3, 2);
  EXPECT_NEAR(shares[0], 0.25, 1e-7);
  EXPECT_NEAR(shares[1], 0.75, 1e-7);
  EXPECT_NEAR(shares[2], 0.75, 1e-4);  // 2000 + log(3) is a rounded number
  EXPECT_NEAR(shares[3], 0.25, 1e-4);
  EXPECT_EQ(shares[4], 0.5F);
  EXPECT_EQ(shares[5], 0.5F);
}

TYPED_TEST(SoftmaxRows, OfOneChannelIsOne) {
  EXPECT_EQ(softmax_of<float>(TypeParam::policy(), {-80, 0, 3e38F}, 3, 1), (std::vector<float>{1, 1, 1}));
}

// As in PyTorch: -infinity is a share of 0, unless there is nothing else.
TYPED_TEST(SoftmaxRows, TakesInfinitiesAndNaN) {
  float const nan = std::numeric_limits<float>::quiet_NaN();
  auto const shares = softmax_of<float>(TypeParam::policy(),
                                        {-infinity, 1, 1,                  //
                                         -infinity, -infinity, -infinity,  //
                                         0, infinity, 1,                   //
                                         0, nan, 1,                        //
                                         nan, nan, nan},
                                        5, 3);
  EXPECT_EQ(std::vector<float>(shares.begin(), shares.begin() + 3), (std::vector<float>{0, 0.5F, 0.5F}));
  EXPECT_TRUE(std::all_of(shares.begin() + 3, shares.end(), [](float share) { return std::isnan(share); }));
}

TYPED_TEST(SoftmaxRows, MayWriteOverTheInputAndLeavesGaps) {
  std::vector<float> wide{9, 9, 1, 2, 9, 9, 3, 3};
  MatrixView<float> const view{wide.data() + 2, 2, 2, 4};
  softmax_rows(TypeParam::policy(), view, view);
  EXPECT_NEAR(wide[2], 1 / (1 + std::exp(1.0)), 1e-7);
  EXPECT_NEAR(wide[3], 1 / (1 + std::exp(-1.0)), 1e-7);
  EXPECT_EQ(wide[6], 0.5F);
  EXPECT_EQ(wide[7], 0.5F);
  for (std::size_t const i : {0U, 1U, 4U, 5U}) EXPECT_EQ(wide[i], 9) << i;
}

TYPED_TEST(SoftmaxRows, TakesNoRowsAndNoChannels) {
  EXPECT_TRUE(softmax_of<double>(TypeParam::policy(), {}, 0, 4).empty());
  EXPECT_TRUE(softmax_of<double>(TypeParam::policy(), {}, 4, 0).empty());
}

TYPED_TEST(SoftmaxRows, NamesTheOperandThatDoesNotFit) {
  std::vector<float> numbers(12);
  auto const message = [&](MatrixView<float const> input, MatrixView<float> output) {
    return test::message_of<ShapeError>([&] { softmax_rows(TypeParam::policy(), input, output); });
  };
  MatrixView<float> const whole{numbers.data(), 3, 4};
  EXPECT_EQ(message({numbers.data(), 2, 4}, whole),
            "softmax_rows: the input's rows are 2, the output's are 3; they must be equal");
  EXPECT_EQ(message({numbers.data(), 3, 3}, whole),
            "softmax_rows: the input's channels are 3, the output's are 4; they must be equal");
  EXPECT_EQ(message({numbers.data(), 3, 4, 1}, whole),
            "softmax_rows: the input's rows of 4 columns lie 1 numbers apart; give a stride of at least as many");
  EXPECT_EQ(message(whole, {numbers.data(), 3, 4, 1}),
            "softmax_rows: the output's rows of 4 columns lie 1 numbers apart; give a stride of at least as many");
}

template <class T>
class SoftmaxOf : public ::testing::Test {};
using Features = ::testing::Types<float, double, half, bfloat16>;
TYPED_TEST_SUITE(SoftmaxOf, Features);

// In long double, from the definition without a largest number; what rounding explains is half a unit for the narrow types.
TYPED_TEST(SoftmaxOf, AgreesWithTheDefinitionAndHasTheSameBitsOnEveryPolicy) {
  using T = TypeParam;
  constexpr std::int64_t rows = 300;
  for (std::int64_t const channels : {1, 3, 5, 17, 33}) {
    std::vector<T> input;
    for (double const number : test::random_numbers<double>(rows * channels, 3)) input.push_back(T(20 * number));
    std::vector<T> const shares = softmax_of(seq, input, rows, channels);
    double worst = 0;
    for (std::int64_t row = 0; row < rows; ++row) {
      long double sum = 0;
      auto const power = [&](std::int64_t c) {
        return std::exp(
            static_cast<long double>(static_cast<double>(input[static_cast<std::size_t>(row * channels + c)])));
      };
      for (std::int64_t c = 0; c < channels; ++c) sum += power(c);
      for (std::int64_t c = 0; c < channels; ++c) {
        long double const truth = power(c) / sum;
        auto const share = static_cast<double>(shares[static_cast<std::size_t>(row * channels + c)]);
        double const unit =
            std::max(static_cast<double>(truth) * static_cast<double>(std::numeric_limits<T>::epsilon()),
                     static_cast<double>(std::numeric_limits<T>::denorm_min()));
        worst = std::max(worst, static_cast<double>(std::fabs(static_cast<long double>(share) - truth)) / unit);
      }
    }
    // Of double: a power of 40 has an exponent that is off by 20 units.
    EXPECT_LE(worst, sizeof(T) == 8 ? static_cast<double>(channels) + 25 : 0.501) << channels << " channels";
    test::for_each_cpu_policy([&](auto const& where) {
      EXPECT_TRUE(test::same_bits_or_nan<T>(softmax_of(where, input, rows, channels), shares));
    });
  }
}

}  // namespace
}  // namespace sparseconv::softmax_rows_test
