#include "sparseconv/layers/channel_to_space.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sparseconv/index/octree_level.hpp"
#include "sparseconv/layers/occupancy_above.hpp"
#include "support/error_message.hpp"
#include "support/list_of.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"
#include "support/same_index.hpp"

namespace sparseconv::channel_to_space_test {
namespace {

template <class T, int D>
std::vector<T> numbers_of(SparseTensor<T, D> const& tensor) {
  auto const values = tensor.features().values();
  return {values.begin(), values.end()};
}

// y 1, x 2 has the children y 2 and 3, x 4 and 5: in the order of places (2, 4), (2, 5), (3, 4), (3, 5).
TEST(ChannelToSpace, SubdividesByHand) {
  SiteSet<2> const sites =
      test::sites_of(Grid<2>{.shape = {4, 4}}, std::vector<Coordinate<2>>{{0, {1, 2}}, {0, {3, 0}}});
  std::vector<float> const numbers{1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 14, 15, 16, 17, 18};
  SparseTensor<float, 2> const parents(sites, 8, Buffer<float>(std::span<float const>(numbers)));
  test::for_each_host_policy([&](auto const& where) {
    auto const level = octree_children(
        where, sites, Buffer<std::uint32_t>(std::span<std::uint32_t const>(std::vector{0b1010U, 0b0001U})));
    auto const children = channel_to_space(where, parents, level);
    EXPECT_TRUE(children.sites().is(level.children));
    EXPECT_TRUE(test::same_sites(
        children.sites(),
        test::sites_of(Grid<2>{.shape = {8, 8}}, std::vector<Coordinate<2>>{{0, {2, 5}}, {0, {3, 5}}, {0, {6, 0}}})));
    EXPECT_EQ(numbers_of(children), (std::vector<float>{3, 4, 7, 8, 11, 12}));
    auto const back = space_to_channel(where, children, level);
    EXPECT_TRUE(back.sites().is(sites));
    EXPECT_EQ(numbers_of(back), (std::vector<float>{0, 0, 3, 4, 0, 0, 7, 8, 11, 12, 0, 0, 0, 0, 0, 0}));
  });
}

/// Children and their parents by coordinates, both ways.
template <class T, int D>
void expect_blocks(SiteSet<D> const& sites, std::int64_t channels) {
  auto const children = test::random_tensor<T>(sites, channels, 3);
  test::for_each_host_policy([&](auto const& where) {
    auto const level = octree_level(where, sites);
    auto const parents = space_to_channel(where, children, level);
    ASSERT_EQ(parents.channels(), channels << D);
    std::map<Coordinate<D>, std::int64_t> row_of;
    for (std::int64_t row = 0; row < sites.size(); ++row)
      row_of[sites.coordinates()[static_cast<std::size_t>(row)]] = row;
    for (std::int64_t row = 0; row < parents.size(); ++row) {
      for (std::int64_t channel = 0; channel < parents.channels(); ++channel) {
        Coordinate<D> child = parents.sites().coordinates()[static_cast<std::size_t>(row)];
        std::size_t const place = static_cast<std::size_t>(channel / channels);
        for (std::size_t axis = 0; axis < std::size_t{D}; ++axis) {
          auto const upper = static_cast<std::int32_t>(place >> (std::size_t{D} - 1 - axis) & 1U);
          child.position[axis] = 2 * child.position[axis] + upper;
        }
        auto const found = row_of.find(child);
        ASSERT_EQ(parents.features()(row, channel),
                  found == row_of.end() ? T{} : children.features()(found->second, channel % channels));
      }
    }
    ASSERT_EQ(numbers_of(channel_to_space(where, parents, level)), numbers_of(children));
  });
}

TEST(ChannelToSpace, GoesBothWaysByCoordinates) {
  expect_blocks<float>(test::random_site_set(Grid<3>{.shape = {10, 11, 12}, .batch_size = 2}, 500, 1), 3);
  expect_blocks<half>(test::random_site_set(Grid<2>{.shape = {20, 21}, .batch_size = 2}, 200, 1), 1);
  expect_blocks<double>(test::sites_of(Grid<1>{}, test::random_coordinates<1>({{-90}, {90}, {0}}, 50, 1)), 2);
  expect_blocks<float>(test::random_site_set(Grid<3>{.shape = {10, 11, 12}}, 0, 1), 3);
}

TEST(ChannelToSpace, SaysWhatDoesNotFit) {
  SiteSet<2> const sites = test::random_site_set(Grid<2>{.shape = {20, 20}}, 50, 1);
  auto const level = octree_level(cpu, sites);
  SparseTensor<float, 2> const fine(sites, 4);
  SparseTensor<float, 2> const coarse(level.parents, 6);
  EXPECT_EQ(test::message_of<ShapeError>([&] { return channel_to_space(cpu, coarse, level).size(); }),
            "channel_to_space: 6 channels for 4 children; give as many for each child");
  std::string const parents = std::to_string(level.parents.size());
  EXPECT_EQ(test::message_of<ShapeError>([&] { return channel_to_space(cpu, fine, level).size(); }),
            "channel_to_space: the tensor has 50 sites, the level " + parents + "; give a tensor on the level's sites");
  OctreeLevel<2> by_hand{.parents = level.parents, .children = sites, .occupancy = {}, .parent_rows = {}, .places = {}};
  EXPECT_EQ(test::message_of<ShapeError>([&] { return space_to_channel(cpu, fine, by_hand).size(); }),
            "OctreeLevel: it has 0 rows of parents and 0 places for 50 children; take one that octree_level or "
            "octree_children "
            "made");
  EXPECT_EQ(test::message_of<ShapeError>([&] { return space_to_channel(cpu, coarse, level).size(); }),
            "space_to_channel: the tensor has " + parents + " sites, the level 50; give a tensor on the level's sites");
}

// A generator's level: scores say which children there are, channels become their features.
TEST(ChannelToSpace, GrowsTheChildrenThatScoresSay) {
  SiteSet<3> const sites = test::random_site_set(Grid<3>{.shape = {5, 6, 7}, .batch_size = 2}, 60, 1);
  auto const features = test::random_tensor<float>(sites, 16, 2);
  auto scores = test::random_tensor<float>(sites, 8, 3);
  scores.features()(3, 5) = std::numeric_limits<float>::quiet_NaN();
  test::for_each_host_policy([&](auto const& where) {
    auto occupancy = occupancy_above(where, scores, 0.25);
    for (std::int64_t row = 0; row < sites.size(); ++row) {
      for (std::int64_t place = 0; place < 8; ++place) {
        ASSERT_EQ(occupancy[row] >> place & 1U, scores.features()(row, place) > 0.25F ? 1U : 0U);
      }
    }
    auto const level = octree_children(where, sites, std::move(occupancy));
    auto const grown = channel_to_space(where, features, level);
    ASSERT_EQ(grown.channels(), 2);
    ASSERT_GT(grown.size(), 0);
    for (std::int64_t row = 0; row < grown.size(); ++row) {
      Row const parent = (*level.parent_rows)[row];
      for (std::int64_t c = 0; c < 2; ++c) {
        ASSERT_EQ(grown.features()(row, c), features.features()(parent, 2 * level.places[row] + c));
      }
    }
  });
  EXPECT_EQ(test::message_of<ShapeError>([&] { return occupancy_above(cpu, features, 0).size(); }),
            "occupancy_above: 16 channels of scores; a parent of 3 axes has 8 children, so give as many");
}

}  // namespace
}  // namespace sparseconv::channel_to_space_test
