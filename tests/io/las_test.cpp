#include "sparseconv/io/las.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "support/byte_writer.hpp"
#include "support/bytes_read.hpp"
#include "support/error_message.hpp"
#include "support/las_file.hpp"
#include "support/temporary_file.hpp"

namespace sparseconv::las_test {
namespace {

using test::ByteWriter;
using test::las_header;
using test::message_of;
using Names = std::vector<std::string>;
using Values = std::vector<float>;

PointCloud parse(ByteWriter const& writer) {
  return parse_las(writer.bytes(), "scan");
}

/// A record of formats 0 to 5 up to the point source: the third return of five, class 2 with a flag.
ByteWriter& old_point(ByteWriter& writer, int x) {
  writer.numbers<std::int32_t>(x, 200, -300)
      .numbers<std::uint16_t>(65535)
      .numbers<std::uint8_t>(3 | 5 << 3 | 1 << 6, 2 | 1 << 5);
  return writer.numbers<std::int8_t>(-15).numbers<std::uint8_t>(7).numbers<std::uint16_t>(40000);
}

/// A record of formats 6 to 10 up to the time.
ByteWriter& new_point(ByteWriter& writer, int x) {
  writer.numbers<std::int32_t>(x, 200, -300).numbers<std::uint16_t>(9).numbers<std::uint8_t>(11 | 12 << 4, 255, 200, 7);
  return writer.numbers<std::int16_t>(-2500).numbers<std::uint16_t>(3).numbers<double>(0.5);
}

const Names usual = {"x",
                     "y",
                     "z",
                     "intensity",
                     "return_number",
                     "number_of_returns",
                     "classification",
                     "scan_angle",
                     "user_data",
                     "point_source_id"};

TEST(Las, ReadsEachOldFormat) {
  const Values start = {1, 2, -3, 65535, 3, 5, 2, -15, 7, 40000};
  for (int const format : {0, 1, 2, 3, 4, 5}) {
    int const bytes = std::array{20, 28, 26, 34, 57, 63}[static_cast<std::size_t>(format)];
    for (int const minor : {0, 2, 3, 4}) {
      ByteWriter writer =
          las_header({.minor = minor, .format = format, .record_bytes = bytes + 2, .points = 1, .between = "vlr"});
      old_point(writer, 100);
      Names names = usual;
      Values values = start;
      if (format == 1 || format >= 3) {
        writer.numbers<double>(0.5);
        names.push_back("gps_time");
        values.push_back(0.5);
      }
      if (format == 2 || format == 3 || format == 5) {
        writer.numbers<std::uint16_t>(1, 2, 65535);
        names.insert(names.end(), {"red", "green", "blue"});
        values.insert(values.end(), {1, 2, 65535});
      }
      if (format >= 4) writer.text(std::string(29, 'w'));
      writer.text("ex");  // bytes of the writer's own
      writer.text("what comes behind the points");
      const PointCloud cloud = parse(writer);
      EXPECT_EQ(cloud.names, names) << format;
      EXPECT_EQ(cloud.values, values) << format;
    }
  }
}

TEST(Las, ReadsEachNewFormat) {
  for (int const format : {6, 7, 8, 9, 10}) {
    int const bytes = std::array{30, 36, 38, 59, 67}[static_cast<std::size_t>(format - 6)];
    ByteWriter writer = las_header({.minor = 4, .format = format, .record_bytes = bytes, .points = 2});
    Names names = usual;
    names.push_back("gps_time");
    Values values;
    for (int const x : {100, 300}) {
      new_point(writer, x);
      values.insert(values.end(), {static_cast<float>(x) / 100, 2, -3, 9, 11, 12, 200, -2500, 7, 3, 0.5});
      if (format == 7 || format == 8 || format == 10) {
        writer.numbers<std::uint16_t>(1, 2, 65535);
        values.insert(values.end(), {1, 2, 65535});
      }
      if (format == 8 || format == 10) {
        writer.numbers<std::uint16_t>(77);
        values.push_back(77);
      }
      if (format >= 9) writer.text(std::string(29, 'w'));
    }
    if (format == 7 || format == 8 || format == 10) names.insert(names.end(), {"red", "green", "blue"});
    if (format == 8 || format == 10) names.push_back("near_infrared");
    const PointCloud cloud = parse(writer);
    EXPECT_EQ(cloud.names, names) << format;
    EXPECT_EQ(cloud.values, values) << format;
  }
}

TEST(Las, TakesPositionsRelativeToAnOffset) {
  ByteWriter writer = las_header({.points = 40, .scale = 0.001, .x_offset = 500000});
  for (int i = 0; i < 40; ++i) old_point(writer, 5025 + 50 * i);
  const PointCloud cloud = parse(writer);
  EXPECT_EQ(cloud.offset, (std::array<double, 3>{500005, 0, 0}));
  for (int i = 0; i < 40; ++i) EXPECT_NEAR(cloud.row(i)[0], 0.025 + 0.05 * i, 1e-7);
  EXPECT_EQ(cloud.row(0)[1], 0.2F);
}

TEST(Las, GivesBlocksThatAreTheWhole) {
  ByteWriter writer = las_header({.points = 1000, .scale = 1});
  for (int i = 0; i < 1000; ++i) old_point(writer, i);
  const test::TemporaryFile file("scan.las", writer.bytes());
  PointBlocks blocks = las_blocks(file.path(), {.block_points = 300});
  PointCloud block;
  std::int64_t count = 0;
  while (blocks.next(block))
    for (std::int64_t i = 0; i < block.size(); ++i) ASSERT_EQ(block.row(i)[0], static_cast<float>(count++));
  EXPECT_EQ(count, 1000);
  EXPECT_TRUE(parse(las_header({})).empty());
  // A count that only the older place of 1.4 has.
  ByteWriter one = las_header({.minor = 4, .old_count = 1});
  old_point(one, 100);
  EXPECT_EQ(parse(one).size(), 1);
}

TEST(Las, NamesWhatItDoesNotTake) {
  auto const failure = [](test::LasFile const& file) {
    return message_of<FormatError>([&] { return parse(las_header(file)); });
  };
  EXPECT_EQ(message_of<FormatError>([] { return parse(ByteWriter("ply\n")); }),
            "read_las: scan: begins with \"ply?\", a LAS file with \"LASF\"; is it another format?");
  EXPECT_EQ(failure({.minor = 5}),
            "read_las: scan: LAS version 1.5, the reader takes 1.0 to 1.4; save it again with a current tool");
  for (int const packed : {128, 64, 131})
    EXPECT_EQ(failure({.format = packed}),
              "read_las: scan: its points are packed (LAZ), which this reader does not unpack; \"pdal translate in.laz "
              "out.las\" or \"laszip -i in.laz -o out.las\" does");
  EXPECT_EQ(failure({.format = 11}),
            "read_las: scan: point format 11, the reader takes 0 to 10; save it again in one of these");
  EXPECT_EQ(
      failure({.record_bytes = 19}),
      "read_las: scan: a header of 227 bytes, points from byte 227 on, in records of 19 bytes, of which format 0 takes "
      "20; the file is damaged");
  EXPECT_EQ(failure({.scale = 0}),
            "read_las: scan: along x positions have the scale 0 and the offset 0; the file is damaged");
  EXPECT_EQ(
      failure({.points = 3}),
      "read_las: scan: 3 points of 20 bytes from byte 227 on are more than a file of 227 bytes holds; it is truncated");
  EXPECT_NE(failure({.minor = 4, .points = 18446744073709551615U}).find("it is truncated"), std::string::npos);
  ByteWriter whole = las_header({.minor = 4, .points = 1});
  old_point(whole, 1);
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_EQ(message_of<FormatError>([&] { return parse_las(whole.first(size), "scan"); }).find("read_las: scan: "),
              0u);
}

TEST(Las, ReadsNoFurtherThanItsHeaderWhereThatIsWrong) {
  for (ByteWriter const& writer : {las_header({.points = 4000000000}), ByteWriter("LASX")}) {
    const test::TemporaryFile file("scan.las", writer.bytes());
    if (!test::grow_with_zeros(file.path())) GTEST_SKIP() << "this disk takes no file of 3 GB";
    EXPECT_LT(test::bytes_read_by([&] { (void)message_of<FormatError>([&] { return read_las(file.path()); }); }),
              std::uint64_t{1} << 20);
  }
}

}  // namespace
}  // namespace sparseconv::las_test
