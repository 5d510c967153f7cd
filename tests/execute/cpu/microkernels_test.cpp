#include "sparseconv/execute/cpu/microkernels.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "support/instruction_sets.hpp"
#include "support/policies.hpp"
#include "support/random_numbers.hpp"
#include "support/rounded_once.hpp"
#include "support/rounding.hpp"

namespace sparseconv::cpu_microkernels_test {
namespace {

template <class T>
class Microkernel : public ::testing::Test {};
TYPED_TEST_SUITE(Microkernel, test::Elements);

// Inputs 0, 2, 4, ... of a list go to outputs 3, 6, 9, ... of a block that starts at row 100.
template <class T>
struct Call {
  std::int64_t count;
  std::int64_t in_channels;
  std::int64_t width;
  std::int64_t stride;
  Buffer<T> input, panel, block;
  std::vector<Row> input_rows, output_rows;

  Call(std::int64_t pairs, std::int64_t channels, std::int64_t panel_width)
      : count(pairs),
        in_channels(channels),
        width(panel_width),
        stride(panel_width + 3),
        input(test::random_numbers<T>(2 * pairs * channels, 1)),
        panel(test::random_numbers<T>(channels * panel_width, 2)),
        block(test::random_numbers<T>((3 * pairs + 4) * (panel_width + 3), 3)) {
    for (Row i = 0; i < pairs; ++i) {
      input_rows.push_back(2 * i);
      output_rows.push_back(100 + 3 + 3 * i);
    }
  }

