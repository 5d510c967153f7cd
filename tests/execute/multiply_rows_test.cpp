#include "sparseconv/execute/multiply_rows.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <vector>

#include "sparseconv/execute/gather_gemm_scatter.hpp"
#include "support/element_pairs.hpp"
#include "support/error_message.hpp"
#include "support/instruction_sets.hpp"
#include "support/policies.hpp"
#include "support/random_numbers.hpp"
#include "support/rounding.hpp"

namespace sparseconv::multiply_rows_test {
namespace {

template <class Where>
class MultiplyRows : public ::testing::Test {};
TYPED_TEST_SUITE(MultiplyRows, test::Policies);

// (1 2) (1 10 100)   (1 + 20000 ...): row 0: 1 x (1, 10, 100) + 2 x (3, 5, 7) = (7, 20, 114)
//       (3  5   7)                    row 1: 4 x (1, 10, 100) - 1 x (3, 5, 7) = (1, 35, 393)
TYPED_TEST(MultiplyRows, ByHand) {
  std::array<float, 4> const input{1, 2, 4, -1};
  std::array<float, 6> const matrix{1, 10, 100, 3, 5, 7};
  std::array<float, 6> output{};
  MatrixView<float> const rows{output.data(), 2, 3};
  WeightsView<float> const weights{matrix.data(), 1, 2, 3};
  multiply_rows(TypeParam::policy(), {input.data(), 2, 2}, weights, rows);
  EXPECT_EQ(output, (std::array<float, 6>{7, 20, 114, 1, 35, 393}));

  std::array<float, 3> const bias{-8, 0, 0.5F};
  std::array<float, 6> const residual{0, 1, 2, 3, -40, 5};
  multiply_rows(TypeParam::policy(), {input.data(), 2, 2}, weights, rows,
                {.bias = bias, .residual = {residual.data(), 2, 3}, .activation = leaky_relu(0.5)});
  EXPECT_EQ(output, (std::array<float, 6>{-0.5F, 21, 116.5F, -2, -2.5F, 398.5F}));
}

/// Operands whose rows lie `gap` numbers further apart than they are wide.
template <class T, class W>
struct Operands {
  std::int64_t rows;
  std::int64_t in_channels;
  std::int64_t out_channels;
  std::int64_t gap;
  Buffer<T> inputs = test::random_numbers<T>(rows * (in_channels + gap), 1);
  Buffer<T> residuals = test::random_numbers<T>(rows * (out_channels + gap), 2);
  Weights<W> weights{1, in_channels, out_channels, test::random_numbers<W>(in_channels* out_channels, 3)};
  Buffer<W> bias = test::random_numbers<W>(out_channels, 4);

