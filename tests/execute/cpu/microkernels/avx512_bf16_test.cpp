#include "sparseconv/execute/cpu/microkernels/avx512_bf16.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "sparseconv/execute/cpu/microkernels.hpp"
#include "support/random_numbers.hpp"
#include "support/rounded_once.hpp"

namespace sparseconv::cpu_microkernels_avx512_bf16_test {
namespace {

class DotProducts : public ::testing::Test {
 protected:
  void SetUp() override {
    if (kernels_ == nullptr) GTEST_SKIP() << "this processor has no dot products of bfloat16";
  }

  on_cpu::Microkernels<bfloat16> const* kernels_ =
      best_instruction_set() < InstructionSet::avx512_bf16
          ? nullptr
          : on_cpu::narrow_microkernels<bfloat16>(InstructionSet::avx512_bf16, 2);
};

/// Inputs 0, 2, 4, ... of a list go to outputs 3, 6, 9, ... of a block that starts at row 100.
struct Call {
  std::int64_t count, in_channels, width, block_stride;
  Buffer<bfloat16> input, weights, panel;
  Buffer<float> block;
  std::vector<Row> input_rows, output_rows;

  Call(std::int64_t pairs, std::int64_t channels, std::int64_t panel_width)
      : count(pairs),
        in_channels(channels),
        width(panel_width),
        block_stride(panel_width + 3),
        input(test::random_numbers<bfloat16>(2 * pairs * channels, 1)),
        weights(test::random_numbers<bfloat16>(channels * panel_width, 2)),
        panel(channels * panel_width),
        block(test::random_numbers<float>((3 * pairs + 4) * (panel_width + 3), 3)) {
    for (Row i = 0; i < pairs; ++i) {
      input_rows.push_back(2 * i);
      output_rows.push_back(100 + 3 + 3 * i);
    }
  }

  void operator()(on_cpu::Microkernels<bfloat16> const& kernels) {
    for (std::int64_t c = 0; c < in_channels; ++c) {
      for (std::int64_t j = 0; j < width; ++j) panel[(c / 2 * width + j) * 2 + 1 - c % 2] = weights[c * width + j];
    }
    kernels.add_pairs[static_cast<std::size_t>(width / kernels.lanes) - 1]({.input = input.data(),
                                                                            .input_stride = in_channels,
                                                                            .in_channels = in_channels,
                                                                            .panel = panel.data(),
                                                                            .block = block.data(),
                                                                            .block_stride = block_stride,
                                                                            .first_row = 100,
                                                                            .input_rows = input_rows.data(),
                                                                            .output_rows = output_rows.data(),
                                                                            .count = count,
                                                                            .next_panel = panel.data(),
                                                                            .next_panel_size = panel.size()});
  }
};

// Such products are exact in float, so it does not matter whether they are rounded before they are added.
TEST_F(DotProducts, AddChannelsInTheirOrderAndTouchNothingElse) {
  for (std::int64_t vectors = 1; vectors <= kernels_->most_vectors; ++vectors) {
    for (std::int64_t const in_channels : {0, 2, 4, 14, 16, 30, 32, 34, 64, 98}) {
      for (std::int64_t const count : {0, 1, 2, 3, 5, 6, 7, 11, 12, 13, 24, 31}) {
        Call call(count, in_channels, vectors * kernels_->lanes);
        Buffer<float> expected = call.block;
        for (std::int64_t pair = 0; pair < count; ++pair) {
          for (std::int64_t c = 0; c < in_channels; ++c) {
            for (std::int64_t j = 0; j < call.width; ++j) {
              expected[(3 + 3 * pair) * call.block_stride + j] +=
                  static_cast<float>(call.input[2 * pair * in_channels + c]) *
                  static_cast<float>(call.weights[c * call.width + j]);
            }
          }
        }
        call(*kernels_);
        ASSERT_EQ(std::memcmp(expected.data(), call.block.data(), static_cast<std::size_t>(expected.bytes())), 0)
            << vectors << " vectors, " << in_channels << " channels, " << count << " pairs";
      }
    }
  }
}

// What docs/semantics.md says of numbers that are closer to 0 than 2^-126.
TEST_F(DotProducts, TakeTheSmallestNumbersFor0) {
  float const least = std::numeric_limits<float>::min();
  struct Case {
    float input, weight, before, expected;
  };
  for (Case const& one : {Case{least / 2, 1, 0, 0}, Case{1, least / 2, 0, 0}, Case{0x1p-70F, 0x1p-70F, 0, 0},
                          Case{0, 0, least / 2, 0}, Case{least, 1.5F, -least, 0}, Case{least, 1, 0, least},
                          Case{0x1p-63F, 0x1p-63F, 0, least}, Case{least, 3, -least, 2 * least}}) {
    Call call(1, 2, 16);
    call.input[0] = bfloat16(one.input);
    call.input[1] = bfloat16(0.0F);
    std::fill(call.weights.begin(), call.weights.end(), bfloat16(one.weight));
    std::fill(call.block.begin(), call.block.end(), one.before);
    call(*kernels_);
    EXPECT_EQ(call.block[3 * call.block_stride], one.expected)
        << one.input << " * " << one.weight << " + " << one.before;
  }
}

// Of products that are not exact in float too.
TEST_F(DotProducts, RoundAProductAndItsAdditionOnce) {
  struct Case {
    float input, weight, before;
  };
  for (Case const& one : {Case{0x1p64F, 0x1p64F, -0x1.8p127F}, Case{0x1p-64F, 0x1p-63F, 0x1p-126F},
                          Case{0x1p-70F, 0x1p-70F, 0x1p-120F}}) {
    for (std::int64_t const channel : {0, 1}) {
      Call call(1, 2, 16);
      call.input[channel] = bfloat16(one.input);
      call.input[1 - channel] = bfloat16(0.0F);
      std::fill(call.weights.begin(), call.weights.end(), bfloat16(one.weight));
      std::fill(call.block.begin(), call.block.end(), one.before);
      call(*kernels_);
      EXPECT_EQ(call.block[3 * call.block_stride], test::rounded_once(one.input, one.weight, one.before))
          << one.input << " * " << one.weight << " + " << one.before;
    }
  }
}

TEST_F(DotProducts, KeepInfinityAndNaN) {
  float const infinity = std::numeric_limits<float>::infinity();
  Call call(1, 2, 16);
  call.input[0] = bfloat16(infinity);
  call.input[1] = bfloat16(1.0F);
  std::fill(call.weights.begin(), call.weights.end(), bfloat16(1.0F));
  call.weights[1] = bfloat16(0.0F);
  call.weights[2] = bfloat16(-1.0F);
  call.weights[16 + 3] = bfloat16(-infinity);
  call(*kernels_);
  float const* const sums = &call.block[3 * call.block_stride];
  EXPECT_EQ(sums[0], infinity);
  EXPECT_TRUE(std::isnan(sums[1])) << "infinity times 0";
  EXPECT_EQ(sums[2], -infinity);
  EXPECT_TRUE(std::isnan(sums[3])) << "infinity minus infinity";
}

}  // namespace
}  // namespace sparseconv::cpu_microkernels_avx512_bf16_test
