#include "sparseconv/points/strided_points.hpp"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "support/error_message.hpp"

namespace sparseconv::strided_points_test {
namespace {

/// As many zeros as 2 rows of 3 points of 16 bytes take, in rows 50 bytes apart; of the last point only the fields' 14 bytes.
struct TwoRows {
  std::vector<std::byte> bytes = std::vector<std::byte>(50 + 2 * 16 + 14);
  StridedPoints points{.bytes = bytes,
                       .fields = {{"x", 0}, {"y", 4}, {"z", 8}, {"ring", 12, ScalarType::uint16}},
                       .width = 3,
                       .height = 2,
                       .point_step = 16,
                       .row_step = 50};
};

std::string message_of(StridedPoints const& points) {
  return test::message_of<ShapeError>([&] {
    check_points(points, "here");
    return 0;
  });
}

TEST(StridedPoints, MayEndWithTheirLastField) {
  TwoRows rows;
  EXPECT_NO_THROW(check_points(rows.points, "here"));
  EXPECT_EQ(rows.points.size(), 6);
  EXPECT_EQ(rows.points.columns(), 4);
  rows.points.bytes = std::span<std::byte const>(rows.bytes).first(rows.bytes.size() - 1);
  EXPECT_EQ(
      message_of(rows.points),
      "here: 2 rows of 3 points, 16 bytes apart, do not lie in 95 bytes; correct width, height or the steps, or give "
      "all bytes");
}

TEST(StridedPoints, AreNoneWithoutWidthOrHeight) {
  TwoRows rows;
  rows.points.bytes = {};
  rows.points.width = 0;
  EXPECT_NO_THROW(check_points(rows.points, "here"));
  rows.points.width = std::numeric_limits<std::int64_t>::max();
  rows.points.height = 0;
  EXPECT_NO_THROW(check_points(rows.points, "here"));
  EXPECT_EQ(rows.points.size(), 0);
}

// Counts and steps whose products are beyond 64 bits; the sanitizers look at the arithmetic.
TEST(StridedPoints, BelieveNoNumberThatTheBytesDoNotBearOut) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  std::string const rule = " bytes; correct width, height or the steps, or give all bytes";
  TwoRows rows;
  rows.points.width = most;
  EXPECT_EQ(message_of(rows.points),
            "here: 2 rows of 9223372036854775807 points, 16 bytes apart, do not lie in 96" + rule);
  rows.points.width = 3;
  rows.points.height = most;
  EXPECT_EQ(message_of(rows.points),
            "here: 9223372036854775807 rows of 3 points, 16 bytes apart, do not lie in 96" + rule);
  rows.points.row_step = most;
  EXPECT_EQ(message_of(rows.points),
            "here: 9223372036854775807 rows of 3 points, 16 bytes apart, do not lie in 96" + rule);
  rows.points.point_step = most;
  rows.points.width = 2;
  EXPECT_EQ(message_of(rows.points),
            "here: 9223372036854775807 rows of 2 points, 9223372036854775807 bytes apart, do not lie in 96" + rule);
  rows = {};
  rows.points.bytes = {};
  EXPECT_EQ(message_of(rows.points), "here: 2 rows of 3 points, 16 bytes apart, do not lie in 0" + rule);
}

TEST(StridedPoints, SayWhatIsWrongWithTheSteps) {
  TwoRows rows;
  rows.points.row_step = 47;
  EXPECT_EQ(message_of(rows.points),
            "here: rows of 3 points, 16 bytes apart, are only 47 bytes apart; correct row_step, or leave it 0 for rows "
            "without gaps");
  rows.points.row_step = -50;
  EXPECT_EQ(message_of(rows.points), "here: 2 rows of 3 points, steps of -50 and 16 bytes; none can be negative");
  rows = {};
  rows.points.point_step = 0;
  EXPECT_EQ(message_of(rows.points),
            "here: field \"x\" of float32 at byte 0 does not lie in a point of 0 bytes; correct its byte, its type, or "
            "point_step");
}

TEST(StridedPoints, SayWhatIsWrongWithAField) {
  TwoRows rows;
  rows.points.fields[3].byte = 15;
  EXPECT_EQ(
      message_of(rows.points),
      "here: field \"ring\" of uint16 at byte 15 does not lie in a point of 16 bytes; correct its byte, its type, or "
      "point_step");
  rows.points.fields[3] = {"n\nx", -1, ScalarType::int8};
  EXPECT_EQ(
      message_of(rows.points),
      "here: field \"n?x\" of int8 at byte -1 does not lie in a point of 16 bytes; correct its byte, its type, or "
      "point_step");
  rows.points.fields.resize(2);
  EXPECT_EQ(message_of(rows.points), "here: the points have 2 fields; they need x, y and z at least");
}

TEST(StridedPoints, HaveXYAndZFirst) {
  TwoRows rows;
  rows.points.fields[0].name = "Y";
  EXPECT_EQ(message_of(rows.points),
            "here: the first fields are \"Y\", \"y\", \"z\"; put x, y and z first, as columns 0 to 2 are the position");
  rows.points.fields[0].name = "X";
  EXPECT_NO_THROW(check_points(rows.points, "here"));
  for (PointField& field : rows.points.fields) field.name = "";
  EXPECT_NO_THROW(check_points(rows.points, "here"));
}

TEST(StridedPoints, TakeAPackedColourByItsBytes) {
  TwoRows rows;
  rows.points.byte_order = std::endian::little;
  rows.points.fields = {{"x", 0}, {"y", 4}, {"z", 8}, {"RGB", 12}};
  EXPECT_EQ(
      message_of(rows.points),
      "here: field \"RGB\" is a packed colour, whose mean is none; give its bytes as fields of uint8: red at byte 14, "
      "green at 13, blue at 12");
  rows.points.byte_order = std::endian::big;
  rows.points.fields[3] = {"rgba", 12, ScalarType::uint32};
  EXPECT_EQ(
      message_of(rows.points),
      "here: field \"rgba\" is a packed colour, whose mean is none; give its bytes as fields of uint8: red at byte "
      "13, green at 14, blue at 15");
}

TEST(StridedPoints, OfStructsHaveTheirSteps) {
  struct Point {
    double position[3];
    std::uint8_t intensity;
  };
  std::vector<Point> const structs(5);
  StridedPoints const points = strided_points(std::span<Point const>(structs), {{"x", 0, ScalarType::float64},
                                                                                {"y", 8, ScalarType::float64},
                                                                                {"z", 16, ScalarType::float64},
                                                                                {"intensity", 24, ScalarType::uint8}});
  EXPECT_EQ(points.size(), 5);
  EXPECT_EQ(points.point_step, 32);
  EXPECT_EQ(points.bytes.size(), 160U);
  EXPECT_NO_THROW(check_points(points, "here"));
}

TEST(StridedPoints, OfStructsInAnyContainerThatKeepsThemTogether) {
  struct Point {
    float x, y, z;
  };
  std::vector<PointField> const fields{{"x", 0}, {"y", 4}, {"z", 8}};
  std::vector<Point> listed(3);
  std::array<Point, 3> const fixed{};
  Point plain[3] = {};
  for (StridedPoints const& points :
       {strided_points(listed, fields), strided_points(std::as_const(listed), fields),
        strided_points(std::span(listed), fields), strided_points(std::span<Point const>(listed), fields)}) {
    EXPECT_EQ(points.size(), 3);
    EXPECT_EQ(points.point_step, 12);
    EXPECT_EQ(static_cast<void const*>(points.bytes.data()), listed.data());
  }
  EXPECT_EQ(static_cast<void const*>(strided_points(fixed, fields).bytes.data()), fixed.data());
  EXPECT_EQ(static_cast<void const*>(strided_points(plain, fields).bytes.data()), plain);
}

}  // namespace
}  // namespace sparseconv::strided_points_test
