#include "sparseconv/index/child_blocks.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "sparseconv/index/octree_level.hpp"
#include "support/error_message.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"
#include "support/same_index.hpp"

namespace sparseconv::child_blocks_test {
namespace {

// Cells 3, 4 and 9 of a line are the upper child of parent 1, the lower one of 2 and the upper one of 4.
TEST(ChildBlocks, NumberTheChildrenOfAllParents) {
  SiteSet<1> const children = test::sites_of(Grid<1>{}, std::vector<Coordinate<1>>{{0, {3}}, {0, {4}}, {0, {9}}});
  test::for_each_host_policy([&](auto const& where) {
    auto const level = octree_level(where, children);
    auto const blocks = blocks_of_children(where, level);
    auto const back = children_of_blocks(where, level);
    EXPECT_EQ(test::list_of(blocks.data(), blocks.size()), (std::vector<Row>{1, 2, 5}));
    EXPECT_EQ(test::list_of(back.data(), back.size()), (std::vector<Row>{no_row, 0, 1, no_row, no_row, 2}));
  });
}

TEST(ChildBlocks, TakeAWholeLevel) {
  OctreeLevel<2> level = octree_level(cpu, test::random_site_set(Grid<2>{.shape = {9, 9}}, 20, 1));
  OctreeLevel<2> const other = octree_level(cpu, test::random_site_set(Grid<2>{.shape = {3, 3}}, 4, 1));
  auto const parents = std::exchange(level.parents, other.parents);
  test::for_each_host_policy([&](auto const& where) {
    auto const message = [&](auto const& call) { return test::message_of<ShapeError>(call); };
    std::string const of_rows = message([&] { return children_of_blocks(where, level).size(); });
    EXPECT_EQ(of_rows, message([&] { return blocks_of_children(where, level).size(); }));
    EXPECT_NE(of_rows.find("places; take a level that octree_level or octree_children made"), std::string::npos)
        << of_rows;
  });
  level.parents = parents;
  std::uint8_t const place = std::exchange(level.places[7], std::uint8_t{4});
  EXPECT_NE(test::message_of<ShapeError>([&] {
              return children_of_blocks(cpu, level).size();
            }).find("child 7 stands at place 4 of parent "),
            std::string::npos);
  level.places[7] = place;
  EXPECT_EQ(children_of_blocks(cpu, level).size(), 4 * level.parents.size());
  level.places = {};
  EXPECT_EQ(test::message_of<ShapeError>([&] { return blocks_of_children(cpu, level).size(); }),
            "OctreeLevel: it has 20 rows of parents and 0 places for 20 children; take one that octree_level or "
            "octree_children made");
}

}  // namespace
}  // namespace sparseconv::child_blocks_test
