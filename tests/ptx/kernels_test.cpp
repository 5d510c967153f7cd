// Every kernel of the tile tables, as nvcc compiled it, on the emulated block.
#include <gtest/gtest.h>

#include <cstdint>
#include <utility>

#include "ptx/ptx_gpu.hpp"
#include "sparseconv/execute/device/launch_convolution.hpp"
#include "support/device_convolution.hpp"

namespace sparseconv {
namespace {

using test::DeviceConvolution;

/// Runs the kernel of a line of a tile table over a convolution, which need not be as large as the line asks for.
template <class T, class Pairs>
struct RunKernel {
  Pairs pairs;
  on_device::DeviceOperands<on_device::StoredAs<T>> operands;

  template <class Choice>
  bool operator()(Choice const&) const {
    typename Choice::Kernel const kernel(pairs, operands);
    ptx::run_grid(kernel, kernel.blocks());
    return true;
  }
};

template <class T>
void expect_right_kernels(DeviceConvolution<T>& convolution, std::int64_t table_rows, std::int64_t in_channels,
                          std::int64_t out_channels) {
  on_device::ConvolutionSize const size{table_rows, in_channels, out_channels};
  auto const by_outputs = convolution.output_of([&] {
    EXPECT_TRUE(on_device::with_implicit_gemm_tile<T>(
        size, RunKernel<T, RowMapView>{convolution.map(), convolution.operands()}));
  });
  EXPECT_LE(convolution.error_of(by_outputs), 1) << table_rows << ' ' << in_channels << ' ' << out_channels;
  auto const by_pairs = convolution.output_of([&] {
    EXPECT_TRUE(on_device::with_pair_block_tile<T>(
        size, RunKernel<T, on_device::DevicePairs>{convolution.pairs(), convolution.operands()}));
  });
  EXPECT_LE(convolution.error_of(by_pairs), 1) << table_rows << ' ' << in_channels << ' ' << out_channels;
}

template <class T>
class PtxOfKernels : public ::testing::Test {};
using Arithmetics = ::testing::Types<float, double, half, bfloat16, on_device::Tf32>;
TYPED_TEST_SUITE(PtxOfKernels, Arithmetics);

// Rows of the output as the lines of the tables ask for them, from few to many.
constexpr std::int64_t rows_of_lines[] = {1, 5000, 20'000, 40'000};

TYPED_TEST(PtxOfKernels, GivesTheConvolution) {
  for (auto const& [in_channels, out_channels] : {std::pair{16, 32}, {24, 16}, {24, 32}, {24, 64}, {40, 140}}) {
    DeviceConvolution<TypeParam> convolution({.outputs = 130,
                                              .elements = 3,
                                              .in_channels = in_channels,
                                              .out_channels = out_channels,
                                              .epilogue = true,
                                              .activation = leaky_relu(0.25)});
    for (std::int64_t const rows : rows_of_lines) expect_right_kernels(convolution, rows, in_channels, out_channels);
  }
}

// Rows and channels that are no whole chunks.
TYPED_TEST(PtxOfKernels, GivesTheConvolutionOfOddShapes) {
  for (auto const& [in_channels, out_channels] : {std::pair{3, 16}, {8, 40}, {33, 5}, {1, 1}}) {
    for (std::int64_t const misplace : {0, 1}) {
      DeviceConvolution<TypeParam> convolution({.outputs = 130,
                                                .elements = 3,
                                                .in_channels = in_channels,
                                                .out_channels = out_channels,
                                                .misplace = misplace,
                                                .epilogue = true,
                                                .activation = misplace == 0 ? relu : gelu});
      for (std::int64_t const rows : rows_of_lines) expect_right_kernels(convolution, rows, in_channels, out_channels);
    }
  }
}

TYPED_TEST(PtxOfKernels, GivesTheProductOfRows) {
  for (auto const& [in_channels, out_channels] : {std::pair{16, 32}, {40, 140}, {3, 5}}) {
    for (std::int64_t const misplace : {0, 1}) {
      DeviceConvolution<TypeParam> convolution({.outputs = 130,
                                                .elements = 1,
                                                .in_channels = in_channels,
                                                .out_channels = out_channels,
                                                .identity = true,
                                                .misplace = misplace,
                                                .epilogue = true,
                                                .activation = relu});
      for (std::int64_t const rows : {1, 5000}) {
        auto const output = convolution.output_of([&] {
          EXPECT_TRUE(on_device::with_row_gemm_tile<TypeParam>(
              {rows, in_channels, out_channels},
              RunKernel<TypeParam, on_device::IdentityRows>{{130}, convolution.operands()}));
        });
        EXPECT_LE(convolution.error_of(output), 1) << rows << ' ' << in_channels << ' ' << out_channels;
      }
    }
  }
}

// Masks of several words, tiles that lack many of their elements.
TYPED_TEST(PtxOfKernels, GivesTheConvolutionOfManyElements) {
  DeviceConvolution<TypeParam> convolution(
      {.outputs = 70, .elements = 40, .in_channels = 24, .out_channels = 24, .percent = 10});
  for (std::int64_t const rows : rows_of_lines) expect_right_kernels(convolution, rows, 24, 24);
}
// The same for several tiles each way: minutes, for the full tier.
TYPED_TEST(PtxOfKernels, DISABLED_GivesTheConvolutionOfManyTiles) {
  DeviceConvolution<TypeParam> convolution(
      {.outputs = 300, .elements = 70, .in_channels = 72, .out_channels = 136, .percent = 15});
  for (std::int64_t const rows : rows_of_lines) expect_right_kernels(convolution, rows, 72, 136);
}

}  // namespace
}  // namespace sparseconv
