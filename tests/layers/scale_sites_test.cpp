#include "sparseconv/layers/scale_sites.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

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

}  // namespace
}  // namespace sparseconv::scaled_tensor_test
