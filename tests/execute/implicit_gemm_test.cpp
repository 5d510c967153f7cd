#include "sparseconv/execute/implicit_gemm.hpp"

#include <gtest/gtest.h>

#include <cstdint>

#include "sparseconv/index/build_row_map.hpp"
#include "support/convolution.hpp"
#include "support/error_message.hpp"
#include "support/option_cross.hpp"
#include "support/oracle_checks.hpp"
#include "support/policies.hpp"

namespace sparseconv::implicit_gemm_test {
namespace {

using test::convolve_by_map;
using test::random_tensor;
using test::random_weights;

template <class Where>
class ImplicitGemm : public ::testing::Test {};
TYPED_TEST_SUITE(ImplicitGemm, test::Policies);

TYPED_TEST(ImplicitGemm, AgreesWithTheDenseOracle) {
  test::for_each_option<2>([&](test::Options<2> const& options) {
    if (options.number % 3 != 0) return;
    auto const input = random_tensor<float>(options.sites, 2, options.number);
    auto const weights = random_weights<float>(options.geometry.element_count(), 2, 3, options.number);
    auto const expected = test::convolve_dense(test::to_image(input), test::to_doubles(weights.values()), 3,
                                               test::to_oracle(options.geometry), test::to_oracle(options.definition));
    if (!expected) return;
    SCOPED_TRACE(options.text());
    test::expect_agrees(
        convolve_by_map<float, 2>(TypeParam::policy(), input, weights, options.geometry, options.definition),
        *expected);
  });
}

// Both go through the elements, then the channels of a row.
TYPED_TEST(ImplicitGemm, HasTheBitsOfGatherGemmScatterOnSeq) {
  auto const sites = test::random_site_set(Grid<3>{.shape = {12, 13, 14}, .batch_size = 2}, 700, 1);
  auto const input = random_tensor<float>(sites, 5, 2);
  auto const weights = random_weights<float>(27, 5, 7, 3);
  auto const bias = test::random_numbers<float>(7, 4);
  KernelGeometry<3> const geometry{.kernel_size = 3, .padding = 1};
  Epilogue<float> const epilogue{.bias = bias, .residual = {}, .activation = relu};
  auto const by_pairs =
      test::convolve<float, 3>(seq, input, weights, geometry, OutputDefinition::submanifold, epilogue);
  auto const by_map =
      convolve_by_map<float, 3>(TypeParam::policy(), input, weights, geometry, OutputDefinition::submanifold, epilogue);
  EXPECT_TRUE(test::same_bits<float>(by_map.features(), by_pairs.features()));
}

TYPED_TEST(ImplicitGemm, KeepsSumsOfNarrowNumbersInFloat) {
  auto const sites = test::random_site_set(Grid<2>{.shape = {30, 31}}, 200, 5);
  auto const input = random_tensor<half>(sites, 40, 6);
  auto const weights = random_weights<half>(9, 40, 3, 7);
  KernelGeometry<2> const geometry{.kernel_size = 3, .padding = 1};
  test::expect_agrees(
      convolve_by_map<half, 2>(TypeParam::policy(), input, weights, geometry, OutputDefinition::submanifold), input,
      weights, geometry, OutputDefinition::submanifold);
}

TEST(ImplicitGemmErrors, NameTheOperandThatDoesNotFit) {
  auto const sites = test::random_site_set(Grid<2>{.shape = {9, 9}}, 5, 8);
  KernelGeometry<2> const geometry{.kernel_size = 3, .padding = 1};
  auto const map = build_row_map(seq, sites, sites, geometry);
  auto const input = random_tensor<float>(sites, 4, 9);
  SparseTensor<float, 2> output(sites, 2);
  EXPECT_EQ(test::message_of<ShapeError>([&] {
              implicit_gemm(seq, map, input.features(), random_weights<float>(9, 3, 2, 1), output.features());
            }),
            "implicit_gemm: the input's channels are 4, the weights' input channels are 3; they must be equal");
}

}  // namespace
}  // namespace sparseconv::implicit_gemm_test
