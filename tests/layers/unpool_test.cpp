#include "sparseconv/layers/unpool.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "sparseconv/layers/sparse_pool.hpp"
#include "support/error_message.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::unpool_test {
namespace {

// Cells of 3 along a line: 0 and 2 lie in 0, 5 in 1.
TEST(Unpool, GivesChildrenTheRowOfTheirParentByHand) {
  SiteSet<1> const children = test::sites_of(Grid<1>{}, std::vector<Coordinate<1>>{{0, {0}}, {0, {2}}, {0, {5}}});
  SiteSet<1> const sites = test::sites_of(Grid<1>{}, std::vector<Coordinate<1>>{{0, {0}}, {0, {1}}});
  SparseTensor<float, 1> const parents(sites, 2, Buffer<float>(std::span<float const>(std::vector<float>{1, 2, 3, 4})));
  test::for_each_host_policy([&](auto const& where) {
    auto const result = unpool(where, parents, children, 3);
    EXPECT_TRUE(result.sites().is(children));
    auto const values = result.features().values();
    EXPECT_EQ(std::vector<float>(values.begin(), values.end()), (std::vector<float>{1, 2, 1, 2, 3, 4}));
  });
}

// What all children of a cell have in common comes back to them.
TEST(Unpool, UndoesAPoolingOfEqualRows) {
  SiteSet<3> const sites = test::random_site_set(Grid<3>{.shape = {9, 10, 11}, .batch_size = 2}, 500, 1);
  SparseTensor<double, 3> input(sites, 1);
  for (std::int64_t row = 0; row < sites.size(); ++row) {
    auto const& at = sites.coordinates()[static_cast<std::size_t>(row)];
    input.features()(row, 0) =
        1000 * at.batch + 100 * (at.position[0] / 2) + 10 * (at.position[1] / 2) + at.position[2] / 2;
  }
  test::for_each_host_policy([&](auto const& where) {
    auto const pooled = SparsePool3D({.kernel_size = 2, .definition = OutputDefinition::floor})(where, input);
    auto const back = unpool(where, pooled, sites);
    for (std::int64_t row = 0; row < sites.size(); ++row) ASSERT_EQ(back.features()(row, 0), input.features()(row, 0));
  });
}

TEST(Unpool, NamesTheFirstSiteWithoutAParent) {
  SiteSet<1> const children = test::sites_of(Grid<1>{}, std::vector<Coordinate<1>>{{0, {0}}, {0, {2}}});
  SiteSet<1> const sites = test::sites_of(Grid<1>{}, std::vector<Coordinate<1>>{{0, {0}}});
  SparseTensor<float, 1> const parents(sites, 1);
  EXPECT_EQ(
      test::message_of<CoordinateError>([&] { return unpool(cpu, parents, children).size(); }),
      "parent_rows: site (batch 0; 2) has no parent: (batch 0; 1) is none of the 1 sites at stride 2; give the parents "
      "of all sites, or leave such sites out");
}

}  // namespace
}  // namespace sparseconv::unpool_test
