// The kernels of tiles, run on a processor that has them, and else by a model of their instructions.
#include "sparseconv/execute/cpu/microkernels/amx.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <vector>

#include "sparseconv/execute/cpu/gather_gemm_scatter.hpp"
#include "sparseconv/execute/cpu/multiply_rows.hpp"
#include "sparseconv/execute/seq/gather_gemm_scatter.hpp"
#include "sparseconv/index/build_rulebook.hpp"
#include "support/convolution.hpp"
#include "support/random_numbers.hpp"
#include "support/random_sites.hpp"
#include "support/rounding.hpp"
#include "support/tile_model.hpp"

namespace sparseconv::cpu_microkernels_amx_test {
namespace {

constexpr float least = std::numeric_limits<float>::min();  // 2^-126
constexpr float infinity = std::numeric_limits<float>::infinity();

float product(std::vector<float> const& row, std::vector<float> const& column, float before) {
  return test::TileModel::multiply_add(before, row, column);
}

test::TileModel configured_tiles() {
  std::array<std::byte, 64> configuration = {};
  configuration[0] = std::byte{1};
  for (std::size_t tile = 0; tile < 8; ++tile) {
    configuration[16 + 2 * tile] = std::byte{64};
    configuration[48 + tile] = std::byte{16};
  }
  test::TileModel tiles;
  tiles.configure(configuration.data());
  return tiles;
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
  EXPECT_EQ(product({least / 2}, {1}, 0), 0);
  EXPECT_EQ(product({0x1p-70F}, {0x1p-70F}, 0), 0);
  EXPECT_EQ(product({0}, {0}, least / 2), 0);
  EXPECT_EQ(product({least, least}, {1.5F, -1}, 0), 0);
  EXPECT_EQ(product({least}, {1}, 0), least);
  EXPECT_EQ(product({least}, {1.5F}, -least), 0);
}

TEST(TileModel, ReadsNumbersOfTwoBytes) {
  auto const of_half = test::TileModel::half_number;
  EXPECT_EQ(of_half(0x0001), 0x1p-24F);
  EXPECT_EQ(of_half(0x83ff), -0x3ffp-24F);
  EXPECT_EQ(of_half(0x0400), 0x1p-14F);
  EXPECT_EQ(of_half(0x3c00), 1);
  EXPECT_EQ(of_half(0xc200), -3);
  EXPECT_EQ(of_half(0x7bff), 65504);
  EXPECT_EQ(of_half(0x7c00), infinity);
  EXPECT_EQ(of_half(0xfc00), -infinity);
  EXPECT_TRUE(std::isnan(of_half(0x7c01)));
  EXPECT_TRUE(std::signbit(of_half(0x8000)));
  EXPECT_EQ(test::TileModel::bfloat16_number(0xc0a0), -5);
  EXPECT_EQ(test::TileModel::bfloat16_number(0x0001), 0x1p-133F);
}

// By small integers, which nothing rounds.
TEST(TileModel, MultipliesTiles) {
  for (bool const of_half : {false, true}) {
    test::RandomNumbers random(1);
    std::vector<float> row_numbers, column_numbers;
    std::vector<std::uint16_t> a, b;
    auto const add = [&](std::vector<float>& numbers, std::vector<std::uint16_t>& bits) {
      auto const number = static_cast<float>(random.between(-8, 8));
      numbers.push_back(number);
      bits.push_back(of_half ? half(number).bits() : bfloat16(number).bits());
    };
    for (int i = 0; i < 16 * 32; ++i) {
      add(row_numbers, a);
      add(column_numbers, b);
    }
    std::vector<float> sums(256, 3.0F);
    test::TileModel tiles = configured_tiles();
    tiles.load(1, reinterpret_cast<std::byte const*>(a.data()), 64);
    tiles.load(2, reinterpret_cast<std::byte const*>(b.data()), 64);
    tiles.load(0, reinterpret_cast<std::byte const*>(sums.data()), 64);
    tiles.multiply_add(0, 1, 2, of_half ? test::TileModel::half_number : test::TileModel::bfloat16_number);
    tiles.store(0, reinterpret_cast<std::byte*>(sums.data()), 64);
    for (std::size_t row = 0; row < 16; ++row) {
      for (std::size_t column = 0; column < 16; ++column) {
        float expected = 3;
        for (std::size_t k = 0; k < 32; ++k) {
          expected += row_numbers[row * 32 + k] * column_numbers[k / 2 * 32 + 2 * column + k % 2];
        }
        ASSERT_EQ(sums[row * 16 + column], expected) << row << " " << column << " " << of_half;
      }
    }
  }
}

TEST(TileModel, RefusesWhatTheProcessorRefuses) {
  test::TileModel tiles = configured_tiles();
  EXPECT_THROW(tiles.multiply_add(0, 1, 1, test::TileModel::half_number), std::logic_error);
  EXPECT_THROW(tiles.zero(8), std::logic_error);
  tiles.release();
  EXPECT_THROW(tiles.zero(0), std::logic_error);
}

#if SPARSECONV_X86_KERNELS && defined(__linux__)

/// A number as float, by the model.
float of_model(bfloat16 number) {
  return test::TileModel::bfloat16_number(number.bits());
}
float of_model(half number) {
  return test::TileModel::half_number(number.bits());
}

using TwoByteNumbers = ::testing::Types<bfloat16, half>;

template <class T>
class Tiles : public ::testing::Test {
 protected:
  void SetUp() override {
    if (best_instruction_set() < InstructionSet::avx512) GTEST_SKIP() << "this processor has no AVX-512";
    bool const has_them = std::same_as<T, half> ? has_half_tiles() : has_bfloat16_tiles();
    if (has_them && on_cpu::amx::may_use_tiles()) return;
    if (has_them) GTEST_SKIP() << "the system does not let this process use tiles";
    if (has_bfloat16_tiles()) GTEST_SKIP() << "this processor has tiles, but none of half";
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
TYPED_TEST_SUITE(Tiles, TwoByteNumbers);

/// What one instruction makes of a sum; `row` and `column` have 32 numbers at most, the others are 0.
template <class T>
float by_instruction(std::vector<float> const& row, std::vector<float> const& column, float before) {
  namespace amx = on_cpu::amx;
  std::array<T, 512> rows{}, columns{};
  std::array<float, 256> sums{};
  // The last row and column, so that no other place will do.
  for (std::size_t k = 0; k < row.size(); ++k) {
    rows[15 * 32 + k] = T(row[k]);
    columns[k / 2 * 32 + 15 * 2 + k % 2] = T(column[k]);
  }
  sums[255] = before;
  amx::configure({});
  amx::load<3>(sums.data(), 64);
  amx::load<5>(rows.data(), 64);
  amx::load<6>(columns.data(), 64);
  amx::multiply_add<T, 3, 5, 6>();
  amx::store<3>(sums.data(), 64);
  amx::release();
  return sums[255];
}

// Each expected number is worked out here: 2^-24 is half of what lies between 1 and the next float.
TYPED_TEST(Tiles, MultiplyByTheOrderAndTheRoundingOfTheManual) {
  auto const of = [](std::vector<float> const& row, std::vector<float> const& column, float before) {
    return by_instruction<TypeParam>(row, column, before);
  };
  EXPECT_EQ(of({1, 2, 3, 4}, {5, 6, 7, 8}, 100), 170);
  EXPECT_EQ(of({1, 0x1p-24F, 0, 0x1p-24F}, {1, 1, 0, 1}, 0), 1 + 0x1p-23F) << "the odd ones are joined first";
  EXPECT_EQ(of({1, 0, 0x1p-24F, 0, 0x1p-24F, 0}, {1, 0, 1, 0, 1, 0}, 0), 1) << "the even ones one by one";
  EXPECT_EQ(of({0x1p-24F, 0x1p-24F}, {1, 1}, 1), 1 + 0x1p-23F) << "products before what was there";
  EXPECT_EQ(of({0x1p-24F}, {1}, 1), 1) << "a tie goes to the even one";
  EXPECT_EQ(of({0x1p-24F}, {1}, 1 + 0x1p-23F), 1 + 0x1p-22F) << "a tie goes to the even one";
  EXPECT_EQ(of({0x1.8p-24F}, {1}, 1), 1 + 0x1p-23F);
}

TYPED_TEST(Tiles, TakeSumsCloserTo0Than2ToTheMinus126For0) {
  auto const kept = [](float before) { return by_instruction<TypeParam>({0}, {0}, before); };
  EXPECT_EQ(kept(least), least);
  EXPECT_EQ(kept(-least), -least);
  EXPECT_EQ(kept(least / 2), 0);
  EXPECT_EQ(kept(-std::numeric_limits<float>::denorm_min()), 0);
}

TYPED_TEST(Tiles, KeepInfinityAndNaN) {
  auto const of = [](std::vector<float> const& row, std::vector<float> const& column, float before) {
    return by_instruction<TypeParam>(row, column, before);
  };
  EXPECT_EQ(of({infinity, 1}, {1, 1}, 0), infinity);
  EXPECT_EQ(of({1, 1}, {1, -infinity}, 0), -infinity);
  EXPECT_EQ(of({1}, {1}, infinity), infinity);
  EXPECT_TRUE(std::isnan(of({infinity}, {0}, 0)));
  EXPECT_TRUE(std::isnan(of({infinity, infinity}, {1, -1}, 0))) << "where even and odd ones are joined";
  EXPECT_TRUE(std::isnan(of({infinity}, {1}, -infinity)));
  EXPECT_TRUE(std::isnan(of({std::nanf("")}, {1}, 0)));
  EXPECT_TRUE(std::isnan(of({0}, {0}, std::nanf(""))));
}

using TilesOfHalf = Tiles<half>;
using TilesOfBfloat16 = Tiles<bfloat16>;

TEST_F(TilesOfHalf, CountItsSmallestNumbers) {
  EXPECT_EQ(by_instruction<half>({0x1p-24F}, {1}, 0), 0x1p-24F);
  EXPECT_EQ(by_instruction<half>({1}, {-0x3ffp-24F}, 0), -0x3ffp-24F);
  EXPECT_EQ(by_instruction<half>({0x1p-24F}, {0x1p-24F}, 0), 0x1p-48F);
  EXPECT_EQ(by_instruction<half>({0x1p-24F, 0x3p-24F}, {65504, 0x1p-24F}, 0), 65504 * 0x1p-24F + 0x3p-48F);
}

TEST_F(TilesOfHalf, HoldProductsAboveAllHalves) {
  EXPECT_EQ(by_instruction<half>({65504, 65504}, {65504, 1}, 0), 65504.0F * 65504.0F + 65504.0F);
}

TEST_F(TilesOfBfloat16, TakeNumbersCloserTo0Than2ToTheMinus126For0) {
  EXPECT_EQ(by_instruction<bfloat16>({least / 2}, {1}, 0), 0);
  EXPECT_EQ(by_instruction<bfloat16>({1}, {least / 2}, 0), 0);
  EXPECT_EQ(by_instruction<bfloat16>({0x1p-70F}, {0x1p-70F}, 0), 0);
  EXPECT_EQ(by_instruction<bfloat16>({least, least}, {1.5F, -1}, 0), 0);
  EXPECT_EQ(by_instruction<bfloat16>({least}, {1.5F}, -least), 0);
  EXPECT_EQ(by_instruction<bfloat16>({least}, {1}, 0), least);
  EXPECT_EQ(by_instruction<bfloat16>({least}, {1}, least / 2), least);
}

TEST_F(TilesOfBfloat16, RoundAProductAndItsAdditionOnce) {
  EXPECT_EQ(by_instruction<bfloat16>({-0x1.8p127F, 0, 0x1p64F}, {1, 0, 0x1p64F}, 0), 0x1p126F);
  EXPECT_EQ(by_instruction<bfloat16>({0x1p-126F, 0, 0x1p-64F}, {1, 0, 0x1p-63F}, 0), 0x1.8p-126F);
}

/// Numbers of which every seventh is one of the smallest, without a leading one.
template <class T>
Buffer<T> numbers_of_all_sizes(std::int64_t count, std::uint32_t seed) {
  Buffer<T> numbers = test::random_numbers<T>(count, seed);
  for (std::int64_t i = 0; i < count; i += 7) numbers[i] = T::from_bits(static_cast<std::uint16_t>(1 + i % 64));
  return numbers;
}

/// Inputs 0, 2, 4, ... of a list go to outputs 3, 6, 9, ... of a block that starts at row 100.
template <class T>
struct Call {
  std::int64_t width;
  Buffer<T> input, weights, panel;
  Buffer<float> block;
  std::vector<Row> input_rows, output_rows;
  on_cpu::BlockPairs<T> pairs;

  Call(std::int64_t count, std::int64_t in_channels, std::int64_t panel_width)
      : width(panel_width),
        input(numbers_of_all_sizes<T>(2 * count * in_channels, 1)),
        weights(numbers_of_all_sizes<T>(in_channels * panel_width, 2)),
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

  /// What the kernels must do: gathered rows, tile products in parts of at most 256 channels, each added to what was there.
  void add_by_model() {
    for (std::int64_t pair = 0; pair < pairs.count; ++pair) {
      T const* const from = pairs.input + pairs.input_rows[pair] * pairs.input_stride;
      float* const sums = pairs.block + (pairs.output_rows[pair] - pairs.first_row) * pairs.block_stride;
      for (std::int64_t column = 0; column < width; ++column) {
        for (std::int64_t begin = 0; begin < pairs.in_channels; begin += 256) {
          float products = 0;
          for (std::int64_t c = begin; c < std::min(begin + 256, pairs.in_channels); c += 32) {
            std::vector<float> row, other;
            for (std::int64_t k = c; k < c + 32; ++k) {
              row.push_back(of_model(from[k]));
              other.push_back(of_model(weights[k * width + column]));
            }
            products = product(row, other, products);
          }
          sums[column] += products;
        }
      }
    }
  }
};

TYPED_TEST(Tiles, GiveTheBitsOfTheModelAndTouchNothingElse) {
  using T = TypeParam;
  auto const& kernels = on_cpu::amx::microkernels<T>;
  struct Size {
    std::int64_t vectors, in_channels, count;
  };
  for (auto const& [vectors, in_channels, count] :
       {Size{1, 32, 1}, Size{2, 64, 15}, Size{3, 32, 16}, Size{4, 32, 17}, Size{1, 96, 32}, Size{2, 32, 33},
        Size{3, 64, 5}, Size{4, 64, 49}, Size{1, 256, 3}, Size{2, 320, 18}, Size{3, 544, 2}, Size{4, 32, 0}}) {
    Call<T> call(count, in_channels, vectors * 16);
    Call<T> expected(count, in_channels, vectors * 16);
    kernels.add_pairs[static_cast<std::size_t>(vectors) - 1](call.pairs);
    expected.add_by_model();
    ASSERT_EQ(std::memcmp(expected.block.data(), call.block.data(), static_cast<std::size_t>(call.block.bytes())), 0)
        << vectors << " vectors, " << in_channels << " channels, " << count << " pairs";
  }
}

/// Rounded once to T, from sums of at most some hundred products of numbers in [-1, 1] in another order.
template <class T>
void expect_near(Buffer<T> const& actual, Buffer<T> const& expected) {
  double const epsilon = static_cast<double>(std::numeric_limits<T>::epsilon());
  for (std::int64_t i = 0; i < actual.size(); ++i) {
    auto const number = static_cast<double>(expected[i]);
    ASSERT_NEAR(static_cast<double>(actual[i]), number, epsilon * std::max(1.0, std::fabs(number))) << i;
  }
}

// The whole executor with these kernels: packed panels, parts of panels, blocks, the epilogue.
TYPED_TEST(Tiles, ConvolveToRounding) {
  using T = TypeParam;
  auto const sites = test::random_site_set(Grid<3>{.shape = {5, 6, 7}}, 60, 1);
  KernelGeometry<3> const geometry{.kernel_size = 3, .padding = 1};
  auto const rules = build_rulebook(seq, sites, sites, geometry);
  for (auto const& [in, out] : {std::pair<std::int64_t, std::int64_t>{32, 20}, {64, 130}, {224, 64}, {320, 16}}) {
    SCOPED_TRACE(::testing::Message() << in << "-" << out);
    auto const input = test::random_numbers<T>(sites.size() * in, 4);
    auto const weights = test::random_weights<T>(27, in, out, 5);
    Buffer<T> output(sites.size() * out), expected(sites.size() * out);
    MatrixView<T const> const rows{input.data(), sites.size(), in};
    on_cpu::sum_blocks<T, T, T>(cpu.threads(1), rules.view(), rows, weights,
                                MatrixView<T>{output.data(), sites.size(), out}, {.activation = relu},
                                on_cpu::amx::microkernels<T>);
    on_seq::gather_gemm_scatter<T, T>(rules.view(), rows, weights, MatrixView<T>{expected.data(), sites.size(), out},
                                      {.activation = relu});
    expect_near(output, expected);
  }
}

TYPED_TEST(Tiles, MultiplyRowsToRounding) {
  using T = TypeParam;
  constexpr std::int64_t in = 288;
  constexpr std::int64_t out = 50;
  constexpr std::int64_t count = 70;
  auto const input = test::random_numbers<T>(count * in, 4);
  auto const weights = test::random_weights<T>(1, in, out, 5);
  auto const rows_of = [&](std::int64_t begin, std::int64_t end, Buffer<T>&) {
    return MatrixView<T const>{input.data() + begin * in, end - begin, in};
  };
  Buffer<T> output(count * out), expected(count * out);
  on_cpu::multiply_blocks<T, T, T>(cpu.threads(1), in, rows_of, weights, MatrixView<T>{output.data(), count, out}, {},
                                   on_cpu::amx::microkernels<T>);
  for (std::int64_t row = 0; row < count; ++row) {
    for (std::int64_t j = 0; j < out; ++j) {
      double sum = 0;
      for (std::int64_t c = 0; c < in; ++c) {
        sum += static_cast<double>(input[row * in + c]) * static_cast<double>(weights.values()[c * out + j]);
      }
      expected[row * out + j] = T(sum);
    }
  }
  expect_near(output, expected);
}

template <class T>
class ChoiceOfTiles : public ::testing::Test {};
TYPED_TEST_SUITE(ChoiceOfTiles, TwoByteNumbers);

TYPED_TEST(ChoiceOfTiles, IsForTheSetsAndChannelsThatHaveThem) {
  using T = TypeParam;
  auto const* const tiles = &on_cpu::amx::microkernels<T>;
  auto const* const if_allowed = on_cpu::amx::may_use_tiles() ? tiles : nullptr;
  InstructionSet const least_set = std::same_as<T, half> ? InstructionSet::amx_fp16 : InstructionSet::amx_bf16;
  for (InstructionSet const set : every_instruction_set) {
    for (std::int64_t const channels : {1, 2, 16, 31, 33, 48, 100, 257}) {
      EXPECT_NE(on_cpu::narrow_microkernels<T>(set, channels), tiles) << to_string(set) << " " << channels;
    }
    for (std::int64_t const channels : {32, 64, 256, 288, 1024}) {
      if (set >= least_set) {
        EXPECT_EQ(on_cpu::narrow_microkernels<T>(set, channels), if_allowed) << to_string(set) << " " << channels;
      } else {
        EXPECT_NE(on_cpu::narrow_microkernels<T>(set, channels), tiles) << to_string(set) << " " << channels;
      }
    }
  }
}

#endif

}  // namespace
}  // namespace sparseconv::cpu_microkernels_amx_test
