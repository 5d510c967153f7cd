#include "compress_scan/partition_block.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <limits>
#include <random>
#include <span>
#include <vector>

namespace compress_scan::partition_block_test {
namespace {

/// Logits as networks give them, and what none gives: equal ones, NaN, infinities, and at both ends of what counts.
std::vector<float> hostile_logits(std::size_t rows) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  constexpr std::array hostile{std::numeric_limits<float>::quiet_NaN(),
                               infinity,
                               -infinity,
                               1024.F,
                               -1024.F,
                               1025.F,
                               -2000.F,
                               0.F,
                               -0.F,
                               1e-40F,
                               0.00048828125F,
                               11.784F,
                               3e38F};
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0, 3);
  std::vector<float> logits(symbols * rows);
  for (std::size_t i = 0; i < logits.size(); ++i) {
    std::size_t const begin = i / symbols * symbols;
    switch (random() % 12) {
      case 0:
        logits[i] = hostile[random() % hostile.size()];
        break;
      case 1:
        logits[i] = logits[begin];
        break;
      default:
        logits[i] = normal(random);
    }
  }
  return logits;
}

TEST(PartitionRows, AreThoseOfRowsAlone) {
  for (std::size_t const rows : {0U, 1U, 7U, 8U, 9U, 31U, 4099U}) {
    std::vector<float> const logits = hostile_logits(rows);
    std::vector<SymbolPartition> partitions(rows + 1);
    partition_rows(logits.data(), std::span(partitions).first(rows));
    for (std::size_t row = 0; row < rows; ++row)
      ASSERT_EQ(partitions[row].starts, partition_by_logits(logits.data() + symbols * row).starts) << row;
    EXPECT_EQ(partitions[rows].starts, SymbolPartition{}.starts) << "behind the last";
  }
}

}  // namespace
}  // namespace compress_scan::partition_block_test
