#include "sparseconv/execute/dataflow.hpp"

#include <gtest/gtest.h>

#include "sparseconv/index/output_sites.hpp"
#include "support/convolution.hpp"
#include "support/element_pairs.hpp"
#include "support/emulated_gpu.hpp"
#include "support/option_cross.hpp"
#include "support/oracle_checks.hpp"
#include "support/policies.hpp"

namespace sparseconv::dataflow_test {
namespace {

// By pairs on the host and by row map on a device, unless told.
TEST(Dataflow, IsChosenByThePolicyUnlessTold) {
  static_assert(!goes_by_row_map<CpuPolicy, dataflow::Automatic>);
  static_assert(goes_by_row_map<CpuPolicy, dataflow::ImplicitGemm>);
  static_assert(goes_by_row_map<test::EmulatedGpu, dataflow::Automatic>);
  static_assert(!goes_by_row_map<test::EmulatedGpu, dataflow::GatherGemmScatter>);
  static_assert(!Dataflow<int>);
}

template <class Pair>
class BothDataflows : public ::testing::Test {};
TYPED_TEST_SUITE(BothDataflows, test::ElementPairs);

// Neither features nor weights lose a digit before they are multiplied, whichever of them is the narrower.
TYPED_TEST(BothDataflows, AgreeWithTheDenseOracleHoweverOperandsAreStored) {
  using T = typename TypeParam::Features;
  using W = typename TypeParam::Learned;
  test::for_each_option<2>([&](test::Options<2> const& options) {
    if (options.number % 7 != 0) return;
    auto const input = test::random_tensor<T>(options.sites, 5, options.number);
    auto const weights = test::random_weights<W>(options.geometry.element_count(), 5, 3, options.number);
    auto expected = test::convolve_dense(test::to_image(input), test::to_doubles(weights.values()), 3,
                                         test::to_oracle(options.geometry), test::to_oracle(options.definition));
    if (!expected) return;
    SCOPED_TRACE(options.text());
    auto const outputs = output_sites(seq, options.sites, options.geometry, options.definition);
    auto const bias = test::random_numbers<W>(3, options.number + 1);
    auto const residual = test::random_tensor<T>(outputs, 3, options.number + 2);
    Epilogue<T, HostMemory, W> const epilogue{
        .bias = bias, .residual = residual.features(), .activation = leaky_relu(0.125)};
    test::finish(*expected, outputs, epilogue);
    auto const check = [&](auto const& where) {
      test::expect_agrees(test::convolve<T, 2>(where, input, weights, options.geometry, options.definition, epilogue),
                          *expected);
      test::expect_agrees(
          test::convolve_by_map<T, 2>(where, input, weights, options.geometry, options.definition, epilogue),
          *expected);
    };
    check(seq);
    check(test::OnCpu<2>::policy());
  });
}

}  // namespace
}  // namespace sparseconv::dataflow_test
