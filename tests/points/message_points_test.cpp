#include "sparseconv/points/message_points.hpp"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "sparseconv/points/voxelize.hpp"
#include "sparseconv/policy/sequential_policy.hpp"
#include "support/error_message.hpp"
#include "support/list_of.hpp"

namespace sparseconv::message_points_test {
namespace {

/// The members of sensor_msgs' PointCloud2, as ROS 1 has them: other members and types of the same use.
struct Message {
  struct Field {
    std::string name;
    std::uint32_t offset;
    std::uint8_t datatype;
    std::uint32_t count = 1;
  };
  std::string header = {};
  std::uint32_t height = 1;
  std::uint32_t width = 0;
  std::vector<Field> fields = {};
  std::uint8_t is_bigendian = 0;
  std::uint32_t point_step = 0;
  std::uint32_t row_step = 0;
  std::vector<std::uint8_t> data = {};
  std::uint8_t is_dense = 1;
};
static_assert(PointMessage<Message>);
static_assert(!PointMessage<StridedPoints> && !PointMessage<std::vector<int>> && !PointMessage<int>);

/// Two rows of two points: x, y, z, a ring of 2 bytes behind them, and 2 bytes that nothing is known of; rows 40 bytes apart.
Message four_points() {
  Message message{.height = 2,
                  .width = 2,
                  .fields = {{"ring", 12, 4}, {"z", 8, 7}, {"x", 0, 7}, {"y", 4, 7}},
                  .point_step = 16,
                  .row_step = 40,
                  .data = std::vector<std::uint8_t>(72)};
  for (std::uint16_t i = 0; i < 4; ++i) {
    std::size_t const begin = i / 2U * 40U + i % 2U * 16U;
    std::array<float, 3> const position{static_cast<float>(i) + 0.5F, 0.25F, 0.75F};
    std::memcpy(&message.data[begin], position.data(), 12);
    std::memcpy(&message.data[begin + 12], &i, 2);
  }
  return message;
}

TEST(MessagePoints, AreVoxelizedWhereTheyLie) {
  if constexpr (std::endian::native != std::endian::little)
    GTEST_SKIP() << "the message is made of this machine's bytes";
  Message const message = four_points();
  StridedPoints const points = message_points(message, {"x", "y", "z", "ring"});
  EXPECT_EQ(static_cast<void const*>(points.bytes.data()), message.data.data());
  VoxelGrid const grid{.voxel_size = {1, 1, 1}, .low = {0, 0, 0}, .high = {4, 1, 1}};
  auto const voxels = voxelize(seq, points, grid);
  EXPECT_EQ(test::list_of(voxels.tensor), (std::vector<float>{.5F, .25F, .75F, 0, 1.5F, .25F, .75F, 1,  //
                                                              2.5F, .25F, .75F, 2, 3.5F, .25F, .75F, 3}));
}

TEST(MessagePoints, HaveEveryTypeOfNumber) {
  Message message{.fields = {}, .point_step = 64};
  std::vector<std::string> const names{"int8", "uint8", "int16", "uint16", "int32", "uint32", "float32", "float64"};
  for (std::uint8_t type = 1; type <= 8; ++type) message.fields.push_back({names[type - 1U], 8U * (type - 1U), type});
  StridedPoints const points = message_points(message, {names.begin(), names.end()});
  ASSERT_EQ(points.columns(), 8);
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_EQ(name_of(points.fields[i].type), names[i]);
    EXPECT_EQ(points.fields[i].byte, static_cast<std::int64_t>(8 * i));
  }
  EXPECT_EQ(points.byte_order, std::endian::little);
  message.is_bigendian = 1;
  EXPECT_EQ(message_points(message, {"int8"}).byte_order, std::endian::big);
}

std::string message_of(Message const& message, std::vector<std::string_view> const& columns) {
  return test::message_of<FormatError>([&] { return message_points(message, columns); });
}

TEST(MessagePoints, SayWhichFieldIsMissingAndWhichAreThere) {
  Message message = four_points();
  EXPECT_EQ(message_of(message, {"x", "y", "z", "intensity"}),
            "message_points: the message has no field \"intensity\"; it has \"ring\", \"z\", \"x\", \"y\"; name fields "
            "that are there");
  EXPECT_EQ(message_of(Message{}, {"x"}),
            "message_points: the message has no field \"x\"; it has none; name fields that are there");
  message.fields.assign(1000, {"a\nb", 0, 7});
  std::string const text = message_of(message, {"x"});
  EXPECT_TRUE(text.ends_with("\"a?b\", \"a?b\" and 980 more; name fields that are there")) << text;
  EXPECT_LT(text.size(), 300U);
}

TEST(MessagePoints, RefuseTypesThatThereAreNoneOf) {
  Message message = four_points();
  message.fields[0].datatype = 0;
  EXPECT_EQ(message_of(message, {"x", "y", "z", "ring"}),
            "message_points: field \"ring\" has the datatype 0; a PointCloud2 has 1 (int8) to 8 (float64)");
  message.fields[0].datatype = 9;
  EXPECT_EQ(message_of(message, {"ring"}),
            "message_points: field \"ring\" has the datatype 9; a PointCloud2 has 1 (int8) to 8 (float64)");
  EXPECT_EQ(message_points(message, {"x", "y", "z"}).columns(), 3) << "of a field that is not asked for";
}

TEST(MessagePoints, ThatAreNoneMakeNoVoxels) {
  Message message = four_points();
  message.width = message.height = 0;
  message.data.clear();
  StridedPoints const points = message_points(message, {"x", "y", "z"});
  VoxelGrid const grid{.voxel_size = {1, 1, 1}, .low = {0, 0, 0}, .high = {4, 1, 1}};
  EXPECT_EQ(voxelize(seq, points, grid).tensor.size(), 0);
}

}  // namespace
}  // namespace sparseconv::message_points_test
