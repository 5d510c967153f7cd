#include "sparseconv/points/point_reader.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sparseconv/points/voxelize.hpp"
#include "sparseconv/points/voxelize_batch.hpp"
#include "support/byte_writer.hpp"
#include "support/emulated_gpu.hpp"
#include "support/error_message.hpp"
#include "support/layer_sums.hpp"
#include "support/point_clouds.hpp"
#include "support/policies.hpp"
#include "support/random_numbers.hpp"

namespace sparseconv::point_reader_test {
namespace {

using test::ByteWriter;
using test::fine_grid;

/// One point whose x is the number written (lowest byte first), with y and z of uint8 behind it.
float read_x(ScalarType type, ByteWriter writer, double offset = 0, bool big = false) {
  auto const size = static_cast<std::int64_t>(writer.size());
  writer.numbers<std::uint8_t>(1, 2);
  std::vector<std::byte> bytes = writer.bytes();
  if (big) std::reverse(bytes.begin(), bytes.begin() + size);
  StridedPoints const points{
      .bytes = bytes,
      .fields = {{"x", 0, type}, {"y", size, ScalarType::uint8}, {"z", size + 1, ScalarType::uint8}},
      .width = 1,
      .point_step = size + 2,
      .byte_order = big ? std::endian::big : std::endian::little,
      .offset = {offset, 0, 0}};
  check_points(points, "here");
  return PointReader(points).number(0, 0);
}

TEST(PointReader, ReadsEveryTypeInBothByteOrders) {
  for (bool const big : {false, true}) {
    EXPECT_EQ(read_x(ScalarType::int8, ByteWriter().numbers<std::int8_t>(-128), 0, big), -128.F);
    EXPECT_EQ(read_x(ScalarType::uint8, ByteWriter().numbers<std::uint8_t>(255), 0, big), 255.F);
    EXPECT_EQ(read_x(ScalarType::int16, ByteWriter().numbers<std::int16_t>(-32767), 0, big), -32767.F);
    EXPECT_EQ(read_x(ScalarType::uint16, ByteWriter().numbers<std::uint16_t>(65534), 0, big), 65534.F);
    EXPECT_EQ(read_x(ScalarType::int32, ByteWriter().numbers<std::int32_t>(-5'000'001), 0, big), -5'000'001.F);
    EXPECT_EQ(read_x(ScalarType::uint32, ByteWriter().numbers<std::uint32_t>(4'294'967'040U), 0, big), 4'294'967'040.F);
    EXPECT_EQ(read_x(ScalarType::int64, ByteWriter().numbers<std::int64_t>(-3), 0, big), -3.F);
    EXPECT_EQ(read_x(ScalarType::uint64, ByteWriter().numbers<std::uint64_t>(1ULL << 63U), 0, big),
              9.223372036854775808e18F);
    EXPECT_EQ(read_x(ScalarType::float16, ByteWriter().numbers<std::uint16_t>(0xc100), 0, big), -2.5F);
    EXPECT_EQ(read_x(ScalarType::bf16, ByteWriter().numbers<std::uint16_t>(0xc049), 0, big), -3.140625F);
    EXPECT_EQ(read_x(ScalarType::float32, ByteWriter().numbers<float>(0.1F), 0, big), 0.1F);
    EXPECT_EQ(read_x(ScalarType::float64, ByteWriter().numbers<double>(0.1), 0, big), 0.1F);
  }
}

TEST(PointReader, TakesTheOffsetInDouble) {
  EXPECT_EQ(read_x(ScalarType::float64, ByteWriter().numbers<double>(5'412'345.325), 5'412'345), 0.325F);
  EXPECT_EQ(read_x(ScalarType::int32, ByteWriter().numbers<std::int32_t>(541'234'567), 541'234'500), 67.F);
  EXPECT_EQ(read_x(ScalarType::float32, ByteWriter().numbers<float>(3), 1e-30), 3.F);
}

TEST(PointReader, KeepsWhatIsNoFiniteNumber) {
  EXPECT_TRUE(std::isnan(read_x(ScalarType::float32, ByteWriter().numbers<float>(std::nanf("")))));
  EXPECT_EQ(read_x(ScalarType::float64, ByteWriter().numbers<double>(-1e300)), -std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::signbit(read_x(ScalarType::float32, ByteWriter().numbers<float>(-0.F))));
}

// Columns behind the position are rounded once, and no offset is taken from them.
TEST(PointReader, RoundsOtherColumnsOnce) {
  std::int64_t const number =
      (std::int64_t{1} << 54) + (std::int64_t{1} << 30) + 1;  // just above half way between floats
  std::vector<std::byte> const bytes = ByteWriter().numbers<float>(1, 2, 3).numbers<std::int64_t>(number).bytes();
  StridedPoints const points{.bytes = bytes,
                             .fields = {{"", 0}, {"", 4}, {"", 8}, {"", 12, ScalarType::int64}},
                             .width = 1,
                             .point_step = 20,
                             .byte_order = std::endian::little,
                             .offset = {1, 1, 1}};
  PointCloud const cloud = point_cloud_of(points);
  EXPECT_EQ(cloud.values, (std::vector<float>{0, 1, 2, 18'014'400'656'965'632.F}));
  EXPECT_EQ(cloud.offset, points.offset);
  EXPECT_TRUE(cloud.names.empty());
}

/// Random points in and around the fine grid, in records with gaps: z and x of double, y of float, a count of uint16, and rows
/// that are longer than their points.
struct Organised {
  static constexpr std::int64_t width = 53;
  static constexpr std::int64_t height = 61;
  static constexpr std::int64_t point_step = 31;
  static constexpr std::int64_t row_step = width * point_step + 9;
  std::array<double, 3> offset{412'340, 5'412'340, 100};
  std::vector<std::array<double, 4>> numbers;
  std::vector<std::byte> bytes = std::vector<std::byte>(static_cast<std::size_t>(row_step * height), std::byte{0xff});

  Organised() {
    test::RandomNumbers random(3);
    for (std::int64_t i = 0; i < width * height; ++i) {
      std::array<double, 4> point{
          offset[0] + 1.7 * random.number<double>(), 1.7 * static_cast<double>(random.number<float>()),
          offset[2] + 1.7 * random.number<double>(), static_cast<double>(random.between(0, 65'535))};
      point[1] = static_cast<double>(static_cast<float>(point[1]));
      if (i % 97 == 0) point[0] = std::numeric_limits<double>::quiet_NaN();
      numbers.push_back(point);
      std::byte* const at = bytes.data() + i / width * row_step + i % width * point_step;
      auto const y = static_cast<float>(point[1]);
      auto const count = static_cast<std::uint16_t>(point[3]);
      std::memcpy(at + 1, &point[2], 8);
      std::memcpy(at + 10, &point[0], 8);
      std::memcpy(at + 19, &y, 4);
      std::memcpy(at + 27, &count, 2);
    }
    offset[1] = 0;  // y is a float and so near 0
  }

  [[nodiscard]] StridedPoints points() const {
    return {.bytes = bytes,
            .fields = {{"x", 10, ScalarType::float64},
                       {"y", 19, ScalarType::float32},
                       {"z", 1, ScalarType::float64},
                       {"count", 27, ScalarType::uint16}},
            .width = width,
            .height = height,
            .point_step = point_step,
            .row_step = row_step,
            .offset = offset};
  }

  /// The fine grid, where the points are.
  [[nodiscard]] VoxelGrid grid() const {
    VoxelGrid moved = fine_grid;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      moved.low[axis] += offset[axis];
      moved.high[axis] += offset[axis];
    }
    return moved;
  }
};

// Against a map that is filled point by point, from the numbers that were written.
TEST(VoxelizeStridedPoints, AgreesWithAMapFilledInOrder) {
  Organised const given;
  VoxelGrid const grid = given.grid();
  struct Voxel {
    std::array<double, 4> sum{};
    double points = 0;
  };
  std::map<std::array<std::int32_t, 3>, Voxel> expected;
  std::vector<std::int64_t> dropped;
  for (std::size_t i = 0; i < given.numbers.size(); ++i) {
    std::array<float, 4> relative{};
    std::array<std::int32_t, 3> cell{};
    bool inside = true;
    for (std::size_t c = 0; c < 4; ++c) {
      relative[c] = static_cast<float>(given.numbers[i][c] - (c < 3 ? given.offset[c] : 0));
      if (c == 3) continue;
      float const place = (relative[c] - static_cast<float>(grid.low[c] - given.offset[c])) / grid.voxel_size[c];
      constexpr std::array<float, 3> extents{30, 16, 10};
      inside = inside && place >= 0 && place < extents[c];
      if (inside) cell[2 - c] = static_cast<std::int32_t>(place);
    }
    if (!inside) {
      dropped.push_back(static_cast<std::int64_t>(i));
      continue;
    }
    Voxel& voxel = expected[cell];
    for (std::size_t c = 0; c < 4; ++c) voxel.sum[c] += static_cast<double>(relative[c]);
    voxel.points += 1;
  }
  ASSERT_GT(dropped.size(), 10U);
  test::for_each_host_policy([&](auto const& where) {
    VoxelizedPoints<> const voxels = voxelize(where, given.points(), grid);
    EXPECT_EQ(voxels.offset, given.offset);
    ASSERT_EQ(voxels.tensor.size(), std::ssize(expected));
    std::int64_t row = 0;
    for (auto const& [cell, voxel] : expected) {
      EXPECT_EQ(voxels.tensor.sites().coordinates()[static_cast<std::size_t>(row)].position, cell);
      for (std::size_t c = 0; c < 4; ++c) {
        EXPECT_EQ(std::as_const(voxels.tensor).features()(row, static_cast<std::int64_t>(c)),
                  static_cast<float>(voxel.sum[c] / voxel.points));
      }
      ++row;
    }
    EXPECT_EQ(voxels.dropped.total(), std::ssize(dropped));
    for (std::int64_t const point : dropped) EXPECT_EQ(voxels.row_of_point[point], no_row);
  });
}

TEST(VoxelizeStridedPoints, HasTheBitsOfTheirCloud) {
  Organised const given;
  PointCloud const cloud = point_cloud_of(given.points());
  EXPECT_EQ(cloud.names, (std::vector<std::string>{"x", "y", "z", "count"}));
  for (VoxelLimits const limits : {VoxelLimits{}, VoxelLimits{.points_per_voxel = 1, .voxels = 500}}) {
    VoxelizedPoints<> const expected = voxelize(seq, cloud, given.grid(), limits);
    test::for_each_host_policy([&](auto const& where) {
      VoxelizedPoints<> const voxels =
          voxelize(where, given.points(), given.grid(), limits, {.item = 1, .batch_size = 2});
      EXPECT_EQ(voxels.tensor.grid().batch_size, 2);
      EXPECT_TRUE(std::ranges::equal(voxels.row_of_point, expected.row_of_point));
      EXPECT_TRUE(
          test::same_bits_or_nan<float>(voxels.tensor.features().values(), expected.tensor.features().values()));
      EXPECT_EQ(voxels.dropped.over_voxels, expected.dropped.over_voxels);
      EXPECT_EQ(voxels.dropped.over_points_per_voxel, expected.dropped.over_points_per_voxel);
      EXPECT_EQ(voxels.tensor.sites().coordinates()[0].batch, 1);
    });
  }
}

TEST(VoxelizeStridedPoints, OfNoPointsAreNoVoxelsWhateverTheSteps) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  StridedPoints none{
      .fields = {{"x", 0}, {"y", 4}, {"z", 8}}, .width = most, .height = 0, .point_step = most, .row_step = 5};
  EXPECT_EQ(voxelize(cpu, none, fine_grid).tensor.size(), 0);
  none.width = 0;
  none.height = most;
  EXPECT_EQ(voxelize(cpu, none, fine_grid).tensor.channels(), 3);
  EXPECT_EQ(point_cloud_of(none).size(), 0);
}

TEST(VoxelizeStridedPoints, SeveralMakeABatch) {
  Organised const given;
  std::vector<StridedPoints> const two{given.points(), given.points()};
  VoxelizedBatch<> const batch = voxelize(cpu, two, given.grid());
  EXPECT_EQ(batch.tensor.grid().batch_size, 2);
  EXPECT_EQ(batch.tensor.size(), 2 * voxelize(cpu, two[0], given.grid()).tensor.size());
}

TEST(VoxelizeStridedPoints, ADeviceTakesTheirCopy) {
  test::EmulatedGpu const where;
  Organised const given;
  auto const there = copy_to(where, given.points());
  EXPECT_EQ(there.offset, given.offset);
  auto const voxels = voxelize(where, there, given.grid());
  SparseTensor<float, 3> const here = copy_to_host(where, voxels.tensor);
  VoxelizedPoints<> const expected = voxelize(seq, given.points(), given.grid());
  EXPECT_TRUE(test::same_bits_or_nan<float>(here.features().values(), expected.tensor.features().values()));
  EXPECT_TRUE(std::ranges::equal(here.sites().coordinates(), expected.tensor.sites().coordinates()));
}

TEST(VoxelizeStridedPoints, AreCheckedByEveryCall) {
  Organised const given;
  StridedPoints points = given.points();
  points.bytes = points.bytes.first(1000);
  std::string const rest =
      ": 61 rows of 53 points, 31 bytes apart, do not lie in 1000 bytes; correct width, height or the steps, or give "
      "all "
      "bytes";
  EXPECT_EQ(test::message_of<ShapeError>([&] { return voxelize(cpu, points, given.grid()).dropped.total(); }),
            "voxelize" + rest);
  EXPECT_EQ(test::message_of<ShapeError>([&] { return point_cloud_of(points).size(); }), "point_cloud_of" + rest);
}

}  // namespace
}  // namespace sparseconv::point_reader_test
