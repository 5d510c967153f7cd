#include "sparseconv/execute/finish_rows.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "support/error_message.hpp"
#include "support/instruction_sets.hpp"
#include "support/policies.hpp"
#include "support/random_numbers.hpp"

namespace sparseconv::finish_rows_test {
namespace {

template <class Where>
class FinishRows : public ::testing::Test {};
TYPED_TEST_SUITE(FinishRows, test::Policies);

using Pair = std::array<float, 2>;

constexpr Pair bias{10, -20};
constexpr std::array<float, 4> residual_rows{0, 0, 1, 5};
constexpr std::array<float, 4> sums{3, 4, -12, 8};

/// The second row of the sums above.
template <class Policy>
Pair finished(Policy const& where, Epilogue<float> const& epilogue, std::span<float const> factors = {}) {
  std::array<float, 4> output{};
  finish_rows(where, {sums.data(), 2, 2}, factors, epilogue, MatrixView<float>{output.data(), 2, 2});
  return {output[2], output[3]};
}

TYPED_TEST(FinishRows, KeepsTheRowsWithoutParts) {
  EXPECT_EQ(finished(TypeParam::policy(), {}), (Pair{-12, 8}));
}

TYPED_TEST(FinishRows, MultipliesThenAddsBiasAndResidualThenActivates) {
  auto const& where = TypeParam::policy();
  MatrixView<float const> const residual{residual_rows.data(), 2, 2};
  EXPECT_EQ(finished(where, {.bias = bias}), (Pair{-2, -12}));
  EXPECT_EQ(finished(where, {.residual = residual}), (Pair{-11, 13}));
  EXPECT_EQ(finished(where, {.activation = relu}), (Pair{0, 8}));
  EXPECT_EQ(finished(where, {.bias = bias, .residual = residual}), (Pair{-1, -7}));
  EXPECT_EQ(finished(where, {.bias = bias, .residual = residual, .activation = leaky_relu(2)}), (Pair{-2, -14}));
  EXPECT_EQ(finished(where, {.bias = bias, .residual = residual}, Pair{2, 3}), (Pair{-13, 9}));
}

TYPED_TEST(FinishRows, ActivatesSmoothlyWhatIsSummed) {
  auto const& where = TypeParam::policy();
  EXPECT_EQ(finished(where, {.activation = relu6}), (Pair{0, 6}));
  EXPECT_EQ(finished(where, {.bias = bias, .activation = sigmoid}, Pair{0.5F, 2.5F}), (Pair{sigmoid(4.F), 0.5F}));
  Pair const gated = finished(where, {.bias = bias, .activation = silu});
  EXPECT_NEAR(gated[0], -2 / (1 + std::exp(2.0)), 1e-7);
  EXPECT_NEAR(gated[1], -12 / (1 + std::exp(12.0)), 1e-11);
}

TYPED_TEST(FinishRows, MayWriteOverTheInput) {
  Pair row{1, 2};
  MatrixView<float> const view{row.data(), 1, 2};
  finish_rows(TypeParam::policy(), view, {}, Epilogue<float>{.bias = bias}, view);
  EXPECT_EQ(row, (Pair{11, -18}));
}

// 1 + 2^-11 + 2^-12 becomes 1 + 2^-10 in half, which has steps of 2^-10 there and of 2^-11 below 1. Had the bias been rounded
// to half before, it would have been 0.5, and 1 + 2^-11 would have gone to 1, which is even.
TYPED_TEST(FinishRows, AddsABiasOfAnotherTypeBeforeItRounds) {
  std::array<float, 1> const fine{0.5F + 0x1p-12F};
  std::array<half, 1> const input{half(0.5F + 0x1p-11F)};
  std::array<half, 1> output{};
  finish_rows(TypeParam::policy(), {input.data(), 1, 1}, {}, Epilogue<half, HostMemory, float>{.bias = fine},
              MatrixView<half>{output.data(), 1, 1});
  EXPECT_EQ(output[0], half(1 + 0x1p-10F));

  std::array<bfloat16, 1> const coarse{bfloat16(-3.F)};
  float row = 1.25F;
  MatrixView<float> const view{&row, 1, 1};
  finish_rows(TypeParam::policy(), view, {}, Epilogue<float, HostMemory, bfloat16>{.bias = coarse}, view);
  EXPECT_EQ(row, -1.75F);
}

// (1 + e)^2 - (1 + 2 e) is e^2 if it is rounded once, and 0 if the product is rounded first.
TYPED_TEST(FinishRows, RoundsTheProductByItself) {
  constexpr float e = std::numeric_limits<float>::epsilon();
  std::vector<float> const input(37, 1 + e);
  std::vector<float> const factors(37, 1 + e);
  std::vector<float> const offsets(37, -(1 + 2 * e));
  std::vector<float> output(37, -1);
  finish_rows(TypeParam::policy(), {input.data(), 1, 37}, factors, Epilogue<float>{.bias = offsets},
              MatrixView<float>{output.data(), 1, 37});
  EXPECT_EQ(output, std::vector<float>(37, 0.F));
}

TYPED_TEST(FinishRows, ReadsAndWritesColumnsOfWiderMatrices) {
  std::vector<float> wide(3 * 10, -7);
  std::vector<float> const input{1, 2, 0, 0, 3, 4, 0, 0, 5, 6, 0, 0};
  MatrixView<float> const all{wide.data(), 3, 10};
  MatrixView<float const> const narrow{input.data(), 3, 2, 4};
  for (Activation const activation : {no_activation, gelu}) {
    finish_rows(TypeParam::policy(), narrow, {}, Epilogue<float>{.residual = narrow, .activation = activation},
                all.column_range(6, 2));
    for (std::int64_t row = 0; row < 3; ++row) {
      for (std::int64_t c = 0; c < 10; ++c) {
        bool const written = c == 6 || c == 7;
        EXPECT_EQ(all(row, c), written ? activation(2 * narrow(row, c - 6)) : -7) << row << ", " << c;
      }
    }
  }
}

TYPED_TEST(FinishRows, NamesTheOperandThatDoesNotFit) {
  std::vector<float> numbers(12);
  MatrixView<float> const output{numbers.data(), 3, 4};
  auto const message = [&](MatrixView<float const> input, std::span<float const> factors, Epilogue<float> epilogue) {
    return test::message_of<ShapeError>([&] { finish_rows(TypeParam::policy(), input, factors, epilogue, output); });
  };
  std::span<float const> const three{numbers.data(), 3};
  EXPECT_EQ(message({numbers.data(), 2, 4}, {}, {}),
            "finish_rows: the input's rows are 2, the output's are 3; they must be equal");
  EXPECT_EQ(message({numbers.data(), 3, 3}, {}, {}),
            "finish_rows: the input's channels are 3, the output's are 4; they must be equal");
  EXPECT_EQ(message(output, three, {}), "finish_rows: the factors are 3, the output's are 4; they must be equal");
  EXPECT_EQ(message(output, {}, {.bias = three}),
            "finish_rows: the bias has a length of 3, the output's are 4; they must be equal");
  EXPECT_EQ(message(output, {}, {.residual = {numbers.data(), 1, 4}}),
            "finish_rows: the residual's rows are 1, the output's are 3; they must be equal");
  EXPECT_EQ(message(output, {}, {.residual = {numbers.data(), 3, 2}}),
            "finish_rows: the residual's channels are 2, the output's are 4; they must be equal");
  EXPECT_EQ(message({numbers.data(), 3, 4, 0}, {}, {}),
            "finish_rows: the input's rows of 4 columns lie 0 numbers apart; give a stride of at least as many");
}

TYPED_TEST(FinishRows, TakesNoRows) {
  finish_rows(TypeParam::policy(), {nullptr, 0, 4}, {}, Epilogue<double>{.activation = relu},
              MatrixView<double>{nullptr, 0, 4});
}

// Every instruction set against `seq`, bit for bit: all element types, channels around vectors and around the parts in which
// a residual is widened, every activation, each part given and left out.
template <class T>
class FinishedBits : public ::testing::Test {};
using Features = ::testing::Types<float, double, half, bfloat16>;
TYPED_TEST_SUITE(FinishedBits, Features);

TYPED_TEST(FinishedBits, AreThoseOfSeqForEveryInstructionSet) {
  using T = TypeParam;
  using Sum = Accumulator<T>;
  constexpr std::int64_t rows = 5;
  for (std::int64_t const channels : {1, 3, 7, 8, 17, 33, 65, 300}) {
    auto const numbers = [&](std::int64_t count, std::uint32_t seed) {
      auto const wide = test::random_numbers<double>(count, seed);
      std::vector<T> narrow;
      for (double const number : wide) narrow.push_back(T(9 * number));
      return narrow;
    };
    std::vector<T> input = numbers(rows * channels, 1);
    input[0] = std::numeric_limits<T>::quiet_NaN();
    input.back() = T(-std::numeric_limits<double>::infinity());
    std::vector<T> const residual = numbers(rows * channels, 2);
    std::vector<T> const offsets = numbers(channels, 3);
    auto const factors = test::random_numbers<Sum>(channels, 4);
    for (int parts = 0; parts < 8; ++parts) {
      for (Activation const activation :
           {no_activation, relu, leaky_relu(0.1), relu6, gelu, gelu_tanh, silu, sigmoid, tanh_activation}) {
        if (activation.is_smooth() && parts != 0 && parts != 7) continue;
        Epilogue<T> epilogue{.activation = activation};
        if (parts & 1) epilogue.bias = offsets;
        if (parts & 2) epilogue.residual = {residual.data(), rows, channels};
        std::span<Sum const> used;
        if (parts & 4) used = {factors.data(), static_cast<std::size_t>(channels)};
        auto const run = [&](auto const& where) {
          std::vector<T> output(input.size());
          finish_rows(where, {input.data(), rows, channels}, used, epilogue,
                      MatrixView<T>{output.data(), rows, channels});
          return output;
        };
        std::vector<T> const expected = run(seq);
        for (InstructionSet const set : test::instruction_sets()) {
          std::vector<T> const result = run(cpu.instructions(set));
          for (std::size_t i = 0; i < expected.size(); ++i) {
            bool const both_nan = expected[i] != expected[i] && result[i] != result[i];
            ASSERT_TRUE(both_nan || (expected[i] == result[i] &&
                                     std::signbit(double(expected[i])) == std::signbit(double(result[i]))))
                << to_string(set) << ", " << to_string(activation) << ", " << channels << " channels, parts " << parts
                << ", place " << i;
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace sparseconv::finish_rows_test
