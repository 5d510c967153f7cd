#include "compress_scan/symbol_partition.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

namespace compress_scan::symbol_partition_test {
namespace {

using Logits = std::array<float, 16>;

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float nan = std::numeric_limits<float>::quiet_NaN();

std::vector<std::uint32_t> sizes_of(Logits const& logits) {
  SymbolPartition const partition = partition_by_logits(logits.data());
  EXPECT_EQ(partition.start(0), 0U);
  std::vector<std::uint32_t> sizes;
  std::uint32_t total = 0;
  for (int s = 0; s < 16; ++s) {
    EXPECT_EQ(partition.start(s), total);
    sizes.push_back(partition.size(s));
    EXPECT_GE(sizes.back(), 1U);
    total += sizes.back();
  }
  EXPECT_EQ(total, 65536U);
  return sizes;
}

/// The rule in its words, with numbers of another kind: exp of the mathematical library, and divisions.
std::vector<std::uint32_t> by_the_rule(Logits const& logits) {
  std::array<long double, 16> steps{};
  std::size_t first_of_largest = 0;
  for (std::size_t s = 0; s < 16; ++s) {
    double const logit = std::isnan(logits[s]) ? -1024 : std::fmin(std::fmax(logits[s], -1024), 1024);
    steps[s] = std::nearbyint(logit * 1024);
    if (steps[s] > steps[first_of_largest]) first_of_largest = s;
  }
  std::array<std::uint64_t, 16> weights{};
  std::uint64_t total = 0;
  for (std::size_t s = 0; s < 16; ++s) {
    long double const difference = steps[first_of_largest] - steps[s];
    weights[s] = static_cast<std::uint64_t>(std::floor(65535 * std::exp(-difference / 1024) + 0.5L));
    total += weights[s];
  }
  std::vector<std::uint32_t> sizes;
  std::uint32_t given = 0;
  for (std::uint64_t const weight : weights) {
    sizes.push_back(static_cast<std::uint32_t>(1 + weight * (std::uint64_t{65520} * 65536 / total) / 65536));
    given += sizes.back();
  }
  sizes[first_of_largest] += 65536 - given;
  return sizes;
}

/// Sixteen weights of 65535, so r = floor(65520 * 65536 / 1048560) = 4095, and each symbol gets 1 + floor(65535 * 4095 / 65536) = 4095.
TEST(PartitionByLogits, SharesEqually) {
  std::vector<std::uint32_t> expected(16, 4095);
  expected[0] = 65536 - 15 * 4095;
  EXPECT_EQ(sizes_of(Logits{}), expected);
  Logits all;
  for (float const logit : {-infinity, infinity, nan, 1e30F, -5.25F}) {
    all.fill(logit);
    EXPECT_EQ(sizes_of(all), expected) << logit;
  }
}

/// Two symbols at 0, the rest far below: weights 65535 twice, so r = floor(65520 * 65536 / 131070) = 32760, and each of the two gets
/// 1 + floor(65535 * 32760 / 65536) = 1 + 32759. Left are 65536 - 2 * 32760 - 14 = 2, for the first.
TEST(PartitionByLogits, GivesWhatIsLeftToTheFirstOfTheLargest) {
  Logits logits;
  logits.fill(-100);
  logits[3] = logits[7] = 0;
  std::vector<std::uint32_t> expected(16, 1);
  expected[3] = 32762;
  expected[7] = 32760;
  EXPECT_EQ(sizes_of(logits), expected);
}

TEST(PartitionByLogits, TakesWhatIsNoNumber) {
  Logits logits{};
  logits[5] = nan;
  std::vector<std::uint32_t> const without = sizes_of(logits);
  EXPECT_EQ(without[5], 1U);
  logits[5] = -infinity;
  EXPECT_EQ(sizes_of(logits), without);
  logits[5] = -1e38F;
  EXPECT_EQ(sizes_of(logits), without);
  logits[5] = infinity;
  std::vector<std::uint32_t> const sure = sizes_of(logits);
  EXPECT_EQ(sure[5], 65521U);
  logits[5] = 1024;
  EXPECT_EQ(sizes_of(logits), sure);
}

/// Multiples of 2^-10 are told apart, and halves between them go to the even one.
TEST(PartitionByLogits, RoundsHalvesToEven) {
  auto const with = [](float steps) {
    Logits logits{};
    logits[2] = steps / 1024;
    return sizes_of(logits);
  };
  EXPECT_EQ(with(100.5F), with(100));
  EXPECT_EQ(with(101.5F), with(102));
  EXPECT_EQ(with(-100.5F), with(-100));
  EXPECT_EQ(with(-101.5F), with(-102));
  EXPECT_EQ(with(std::nextafter(100.5F, 101.0F)), with(101));
  EXPECT_EQ(with(std::nextafter(-100.5F, -101.0F)), with(-101));
  EXPECT_EQ(with(std::numeric_limits<float>::denorm_min()), with(0));
  EXPECT_NE(with(100), with(110));
}

TEST(PartitionByLogits, FollowsItsRule) {
  std::mt19937 random(1);
  for (float const spread : {0.001F, 0.3F, 2.0F, 6.0F, 30.0F, 3000.0F}) {
    std::normal_distribution<float> normal(0, spread);
    for (int i = 0; i < 2000; ++i) {
      Logits logits;
      for (float& logit : logits) logit = normal(random);
      if (i % 7 == 0) logits[static_cast<std::size_t>(i) % 16] = logits[static_cast<std::size_t>(i) % 5];
      ASSERT_EQ(sizes_of(logits), by_the_rule(logits)) << spread << ", " << i;
    }
  }
}

/// What integers cost: the bits beyond the entropy of the probabilities themselves.
TEST(PartitionByLogits, CostsAlmostNothing) {
  std::mt19937 random(2);
  std::normal_distribution<double> normal(0, 3);
  double entropy = 0;
  double cost = 0;
  for (int i = 0; i < 5000; ++i) {
    Logits logits;
    double total = 0;
    for (float& logit : logits) {
      logit = static_cast<float>(normal(random));
      total += std::exp(double{logit});
    }
    SymbolPartition const partition = partition_by_logits(logits.data());
    for (int s = 0; s < 16; ++s) {
      double const probability = std::exp(double{logits[static_cast<std::size_t>(s)]}) / total;
      entropy -= probability * std::log2(probability);
      cost -= probability * std::log2(partition.size(s) / 65536.0);
    }
  }
  EXPECT_GE(cost, entropy);
  EXPECT_LE(cost, entropy * 1.00005) << "measured: 1.000006";
}

}  // namespace
}  // namespace compress_scan::symbol_partition_test
