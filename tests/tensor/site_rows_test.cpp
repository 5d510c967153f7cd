#include "sparseconv/tensor/site_rows.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "sparseconv/memory/buffer.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::site_rows_test {
namespace {

SparseTensor<float, 2> three_sites() {
  auto const sites = test::sites_of(Grid<2>{.shape = {4, 5}, .batch_size = 2},
                                    std::vector<Coordinate<2>>{{0, {0, 1}}, {0, {3, 4}}, {1, {2, 2}}});
  return {sites, 2, Buffer<float>(std::vector<float>{1, 2, 3, 4, 5, 6})};
}

TEST(SiteRows, AreSitesWithTheirFeatures) {
  auto const tensor = three_sites();
  std::vector<Coordinate<2>> sites;
  std::vector<float> numbers;
  for (auto const& [site, features] : site_rows(tensor)) {
    sites.push_back(site);
    ASSERT_EQ(features.size(), 2u);
    numbers.insert(numbers.end(), features.begin(), features.end());
  }
  EXPECT_EQ(sites, (std::vector<Coordinate<2>>{{0, {0, 1}}, {0, {3, 4}}, {1, {2, 2}}}));
  EXPECT_EQ(numbers, (std::vector<float>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(site_rows(tensor).size(), 3);
}

TEST(SiteRows, MayBeWritten) {
  auto tensor = three_sites();
  for (auto const& [site, features] : site_rows(tensor)) features[1] = static_cast<float>(site.position[0]);
  EXPECT_EQ(tensor.features()(0, 1), 0);
  EXPECT_EQ(tensor.features()(1, 1), 3);
  EXPECT_EQ(tensor.features()(2, 1), 2);
  EXPECT_EQ(tensor.features()(2, 0), 5);
}

TEST(SiteRows, OfNothingAreNone) {
  SparseTensor<float, 3> none;
  for (auto const& [site, features] : site_rows(none)) FAIL() << site.batch << features.size();
  SparseTensor<double, 2> const without_channels(three_sites().sites(), 0);
  std::int64_t rows = 0;
  for (auto const& [site, features] : site_rows(without_channels)) rows += features.empty() ? 1 : 100;
  EXPECT_EQ(rows, 3);
}

}  // namespace
}  // namespace sparseconv::site_rows_test
