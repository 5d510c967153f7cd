#include "sparseconv/index/output_sites.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "support/error_message.hpp"
#include "support/option_cross.hpp"
#include "support/oracle_conversion.hpp"
#include "support/policies.hpp"

namespace sparseconv::output_sites_test {
namespace {

using test::cells_of;
using test::Indices;
using test::message_of;

constexpr auto regular = OutputDefinition::regular;
constexpr auto submanifold = OutputDefinition::submanifold;
constexpr auto floor_sites = OutputDefinition::floor;
constexpr std::int32_t least = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t most = std::numeric_limits<std::int32_t>::max();

template <class Where>
class OutputSites : public ::testing::Test {};
TYPED_TEST_SUITE(OutputSites, test::Policies);

// 5 x 5 image, sites A (1,2) and B (2,3):   . . . . .
//                                           . . A . .
//                                           . . . B .
//                                           . . . . .
//                                           . . . . .
SiteSet<2> classic() {
  return test::sites_of(Grid<2>{.shape = {5, 5}}, std::vector<Coordinate<2>>{{0, {1, 2}}, {0, {2, 3}}});
}

TYPED_TEST(OutputSites, OfTheClassicImageByHand) {
  auto const& where = TypeParam::policy();
  // 3 x 3 windows start at (0,0) to (2,2). A is in those of rows 0 to 1 and columns 0 to 2, B in those of rows 0 to 2
  // and columns 1 to 2: together all but (2,0).
  EXPECT_EQ(
      cells_of(output_sites(where, classic(), {.kernel_size = 3}, regular)),
      (std::vector<Indices>{{0, 0, 0}, {0, 0, 1}, {0, 0, 2}, {0, 1, 0}, {0, 1, 1}, {0, 1, 2}, {0, 2, 1}, {0, 2, 2}}));
  // Centres lie at (1,1) to (3,3) of the image: A and B, moved by (-1,-1).
  EXPECT_EQ(cells_of(output_sites(where, classic(), {.kernel_size = 3}, submanifold)),
            (std::vector<Indices>{{0, 0, 1}, {0, 1, 2}}));
  EXPECT_EQ(cells_of(output_sites(where, classic(), {.kernel_size = 3, .stride = 2}, floor_sites)),
            (std::vector<Indices>{{0, 0, 1}, {0, 1, 1}}));
}

TYPED_TEST(OutputSites, OfSamePaddingAreTheInputsByIdentity) {
  SiteSet<2> const inputs = classic();
  KernelGeometry<2> geometry{.kernel_size = {3, 4}, .padding = {2, 1}, .dilation = {2, 1}};
  EXPECT_TRUE(output_sites(TypeParam::policy(), inputs, geometry, submanifold).is(inputs));
  EXPECT_FALSE(output_sites(TypeParam::policy(), inputs, geometry, regular).is(inputs));
  geometry.centre = PerAxis<2>{1, 2};  // now the centre of the second axis needs a padding of 2
  EXPECT_FALSE(output_sites(TypeParam::policy(), inputs, geometry, submanifold).is(inputs));
}

template <int D>
void cross_bounded() {
  int vanished = 0;
  test::for_each_option<D>([&](test::Options<D> const& options) {
    auto const image = test::to_image(SparseTensor<float, D>(options.sites, 0));
    auto const expected =
        test::convolve_dense(image, {}, 0, test::to_oracle(options.geometry), test::to_oracle(options.definition));
    if (!expected) {
      ++vanished;
      EXPECT_THROW(output_sites(seq, options.sites, options.geometry, options.definition), ShapeError);
      return;
    }
    SiteSet<D> const outputs = output_sites(seq, options.sites, options.geometry, options.definition);
    ASSERT_EQ(cells_of(outputs), test::active_cells(*expected)) << options.text();
    ASSERT_EQ(
        Indices(outputs.grid().shape.bounded() ? test::to_image(SparseTensor<float, D>(outputs, 0)).shape : Indices{}),
        expected->shape)
        << options.text();
    SiteSet<D> const on_cpu =
        output_sites(test::OnCpu<2>::policy(), options.sites, options.geometry, options.definition);
    ASSERT_EQ(cells_of(on_cpu), cells_of(outputs)) << options.text();
  });
  EXPECT_LT(vanished, 300) << "of 864 combinations: too few are left to mean anything";
}

TEST(OutputSitesCross, AgreesWithTheDenseOracleInEveryDimension) {
  cross_bounded<1>();
  cross_bounded<2>();
  cross_bounded<3>();
  cross_bounded<4>();
}

template <int D>
void cross_unbounded() {
  Grid<D> const grid{.shape = {}, .batch_size = 2};
  test::SiteRange const range{Indices(D, -9), Indices(D, 8), {0, 1}};
  SiteSet<D> const inputs = test::sites_of(grid, test::random_coordinates<D>(range, 20, 4));
  test::CellMap const map = test::to_cell_map(SparseTensor<float, D>(inputs, 0));
  test::for_each_option<D>([&](test::Options<D> const& options) {
    if (options.sites.grid().batch_size != 1) return;
    auto const expected =
        test::active_outputs(map, test::to_oracle(options.geometry), test::to_oracle(options.definition));
    SiteSet<D> const outputs = output_sites(seq, inputs, options.geometry, options.definition);
    ASSERT_EQ(cells_of(outputs), std::vector<Indices>(expected.begin(), expected.end())) << options.text();
    ASSERT_FALSE(outputs.grid().shape.bounded());
    ASSERT_EQ(cells_of(output_sites(cpu, inputs, options.geometry, options.definition)), cells_of(outputs))
        << options.text();
  });
}

TEST(OutputSitesCross, AgreesWithTheMapOracleOnUnboundedGrids) {
  cross_unbounded<1>();
  cross_unbounded<2>();
  cross_unbounded<3>();
  cross_unbounded<4>();
}

TYPED_TEST(OutputSites, OfManySitesAreThoseOfSeq) {
  // 20011 sites in 60^3 cells take the bit map, the same in 2^20 cells an axis the sort.
  for (int const spread : {1, 17000}) {
    auto list = test::random_coordinates<3>({{0, 0, 0}, {59, 59, 59}, {0, 1}}, 20011, 3);
    for (auto& site : list) {
      for (auto& position : site.position) position = position / 20 * spread + position;
    }
    SiteSet<3> const inputs = test::sites_of(Grid<3>{.shape = {1 << 20, 1 << 20, 1 << 20}, .batch_size = 2}, list);
    for (KernelGeometry<3> const& geometry :
         {KernelGeometry<3>{.kernel_size = 3, .stride = 2, .padding = 1}, {.kernel_size = {1, 2, 5}, .dilation = 2}}) {
      EXPECT_EQ(cells_of(output_sites(TypeParam::policy(), inputs, geometry, regular)),
                cells_of(output_sites(seq, inputs, geometry, regular)))
          << spread;
    }
  }
}

TYPED_TEST(OutputSites, MoveWithTheInputs) {
  // Moved by whole strides, unbounded: outputs move by their number. The item of the batch stays.
  auto list = test::random_coordinates<2>({{-20, -20}, {20, 20}, {0, 2}}, 300, 5);
  Grid<2> const grid{.shape = {}, .batch_size = 3};
  KernelGeometry<2> const geometry{.kernel_size = 3, .stride = {2, 3}, .padding = 1};
  auto const before = cells_of(output_sites(TypeParam::policy(), test::sites_of(grid, list), geometry, regular));
  for (auto& site : list) site.position = {site.position[0] - 2 * 1000, site.position[1] + 3 * 70000};
  auto moved = cells_of(output_sites(TypeParam::policy(), test::sites_of(grid, list), geometry, regular));
  for (auto& cell : moved) cell[1] += 1000, cell[2] -= 70000;
  EXPECT_EQ(moved, before);
}

TYPED_TEST(OutputSites, MayBeNone) {
  auto const& where = TypeParam::policy();
  for (auto const definition : {regular, submanifold, floor_sites}) {
    SiteSet<2> const none({.shape = {5, 5}, .batch_size = 0}, {});
    EXPECT_EQ(output_sites(where, none, {.kernel_size = 3}, definition).size(), 0);
  }
  // Kernel 1 with stride 3 passes by the only site, (1,1).
  SiteSet<2> const one = test::sites_of(Grid<2>{.shape = {5, 5}}, std::vector<Coordinate<2>>{{0, {1, 1}}});
  EXPECT_EQ(output_sites(where, one, {.stride = 3}, regular).size(), 0);
  EXPECT_EQ(output_sites(where, one, {.kernel_size = 5, .padding = 0}, submanifold).size(), 0);
}

TYPED_TEST(OutputSites, ReachTheExtremes) {
  SiteSet<1> const ends = test::sites_of(Grid<1>{}, std::vector<Coordinate<1>>{{0, {least}}, {0, {most}}});
  EXPECT_EQ(cells_of(output_sites(TypeParam::policy(), ends, {.kernel_size = 2, .stride = 2}, regular)),
            (std::vector<Indices>{{0, -1073741824}, {0, 1073741823}}));
  EXPECT_EQ(cells_of(output_sites(TypeParam::policy(), ends, {.stride = most}, floor_sites)),
            (std::vector<Indices>{{0, -2}, {0, 1}}));
  EXPECT_EQ(
      message_of<CoordinateError>([&] { return output_sites(TypeParam::policy(), ends, {.kernel_size = 2}, regular); }),
      "output_sites: an output at position -2147483649 of axis 0 does not fit 32 bits; give the grid a shape, or "
      "move the sites towards 0");
}

// Position and padding are added in 64 bits, also where elements are visited one by one (dilation above 1).
TYPED_TEST(OutputSites, OfDilatedWindowsReachTheExtremes) {
  auto const& where = TypeParam::policy();
  KernelGeometry<1> const geometry{.kernel_size = 3, .padding = 2, .dilation = 2};
  // Windows start at o - 2, and their elements lie at o - 2, o and o + 2: site `most - 1` is in those of outputs
  // most - 3, most - 1 and, outside the grid of `most` cells, most + 1.
  SiteSet<1> const last = test::sites_of(Grid<1>{.shape = Shape<1>(most)}, std::vector<Coordinate<1>>{{0, {most - 1}}});
  EXPECT_EQ(cells_of(output_sites(where, last, geometry, regular)),
            (std::vector<Indices>{{0, most - 3}, {0, most - 1}}));
  SiteSet<1> const end = test::sites_of(Grid<1>{}, std::vector<Coordinate<1>>{{0, {most}}});
  EXPECT_EQ(message_of<CoordinateError>([&] { return output_sites(where, end, geometry, regular); }),
            "output_sites: an output at position 2147483649 of axis 0 does not fit 32 bits; give the grid a shape, or "
            "move the sites towards 0");
  // The largest padding and dilation: the elements of output o lie at 2 o - most and 2 o, on a grid of `most` outputs.
  SiteSet<1> const pair =
      test::sites_of(Grid<1>{.shape = Shape<1>(most)}, std::vector<Coordinate<1>>{{0, {most - 2}}, {0, {most - 1}}});
  KernelGeometry<1> const wide{.kernel_size = 2, .stride = 2, .padding = most, .dilation = most};
  EXPECT_EQ(cells_of(output_sites(where, pair, wide, regular)),
            (std::vector<Indices>{{0, (most - 1) / 2}, {0, most - 1}}));
}

TEST(PeerFailures, Item5KeysAreAsWideAsTheOutputGridNeeds) {
  // Inputs in a box of 2^20 x 2^20 x 2^22 cells, 62 bits; with padding outputs need 2^22 x 2^22 x 2^23, 67 bits.
  SiteSet<3> const inputs = test::sites_of(
      Grid<3>{.shape = {1 << 20, 1 << 20, 1 << 22}},
      std::vector<Coordinate<3>>{{0, {0, 0, 0}}, {0, {7, 70000, 700000}}, {0, {1048575, 1048575, 4194303}}});
  KernelGeometry<3> const geometry{.kernel_size = 2, .padding = 1 << 20, .dilation = 1 << 20};
  auto const outputs = cells_of(output_sites(cpu, inputs, geometry, regular));
  EXPECT_EQ(outputs, cells_of(output_sites(seq, inputs, geometry, regular)));
  EXPECT_EQ(outputs.size(), 8u * 3u);
  EXPECT_EQ(outputs.back(), (Indices{0, 2097151, 2097151, 5242879}));
}

TEST(PeerFailures, Item9OutputsDoNotDependOnTheLargestCoordinateOfTheBatch) {
  // One site near the origin in item 0; what is far away in item 1 must not change its outputs.
  Grid<2> const grid{.shape = {9, 9}, .batch_size = 2};
  std::vector<Coordinate<2>> const alone{{0, {1, 1}}};
  std::vector<Coordinate<2>> const with_far{{0, {1, 1}}, {1, {8, 8}}};
  KernelGeometry<2> const geometry{.kernel_size = 2, .stride = 2};
  auto const first = output_sites(cpu, test::sites_of(grid, alone), geometry, regular);
  auto const second = output_sites(cpu, test::sites_of(grid, with_far), geometry, regular);
  EXPECT_EQ(first.grid(), second.grid());
  EXPECT_EQ(cells_of(first), (std::vector<Indices>{{0, 0, 0}}));
  // By the definition of regular the last slice of an odd extent is dropped: (8,8) has no window, in floor it has one.
  EXPECT_EQ(cells_of(second), cells_of(first));
  EXPECT_EQ(cells_of(output_sites(cpu, test::sites_of(grid, with_far), geometry, floor_sites)),
            (std::vector<Indices>{{0, 0, 0}, {1, 4, 4}}));
}

TEST(PeerFailures, Item16RowsOfAStridedOutputHaveOneOrder) {
  SiteSet<3> const inputs = test::random_site_set(Grid<3>{.shape = {50, 50, 50}}, 15000, 6);
  KernelGeometry<3> const geometry{.kernel_size = 3, .stride = 2, .padding = 1};
  auto const expected = cells_of(output_sites(seq, inputs, geometry, regular));
  for (int run = 0; run < 3; ++run) {
    test::for_each_cpu_policy(
        [&](CpuPolicy const& where) { EXPECT_EQ(cells_of(output_sites(where, inputs, geometry, regular)), expected); });
  }
}

TEST(OutputSitesErrors, NameTheGeometryThatDoesNotFit) {
  EXPECT_EQ(message_of<ShapeError>([] { return output_sites(cpu, classic(), {.kernel_size = 6}, regular); }),
            "output_sites: no output is left along axis 0: the kernel spans 6 cells, the grid with its padding 5; use "
            "a smaller kernel or dilation, or more padding");
  EXPECT_EQ(message_of<ShapeError>([] { return output_sites(cpu, classic(), {.stride = 2}, submanifold); }),
            "output_sites: a submanifold convolution has stride 1, not 2 x 2; use the regular or floor definition");
  Coordinate<4> low;
  low.position.fill(least);
  Coordinate<4> high;
  high.position.fill(most);
  SiteSet<4> const far_apart = test::sites_of(Grid<4>{}, std::vector{low, high});
  EXPECT_EQ(message_of<CapacityError>([&] { return output_sites(cpu, far_apart, {}, regular); }),
            "output_sites: the sites span a box whose coordinates need 128 bits, keys have 127; split the sites into "
            "parts that lie closer together");
}

}  // namespace
}  // namespace sparseconv::output_sites_test
