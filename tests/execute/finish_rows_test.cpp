#include "sparseconv/execute/epilogue.hpp"

#include <gtest/gtest.h>

#include <array>

namespace sparseconv {
namespace {

using Pair = std::array<float, 2>;

constexpr Pair bias{10, -20};
Pair residual_rows[2] = {{0, 0}, {1, 5}};

Pair finished(Epilogue<float> const& epilogue) {
  Pair sum{-12, 8};
  Pair output{};
  epilogue(1, 2, sum.data(), output.data());
  return output;
}

TEST(Epilogue, LeavesTheSumWithoutParts) {
  EXPECT_EQ(finished({}), (Pair{-12, 8}));
}

TEST(Epilogue, AddsBiasAndTheRowOfTheResidualBeforeTheActivation) {
  MatrixView<float const> const residual{residual_rows[0].data(), 2, 2};
  EXPECT_EQ(finished({.bias = bias}), (Pair{-2, -12}));
  EXPECT_EQ(finished({.residual = residual}), (Pair{-11, 13}));
  EXPECT_EQ(finished({.activation = relu}), (Pair{0, 8}));
  EXPECT_EQ(finished({.bias = bias, .residual = residual}), (Pair{-1, -7}));
  EXPECT_EQ(finished({.bias = bias, .residual = residual, .activation = leaky_relu(2)}), (Pair{-2, -14}));
}

TEST(Epilogue, MayWriteOverTheSum) {
  Pair row{1, 2};
  Epilogue<float>{.bias = bias}(0, 2, row.data(), row.data());
  EXPECT_EQ(row, (Pair{11, -18}));
}

TEST(Epilogue, WritesNoMoreThanTheChannels) {
  Pair output{7, 7};
  Pair sum{1, 2};
  Epilogue<float>{}(0, 1, sum.data(), output.data());
  EXPECT_EQ(output, (Pair{1, 7}));
}

// 1 + 2^-11 + 2^-12 becomes 1 + 2^-10 in half, which has steps of 2^-10 there and of 2^-11 below 1. Had the bias been rounded
// to half before, it would have been 0.5, and 1 + 2^-11 would have gone to 1, which is even.
TEST(Epilogue, AddsABiasOfAnotherTypeBeforeItRounds) {
  std::array<float, 1> const fine{0.5F + 0x1p-12F};
  std::array<float, 1> sum{0.5F + 0x1p-11F};
  std::array<half, 1> output{};
  Epilogue<half, HostMemory, float>{.bias = fine}(0, 1, sum.data(), output.data());
  EXPECT_EQ(output[0], half(1 + 0x1p-10F));

  std::array<bfloat16, 1> const coarse{bfloat16(-3.F)};
  float row = 1.25F;
  Epilogue<float, HostMemory, bfloat16>{.bias = coarse}(0, 1, &row, &row);
  EXPECT_EQ(row, -1.75F);
}

}  // namespace
}  // namespace sparseconv
