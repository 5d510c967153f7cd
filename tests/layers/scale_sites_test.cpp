#include "sparseconv/layers/scale_sites.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "support/error_message.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::scaled_tensor_test {
namespace {

template <class T>
void expect_same_rows() {
  Grid<2> const grid{.shape = {9, 11}, .batch_size = 2};
  Grid<2> const finer{.shape = {18, 33}, .batch_size = 2};
  for (std::int64_t const sites : {40, 0}) {
    auto const x = test::random_tensor<T>(test::random_site_set(grid, sites, 1), 3, 2);
    test::for_each_host_policy([&](auto const& where) {
      auto const scaled = scale_sites(where, x, {2, 3}, finer);
      EXPECT_TRUE(scaled.sites().is(cached_scaled_sites(where, x.sites(), {2, 3}, finer)));
      EXPECT_EQ(scaled.grid(), finer);
      ASSERT_EQ(scaled.channels(), 3);
      EXPECT_TRUE(std::ranges::equal(scaled.features().values(), x.features().values()));
    });
  }
}

TEST(ScaledTensor, HasTheRowsOfTheCoarserOne) {
  expect_same_rows<float>();
  expect_same_rows<double>();
  expect_same_rows<half>();
  expect_same_rows<bfloat16>();
}

TEST(ScaledTensor, NeedsAFactorAndAGridThatHoldsIt) {
  auto const x = test::random_tensor<float>(
      test::sites_of(Grid<1>{.shape = Shape<1>(2)}, std::vector<Coordinate<1>>{{0, {0}}, {0, {1}}}), 3, 2);
  EXPECT_EQ(test::message_of<ShapeError>([&] { return scale_sites(cpu, x, 0, {}).size(); }),
            "scale_sites: factor is 0; every factor must be at least 1");
  EXPECT_EQ(
      test::message_of<CoordinateError>([&] { return scale_sites(cpu, x, 3, {.shape = Shape<1>(3)}).size(); }),
      "scale_sites: sites from (batch 0; 0) to (batch 0; 1), times 3, lie outside the grid (shape 3, batch_size 1) "
      "or beyond 32 bits; give the grid of the finer sites, or a smaller factor");
}

}  // namespace
}  // namespace sparseconv::scaled_tensor_test
