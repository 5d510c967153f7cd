#include "sparseconv/tensor/build_site_set.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <vector>

#include "support/error_message.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::build_site_set_test {
namespace {

using test::message_of;

constexpr std::int32_t least = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t most = std::numeric_limits<std::int32_t>::max();

template <class Where>
class BuildSiteSet : public ::testing::Test {};
TYPED_TEST_SUITE(BuildSiteSet, test::Policies);

std::vector<Row> list(Buffer<Row> const& rows) {
  return {rows.begin(), rows.end()};
}

TYPED_TEST(BuildSiteSet, SortsAndMergesByHand) {
  // points   0 (2,3)  1 (1,2)  2 (2,3)  3 (0,4)  4 (2,3)
  // sites    row 0 (0,4), row 1 (1,2), row 2 (2,3)
  std::vector<Coordinate<2>> const points{{0, {2, 3}}, {0, {1, 2}}, {0, {2, 3}}, {0, {0, 4}}, {0, {2, 3}}};
  auto const built = build_site_set(TypeParam::policy(), Grid<2>{.shape = {5, 5}}, points);
  EXPECT_EQ(built.sites.size(), 3);
  EXPECT_EQ(built.sites.coordinates()[2], (Coordinate<2>{0, {2, 3}}));
  EXPECT_EQ(list(built.row_of_point), (std::vector<Row>{2, 1, 2, 0, 2}));
  EXPECT_EQ(list(built.points_by_site), (std::vector<Row>{3, 1, 0, 2, 4}));
  EXPECT_EQ(list(built.first_point), (std::vector<Row>{0, 1, 2, 5}));
}

// What a std::map of the points says.
template <int D>
void expect_sites_of(PointSites<D> const& built, std::vector<Coordinate<D>> const& points) {
  std::map<Coordinate<D>, std::vector<Row>> expected;
  for (std::size_t i = 0; i < points.size(); ++i) expected[points[i]].push_back(static_cast<Row>(i));
  ASSERT_EQ(built.sites.size(), static_cast<std::int64_t>(expected.size()));
  ASSERT_EQ(built.row_of_point.size(), static_cast<std::int64_t>(points.size()));
  Row row = 0;
  for (auto const& [site, members] : expected) {
    ASSERT_EQ(built.sites.coordinates()[static_cast<std::size_t>(row)], site);
    std::vector<Row> const listed(built.points_by_site.begin() + built.first_point[row],
                                  built.points_by_site.begin() + built.first_point[row + 1]);
    ASSERT_EQ(listed, members) << "row " << row;
    for (Row const point : members) ASSERT_EQ(built.row_of_point[point], row);
    ++row;
  }
}

template <int D>
std::vector<Coordinate<D>> with_repetitions(test::SiteRange const& range, std::int64_t count) {
  std::vector<Coordinate<D>> points = test::random_coordinates<D>(range, count, 31);
  std::size_t const repeated = points.size() / 3;
  for (std::size_t i = 0; i < repeated; ++i) points.push_back(points[i * 2]);
  test::RandomNumbers(4).shuffle(points);
  return points;
}

TYPED_TEST(BuildSiteSet, SortsEveryDimension) {
  auto const check = [&]<int D>(std::int64_t count) {
    test::SiteRange const range{test::Indices(D, -40), test::Indices(D, 60), {0, 2}};
    auto const points = with_repetitions<D>(range, count);
    Grid<D> const grid{.shape = {}, .batch_size = 3};
    expect_sites_of(build_site_set(TypeParam::policy(), grid, points), points);
  };
  check.template operator()<1>(200);
  check.template operator()<2>(5000);
  check.template operator()<3>(30011);
  check.template operator()<4>(5000);
  check.template operator()<5>(500);
  check.template operator()<6>(500);
}

TYPED_TEST(BuildSiteSet, SortsTheExtremesWhateverTheKeyWidth) {
  auto const check = [&]<int D>() {  // 32 bits an axis: 64-bit keys, 128-bit keys, and from D = 4 on none at all
    std::vector<Coordinate<D>> points =
        test::random_coordinates<D>({test::Indices(D, least), test::Indices(D, most), {0}}, 300, 9);
    Coordinate<D> corner;
    corner.position.fill(most);
    points.push_back(corner);
    corner.position.fill(least);
    points.push_back(corner);
    expect_sites_of(build_site_set(TypeParam::policy(), Grid<D>{}, points), points);
  };
  check.template operator()<1>();
  check.template operator()<2>();
  check.template operator()<3>();
  check.template operator()<4>();
}

TYPED_TEST(BuildSiteSet, TakesNoPoints) {
  auto const built = build_site_set(TypeParam::policy(), Grid<3>{.shape = {2, 2, 2}, .batch_size = 0}, {});
  EXPECT_TRUE(built.sites.empty());
  EXPECT_TRUE(built.row_of_point.empty());
  EXPECT_EQ(list(built.first_point), std::vector<Row>{0});
}

TYPED_TEST(BuildSiteSet, GivesTheSameSitesForAnyOrderOfThePoints) {
  test::SiteRange const range{{0, 0}, {99, 79}, {0, 1}};
  Grid<2> const grid{.shape = {100, 80}, .batch_size = 2};
  std::vector<Coordinate<2>> points = test::random_coordinates<2>(range, 6000, 2);
  auto const one = build_site_set(TypeParam::policy(), grid, points);
  test::RandomNumbers(8).shuffle(points);
  auto const two = build_site_set(TypeParam::policy(), grid, points);
  ASSERT_EQ(one.sites.size(), two.sites.size());
  EXPECT_TRUE(std::ranges::equal(one.sites.coordinates(), two.sites.coordinates()));
}

TEST(BuildSiteSetErrors, NameTheFirstPointOutside) {
  std::vector<Coordinate<2>> const points{{0, {1, 2}}, {0, {5, 2}}, {3, {0, 0}}};
  EXPECT_EQ(message_of<CoordinateError>([&] {
              return build_site_set(cpu, Grid<2>{.shape = {5, 5}}, points);
            }),
            "build_site_set: site (batch 0; 5, 2) is outside the grid (shape 5 x 5, batch_size 1); enlarge the shape, "
            "leave it out for an unbounded grid, or drop the site");
  EXPECT_EQ(message_of<ShapeError>([&] {
              return build_site_set(seq, Grid<2>{.shape = {0, 5}}, points);
            }),
            "build_site_set: the grid's shape is 0 x 5; every extent must be at least 1");
}

TEST(BuildSiteSetErrors, RefuseMorePointsThanRowsCanCount) {
  Coordinate<1> const one;
  std::span<Coordinate<1> const> const claimed(&one, std::size_t{1} << 31);  // refused before any is read
  EXPECT_EQ(message_of<CapacityError>([&] { return build_site_set(cpu, Grid<1>{}, claimed); }),
            "build_site_set: 2147483648 points; rows are numbered up to 2^31 - 1, so split the list");
}

}  // namespace
}  // namespace sparseconv::build_site_set_test
