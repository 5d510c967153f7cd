#include "sparseconv/execute/device/pair_block_kernel.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "support/device_convolution.hpp"

namespace sparseconv::device_pair_block_kernel_test {
namespace {

using test::DeviceCase;
using test::DeviceConvolution;

using Small = on_device::TileShape<32, 32, 2, 1>;
using Large = on_device::TileShape<64, 64, 2, 2>;

template <class Shape, int BlockRows, class T>
auto convolve(DeviceConvolution<T>& convolution) {
  return convolution.output_of([&] {
    on_device::PairBlockKernel<T, Shape, BlockRows> const kernel(convolution.pairs(), convolution.operands());
    test::run_grid(kernel, kernel.blocks());
  });
}

template <class T>
class PairBlock : public ::testing::Test {};
using Arithmetics = ::testing::Types<float, double, half, bfloat16, on_device::Tf32>;
TYPED_TEST_SUITE(PairBlock, Arithmetics);

template <class T, class Shape = Small, int BlockRows = 64>
void check(DeviceCase const& given) {
  DeviceConvolution<T> convolution(given);
  EXPECT_LE(convolution.error_of(convolve<Shape, BlockRows>(convolution)), 1)
      << given.outputs << " outputs, " << given.elements << " elements, " << given.in_channels << " -> "
      << given.out_channels << " channels, misplaced by " << given.misplace;
}

TEST(PairRange, HasThePairsOfABlockOfRows) {
  std::array<std::int64_t, 4> const offsets = {0, 4, 4, 6};
  std::array<Row, 6> const outputs = {0, 3, 4, 9, 5, 7};
  on_device::DevicePairs const pairs{offsets.data(), {}, {outputs.data()}, 3, 0, 10};
  auto const expect = [&](std::int64_t element, std::int64_t first_row, std::int64_t first, std::int64_t count) {
    on_device::PairRange const range = on_device::PairRange::of(pairs, element, first_row, first_row + 4);
    EXPECT_EQ(range.first, first) << element << " " << first_row;
    EXPECT_EQ(range.count, count) << element << " " << first_row;
  };
  expect(0, 0, 0, 2);
  expect(0, 4, 2, 1);
  expect(0, 8, 3, 1);
  expect(1, 0, 0, 0);
  expect(2, 0, 0, 0);
  expect(2, 4, 0, 2);
  expect(2, 8, 2, 0);
}

TEST(PairRange, HasThoseOfAReversedSideToo) {
  std::array<std::int64_t, 4> const offsets = {0, 2, 6, 8};
  std::array<Row, 8> const rows = {0, 2, 0, 1, 2, 3, 1, 3};
  on_device::DevicePairs const pairs{offsets.data(), {rows.data()}, {rows.data(), true}, 3, 4, 4};
  EXPECT_EQ(pairs.inputs_of(0), rows.data());
  EXPECT_EQ(pairs.outputs_of(0), rows.data() + 6);
  on_device::PairRange const range = on_device::PairRange::of(pairs, 0, 2, 4);  // of the outputs 1 and 3
  EXPECT_EQ(range.first, 1);
  EXPECT_EQ(range.count, 1);
}

TYPED_TEST(PairBlock, TakesAnyChannels) {
  for (std::int64_t const in_channels : {1, 3, 4, 5, 8, 16, 17, 31, 32, 33, 64, 65, 96}) {
    check<TypeParam>({.outputs = 33, .elements = 3, .in_channels = in_channels, .out_channels = 5, .percent = 60});
  }
  for (std::int64_t const out_channels : {1, 3, 4, 8, 16, 17, 31, 32, 33, 64, 65, 96}) {
    check<TypeParam>({.outputs = 33, .elements = 3, .in_channels = 8, .out_channels = out_channels, .epilogue = true});
  }
}

// At 100 percent an element has more pairs in a block than a tile, at 50 about as many.
TYPED_TEST(PairBlock, TakesAnyNumberOfOutputs) {
  for (std::int64_t const outputs : {0, 1, 31, 32, 33, 64, 127, 130}) {
    for (int const percent : {50, 100}) {
      check<TypeParam>({.outputs = outputs,
                        .elements = 7,
                        .in_channels = 16,
                        .out_channels = 16,
                        .percent = percent,
                        .epilogue = true});
      check<TypeParam, Large, 128>(
          {.outputs = outputs, .elements = 3, .in_channels = 36, .out_channels = 72, .percent = percent});
    }
  }
}

TYPED_TEST(PairBlock, TakesAnyNumberOfElements) {
  for (std::int64_t const elements : {1, 27, 32, 33, 125, 343}) {
    check<TypeParam>({.outputs = 70, .elements = elements, .in_channels = 8, .out_channels = 8, .percent = 2});
    check<TypeParam>({.outputs = 33, .elements = elements, .in_channels = 20, .out_channels = 8, .percent = 30});
  }
  check<TypeParam>(
      {.outputs = 40, .elements = 27, .in_channels = 33, .out_channels = 12, .percent = 0, .epilogue = true});
}

TYPED_TEST(PairBlock, TakesPointersThatAreNotAligned) {
  for (std::int64_t const misplace : {1, 2, 3}) {
    for (std::int64_t const channels : {8, 40}) {
      check<TypeParam>({.outputs = 50,
                        .elements = 4,
                        .in_channels = channels,
                        .out_channels = channels,
                        .percent = 70,
                        .misplace = misplace,
                        .epilogue = true});
    }
  }
}

TYPED_TEST(PairBlock, FinishesTheSums) {
  for (Activation const activation : {no_activation, relu, leaky_relu(0.25)}) {
    for (bool const epilogue : {false, true}) {
      for (std::int64_t const channels : {7, 32}) {
        check<TypeParam>({.outputs = 40,
                          .elements = 3,
                          .in_channels = 16,
                          .out_channels = channels,
                          .epilogue = epilogue,
                          .activation = activation});
      }
    }
  }
}

TYPED_TEST(PairBlock, HasTheSameBitsForEveryTile) {
  for (std::int64_t const channels : {5, 48}) {
    DeviceConvolution<TypeParam> convolution({.outputs = 150,
                                              .elements = 27,
                                              .in_channels = channels,
                                              .out_channels = 40,
                                              .percent = 30,
                                              .epilogue = true,
                                              .activation = relu});
    auto const expected = convolve<Small, 64>(convolution);
    EXPECT_LE(convolution.error_of(expected), 1);
    auto const expect_same = [&](auto const& output) {
      for (std::size_t i = 0; i < expected.size(); ++i) {
        ASSERT_EQ(static_cast<double>(output[i]), static_cast<double>(expected[i])) << i;
      }
    };
    expect_same(convolve<Large, 128>(convolution));
    expect_same((convolve<on_device::TileShape<32, 32, 1, 2, 128, 3>, 160>(convolution)));
    expect_same((convolve<on_device::TileShape<16, 16, 1, 1, 32, 5>, 16>(convolution)));
  }
}

}  // namespace
}  // namespace sparseconv::device_pair_block_kernel_test
