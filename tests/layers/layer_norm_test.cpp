#include "sparseconv/layers/layer_norm.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "sparseconv/tensor/make_sparse_tensor.hpp"
#include "support/error_message.hpp"
#include "support/list_of.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::layer_norm_test {
namespace {

using test::list_of;
using test::message_of;

// Row 0: 1, 5: mean 3, variance 4; with epsilon 2.25 the root is 2.5. Row 1 has a mean of its own.
TEST(LayerNorm, IsPyTorchsFormulaOfEachRow) {
  LayerNorm<float> norm(2, 2.25);
  norm.set(std::array<float, 2>{10, 5}, std::array<float, 2>{1, -2});
  auto const input =
      make_sparse_tensor<float, 1>(seq, {.shape = {4}, .batch_size = 2}, {{0, {1}}, {1, {3}}}, {1.F, 5.F, 8.F, 4.F});
  test::for_each_host_policy([&](auto const& where) {
    auto const result = norm(where, input);
    EXPECT_TRUE(result.sites().is(input.sites()));
    EXPECT_EQ(list_of(result), (std::vector<float>{-7, 2, 9, -6}));
  });
}

// Rows of a new norm have mean 0 and variance 1 - epsilon / (variance + epsilon).
TEST(LayerNorm, GivesRowsOfMeanZeroAndVarianceOne) {
  auto const input =
      test::random_tensor<double>(test::random_site_set(Grid<3>{.shape = {9, 9, 9}, .batch_size = 2}, 90, 1), 17, 2);
  auto const result = LayerNorm<double>(17)(cpu, input);
  for (std::int64_t row = 0; row < result.size(); ++row) {
    double sum = 0;
    double squares = 0;
    for (std::int64_t c = 0; c < 17; ++c) {
      sum += result.features()(row, c);
      squares += result.features()(row, c) * result.features()(row, c);
    }
    EXPECT_NEAR(sum, 0, 17 * 1e-15);
    EXPECT_NEAR(squares / 17, 1, 1e-3);
    EXPECT_LT(squares / 17, 1);
  }
}

TEST(LayerNorm, HasTheBitsOfTheReference) {
  auto const check = [](auto number, std::int64_t channels) {
    using T = decltype(number);
    auto const input =
        test::random_tensor<T>(test::random_site_set(Grid<2>{.shape = {50, 50}, .batch_size = 2}, 900, 1), channels, 2);
    LayerNorm<T> norm(channels);
    norm.template set<double>(test::random_numbers<double>(channels, 3), test::random_numbers<double>(channels, 4));
    auto const expected = list_of(norm(seq, input));
    test::for_each_cpu_policy([&](auto const& where) { EXPECT_EQ(list_of(norm(where, input)), expected); });
  };
  check(float{}, 33);
  check(half{}, 17);
}

TEST(LayerNorm, TakesNoSites) {
  EXPECT_EQ(LayerNorm<bfloat16>(3)(cpu, SparseTensor<bfloat16, 4>(SiteSet<4>{}, 3)).size(), 0);
}

TEST(LayerNorm, NamesWhatDoesNotFit) {
  using Norm = LayerNorm<float>;
  EXPECT_EQ(Norm(4).epsilon(), 1e-5);
  EXPECT_EQ(Norm(4).parameter_count(), 8);
  EXPECT_EQ(message_of<ShapeError>([] { return Norm(-1); }), "LayerNorm: -1 channels; give at least 1");
  EXPECT_EQ(message_of<ShapeError>([] { return Norm(1, 0); }),
            "LayerNorm: epsilon is 0; it must be positive and finite");
  EXPECT_EQ(message_of<ShapeError>([] { return Norm(Buffer<double>(3, 1.0), Buffer<double>(2, 1.0), 1); }),
            "LayerNorm: 3 scales and 2 shifts; give one of each for every channel");
  Norm norm(2);
  EXPECT_EQ(message_of<ShapeError>([&] {
              norm.set(std::array<float, 3>{}, std::array<float, 2>{});
              return 0;
            }),
            "LayerNorm.set: scale has 3 numbers, the layer 2 channels; give one for each");
  EXPECT_EQ(message_of<ShapeError>([&] { return norm(seq, SparseTensor<float, 2>(SiteSet<2>{}, 3)); }),
            "LayerNorm: input has 3 channels, the layer 2; they must be equal");
}

}  // namespace
}  // namespace sparseconv::layer_norm_test