  [[nodiscard]] MatrixView<T const> input() const { return {inputs.data(), rows, in_channels, in_channels + gap}; }
  [[nodiscard]] Epilogue<T, HostMemory, W> epilogue() const {
    return {.bias = bias,
            .residual = {residuals.data(), rows, out_channels, out_channels + gap},
            .activation = leaky_relu(0.25)};
  }
  /// What `call(output)` leaves of rows that lie apart, the gaps with them.
  template <class Call>
  [[nodiscard]] std::vector<T> output_of(Call const& call) const {
    std::vector<T> all(static_cast<std::size_t>(rows * (out_channels + gap)), T(-7));
    call(MatrixView<T>{all.data(), rows, out_channels, out_channels + gap});
    return all;
  }
  template <class Policy>
  [[nodiscard]] std::vector<T> product(Policy const& where) const {
    return output_of([&](MatrixView<T> output) { multiply_rows(where, input(), weights, output, epilogue()); });
  }
  /// The same over a rulebook of the pairs (i, i).
  template <class Policy>
  [[nodiscard]] std::vector<T> convolution(Policy const& where) const {
    std::vector<Row> same(static_cast<std::size_t>(rows));
    std::iota(same.begin(), same.end(), Row{0});
    std::array<std::int64_t, 2> const offsets{0, rows};
    RulebookView<> const rules{offsets, {same.data()}, {same.data()}, rows, rows, 0};
    return output_of(
        [&](MatrixView<T> output) { gather_gemm_scatter(where, rules, input(), weights, output, epilogue()); });
  }
};

template <class T>
bool equal_bits(std::vector<T> const& a, std::vector<T> const& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

template <class Pair>
class ProductOfRows : public ::testing::Test {};
TYPED_TEST_SUITE(ProductOfRows, test::ElementPairs);

// Against plain loops in double, and bit for bit against a rulebook's convolution.
TYPED_TEST(ProductOfRows, IsTheConvolutionOverTheIdentity) {
  using T = typename TypeParam::Features;
  using W = typename TypeParam::Learned;
  auto const check = [](Operands<T, W> const& given) {
    SCOPED_TRACE(::testing::Message() << given.rows << " rows, " << given.in_channels << " -> " << given.out_channels
                                      << " channels, gap " << given.gap);
    std::vector<T> const output = given.product(seq);
    ASSERT_TRUE(equal_bits(output, given.convolution(seq)));
    std::int64_t const stride = given.out_channels + given.gap;
    for (std::int64_t row = 0; row < given.rows; ++row) {
      for (std::int64_t j = 0; j < stride; ++j) {
        auto const result = static_cast<double>(output[static_cast<std::size_t>(row * stride + j)]);
        if (j >= given.out_channels) {
          ASSERT_EQ(result, -7) << "a gap";
          continue;
        }
        double sum = static_cast<double>(given.bias[j]) + static_cast<double>(given.residuals[row * stride + j]);
        double magnitude = std::fabs(sum);
        for (std::int64_t c = 0; c < given.in_channels; ++c) {
          double const product = static_cast<double>(given.inputs[row * (given.in_channels + given.gap) + c]) *
                                 static_cast<double>(given.weights.values()[c * given.out_channels + j]);
          sum += product;
          magnitude += std::fabs(product);
        }
        double const expected = sum < 0 ? 0.25 * sum : sum;
        ASSERT_LE(std::fabs(result - expected), test::rounding_bound<T>(given.in_channels + 3, magnitude + 1, expected))
            << row << ", " << j;
      }
    }
    for (InstructionSet const set : test::instruction_sets()) {
      CpuPolicy const where = test::OnCpu<1>::policy().instructions(set);
      std::vector<T> const alone = given.product(where);
      ASSERT_TRUE(equal_bits(alone, given.convolution(where))) << to_string(set);
      ASSERT_TRUE(equal_bits(alone, given.product(test::OnCpu<3>::policy().instructions(set)))) << to_string(set);
      if (set == InstructionSet::portable) {
        ASSERT_TRUE(equal_bits(alone, output)) << "the bits of seq";
      }
      if (is_narrow<T> && is_narrow<W> && !test::takes_tiles<T, W>(set, given.in_channels)) {
        ASSERT_TRUE(equal_bits(alone, output)) << to_string(set) << ": such products are exact in float";
      }
    }
  };
  for (std::int64_t const gap : {0, 3}) {
    check({.rows = 1, .in_channels = 1, .out_channels = 1, .gap = gap});
    check({.rows = 70, .in_channels = 3, .out_channels = 5, .gap = gap});
    check({.rows = 9, .in_channels = 17, .out_channels = 33, .gap = gap});
    check({.rows = 130, .in_channels = 33, .out_channels = 16, .gap = gap});
    check({.rows = 70, .in_channels = 34, .out_channels = 81, .gap = gap});
    check({.rows = 50, .in_channels = 416, .out_channels = 20, .gap = gap});
  }
  check({.rows = 0, .in_channels = 3, .out_channels = 5, .gap = 0});
  check({.rows = 5, .in_channels = 0, .out_channels = 5, .gap = 0});
  check({.rows = 5, .in_channels = 3, .out_channels = 0, .gap = 0});
}

// Input channels that are taken in several parts, several panels, more rows than blocks of any machine.
TEST(ProductOfManyRows, IsTheConvolutionOverTheIdentity) {
  Operands<float, float> const given{.rows = 1500, .in_channels = 421, .out_channels = 70, .gap = 0};
  std::vector<float> const expected = given.convolution(test::OnCpu<1>::policy());
  test::for_each_cpu_policy([&](CpuPolicy const& where) { EXPECT_TRUE(equal_bits(given.product(where), expected)); });
  Operands<half, half> const narrow{.rows = 5001, .in_channels = 40, .out_channels = 20, .gap = 0};
  EXPECT_TRUE(equal_bits(narrow.product(test::OnCpu<3>::policy()), narrow.convolution(test::OnCpu<1>::policy())));
  Operands<bfloat16, bfloat16> const dotted{.rows = 5001, .in_channels = 40, .out_channels = 20, .gap = 0};
  EXPECT_TRUE(equal_bits(dotted.product(test::OnCpu<3>::policy()), dotted.convolution(test::OnCpu<1>::policy())));
}

TYPED_TEST(MultiplyRows, NamesTheOperandThatDoesNotFit) {
  std::vector<float> numbers(24);
  MatrixView<float> const output{numbers.data(), 3, 4};
  auto const message = [&](MatrixView<float const> input, WeightsView<float> const& weights,
                           Epilogue<float> const& epilogue = {}) {
    return test::message_of<ShapeError>([&] { multiply_rows(TypeParam::policy(), input, weights, output, epilogue); });
  };
  WeightsView<float> const weights{numbers.data(), 1, 2, 4};
  MatrixView<float const> const input{numbers.data(), 3, 2};
  EXPECT_EQ(message(input, {numbers.data(), 3, 2, 4}),
            "multiply_rows: the weights' kernel elements are 3, those of one matrix are 1; they must be equal");
  EXPECT_EQ(message({numbers.data(), 2, 2}, weights),
            "multiply_rows: the output's rows are 3, the input's are 2; they must be equal");
  EXPECT_EQ(message({numbers.data(), 3, 5}, weights),
            "multiply_rows: the input's channels are 5, the weights' input channels are 2; they must be equal");
  EXPECT_EQ(message(input, {numbers.data(), 1, 2, 5}),
            "multiply_rows: the output's channels are 4, the weights' output channels are 5; they must be equal");
  EXPECT_EQ(
      message(input, {nullptr, 1, 2, 4}),
      "multiply_rows: the weights' view of 1 kernel elements x 2 x 4 channels has no data; give the address of its "
      "first number");
  EXPECT_EQ(message(input, weights, {.residual = {numbers.data(), 2, 4}}),
            "multiply_rows: the residual's rows are 2, the output's are 3; they must be equal");
}

}  // namespace
}  // namespace sparseconv::multiply_rows_test
