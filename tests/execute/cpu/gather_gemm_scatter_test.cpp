#include "sparseconv/execute/cpu/gather_gemm_scatter.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "support/convolution.hpp"
#include "support/instruction_sets.hpp"
#include "support/oracle_checks.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::cpu_gather_gemm_scatter_test {
namespace {

using test::random_tensor;
using test::random_weights;
using test::same_bits;

template <class T>
class ConvolutionInBlocks : public ::testing::Test {};
TYPED_TEST_SUITE(ConvolutionInBlocks, test::Elements);

TEST(BlockCursor, GoesOverTheBlocksOfOneThread) {
  std::vector<Row> const outputs{3, 64, 70, 200, 201};
  auto const expect = [](on_cpu::BlockCursor::Pairs pairs, std::int64_t first, std::int64_t count) {
    EXPECT_EQ(pairs.first, first);
    EXPECT_EQ(pairs.count, count);
  };
  on_cpu::BlockCursor cursor;
  expect(cursor.advance(outputs, 64, 128), 1, 2);   // its first block is not the first of all
  expect(cursor.advance(outputs, 192, 201), 3, 1);  // it has skipped one, and the block ends between two pairs
  expect(cursor.advance(outputs, 201, 256), 4, 1);
  expect(cursor.advance(outputs, 256, 320), 5, 0);
  expect(on_cpu::BlockCursor().advance({}, 0, 64), 0, 0);
}

template <class T>
SparseTensor<T, 2> run(CpuPolicy const& where, Rulebook<> const& rules, SparseTensor<T, 2> const& input,
                       Weights<T> const& weights, Epilogue<T> const& epilogue, InstructionSet set) {
  SparseTensor<T, 2> output(input.sites(), weights.view().out_channels);
  gather_gemm_scatter(where.instructions(set), rules, input.features(), weights, output.features(), epilogue);
  return output;
}

// Sizes around a block of 64 rows and of 4096, channels around vectors and panels of 4 to 64 numbers; 421 input channels
// are taken in several parts, whose borders differ from one instruction set to the other.
TYPED_TEST(ConvolutionInBlocks, AgreeWithEveryInstructionSetAtTheEdgesOfBlocks) {
  using T = TypeParam;
  KernelGeometry<2> const geometry{.kernel_size = 3, .padding = 1};
  for (std::int64_t const count : {1, 63, 64, 65, 4095, 4097}) {
    SiteSet<2> const sites = test::random_site_set(Grid<2>{.shape = {95, 97}}, count, 1);
    Rulebook<> const rules = build_rulebook(cpu, sites, sites, geometry);
    for (auto const& [in_channels, out_channels] :
         {std::pair{3, 1}, {4, 16}, {7, 33}, {2, 130}, {421, 20}, {0, 16}, {16, 16}}) {
      auto const input = random_tensor<T>(sites, in_channels, 2);
      auto const weights = random_weights<T>(9, in_channels, out_channels, 3);
      auto const bias = test::random_numbers<T>(out_channels, 4);
      auto const residual = random_tensor<T>(sites, out_channels, 5);
      Epilogue<T> const epilogue{.bias = bias, .residual = residual.features(), .activation = leaky_relu(0.125)};

      SparseTensor<T, 2> expected(sites, out_channels);
      gather_gemm_scatter(seq, rules, input.features(), weights, expected.features(), epilogue);
      std::vector<SparseTensor<T, 2>> fused;
      for (auto const set : test::instruction_sets()) {
        auto const output = run<T>(test::OnCpu<2>::policy(), rules, input, weights, epilogue, set);
        // All numbers lie in [-1, 1]: no sum of absolute values exceeds the number of its terms.
        auto const terms = static_cast<double>(9 * in_channels + 2);
        EXPECT_LE(test::largest_difference(output.features(), expected.features()),
                  test::rounding_bound<T>(9 * in_channels + 2, terms))
            << count << " rows, " << out_channels << " channels, set " << static_cast<int>(set);
        if (set != InstructionSet::portable) fused.push_back(output);
      }
      for (auto const& output : fused) {
        EXPECT_TRUE(same_bits<T>(std::as_const(output).features(), std::as_const(fused[0]).features()))
            << "AVX2 and AVX-512 add in one order with the same rounding";
      }
    }
  }
}

template <class T>
class ConvolutionOfTwoByteNumbers : public ::testing::Test {};
using TwoByteNumbers = ::testing::Types<half, bfloat16>;
TYPED_TEST_SUITE(ConvolutionOfTwoByteNumbers, TwoByteNumbers);

// As they are, or widened: the same bits, also where input channels are taken in several parts. Tiles have bits of their own.
TYPED_TEST(ConvolutionOfTwoByteNumbers, HasTheBitsOfSeqWithEveryInstructionSetButTiles) {
  using T = TypeParam;
  for (std::int64_t const count : {1, 65, 4097}) {
    SiteSet<2> const sites = test::random_site_set(Grid<2>{.shape = {95, 97}}, count, 1);
    Rulebook<> const rules = build_rulebook(cpu, sites, sites, KernelGeometry<2>{.kernel_size = 3, .padding = 1});
    for (auto const& [in_channels, out_channels] :
         {std::pair{2, 1}, {3, 16}, {6, 33}, {30, 130}, {64, 64}, {420, 20}, {320, 20}}) {
      auto const input = random_tensor<T>(sites, in_channels, 2);
      auto const weights = random_weights<T>(9, in_channels, out_channels, 3);
      auto const bias = test::random_numbers<T>(out_channels, 4);
      Epilogue<T> const epilogue{.bias = bias, .residual = {}, .activation = relu};
      SparseTensor<T, 2> expected(sites, out_channels);
      gather_gemm_scatter(seq, rules, input.features(), weights, expected.features(), epilogue);
      for (auto const set : test::instruction_sets()) {
        SCOPED_TRACE(::testing::Message()
                     << count << " rows, " << in_channels << "-" << out_channels << ", " << to_string(set));
        auto const output = run<T>(test::OnCpu<2>::policy(), rules, input, weights, epilogue, set);
        if (test::takes_tiles<T, T>(set, in_channels)) {
          std::int64_t const terms = 9 * in_channels + 1;
          EXPECT_LE(test::largest_difference(output.features(), expected.features()),
                    test::rounding_bound<T>(terms, static_cast<double>(terms)));
          continue;
        }
        EXPECT_TRUE(same_bits<T>(output.features(), std::as_const(expected).features()));
      }
    }
  }
}

TYPED_TEST(ConvolutionInBlocks, HaveTheSameBitsForAnyNumberOfThreads) {
  using T = TypeParam;
  SiteSet<2> const sites = test::random_site_set(Grid<2>{.shape = {110, 120}}, 6001, 1);
  Rulebook<> const rules = build_rulebook(cpu, sites, sites, KernelGeometry<2>{.kernel_size = 3, .padding = 1});
  auto const input = random_tensor<T>(sites, 6, 2);
  auto const weights = random_weights<T>(9, 6, 20, 3);
  for (auto const set : test::instruction_sets()) {
    auto const alone = run<T>(test::OnCpu<1>::policy(), rules, input, weights, {}, set);
    test::for_each_cpu_policy([&](CpuPolicy const& where) {
      auto const output = run<T>(where, rules, input, weights, {}, set);
      EXPECT_TRUE(same_bits<T>(std::as_const(output).features(), std::as_const(alone).features()));
    });
  }
}

TYPED_TEST(ConvolutionInBlocks, TakeATransposedRulebook) {
  using T = TypeParam;
  SiteSet<2> const sites = test::random_site_set(Grid<2>{.shape = {80, 90}}, 3001, 1);
  // Not symmetric: the transposed pairs are others.
  Rulebook<> const rules = build_rulebook(cpu, sites, sites, KernelGeometry<2>{.kernel_size = {2, 3}});
  auto const input = random_tensor<T>(sites, 5, 2);
  auto const weights = random_weights<T>(6, 5, 9, 3);
  SparseTensor<T, 2> expected(sites, 9);
  SparseTensor<T, 2> output(sites, 9);
  gather_gemm_scatter(seq, rules.transposed(), input.features(), weights, expected.features());
  gather_gemm_scatter(test::OnCpu<3>::policy(), rules.transposed(), input.features(), weights, output.features());
  EXPECT_LE(test::largest_difference(output.features(), expected.features()), test::rounding_bound<T>(30, 30));
  gather_gemm_scatter(seq, rules, input.features(), weights, expected.features());
  EXPECT_GT(test::largest_difference(output.features(), expected.features()), 0.1);
}

}  // namespace
}  // namespace sparseconv::cpu_gather_gemm_scatter_test
