#include "tree_radius/branches.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "sparseconv/tensor/make_sparse_tensor.hpp"

namespace tree_radius::branches_test {
namespace {

using sparseconv::SparseTensor;

SparseTensor<float, 3> two_voxels() {
  std::vector<sparseconv::Coordinate<3>> const places{{.batch = 0, .position = {0, 0, 0}},
                                                      {.batch = 0, .position = {0, 0, 1}}};
  std::vector<float> const features{1, 2, 3, 4, 5, 6};
  return sparseconv::make_sparse_tensor<float, 3>(sparseconv::seq, {.shape = {1, 1, 2}}, places, features);
}

SparseTensor<float, 3> with_numbers(SparseTensor<float, 3> const& like, std::vector<float> const& numbers) {
  sparseconv::Buffer<float> features(static_cast<std::int64_t>(numbers.size()));
  std::copy(numbers.begin(), numbers.end(), features.begin());
  return {like.sites(), static_cast<std::int64_t>(numbers.size()) / like.size(), std::move(features)};
}

TEST(ReadBranches, RadiusAxisAndLeaves) {
  auto const voxels = two_voxels();
  std::vector<SparseTensor<float, 3>> const outputs{with_numbers(voxels, {std::log(0.5F), std::log(2.0F)}),
                                                    with_numbers(voxels, {0, 3, 4, 0, 0, 0}),
                                                    with_numbers(voxels, {1, 0, -1, 2})};
  Branches const branches = read_branches(voxels, outputs);
  ASSERT_EQ(branches.radii.size(), 2U);
  EXPECT_NEAR(branches.radii[0], 0.5, 1e-6);
  EXPECT_NEAR(branches.axes[0][0], 1, 1e-6);
  EXPECT_NEAR(branches.axes[0][1], 2.3, 1e-6);
  EXPECT_NEAR(branches.axes[0][2], 3.4, 1e-6);
  EXPECT_EQ(branches.axes[1], (std::array<float, 3>{4, 5, 6})) << "a way of no length leads nowhere";
  EXPECT_EQ(branches.leaves, 1);
}

TEST(RadiusTable, GroupsByTruthIfItIsKnown) {
  std::vector<float> const found{0.012F, 0.030F, 0.031F, 0.5F};
  std::vector<float> const truth{0.005F, 0.025F, 0.035F, 0.02F};
  std::string const text = radius_table(found, truth);
  EXPECT_NE(text.find("0 to 10 mm        1  5.0 mm       12.0 mm"), std::string::npos) << text;
  EXPECT_NE(text.find("20 to 40 mm       3  25.0 mm      31.0 mm"), std::string::npos) << text;
  std::string const alone = radius_table(found, {});
  EXPECT_NE(alone.find("20 to 40 mm        2  31.0 mm"), std::string::npos) << alone;
  EXPECT_NE(alone.find("above 160 mm       1  500.0 mm"), std::string::npos) << alone;
}

TEST(PointArrays, LieInTheScansAxes) {
  auto const voxels = two_voxels();
  Branches const branches{.radii = {0.1F, 0.2F}, .axes = {{0, 0, 1}, {0, 2, 0}}};
  auto const arrays = point_arrays(voxels, branches, {.up = Up::z, .origin = {10, 20, 30}});
  ASSERT_EQ(arrays.size(), 3U);
  EXPECT_EQ(arrays[0].name, "position");
  EXPECT_EQ(arrays[0].array.values_as<double>("test"), (std::vector<double>{11, 17, 32, 14, 14, 35}));
  EXPECT_EQ(arrays[1].array.values_as<float>("test"), branches.radii);
  EXPECT_EQ(arrays[2].array.values_as<double>("test"), (std::vector<double>{10, 19, 30, 10, 20, 32}));
}

}  // namespace
}  // namespace tree_radius::branches_test
