#include "sparseconv/execute/device/row_gemm_kernel.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>

#include "sparseconv/execute/device/implicit_gemm_kernel.hpp"
#include "support/device_convolution.hpp"

namespace sparseconv::device_row_gemm_kernel_test {
namespace {

using test::DeviceCase;
using test::DeviceConvolution;

using Tiny = on_device::TileShape<32, 32, 2, 1>;
using Square = on_device::TileShape<64, 64, 2, 2>;

template <class T>
class RowGemmKernels : public ::testing::Test {};
using Arithmetics = ::testing::Types<float, double, half, bfloat16, on_device::Tf32>;
TYPED_TEST_SUITE(RowGemmKernels, Arithmetics);

/// The product against plain loops in double, and bit for bit against the kernel that reads a row map.
template <class Shape, class T>
void check(DeviceCase given) {
  given.identity = true;
  DeviceConvolution<T> convolution(given);
  auto const run = [&](auto const& kernel) {
    return convolution.output_of([&] { test::run_grid(kernel, kernel.blocks()); });
  };
  auto const output = run(on_device::RowGemmKernel<T, Shape>({given.outputs}, convolution.operands()));
  EXPECT_LE(convolution.error_of(output), 1)
      << given.outputs << " rows, " << given.in_channels << " -> " << given.out_channels << " channels";
  auto const by_map = run(on_device::ImplicitGemmKernel<T, Shape>(convolution.map(), convolution.operands()));
  for (std::size_t i = 0; i < output.size(); ++i) {
    ASSERT_EQ(static_cast<double>(output[i]), static_cast<double>(by_map[i])) << i;
  }
}

TYPED_TEST(RowGemmKernels, TakeAnyChannels) {
  for (std::int64_t const channels : {1, 3, 8, 17, 33, 65}) {
    check<Tiny, TypeParam>({.outputs = 40, .in_channels = channels, .out_channels = 5});
    check<Tiny, TypeParam>({.outputs = 40, .in_channels = 8, .out_channels = channels, .epilogue = true});
    check<Square, TypeParam>(
        {.outputs = 40, .in_channels = channels, .out_channels = channels, .epilogue = true, .activation = relu});
  }
}

TYPED_TEST(RowGemmKernels, TakeAnyNumberOfRows) {
  for (std::int64_t const rows : {0, 1, 31, 32, 33, 64, 65, 130}) {
    check<Tiny, TypeParam>({.outputs = rows, .in_channels = 16, .out_channels = 16, .epilogue = true});
    check<Square, TypeParam>({.outputs = rows, .in_channels = 24, .out_channels = 72, .misplace = 1});
  }
}

}  // namespace
}  // namespace sparseconv::device_row_gemm_kernel_test
