#include "sparseconv/execute/cpu/block_sums.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace sparseconv::cpu_block_sums_test {
namespace {

TEST(BlockRows, StayInTheirBounds) {
  for (std::int64_t const outputs : {0, 1, 64, 5000, 1000000}) {
    for (std::int64_t const width : {0, 16, 64, 1024, 1000000}) {
      for (int const threads : {1, 2, 64, 1 << 30}) {
        std::int64_t const rows = on_cpu::block_rows<float>(outputs, width, threads);
        EXPECT_TRUE(rows >= 64 && rows <= 4096) << outputs << " " << width << " " << threads;
        EXPECT_TRUE(rows == 64 || rows * width * 4 <= 1 << 20) << "a block fits the cache";
      }
    }
  }
  EXPECT_LE(on_cpu::block_rows<float>(20000, 16, 4) * 4 * 4, 20000 + 4 * 4 * 64) << "each thread finds several blocks";
}

TEST(BlockSums, GrowInTheOutputIfItsRowsAreWholeVectorsOfTheirType) {
  std::vector<float> numbers(5 * 10, 7);
  MatrixView<float> const output{numbers.data(), 5, 8, 10};
  on_cpu::BlockSums<float> block(cpu, output, 8, 2);
  MatrixView<float> const sums = block.zeros(2, 4);
  EXPECT_EQ(sums.data, output.row_data(2));
  EXPECT_EQ(sums.stride, 10);
  for (std::int64_t row = 0; row < 5; ++row) {
    for (std::int64_t c = 0; c < 10; ++c) {
      bool const cleared = (row == 2 || row == 3) && c < 8;
      EXPECT_EQ(numbers[static_cast<std::size_t>(row * 10 + c)], cleared ? 0.F : 7.F) << row << ", " << c;
    }
  }
}

TEST(BlockSums, GrowAsideElse) {
  std::vector<float> numbers(5 * 5, 7);
  on_cpu::BlockSums<float> padded(cpu, MatrixView<float>{numbers.data(), 5, 5}, 8, 3);
  MatrixView<float> const sums = padded.zeros(1, 4);
  EXPECT_EQ(sums.stride, 8);
  EXPECT_EQ(std::vector<float>(sums.data, sums.data + 3 * 8), std::vector<float>(3 * 8, 0.F));
  EXPECT_EQ(numbers, std::vector<float>(5 * 5, 7));
  std::vector<half> halves(2 * 8, half(7));
  on_cpu::BlockSums<half> narrow(cpu, MatrixView<half>{halves.data(), 2, 8}, 8, 2);
  EXPECT_EQ(narrow.zeros(0, 2)(1, 7), 0.F);
  EXPECT_EQ(halves, std::vector<half>(2 * 8, half(7)));
}

}  // namespace
}  // namespace sparseconv::cpu_block_sums_test
