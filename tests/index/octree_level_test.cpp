#include "sparseconv/index/octree_level.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <vector>

#include "support/error_message.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"
#include "support/same_index.hpp"

namespace sparseconv::octree_level_test {
namespace {

template <class T>
std::vector<T> list_of_buffer(Buffer<T> const& buffer) {
  return {buffer.begin(), buffer.end()};
}

Buffer<std::uint32_t> buffer_of(std::vector<std::uint32_t> const& list) {
  return Buffer<std::uint32_t>(std::span<std::uint32_t const>(list));
}

// Over y, x: (0, 0) and (1, 1) lie in (0, 0) at places 0 and 3, (1, 2) in (0, 1) at place 2, (-1, 5) in (-1, 2) at place 3.
TEST(OctreeLevel, IsRightByHand) {
  SiteSet<2> const children =
      test::sites_of(Grid<2>{}, std::vector<Coordinate<2>>{{0, {-1, 5}}, {0, {0, 0}}, {0, {1, 1}}, {0, {1, 2}}});
  SiteSet<2> const parents =
      test::sites_of(Grid<2>{}, std::vector<Coordinate<2>>{{0, {-1, 2}}, {0, {0, 0}}, {0, {0, 1}}});
  test::for_each_host_policy([&](auto const& where) {
    OctreeLevel<2> const level = octree_level(where, children);
    EXPECT_TRUE(test::same_sites(level.parents, parents));
    EXPECT_TRUE(level.children.is(children));
    EXPECT_EQ(list_of_buffer(level.occupancy), (std::vector<std::uint32_t>{8, 9, 4}));
    EXPECT_EQ(list_of_buffer(*level.parent_rows), (std::vector<Row>{0, 1, 1, 2}));
    EXPECT_EQ(list_of_buffer(level.places), (std::vector<std::uint8_t>{3, 0, 3, 2}));
    OctreeLevel<2> const back = octree_children(where, parents, buffer_of({8, 9, 4}));
    EXPECT_TRUE(test::same_sites(back.children, children));
    EXPECT_EQ(list_of_buffer(*back.parent_rows), (std::vector<Row>{0, 1, 1, 2}));
    EXPECT_EQ(list_of_buffer(back.places), (std::vector<std::uint8_t>{3, 0, 3, 2}));
  });
}

// Along z, y, x the place is x + 2 y + 4 z.
TEST(OctreeLevel, CountsPlacesWithTheLastAxisFastest) {
  SiteSet<3> const children = test::sites_of(
      Grid<3>{}, std::vector<Coordinate<3>>{{0, {0, 0, 1}}, {0, {0, 1, 0}}, {0, {1, 0, 0}}, {0, {1, 1, 1}}});
  OctreeLevel<3> const level = octree_level(seq, children);
  EXPECT_EQ(list_of_buffer(level.places), (std::vector<std::uint8_t>{1, 2, 4, 7}));
  EXPECT_EQ(list_of_buffer(level.occupancy), (std::vector<std::uint32_t>{2 + 4 + 16 + 128}));
}

/// Against maps, with arithmetic of its own, and there and back.
template <int D>
void expect_level(SiteSet<D> const& children) {
  std::map<Coordinate<D>, std::uint64_t> occupancy;
  auto const parent_of = [](Coordinate<D> child, int* place) {
    *place = 0;
    for (std::int32_t& position : child.position) {
      std::int64_t const wide = position;
      std::int64_t const half_of = wide >= 0 ? wide / 2 : -((1 - wide) / 2);
      *place = 2 * *place + static_cast<int>(wide - 2 * half_of);
      position = static_cast<std::int32_t>(half_of);
    }
    return child;
  };
  int place = 0;
  for (Coordinate<D> const& child : children.coordinates()) {
    Coordinate<D> const parent = parent_of(child, &place);
    occupancy[parent] += std::uint64_t{1} << place;
  }
  std::vector<std::uint8_t> places;
  std::vector<Row> rows;
  for (Coordinate<D> const& child : children.coordinates()) {
    rows.push_back(static_cast<Row>(std::distance(occupancy.begin(), occupancy.find(parent_of(child, &place)))));
    places.push_back(static_cast<std::uint8_t>(place));
  }
  std::vector<Coordinate<D>> parents;
  std::vector<std::uint32_t> bits;
  for (auto const& [parent, of_parent] : occupancy) {
    parents.push_back(parent);
    bits.push_back(static_cast<std::uint32_t>(of_parent));
  }
  test::for_each_host_policy([&](auto const& where) {
    OctreeLevel<D> const level = octree_level(where, children);
    std::vector<Coordinate<D>> const found(level.parents.coordinates().begin(), level.parents.coordinates().end());
    ASSERT_EQ(found, parents);
    ASSERT_EQ(list_of_buffer(level.occupancy), bits);
    ASSERT_EQ(list_of_buffer(*level.parent_rows), rows);
    ASSERT_EQ(list_of_buffer(level.places), places);
    ASSERT_TRUE(octree_level(where, children).parents.is(level.parents)) << "they are kept";
    ASSERT_EQ(cached_parent_rows(where, children, level.parents), level.parent_rows);
    OctreeLevel<D> const back = octree_children(where, level.parents, buffer_of(bits), children.grid());
    ASSERT_TRUE(test::same_sites(back.children, children));
    ASSERT_TRUE(back.parents.is(level.parents));
    ASSERT_EQ(cached_parent_rows(where, back.children, back.parents), back.parent_rows);
    ASSERT_EQ(list_of_buffer(*back.parent_rows), rows);
    ASSERT_EQ(list_of_buffer(back.places), places);
    ASSERT_EQ(list_of_buffer(back.occupancy), bits);
    children.release_derived();
  });
}

template <int D>
void expect_level_of_random_sites(std::int64_t count, std::int64_t reach) {
  test::SiteRange const range{
      test::Indices(static_cast<std::size_t>(D), -reach), test::Indices(static_cast<std::size_t>(D), reach), {0, 2}};
  expect_level<D>(test::sites_of(Grid<D>{.shape = {}, .batch_size = 3},
                                 test::random_coordinates<D>(range, count, static_cast<std::uint32_t>(D))));
}

TEST(OctreeLevel, IsThatOfAMapInEveryDimension) {
  expect_level_of_random_sites<1>(300, 500);
  expect_level_of_random_sites<2>(9000, 80);
  expect_level_of_random_sites<3>(9000, 20);
  expect_level_of_random_sites<4>(5000, 6);
  expect_level_of_random_sites<5>(3000, 3);
}

TEST(OctreeLevel, TakesNothingAndTheEndsOfInt32) {
  expect_level<3>(SiteSet<3>());
  constexpr std::int32_t least = std::numeric_limits<std::int32_t>::min();
  constexpr std::int32_t most = std::numeric_limits<std::int32_t>::max();
  expect_level<2>(test::sites_of(
      Grid<2>{}, std::vector<Coordinate<2>>{{0, {least, most}}, {0, {least, least}}, {0, {most, most}}, {0, {-1, 0}}}));
}

TEST(OctreeLevel, HalvesAndDoublesGrids) {
  Grid<2> const odd{.shape = {5, 8}, .batch_size = 2};
  SiteSet<2> const children = test::random_site_set(odd, 12, 1);
  OctreeLevel<2> const level = octree_level(cpu, children);
  EXPECT_EQ(level.parents.grid(), (Grid<2>{.shape = {3, 4}, .batch_size = 2}));
  OctreeLevel<2> const back = octree_children(cpu, level.parents, level.occupancy);
  EXPECT_EQ(back.children.grid(), (Grid<2>{.shape = {6, 8}, .batch_size = 2}));
  EXPECT_EQ(doubled(Grid<1>{.shape = Shape<1>(2'000'000'000)}).shape[0], std::numeric_limits<std::int32_t>::max());
  EXPECT_FALSE(doubled(Grid<1>{}).shape.bounded());
}

TEST(OctreeChildren, MayBeNone) {
  SiteSet<2> const parents = test::sites_of(Grid<2>{}, std::vector<Coordinate<2>>{{0, {0, 0}}, {0, {0, 1}}});
  test::for_each_host_policy([&](auto const& where) {
    EXPECT_EQ(octree_children(where, parents, buffer_of({0, 0})).children.size(), 0);
    EXPECT_EQ(octree_children(where, parents, buffer_of({0, 15})).children.size(), 4);
  });
}

TEST(OctreeChildren, SayWhatDoesNotFit) {
  Grid<2> const grid{.shape = {2, 2}};
  SiteSet<2> const parents = test::sites_of(grid, std::vector<Coordinate<2>>{{0, {0, 0}}, {0, {0, 1}}});
  SiteSet<2> const far = test::sites_of(Grid<2>{}, std::vector<Coordinate<2>>{{0, {0, 0}}, {0, {0, 1 << 30}}});
  test::for_each_host_policy([&](auto const& where) {
    auto const message = [&]<class E>(E const*, SiteSet<2> const& of, std::vector<std::uint32_t> const& bits,
                                      Grid<2> const& on) {
      return test::message_of<E>([&] { (void)octree_children(where, of, buffer_of(bits), on); });
    };
    ShapeError const* shape = nullptr;
    CoordinateError const* coordinate = nullptr;
    EXPECT_EQ(message(shape, parents, {1}, grid), "octree_children: 1 occupancies for 2 parents; give one for each");
    EXPECT_EQ(message(shape, parents, {1, 16}, grid),
              "octree_children: parent 1 has the occupancy 16; it is a bit for each of 4 children, so at most 15");
    EXPECT_NE(message(coordinate, parents, {1, 15}, Grid<2>{.shape = {2, 3}})
                  .find("site (batch 0; 0, 3) is outside the grid"),
              std::string::npos);
    EXPECT_EQ(
        message(coordinate, far, {1, 15}, Grid<2>{}),
        "octree_children: the parents lie from 0 to 1073741824 along axis 1; children of parents outside -2^30 to "
        "2^30 - 1 do not fit 32 bits");
  });
}

}  // namespace
}  // namespace sparseconv::octree_level_test
