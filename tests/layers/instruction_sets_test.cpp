// Layers on policies that are held to one instruction set.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "sparseconv/layers/sparse_conv.hpp"
#include "sparseconv/layers/submanifold_conv.hpp"
#include "support/instruction_sets.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::instruction_sets_test {
namespace {

template <class T>
class LayersOfInstructionSets : public ::testing::Test {};
using Elements = ::testing::Types<float, half, bfloat16>;
TYPED_TEST_SUITE(LayersOfInstructionSets, Elements);

// Index and arithmetic: 38 channels are whole vectors of no set, and the kernel's rows are merged by AVX-512 alone.
TYPED_TEST(LayersOfInstructionSets, AgreeToRoundingAndAboveThePortableToTheBit) {
  using T = TypeParam;
  auto const sites = test::random_site_set(Grid<3>{.shape = {20, 21, 22}, .batch_size = 2}, 2'000, 1);
  SubmanifoldConv3D<T> const stem({.in_channels = 6, .out_channels = 38, .bias = true, .activation = relu});
  SparseConv3D<T> const down({.in_channels = 38, .out_channels = 19, .kernel_size = 3, .stride = 2, .padding = 1});
  auto const run = [&](InstructionSet set) {
    // Sites of their own: what one policy derived would serve the next.
    SiteSet<3> const own(sites.grid(), Buffer<Coordinate<3>>(sites.coordinates()));
    CpuPolicy const where = cpu.threads(2).instructions(set);
    return down(where, stem(where, test::random_tensor<T>(own, 6, 2)));
  };
  auto const portable = run(InstructionSet::portable);
  auto const best = run(best_instruction_set());
  double const unit = std::is_same_v<T, bfloat16> ? 0x1p-6 : std::is_same_v<T, half> ? 0x1p-9 : 0x1p-18;
  for (auto const set : test::instruction_sets()) {
    auto const result = run(set);
    ASSERT_TRUE(std::ranges::equal(result.sites().coordinates(), portable.sites().coordinates()));
    auto const values = result.features().values();
    for (std::size_t i = 0; i < values.size(); ++i) {
      auto const expected = static_cast<double>(portable.features().values()[i]);
      ASSERT_NEAR(static_cast<double>(values[i]), expected, unit * std::max(1.0, std::fabs(expected))) << i;
    }
    if (set != InstructionSet::portable) {
      EXPECT_TRUE(std::ranges::equal(values, best.features().values())) << to_string(set);
    }
  }
}

}  // namespace
}  // namespace sparseconv::instruction_sets_test