  on_cpu::BlockPairs<T> pairs() {
    return {.input = input.data(),
            .input_stride = in_channels,
            .in_channels = in_channels,
            .panel = panel.data(),
            .block = block.data(),
            .block_stride = stride,
            .first_row = 100,
            .input_rows = input_rows.data(),
            .output_rows = output_rows.data(),
            .count = count};
  }
};

template <class T>
void expect_sums(InstructionSet set, std::size_t vectors, std::int64_t count, std::int64_t in_channels) {
  on_cpu::Microkernels<T> const& kernels = on_cpu::microkernels<T>(set);
  Call<T> call(count, in_channels, kernels.lanes * static_cast<std::int64_t>(vectors));
  Buffer<T> const before = call.block;
  kernels.add_pairs[vectors - 1](call.pairs());

  std::vector<double> expected(before.begin(), before.end());
  std::vector<double> magnitude(static_cast<std::size_t>(before.size()), 0.0);
  for (std::int64_t pair = 0; pair < count; ++pair) {
    for (std::int64_t j = 0; j < call.width; ++j) {
      auto const place = static_cast<std::size_t>((3 + 3 * pair) * call.stride + j);
      magnitude[place] = std::fabs(expected[place]);
      for (std::int64_t c = 0; c < in_channels; ++c) {
        double const term = static_cast<double>(call.input[2 * pair * in_channels + c]) *
                            static_cast<double>(call.panel[c * call.width + j]);
        expected[place] += term;
        magnitude[place] += std::fabs(term);
      }
    }
  }
  // What no pair names has a magnitude of 0 here, so that it must not have changed at all.
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ASSERT_LE(std::fabs(static_cast<double>(call.block[static_cast<std::int64_t>(i)]) - expected[i]),
              test::rounding_bound<T>(in_channels + 1, magnitude[i]))
        << "set " << static_cast<int>(set) << ", " << vectors << " vectors, " << count << " pairs, place " << i;
  }
}

TYPED_TEST(Microkernel, AddsEveryPairAndTouchesNothingElse) {
  for (auto const set : test::instruction_sets()) {
    auto const most = static_cast<std::size_t>(on_cpu::microkernels<TypeParam>(set).most_vectors);
    for (std::size_t vectors = 1; vectors <= most; ++vectors) {
      for (std::int64_t count = 0; count <= 27; ++count) expect_sums<TypeParam>(set, vectors, count, 5);
      for (std::int64_t const in_channels : {0, 1, 2, 3, 8, 15, 16, 17, 33}) {
        for (std::int64_t const count : {1, 5, 6, 7, 12, 13}) expect_sums<TypeParam>(set, vectors, count, in_channels);
      }
    }
  }
}

TYPED_TEST(Microkernel, FetchesTheWholeOfTheNextPanel) {
  using T = TypeParam;
  Buffer<T> const panel(10007, T{0});
  std::vector<Row> const rows(54);
  for (std::int64_t const in_channels : {17, 64, 100}) {
    for (std::int64_t const size : {0, 1, 640, 10007}) {
      for (std::int64_t const tiles : {1, 2, 9}) {
        on_cpu::BlockPairs<T> pairs{};
        pairs.in_channels = in_channels;
        pairs.input_rows = rows.data();
        pairs.next_panel = size == 0 ? nullptr : panel.data();
        pairs.next_panel_size = size;
        std::int64_t covered = 0;
        for (std::int64_t tile = 0; tile < tiles; ++tile) {
          on_cpu::TileAhead<T> const ahead = on_cpu::tile_ahead(pairs, tile, tiles, 6);
          if (size == 0) {
            EXPECT_EQ(ahead.panel_lines, 0);
            continue;
          }
          EXPECT_LE(ahead.panel - panel.data(), covered) << "no gap before the share of tile " << tile;
          covered = ahead.panel - panel.data() + ahead.panel_lines * in_channels;
        }
        EXPECT_GE(covered, size);
      }
    }
  }
}

TYPED_TEST(Microkernel, FetchesTheInputRowsOfTheNextTile) {
  std::vector<Row> const rows(30);
  on_cpu::BlockPairs<TypeParam> pairs{};
  pairs.in_channels = 32;
  pairs.input_rows = rows.data();
  EXPECT_EQ(on_cpu::tile_ahead(pairs, 0, 3, 10).input_rows, rows.data() + 10);
  EXPECT_EQ(on_cpu::tile_ahead(pairs, 1, 3, 10).input_rows, rows.data() + 20);
  EXPECT_EQ(on_cpu::tile_ahead(pairs, 2, 3, 10).input_rows, rows.data() + 20) << "there is none after the last";
}

TYPED_TEST(Microkernel, AddsTheSameWhileItFetches) {
  using T = TypeParam;
  for (auto const set : test::instruction_sets()) {
    on_cpu::Microkernels<T> const& kernels = on_cpu::microkernels<T>(set);
    for (std::size_t vectors = 1; vectors <= static_cast<std::size_t>(kernels.most_vectors); ++vectors) {
      Call<T> alone(25, 40, kernels.lanes * static_cast<std::int64_t>(vectors));
      Call<T> fetching = alone;
      on_cpu::BlockPairs<T> pairs = fetching.pairs();
      pairs.next_panel = alone.panel.data();
      pairs.next_panel_size = alone.panel.size();
      kernels.add_pairs[vectors - 1](alone.pairs());
      kernels.add_pairs[vectors - 1](pairs);
      EXPECT_TRUE(std::equal(alone.block.begin(), alone.block.end(), fetching.block.begin()));
    }
  }
}

// All sets that round a product and its addition once have the same bits: AVX2, AVX-512 and NEON. Elsewhere the portable one
// rounds both. No flag of the program changes that.
TYPED_TEST(Microkernel, RoundsAsItsSetSaysAndAChannelInOrder) {
  using T = TypeParam;
  for (auto const set : test::instruction_sets()) {
    bool const rounds_once = set != InstructionSet::portable || SPARSECONV_NEON_KERNELS;
    on_cpu::Microkernels<T> const& kernels = on_cpu::microkernels<T>(set);
    for (std::size_t vectors = 1; vectors <= static_cast<std::size_t>(kernels.most_vectors); ++vectors) {
      for (std::int64_t const in_channels : {1, 7, 16, 37}) {
        Call<T> call(26, in_channels, kernels.lanes * static_cast<std::int64_t>(vectors));
        Buffer<T> expected = call.block;
        for (std::int64_t pair = 0; pair < call.count; ++pair) {
          for (std::int64_t c = 0; c < in_channels; ++c) {
            for (std::int64_t j = 0; j < call.width; ++j) {
              T& sum = expected[(3 + 3 * pair) * call.stride + j];
              T const input = call.input[2 * pair * in_channels + c];
              T const weight = call.panel[c * call.width + j];
              sum = rounds_once ? test::rounded_once(input, weight, sum) : product_then_sum(input, weight, sum);
            }
          }
        }
        kernels.add_pairs[vectors - 1](call.pairs());
        EXPECT_TRUE(std::equal(expected.begin(), expected.end(), call.block.begin()))
            << "set " << static_cast<int>(set) << ", " << vectors << " vectors, " << in_channels << " channels";
      }
    }
  }
}

TYPED_TEST(Microkernel, HasAKernelForEachWidthItPromises) {
  for (auto const set : test::instruction_sets()) {
    auto const& kernels = on_cpu::microkernels<TypeParam>(set);
    EXPECT_LE(kernels.most_vectors, on_cpu::most_panel_vectors);
    for (int vectors = 1; vectors <= kernels.most_vectors; ++vectors) {
      EXPECT_NE(kernels.add_pairs[static_cast<std::size_t>(vectors) - 1], nullptr);
    }
  }
}

}  // namespace
}  // namespace sparseconv::cpu_microkernels_test
