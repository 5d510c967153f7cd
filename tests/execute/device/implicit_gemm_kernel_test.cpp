#include "sparseconv/execute/device/implicit_gemm_kernel.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "support/device_convolution.hpp"

namespace sparseconv::device_implicit_gemm_kernel_test {
namespace {

using test::DeviceCase;
using test::DeviceConvolution;

using Tiny = on_device::TileShape<32, 32, 2, 1>;
using Square = on_device::TileShape<64, 64, 2, 2>;
using Narrow = on_device::TileShape<128, 16, 4, 1>;
using Tall = on_device::TileShape<128, 64, 2, 2>;
using Wide = on_device::TileShape<128, 128, 2, 4>;

template <class Shape, class T>
auto convolve(DeviceConvolution<T>& convolution) {
  return convolution.output_of([&] {
    on_device::ImplicitGemmKernel<T, Shape> const kernel(convolution.map(), convolution.operands());
    test::run_grid(kernel, kernel.blocks());
  });
}

template <class T>
class ImplicitGemmKernels : public ::testing::Test {};
using Arithmetics = ::testing::Types<float, double, half, bfloat16, on_device::Tf32>;
TYPED_TEST_SUITE(ImplicitGemmKernels, Arithmetics);

template <class Shape = Tiny, class T>
void expect_small_error(DeviceConvolution<T>& convolution, DeviceCase const& given) {
  EXPECT_LE(convolution.error_of(convolve<Shape>(convolution)), 1)
      << given.outputs << " outputs, " << given.elements << " elements, " << given.in_channels << " -> "
      << given.out_channels << " channels, misplaced by " << given.misplace;
}

template <class T, class Shape = Tiny>
void check(DeviceCase const& given) {
  DeviceConvolution<T> convolution(given);
  expect_small_error<Shape>(convolution, given);
}

// A single slice of channels for all up to 32 halves or 16 floats; the others are several, the last one not full.
TYPED_TEST(ImplicitGemmKernels, TakesAnyChannels) {
  for (std::int64_t const in_channels : {1, 3, 4, 5, 8, 16, 17, 31, 32, 33, 64, 65, 96}) {
    check<TypeParam>({.outputs = 33, .elements = 3, .in_channels = in_channels, .out_channels = 5, .percent = 60});
  }
  for (std::int64_t const out_channels : {1, 3, 4, 8, 16, 17, 31, 32, 33, 64, 65, 96}) {
    check<TypeParam>({.outputs = 33, .elements = 3, .in_channels = 8, .out_channels = out_channels, .epilogue = true});
  }
}

TYPED_TEST(ImplicitGemmKernels, TakesAnyNumberOfOutputs) {
  for (std::int64_t const outputs : {0, 1, 31, 32, 33, 64, 127, 130}) {
    check<TypeParam>({.outputs = outputs, .elements = 9, .in_channels = 16, .out_channels = 16, .epilogue = true});
    check<TypeParam, Square>({.outputs = outputs, .elements = 5, .in_channels = 24, .out_channels = 72});
  }
  for (std::int64_t const outputs : {1, 127, 128, 130, 257}) {
    check<TypeParam, Narrow>({.outputs = outputs, .elements = 4, .in_channels = 8, .out_channels = 17});
    check<TypeParam, Tall>({.outputs = outputs, .elements = 4, .in_channels = 8, .out_channels = 60, .epilogue = true});
  }
  check<TypeParam, Wide>({.outputs = 130, .elements = 4, .in_channels = 40, .out_channels = 136, .epilogue = true});
}

// 125 and 343 elements take several words of a mask, and at a low density a tile skips many.
TYPED_TEST(ImplicitGemmKernels, TakesAnyNumberOfElements) {
  for (std::int64_t const elements : {1, 27, 32, 33, 125, 343}) {
    check<TypeParam>({.outputs = 70, .elements = elements, .in_channels = 8, .out_channels = 8, .percent = 2});
    check<TypeParam>({.outputs = 33, .elements = elements, .in_channels = 20, .out_channels = 8, .percent = 30});
  }
  check<TypeParam>(
      {.outputs = 40, .elements = 27, .in_channels = 33, .out_channels = 12, .percent = 0, .epilogue = true});
}

TYPED_TEST(ImplicitGemmKernels, TakesPointersThatAreNotAligned) {
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

TYPED_TEST(ImplicitGemmKernels, FinishesTheSums) {
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

// Elements that only some tiles have, and channels that are cut into other slices, add nothing but zeros.
TYPED_TEST(ImplicitGemmKernels, HasTheSameBitsForEveryTile) {
  for (std::int64_t const channels : {5, 48}) {
    DeviceConvolution<TypeParam> convolution({.outputs = 150,
                                              .elements = 27,
                                              .in_channels = channels,
                                              .out_channels = 40,
                                              .percent = 20,
                                              .epilogue = true,
                                              .activation = relu});
    auto const expected = convolve<Tiny>(convolution);
    EXPECT_LE(convolution.error_of(expected), 1);
    auto const expect_same = [&](auto const& output) {
      for (std::size_t i = 0; i < expected.size(); ++i) {
        ASSERT_EQ(static_cast<double>(output[i]), static_cast<double>(expected[i])) << i;
      }
    };
    expect_same(convolve<Square>(convolution));
    expect_same(convolve<Tall>(convolution));
    expect_same((convolve<on_device::TileShape<32, 32, 1, 2, 128, 3>>(convolution)));
    expect_same((convolve<on_device::TileShape<64, 16, 1, 1, 32, 6>>(convolution)));
  }
}

// On tensor cores 16 rows that lack an element take no product of it, not even of zeros: an infinite weight does not
// reach them.
TYPED_TEST(ImplicitGemmKernels, LeavesOutTheGroupsOfRowsThatLackAnElement) {
  if constexpr (std::same_as<typename on_device::TileSums<Tall, TypeParam>::Sum, float> &&
                !std::same_as<TypeParam, float>) {
    constexpr std::int64_t outputs = 128;
    std::vector<Row> inputs(2 * outputs, no_row);  // row p takes input p by element 0; rows 48 to 63 by element 1 alone
    std::vector<Row> rows(outputs);
    std::vector<std::uint32_t> masks(outputs / 16, 1);
    for (std::size_t place = 0; place < rows.size(); ++place) {
      rows[place] = static_cast<Row>(place);
      inputs[place / 16 == 3 ? rows.size() + place : place] = rows[place];
    }
    masks[3] = 2;
    DeviceConvolution<TypeParam> convolution(
        {.outputs = outputs, .elements = 2, .in_channels = 40, .out_channels = 24, .percent = 0});
    auto operands = convolution.operands();
    std::vector<on_device::StoredAs<TypeParam>> weights(
        static_cast<std::size_t>(on_device::packed_weights_size<on_device::StoredAs<TypeParam>>(2, 40, 24)),
        on_device::StoredAs<TypeParam>(1));
    std::fill(weights.begin() + static_cast<std::ptrdiff_t>(weights.size() / 2), weights.end(),
              std::numeric_limits<on_device::StoredAs<TypeParam>>::infinity());
    operands.packed_weights = weights.data();
    auto const output = convolution.output_of([&] {
      RowMapView const map{inputs.data(), rows.data(), masks.data(), 2, outputs, outputs};
      on_device::ImplicitGemmKernel<TypeParam, Tall> const kernel(map, operands);
      test::run_grid(kernel, kernel.blocks());
    });
    for (std::size_t i = 0; i < output.size(); ++i) {
      bool const infinite = i / 24 / 16 == 3;
      EXPECT_NE(std::isfinite(static_cast<double>(output[i])), infinite) << i;
    }
  }
}

// Any mask and table will do: rows of a tile need not resemble each other.
TYPED_TEST(ImplicitGemmKernels, NeverReadsAnElementThatNoRowHas) {
  DeviceConvolution<TypeParam> convolution(
      {.outputs = 40, .elements = 65, .in_channels = 8, .out_channels = 8, .percent = 0});
  RowMapView map = convolution.map();
  auto operands = convolution.operands();
  // Addresses that nobody can read.
  operands.packed_weights = reinterpret_cast<on_device::StoredAs<TypeParam> const*>(std::uintptr_t{4096});
  operands.input = operands.packed_weights;
  auto const output = convolution.output_of([&] {
    on_device::ImplicitGemmKernel<TypeParam, Tiny> const kernel(map, operands);
    test::run_grid(kernel, kernel.blocks());
  });
  for (auto const& number : output) EXPECT_EQ(static_cast<double>(number), 0);
}

}  // namespace
}  // namespace sparseconv::device_implicit_gemm_kernel_test
