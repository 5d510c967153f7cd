// The kernels of tiles, run on a processor that has them, and else by a model of their instructions.
#include "sparseconv/execute/cpu/microkernels/amx_bf16.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <vector>

#include "sparseconv/execute/cpu/gather_gemm_scatter.hpp"
#include "sparseconv/execute/seq/gather_gemm_scatter.hpp"
#include "sparseconv/index/build_rulebook.hpp"
#include "support/bfloat16_tiles.hpp"
#include "support/convolution.hpp"
#include "support/random_numbers.hpp"
#include "support/random_sites.hpp"
#include "support/rounding.hpp"

namespace sparseconv::cpu_microkernels_amx_bf16_test {
namespace {

test::Bfloat16Tiles configured_tiles() {
  std::array<std::byte, 64> configuration = {};
  configuration[0] = std::byte{1};
  for (std::size_t tile = 0; tile < 8; ++tile) {
    configuration[16 + 2 * tile] = std::byte{64};
    configuration[48 + tile] = std::byte{16};
  }
  test::Bfloat16Tiles tiles;
  tiles.configure(configuration.data());
  return tiles;
}

float product(std::vector<float> const& row, std::vector<float> const& column, float before) {
  return test::Bfloat16Tiles::multiply_add(before, row, column);
}

TEST(TileModel, SumsEvenAndOddProductsApartThenJoinsThem) {
  float const half_unit = 0x1p-24F;  // of 1, which a tie to even leaves alone
  EXPECT_EQ(product({1, 2, 3, 4}, {5, 6, 7, 8}, 100), 170);
  EXPECT_EQ(product({1, half_unit, 0, half_unit}, {1, 1, 0, 1}, 0), 1 + 0x1p-23F) << "the odd ones are joined first";
  EXPECT_EQ(product({1, 0, half_unit, 0, half_unit, 0}, {1, 0, 1, 0, 1, 0}, 0), 1) << "the even ones one by one";
  EXPECT_EQ(product({half_unit, half_unit}, {1, 1}, 1), 1 + 0x1p-23F) << "products before what was there";
  EXPECT_EQ(product({half_unit, 0}, {1, 0}, 1), 1);
}

TEST(TileModel, RoundsAProductAndItsAdditionOnce) {
  EXPECT_EQ(product({-0x1.8p127F, 0, 0x1p64F, 0}, {1, 0, 0x1p64F, 0}, 0), 0x1p126F) << "a product above all floats";
  EXPECT_EQ(product({0x1p-126F, 0, 0x1p-64F, 0}, {1, 0, 0x1p-63F, 0}, 0), 0x1.8p-126F) << "a product below 2^-126";
}

TEST(TileModel, TakesTheSmallestNumbersFor0) {
  float const least = std::numeric_limits<float>::min();
  EXPECT_EQ(product({least / 2}, {1}, 0), 0);
  EXPECT_EQ(product({0x1p-70F}, {0x1p-70F}, 0), 0);
  EXPECT_EQ(product({0}, {0}, least / 2), 0);
  EXPECT_EQ(product({least, least}, {1.5F, -1}, 0), 0);
  EXPECT_EQ(product({least}, {1}, 0), least);
  EXPECT_EQ(product({least}, {1.5F}, -least), 0);
}

// By small integers, which nothing rounds.
TEST(TileModel, MultipliesTiles) {
  test::RandomNumbers random(1);
  std::vector<bfloat16> a, b;
  for (int i = 0; i < 16 * 32; ++i) {
    a.emplace_back(static_cast<float>(random.between(-8, 8)));
    b.emplace_back(static_cast<float>(random.between(-8, 8)));
  }
  std::vector<float> sums(256, 3.0F);
  test::Bfloat16Tiles tiles = configured_tiles();
  tiles.load(1, reinterpret_cast<std::byte const*>(a.data()), 64);
  tiles.load(2, reinterpret_cast<std::byte const*>(b.data()), 64);
  tiles.load(0, reinterpret_cast<std::byte const*>(sums.data()), 64);
  tiles.multiply_add(0, 1, 2);
  tiles.store(0, reinterpret_cast<std::byte*>(sums.data()), 64);
  for (std::size_t row = 0; row < 16; ++row) {
    for (std::size_t column = 0; column < 16; ++column) {
      float expected = 3;
      for (std::size_t k = 0; k < 32; ++k) {
        expected += static_cast<float>(a[row * 32 + k]) * static_cast<float>(b[k / 2 * 32 + 2 * column + k % 2]);
      }
      ASSERT_EQ(sums[row * 16 + column], expected) << row << " " << column;
    }
  }
}

TEST(TileModel, RefusesWhatTheProcessorRefuses) {
  test::Bfloat16Tiles tiles = configured_tiles();
  EXPECT_THROW(tiles.multiply_add(0, 1, 1), std::logic_error);
  EXPECT_THROW(tiles.zero(8), std::logic_error);
  tiles.release();
  EXPECT_THROW(tiles.zero(0), std::logic_error);
}

#if SPARSECONV_X86_KERNELS && defined(__linux__)

/// What the kernels must give: gathered rows, tile products in parts of at most 256 channels, each added to what was there.
void add_by_model(on_cpu::BlockPairs<bfloat16> const& pairs, Buffer<bfloat16> const& weights, std::int64_t width) {
  for (std::int64_t pair = 0; pair < pairs.count; ++pair) {
    bfloat16 const* const input = pairs.input + pairs.input_rows[pair] * pairs.input_stride;
    float* const sums = pairs.block + (pairs.output_rows[pair] - pairs.first_row) * pairs.block_stride;
    for (std::int64_t column = 0; column < width; ++column) {
      for (std::int64_t begin = 0; begin < pairs.in_channels; begin += 256) {
        float products = 0;
        for (std::int64_t c = begin; c < std::min(begin + 256, pairs.in_channels); c += 32) {
          std::vector<float> row(32), other(32);
          for (std::int64_t k = 0; k < 32; ++k) {
            row[static_cast<std::size_t>(k)] = static_cast<float>(input[c + k]);
            other[static_cast<std::size_t>(k)] = static_cast<float>(weights[(c + k) * width + column]);
          }
          products = product(row, other, products);
        }
        sums[column] += products;
      }
    }
  }
}

class Tiles : public ::testing::Test {
 protected:
  void SetUp() override {
    if (best_instruction_set() < InstructionSet::avx512) GTEST_SKIP() << "this processor has no AVX-512";
    if (on_cpu::amx_bf16::may_use_tiles()) return;
    if (has_bfloat16_tiles()) GTEST_SKIP() << "the system does not let this process use tiles";
    trapped_.emplace();
  }
  void TearDown() override {
    if (trapped_) {
      EXPECT_GT(trapped_->carried_out(), 0);
    }
    EXPECT_FALSE(trapped_ && test::TrappedTiles::tiles().is_configured()) << "tiles were not released";
  }

