#include "sparseconv/execute/device/launch_convolution.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>

#include "support/device_convolution.hpp"

namespace sparseconv::device_launch_convolution_test {
namespace {

using test::DeviceCase;
using test::DeviceConvolution;
using test::EmulatedLaunch;

template <class T>
class LaunchConvolution : public ::testing::Test {};
using Arithmetics = ::testing::Types<float, double, half, bfloat16, on_device::Tf32>;
TYPED_TEST_SUITE(LaunchConvolution, Arithmetics);

TYPED_TEST(LaunchConvolution, GivesTheConvolutionByBothDataflows) {
  for (std::int64_t const channels : {3, 32, 40}) {
    DeviceConvolution<TypeParam> convolution({.outputs = 100,
                                              .elements = 9,
                                              .in_channels = 12,
                                              .out_channels = channels,
                                              .percent = 30,
                                              .epilogue = true,
                                              .activation = relu});
    auto const by_outputs = convolution.output_of(
        [&] { on_device::launch_implicit_gemm(EmulatedLaunch{}, convolution.map(), convolution.operands()); });
    EXPECT_LE(convolution.error_of(by_outputs), 1) << channels;
    auto const by_pairs = convolution.output_of(
        [&] { on_device::launch_gather_gemm_scatter(EmulatedLaunch{}, convolution.pairs(), convolution.operands()); });
    EXPECT_LE(convolution.error_of(by_pairs), 1) << channels;
  }
}

TYPED_TEST(LaunchConvolution, GivesTheProductOfRows) {
  for (std::int64_t const channels : {3, 32, 40}) {
    DeviceConvolution<TypeParam> convolution({.outputs = 100,
                                              .in_channels = 12,
                                              .out_channels = channels,
                                              .identity = true,
                                              .epilogue = true,
                                              .activation = relu});
    auto const output =
        convolution.output_of([&] { on_device::launch_multiply_rows(EmulatedLaunch{}, convolution.operands()); });
    EXPECT_LE(convolution.error_of(output), 1) << channels;
  }
}

/// Runs a kernel of the table on a small convolution, whatever size it was chosen for.
template <class T, class Pairs>
struct RunChosen {
  Pairs pairs;
  on_device::DeviceOperands<on_device::StoredAs<T>> operands;

  template <class Choice>
  bool operator()(Choice const&) const {
    typename Choice::Kernel const kernel(pairs, operands);
    test::run_grid(kernel, kernel.blocks());
    return true;
  }
};

TYPED_TEST(LaunchConvolution, HasNoTileThatIsWrong) {
  for (auto const& [in_channels, out_channels] : {std::pair{3, 16}, {24, 16}, {16, 32}, {24, 32}, {8, 40}, {40, 140}}) {
    DeviceConvolution<TypeParam> convolution({.outputs = 130,
                                              .elements = 3,
                                              .in_channels = in_channels,
                                              .out_channels = out_channels,
                                              .epilogue = true,
                                              .activation = relu});
    for (std::int64_t const rows : {1, 5000, 20000, 40000}) {
      on_device::ConvolutionSize const size{rows, in_channels, out_channels};
      auto const by_outputs = convolution.output_of([&] {
        RunChosen<TypeParam, RowMapView> const run{convolution.map(), convolution.operands()};
        EXPECT_TRUE(on_device::with_implicit_gemm_tile<TypeParam>(size, run));
      });
      EXPECT_LE(convolution.error_of(by_outputs), 1) << rows << " " << in_channels << " " << out_channels;
      auto const by_pairs = convolution.output_of([&] {
        RunChosen<TypeParam, on_device::DevicePairs> const run{convolution.pairs(), convolution.operands()};
        EXPECT_TRUE(on_device::with_pair_block_tile<TypeParam>(size, run));
      });
      EXPECT_LE(convolution.error_of(by_pairs), 1) << rows << " " << in_channels << " " << out_channels;
    }
  }
}

/// Notes what was launched.
struct Note {
  std::int64_t* blocks;
  std::int64_t* shared_bytes;
  std::int64_t most = 1 << 20;

