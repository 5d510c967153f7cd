#include "sparseconv/tensor/point_features.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "support/error_message.hpp"
#include "support/feature_view.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::point_features_test {
namespace {

using test::message_of;

template <class Where>
class PointFeatures : public ::testing::Test {};
TYPED_TEST_SUITE(PointFeatures, test::Policies);

template <class T>
std::vector<double> doubles(T const& values) {
  return {values.begin(), values.end()};
}

// points 0 (1)  1 (0)  2 (1)  3 (1); channels a, b. Row 0 is site 0, row 1 site 1.
std::vector<Coordinate<1>> const points{{0, {1}}, {0, {0}}, {0, {1}}, {0, {1}}};
std::vector<float> const features{-1, 8, 5, 6, -4, 2, -1, 5};

template <class Policy>
std::vector<double> to_sites(Policy const& where, Duplicates duplicates) {
  auto const sites = build_site_set(where, Grid<1>{.shape = Shape<1>(2)}, points);
  auto const tensor = features_to_sites(where, sites, MatrixView<float const>{features.data(), 4, 2}, duplicates);
  return doubles(tensor.features().values());
}

TYPED_TEST(PointFeatures, MeetsDuplicatesAsTold) {
  auto const& where = TypeParam::policy();
  EXPECT_EQ(to_sites(where, Duplicates::sum), (std::vector<double>{5, 6, -6, 15}));
  EXPECT_EQ(to_sites(where, Duplicates::mean), (std::vector<double>{5, 6, -2, 5}));
  EXPECT_EQ(to_sites(where, Duplicates::max), (std::vector<double>{5, 6, -1, 8}));
  EXPECT_EQ(to_sites(where, Duplicates::first), (std::vector<double>{5, 6, -1, 8}));
}

TYPED_TEST(PointFeatures, GivesPointsTheirSitesBack) {
  auto const& where = TypeParam::policy();
  auto const sites = build_site_set(where, Grid<1>{.shape = Shape<1>(2)}, points);
  SparseTensor<float, 1> tensor(sites.sites, 2);
  for (std::int64_t i = 0; i < 4; ++i) tensor.features().data[i] = static_cast<float>(i + 1);
  EXPECT_EQ(doubles(features_to_points(where, tensor, sites.row_of_point)),
            (std::vector<double>{3, 4, 1, 2, 3, 4, 3, 4}));
  std::vector<Row> const rows{no_row, 1, no_row};
  EXPECT_EQ(doubles(features_to_points(where, tensor, rows)), (std::vector<double>{0, 0, 3, 4, 0, 0}));
}

TYPED_TEST(PointFeatures, SumsInTheCallersOrder) {
  // 1e17 + 1 - 1e17 is 0 in double when 1 is added first and 1 when it is added last.
  std::vector<Coordinate<1>> const same(3);
  auto const sites = build_site_set(TypeParam::policy(), Grid<1>{}, same);
  auto const sum = [&](std::vector<float> const& values) {
    MatrixView<float const> const column{values.data(), 3, 1};
    return test::feature_view(features_to_sites(TypeParam::policy(), sites, column, Duplicates::sum))(0, 0);
  };
  EXPECT_EQ(sum({1e17f, 1.f, -1e17f}), 0.f);
  EXPECT_EQ(sum({1e17f, -1e17f, 1.f}), 1.f);
}

template <class T, class Policy>
T joined(Policy const& where, std::vector<T> const& values, Duplicates duplicates) {
  std::vector<Coordinate<1>> const same(values.size());
  auto const sites = build_site_set(where, Grid<1>{}, same);
  MatrixView<T const> const column{values.data(), static_cast<std::int64_t>(values.size()), 1};
  return test::feature_view(features_to_sites(where, sites, column, duplicates))(0, 0);
}

TYPED_TEST(PointFeatures, MeansDoNotLoseDigitsWithTheCount) {
  auto const& where = TypeParam::policy();
  EXPECT_EQ(joined(where, std::vector<float>(1000, 206494.5F), Duplicates::mean), 206494.5F);
  EXPECT_EQ(joined(where, std::vector<float>(100000, 50.03F), Duplicates::mean), 50.03F);
  EXPECT_EQ(joined(where, std::vector<double>(100000, 0.1), Duplicates::mean), 0.1);
  EXPECT_EQ(joined(where, std::vector<half>(5000, half(3.5F)), Duplicates::mean), half(3.5F));
  EXPECT_EQ(joined(where, std::vector<float>(1 << 20, 1.0F / 3), Duplicates::sum), 1.0F / 3 * (1 << 20));
}

TYPED_TEST(PointFeatures, TheLargestTellsOfNaNWhateverTheOrder) {
  float const not_a_number = std::numeric_limits<float>::quiet_NaN();
  auto const& where = TypeParam::policy();
  for (std::vector<float> const& values :
       {std::vector<float>{not_a_number, 1, 2}, {1, not_a_number, 2}, {1, 2, not_a_number}}) {
    EXPECT_TRUE(std::isnan(joined(where, values, Duplicates::max)));
  }
}

TYPED_TEST(PointFeatures, GivesTheBitsOfSeqOnManyPoints) {
  std::vector<Coordinate<3>> list = test::random_coordinates<3>({{0, 0, 0}, {40, 40, 40}, {0}}, 9001, 6);
  for (std::size_t i = 0; i < 4000; ++i) list.push_back(list[i]);
  test::RandomNumbers(5).shuffle(list);
  auto const numbers = test::random_numbers<float>(static_cast<std::int64_t>(list.size()) * 5, 3);
  MatrixView<float const> const rows{numbers.data(), static_cast<std::int64_t>(list.size()), 5};
  auto const expected = features_to_sites(seq, build_site_set(seq, Grid<3>{}, list), rows, Duplicates::mean);
  auto const& where = TypeParam::policy();
  auto const actual = features_to_sites(where, build_site_set(where, Grid<3>{}, list), rows, Duplicates::mean);
  EXPECT_TRUE(std::ranges::equal(actual.features().values(), expected.features().values()));
}

TYPED_TEST(PointFeatures, MayBeEmpty) {
  auto const& where = TypeParam::policy();
  auto const none = build_site_set(where, Grid<1>{}, {});
  auto const tensor = features_to_sites(where, none, MatrixView<float const>{nullptr, 0, 4}, Duplicates::reject);
  EXPECT_EQ(tensor.channels(), 4);
  EXPECT_EQ(tensor.size(), 0);
  EXPECT_TRUE(features_to_points(where, tensor, {}).empty());
}

TEST(PointFeaturesErrors, NameTheFirstRepetition) {
  // Points 1 and 2 repeat later than points 0 and 3 do, but 4 is the first point that repeats any.
  std::vector<Coordinate<1>> const list{{0, {9}}, {0, {5}}, {0, {7}}, {0, {2}}, {0, {5}}, {0, {9}}, {0, {2}}};
  auto const sites = build_site_set(seq, Grid<1>{}, list);
  std::vector<float> const values(7);
  EXPECT_EQ(message_of<CoordinateError>([&] {
              return features_to_sites(seq, sites, MatrixView<float const>{values.data(), 7, 1}, Duplicates::reject);
            }),
            "features_to_sites: points 1 and 4 are both at (batch 0; 5); drop one, or say what to do with "
            "Duplicates::sum, mean, max or first");
}

TEST(PointFeaturesErrors, NameCountsAndRowsThatDoNotFit) {
  auto const sites = build_site_set(seq, Grid<1>{}, points);
  EXPECT_EQ(message_of<ShapeError>([&] {
              return features_to_sites(seq, sites, MatrixView<float const>{features.data(), 3, 2}, Duplicates::sum);
            }),
            "features_to_sites: 3 rows of features for 4 points; give one row for each point");
  SparseTensor<float, 1> const tensor(sites.sites, 1);
  for (Row const bad : {2, -2}) {
    std::vector<Row> const rows{0, bad};
    EXPECT_EQ(message_of<ShapeError>([&] { return features_to_points(seq, tensor, rows); }),
              "features_to_points: row " + std::to_string(bad) +
                  " of a tensor of 2 sites; give the row_of_point that came with these sites");
  }
}

TEST(PointFeaturesErrors, NameChannelsThatAreTooMany) {
  SparseTensor<float, 1> const none(SiteSet<1>(), std::int64_t{1} << 62);
  std::vector<Row> const rows(4, no_row);
  EXPECT_EQ(message_of<CapacityError>([&] { return features_to_points(seq, none, rows); }),
            "features_to_points: 4 sites of 4611686018427387904 channels cannot be addressed; take fewer");
}

}  // namespace
}  // namespace sparseconv::point_features_test
