#include "sparseconv/io/cloud_of_sites.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "support/error_message.hpp"

namespace sparseconv::cloud_of_sites_test {
namespace {

SparseTensor<float, 3> tensor_of(Grid<3> const& grid, std::vector<Coordinate<3>> const& sites,
                                 std::vector<float> const& features) {
  SiteSet<3> const set(grid, Buffer<Coordinate<3>>(std::span<Coordinate<3> const>(sites)));
  return {set, static_cast<std::int64_t>(features.size() / sites.size()),
          Buffer<float>(std::span<float const>(features))};
}

TEST(CloudOfSites, HasCellsBatchAndFeatures) {
  auto const tensor = tensor_of(Grid<3>{.shape = {10, 20, 30}, .batch_size = 2}, {{0, {1, 2, 3}}, {1, {9, 19, 29}}},
                                {0.5F, 1.5F, 2.5F, 3.5F});
  PointCloud const cloud = cloud_of_sites(tensor);
  EXPECT_EQ(cloud.names, (std::vector<std::string>{"x", "y", "z", "batch", "f0", "f1"}));
  EXPECT_EQ(cloud.values, (std::vector<float>{3, 2, 1, 0, 0.5, 1.5, 29, 19, 9, 1, 2.5, 3.5}));
}

TEST(CloudOfSites, NamesACellThatFloatDoesNotCount) {
  auto const tensor = tensor_of(Grid<3>{.shape = {1, 1, 20000000}}, {{0, {0, 0, 16777217}}}, {0.5F});
  EXPECT_EQ(
      test::message_of<CoordinateError>([&] { return cloud_of_sites(tensor); }),
      "cloud_of_sites: site 0 is (batch 0; 0, 0, 16777217), a float counts cells up to 16777216; write such sites by "
      "write_npz, as whole numbers");
}

}  // namespace
}  // namespace sparseconv::cloud_of_sites_test