  [[nodiscard]] std::int64_t most_shared_bytes() const { return most; }
  template <class Kernel>
  void launch(std::int64_t count, Kernel const& kernel) const {
    *blocks = count;
    *shared_bytes = kernel.shared_bytes();
    static_assert(std::is_trivially_copyable_v<Kernel>);
  }
};

TEST(TileTable, HasATileForAllSizesThatFitsTheDevice) {
  std::int64_t blocks = 0;
  std::int64_t bytes = 0;
  for (std::int64_t const rows : {1, 5000, 20000, 100000, 2000000000}) {
    for (std::int64_t const channels : {1, 16, 17, 32, 33, 64, 65, 128, 129, 1000}) {
      for (std::int64_t const most : {48, 64, 99, 227}) {
        RowMapView const map{.elements = 343, .output_count = rows};
        on_device::DeviceOperands<half> const operands{.in_channels = most / 3 * 8, .out_channels = channels};
        on_device::launch_implicit_gemm(Note{&blocks, &bytes, most * 1024}, map, operands);
        EXPECT_LE(bytes, most * 1024);
        EXPECT_GE(blocks * 128 * 128, rows * channels) << rows << " " << channels;
        on_device::DevicePairs const pairs{.elements = 343, .output_count = rows};
        on_device::launch_gather_gemm_scatter(Note{&blocks, &bytes, most * 1024}, pairs, operands);
        EXPECT_LE(bytes, most * 1024);
        EXPECT_GE(blocks * 128 * 64, rows * channels) << rows << " " << channels;
        on_device::DeviceOperands<half> of_rows = operands;
        of_rows.output_rows = rows;
        on_device::launch_multiply_rows(Note{&blocks, &bytes, most * 1024}, of_rows);
        EXPECT_LE(bytes, most * 1024);
        EXPECT_GE(blocks * 64 * 64, rows * channels) << rows << " " << channels;
      }
    }
  }
}

TEST(TileTable, LaunchesNothingForNothing) {
  std::int64_t blocks = -1;
  std::int64_t bytes = 0;
  on_device::launch_implicit_gemm(Note{&blocks, &bytes}, RowMapView{.elements = 27},
                                  on_device::DeviceOperands<float>{.out_channels = 8});
  EXPECT_EQ(blocks, 0);
  blocks = -1;
  on_device::launch_gather_gemm_scatter(Note{&blocks, &bytes}, on_device::DevicePairs{.elements = 27},
                                        on_device::DeviceOperands<float>{.out_channels = 8});
  EXPECT_EQ(blocks, 0);
  blocks = -1;
  on_device::launch_multiply_rows(Note{&blocks, &bytes}, on_device::DeviceOperands<float>{.out_channels = 8});
  EXPECT_EQ(blocks, 0);
}

TEST(TileTable, RefusesMoreRowsThanANumberOf32BitsCounts) {
  std::int64_t blocks = 0;
  std::int64_t bytes = 0;
  on_device::DeviceOperands<float> const operands{.output_rows = std::int64_t{1} << 31, .out_channels = 8};
  try {
    on_device::launch_multiply_rows(Note{&blocks, &bytes}, operands);
    FAIL();
  } catch (CapacityError const& error) {
    EXPECT_EQ(std::string(error.what()),
              "multiply_rows: 2147483648 rows; a device takes at most 2147483647, multiply them in parts");
  }
}

TEST(TileTable, RefusesKernelsThatNoSharedMemoryHolds) {
  std::int64_t blocks = 0;
  std::int64_t bytes = 0;
  on_device::DevicePairs const pairs{.elements = 20000, .output_count = 10};
  try {
    on_device::launch_gather_gemm_scatter(Note{&blocks, &bytes, 227 * 1024}, pairs,
                                          on_device::DeviceOperands<float>{.out_channels = 8});
    FAIL();
  } catch (CapacityError const& error) {
    EXPECT_EQ(std::string(error.what()),
              "gather_gemm_scatter: lists of 20000 kernel elements do not fit the shared memory of this device; use a "
              "smaller kernel");
  }
}

TEST(TileTable, RefusesRowsWhoseBytesDoNotFit32Bits) {
  std::int64_t blocks = 0;
  std::int64_t bytes = 0;
  on_device::DeviceOperands<double> const operands{.in_channels = (1 << 28) + 2, .out_channels = 8};
  try {
    on_device::launch_implicit_gemm(Note{&blocks, &bytes}, RowMapView{.elements = 27, .output_count = 1}, operands);
    FAIL();
  } catch (CapacityError const& error) {
    EXPECT_EQ(std::string(error.what()),
              "implicit_gemm: 268435458 channels in and 8 out; a device takes at most 268435456 of either");
  }
}

}  // namespace
}  // namespace sparseconv::device_launch_convolution_test
