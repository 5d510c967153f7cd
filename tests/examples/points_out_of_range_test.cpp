#include "scan_input/points_out_of_range.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "sparseconv/points/voxelize.hpp"

namespace scan_input::points_out_of_range_test {
namespace {

namespace sc = sparseconv;

sc::PointCloud const cloud{.columns = 3, .values = {6, 1, 0.25F, 7, -3, 1, 1, 1, 1, 5, 3, 0}, .offset = {1, 0, 0}};

std::string warning_for(sc::PointCloud const& points, sc::VoxelGrid const& grid) {
  return warn_of_range(points, grid, sc::voxelize(sc::cpu, points, grid).dropped);
}

TEST(PointsOutOfRange, AreNoMatterUntilTheyAreMostPoints) {
  EXPECT_EQ(warning_for(cloud, {.voxel_size = {1, 1, 1}, .low = {0, -4, 0}, .high = {9, 4, 2}}), "");
  EXPECT_EQ(warning_for(cloud, {.voxel_size = {1, 1, 1}, .low = {0, -4, 0}, .high = {7, 4, 2}}), "");
  EXPECT_EQ(warning_for({.columns = 3}, {.voxel_size = {1, 1, 1}, .low = {0, -4, 0}, .high = {7, 4, 2}}), "");
}

TEST(PointsOutOfRange, AreSaidWithTheirPlaceAndTheOrderOfTheRange) {
  EXPECT_EQ(
      warning_for(cloud, {.voxel_size = {1, 1, 1}, .low = {0, -4, 0}, .high = {2, 4, 9}}),
      "warning: 4 of 4 points lie outside the range x 0 to 2, y -4 to 4, z 0 to 9; they lie in x 2 to 8, y -3 to 3, "
      "z 0 to 1. --range is X0,Y0,Z0,X1,Y1,Z1; it seems to be in the order z, y, x: turned round it has 4 points");
  EXPECT_EQ(
      warning_for(cloud, {.voxel_size = {1, 1, 1}, .low = {20, -4, 0}, .high = {29, 4, 2.0625}}),
      "warning: 4 of 4 points lie outside the range x 20 to 29, y -4 to 4, z 0 to 2.063; they lie in x 2 to 8, y -3 "
      "to 3, z 0 to 1. --range is X0,Y0,Z0,X1,Y1,Z1");
}

// Points that are not finite are dropped for another reason.
TEST(PointsOutOfRange, AreFiniteOnes) {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  sc::VoxelGrid const grid{.voxel_size = {1, 1, 1}, .low = {0, 0, 0}, .high = {2, 2, 2}};
  EXPECT_EQ(warning_for({.columns = 3, .values = {nan, 1, 1, nan, 1, 1, 9, 9, 9}}, grid), "");
  EXPECT_EQ(warning_for({.columns = 3, .values = {nan, 1, 1, 9, 9, 9, 9, 9, 9}}, grid).substr(0, 66),
            "warning: 2 of 3 points lie outside the range x 0 to 2, y 0 to 2, z");
  // A point without an x has no y and z that a range could hold.
  EXPECT_EQ(warning_for({.columns = 3, .values = {nan, -80, 1, 9, 9, 9, 8, 9, 9, 1e20F, 5, 5}}, grid),
            "warning: 3 of 4 points lie outside the range x 0 to 2, y 0 to 2, z 0 to 2; they lie in x 8 to 9, y 9 to "
            "9, z 9 to 9. --range is X0,Y0,Z0,X1,Y1,Z1");
  EXPECT_EQ(warning_for({.columns = 3, .values = {1e20F, 5, 5}}, grid),
            "warning: 1 of 1 points lie outside the range x 0 to 2, y 0 to 2, z 0 to 2. --range is "
            "X0,Y0,Z0,X1,Y1,Z1");
}

}  // namespace
}  // namespace scan_input::points_out_of_range_test