  std::optional<test::TrappedTiles> trapped_;
};

/// Inputs 0, 2, 4, ... of a list go to outputs 3, 6, 9, ... of a block that starts at row 100.
struct Call {
  std::int64_t width;
  Buffer<bfloat16> input, weights, panel;
  Buffer<float> block;
  std::vector<Row> input_rows, output_rows;
  on_cpu::BlockPairs<bfloat16> pairs;

  Call(std::int64_t count, std::int64_t in_channels, std::int64_t panel_width)
      : width(panel_width),
        input(test::random_numbers<bfloat16>(2 * count * in_channels, 1)),
        weights(test::random_numbers<bfloat16>(in_channels * panel_width, 2)),
        panel(in_channels * panel_width),
        block(test::random_numbers<float>((3 * count + 4) * (panel_width + 3), 3)) {
    for (Row i = 0; i < count; ++i) {
      input_rows.push_back(2 * i);
      output_rows.push_back(100 + 3 + 3 * i);
    }
    for (std::int64_t c = 0; c < in_channels; ++c) {
      for (std::int64_t j = 0; j < width; ++j) panel[(c / 2 * width + j) * 2 + c % 2] = weights[c * width + j];
    }
    pairs = {.input = input.data(),
             .input_stride = in_channels,
             .in_channels = in_channels,
             .panel = panel.data(),
             .block = block.data(),
             .block_stride = width + 3,
             .first_row = 100,
             .input_rows = input_rows.data(),
             .output_rows = output_rows.data(),
             .count = count};
  }
};

TEST_F(Tiles, GiveTheBitsOfTheModelAndTouchNothingElse) {
  auto const& kernels = on_cpu::amx_bf16::microkernels;
  struct Size {
    std::int64_t vectors, in_channels, count;
  };
  for (auto const& [vectors, in_channels, count] :
       {Size{1, 32, 1}, Size{2, 64, 15}, Size{3, 32, 16}, Size{4, 32, 17}, Size{1, 96, 32}, Size{2, 32, 33},
        Size{3, 64, 5}, Size{4, 64, 49}, Size{1, 256, 3}, Size{2, 320, 18}, Size{4, 32, 0}}) {
    Call call(count, in_channels, vectors * 16);
    Call expected(count, in_channels, vectors * 16);
    kernels.add_pairs[static_cast<std::size_t>(vectors) - 1](call.pairs);
    add_by_model(expected.pairs, expected.weights, expected.width);
    ASSERT_EQ(std::memcmp(expected.block.data(), call.block.data(), static_cast<std::size_t>(call.block.bytes())), 0)
        << vectors << " vectors, " << in_channels << " channels, " << count << " pairs";
  }
}

// The whole executor with these kernels: packed panels, parts of panels, blocks, the epilogue.
TEST_F(Tiles, ConvolveToRounding) {
  auto const sites = test::random_site_set(Grid<3>{.shape = {5, 6, 7}}, 60, 1);
  KernelGeometry<3> const geometry{.kernel_size = 3, .padding = 1};
  auto const rules = build_rulebook(seq, sites, sites, geometry);
  for (auto const& [in, out] : {std::pair<std::int64_t, std::int64_t>{32, 20}, {64, 130}, {224, 64}}) {
    auto const input = test::random_numbers<bfloat16>(sites.size() * in, 4);
    auto const weights = test::random_weights<bfloat16>(27, in, out, 5);
    Buffer<bfloat16> output(sites.size() * out), expected(sites.size() * out);
    MatrixView<bfloat16 const> const rows{input.data(), sites.size(), in};
    on_cpu::sum_blocks<bfloat16, bfloat16, bfloat16>(cpu.threads(1), rules.view(), rows, weights,
                                                     MatrixView<bfloat16>{output.data(), sites.size(), out},
                                                     {.activation = relu}, on_cpu::amx_bf16::microkernels);
    on_seq::gather_gemm_scatter<bfloat16, bfloat16>(
        rules.view(), rows, weights, MatrixView<bfloat16>{expected.data(), sites.size(), out}, {.activation = relu});
    for (std::int64_t i = 0; i < output.size(); ++i) {
      auto const number = static_cast<float>(expected[i]);
      ASSERT_NEAR(static_cast<float>(output[i]), number, 0x1p-7F * std::max(1.0F, std::fabs(number)))
          << in << "-" << out;
    }
  }
}

#endif

}  // namespace
}  // namespace sparseconv::cpu_microkernels_amx_bf16_test
