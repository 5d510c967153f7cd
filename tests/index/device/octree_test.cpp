// Levels of octrees, and rows of parents, of a device policy are those of `seq`, bit for bit.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "sparseconv/index/octree_level.hpp"
#include "sparseconv/index/parent_rows.hpp"
#include "sparseconv/tensor/copy_to.hpp"
#include "support/device_policies.hpp"
#include "support/error_message.hpp"
#include "support/random_sites.hpp"
#include "support/same_index.hpp"

namespace sparseconv::device_octree_test {
namespace {

using test::message_of;

template <class Where>
class DeviceOctree : public test::DeviceTest<Where> {};
TYPED_TEST_SUITE(DeviceOctree, test::DevicePolicies);

template <class Policy, class T>
bool same_list(Policy const& where, Buffer<T, typename Policy::Memory> const& there, Buffer<T> const& here) {
  return std::ranges::equal(copy_to_host(where, there), here);
}

/// Up from the children, and down again.
template <int D, class Policy>
void expect_same_level(Policy const& where, SiteSet<D> const& children) {
  OctreeLevel<D> const here = octree_level(seq, children);
  auto const children_there = copy_to(where, children);
  auto const there = octree_level(where, children_there);
  ASSERT_TRUE(there.children.is(children_there));
  ASSERT_TRUE(test::same_sites(copy_to_host(where, there.parents), here.parents));
  ASSERT_TRUE(same_list(where, there.occupancy, here.occupancy));
  ASSERT_TRUE(same_list(where, *there.parent_rows, *here.parent_rows));
  ASSERT_TRUE(same_list(where, there.places, here.places));

  auto const back = octree_children(where, there.parents, copy_to(where, here.occupancy), children.grid());
  ASSERT_TRUE(test::same_sites(copy_to_host(where, back.children), children));
  ASSERT_TRUE(same_list(where, *back.parent_rows, *here.parent_rows));
  ASSERT_TRUE(same_list(where, back.places, here.places));

  auto const rows = parent_rows(where, copy_to(where, children), copy_to(where, here.parents));
  ASSERT_TRUE(same_list(where, rows, *here.parent_rows));
}

TYPED_TEST(DeviceOctree, HasTheLevelsOfTheHost) {
  auto const& where = TypeParam::policy();
  expect_same_level<1>(where, test::random_site_set(Grid<1>{.shape = Shape<1>(300)}, 100, 1));
  expect_same_level<2>(where, test::random_site_set(Grid<2>{.shape = {40, 41}, .batch_size = 2}, 700, 2));
  expect_same_level<3>(where, test::random_site_set(Grid<3>{.shape = {19, 20, 21}, .batch_size = 3}, 2003, 3));
  expect_same_level<4>(where, test::random_site_set(Grid<4>{.shape = {6, 7, 8, 5}}, 600, 4));
  expect_same_level<3>(where, SiteSet<3>());
  expect_same_level<2>(where, test::sites_of(Grid<2>{}, std::vector<Coordinate<2>>{{0, {-5, 3}}, {0, {-4, -1}}}));
}

TYPED_TEST(DeviceOctree, WaitsForWhatItHasToKnow) {
  auto const& where = TypeParam::policy();
  SiteSet<3> const host = test::random_site_set(Grid<3>{.shape = {19, 20, 21}}, 300, 3);
  auto const children = copy_to(where, host);
  auto level = octree_level(where, children);
  test::expect_waits(where, 0, [&] { level = octree_level(where, children); });
  test::expect_waits(where, 0, [&] { (void)cached_parent_rows(where, children, level.parents); });
  test::expect_waits(where, 1, [&] { (void)parent_rows(where, children, level.parents); });
  test::expect_waits(where, 3,
                     [&] { (void)octree_children(where, level.parents, std::move(level.occupancy), host.grid()); });
}

TYPED_TEST(DeviceOctree, SaysWhatDoesNotFitAsTheHostDoes) {
  auto const& where = TypeParam::policy();
  SiteSet<2> const children = test::random_site_set(Grid<2>{.shape = {40, 41}}, 700, 2);
  SiteSet<2> const others = test::random_site_set(Grid<2>{.shape = {20, 21}}, 100, 5);
  EXPECT_EQ(
      message_of<CoordinateError>([&] { (void)parent_rows(where, copy_to(where, children), copy_to(where, others)); }),
      message_of<CoordinateError>([&] { (void)parent_rows(seq, children, others); }));
  Buffer<std::uint32_t> occupancy(others.size(), 3U);
  occupancy[77] = 16;
  occupancy[78] = 17;
  EXPECT_EQ(
      message_of<ShapeError>([&] { (void)octree_children(where, copy_to(where, others), copy_to(where, occupancy)); }),
      message_of<ShapeError>([&] { (void)octree_children(seq, others, occupancy); }));
}

}  // namespace
}  // namespace sparseconv::device_octree_test
