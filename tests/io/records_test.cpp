#include "sparseconv/io/records.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <vector>

#include "support/byte_writer.hpp"
#include "support/bytes_read.hpp"
#include "support/error_message.hpp"
#include "support/shared_data.hpp"
#include "support/temporary_file.hpp"

namespace sparseconv::records_test {
namespace {

using test::ByteWriter;
using test::message_of;

TEST(Records, ReadsFloats) {
  const ByteWriter writer = ByteWriter().numbers<float>(1, 2, 3, 0.25, -4, -5, -6, 0.5);
  const PointCloud cloud = parse_records(writer.bytes(), "scan");
  EXPECT_EQ(cloud.size(), 2);
  EXPECT_EQ(cloud.columns, 4);
  EXPECT_EQ(cloud.values, (std::vector<float>{1, 2, 3, 0.25, -4, -5, -6, 0.5}));
  EXPECT_TRUE(cloud.names.empty());
}

TEST(Records, ReadsHalves) {
  // 1, -2, 0.5, the largest half, the smallest.
  const ByteWriter writer = ByteWriter().numbers<std::uint16_t>(0x3c00, 0xc000, 0x3800, 0x7bff, 0x0001);
  const PointCloud cloud = parse_records(writer.bytes(), "scan", {.columns = 5, .element = RecordElement::float16});
  EXPECT_EQ(cloud.size(), 1);
  EXPECT_EQ(cloud.values, (std::vector<float>{1, -2, 0.5, 65504, 0x1p-24f}));
}

TEST(Records, TakesThreeColumnsAndMore) {
  const ByteWriter writer = ByteWriter().numbers<float>(1, 2, 3, 4, 5, 6);
  EXPECT_EQ(parse_records(writer.bytes(), "scan", {.columns = 3}).size(), 2);
  EXPECT_EQ(parse_records(writer.bytes(), "scan", {.columns = 6}).size(), 1);
  EXPECT_EQ(
      message_of<ShapeError>([&] { return parse_records(writer.bytes(), "scan", {.columns = 2}); }),
      "read_records: RecordFormat::columns is 2, records have 3 to 256 values: x, y, z and what else a point has");
  EXPECT_EQ(message_of<ShapeError>([&] { return parse_records(writer.bytes(), "scan", {.columns = 257}); }),
            "read_records: RecordFormat::columns is 257, records have 3 to 256 values: x, y, z and what else a point "
            "has");
  const ByteWriter wide = ByteWriter().numbers<double>(1, 2, 3, 4, 5, 6, 7, 8);
  EXPECT_EQ(parse_records(wide.bytes(), "scan", {.columns = 8, .element = RecordElement::float64}).values,
            (std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8}));
}

TEST(Records, TakesADescriptionOfTheFields) {
  ByteWriter writer;
  for (int const point : {0, 10}) {
    writer.numbers<float>(1 + point, 2 + point, 3 + point).numbers<std::uint8_t>(200, 99, 1, point);
    writer.numbers<double>(0.5 + point);
  }
  const RecordFormat format{.fields = "f4 x, f4 y,f4 z , u1 intensity, u1 _, >u2 ring, <f8 time"};
  EXPECT_EQ(record_bytes(format), 24u);
  const PointCloud cloud = parse_records(writer.bytes(), "scan", format);
  EXPECT_EQ(cloud.names, (std::vector<std::string>{"x", "y", "z", "intensity", "ring", "time"}));
  EXPECT_EQ(cloud.values, (std::vector<float>{1, 2, 3, 200, 256, 0.5, 11, 12, 13, 200, 266, 10.5}));
  auto const failure = [&](std::string const& fields) {
    return message_of<FormatError>([&] { return parse_records(writer.bytes(), "scan", {.fields = fields}); });
  };
  for (const std::string part : {"f4", "f4 x y", "f3 x", "", "float x", "|f4 x"})
    EXPECT_EQ(
        failure("f4 x," + part + ",f4 z"),
        "read_records: RecordFormat::fields has \"" + part +
            "\", where a type and a name stand, as in \"f4 x, f4 y, f4 z, u1 intensity\"; types are i1, u1, i2, u2, "
            "i4, u4, i8, u8, f2, f4 and f8");
  EXPECT_EQ(failure("f4 x, f4 y"),
            "read_records: RecordFormat::fields: points need one z each, the file has 0; its fields are \"x\", \"y\"; "
            "rename the one that it is");
  EXPECT_NE(
      failure("f4 x, f4 y, f4 z, f4 i, u1 n")
          .find(
              "read_records: scan: 48 bytes are no multiple of a record of 17 bytes (f4 x, f4 y, f4 z, f4 i, u1 n); "),
      std::string::npos);
}

TEST(Records, GivesBlocksThatAreTheWhole) {
  ByteWriter writer;
  for (int i = 0; i < 1000; ++i) writer.numbers<double>(300000.3 + i, 2, 3);
  const test::TemporaryFile file("scan.bin", writer.bytes());
  PointBlocks blocks =
      record_blocks(file.path(), {.columns = 3, .element = RecordElement::float64}, {.block_points = 7});
  PointCloud block;
  std::int64_t count = 0;
  while (blocks.next(block)) {
    EXPECT_EQ(block.offset[0], 300000);
    for (std::int64_t i = 0; i < block.size(); ++i, ++count)
      ASSERT_NEAR(block.row(i)[0], 0.3 + static_cast<double>(count), 1e-4);
  }
  EXPECT_EQ(count, 1000);
  EXPECT_EQ(
      message_of<ShapeError>([&] { return record_blocks(file.path(), {}, {.block_points = 0}).progress(); }),
      "read_records: " + file.path().string() + ": PointReading::block_points is 0; a block has at least one point");
  EXPECT_EQ(message_of<ShapeError>([&] {
              return record_blocks(file.path(), {}, {.offset = {{0, std::nan(""), 0}}}).progress();
            }),
            "read_records: " + file.path().string() +
                ": PointReading::offset is nan along y; give it a finite number, or none at all");
}

TEST(Records, NoBytesAreNoPoints) {
  EXPECT_TRUE(parse_records({}, "scan").empty());
}

TEST(Records, NamesTheFormatsThatWouldFit) {
  // 20 bytes are 5 floats, or 2 records of 5 halves.
  const ByteWriter writer = ByteWriter().numbers<float>(1, 2, 3, 4, 5);
  EXPECT_EQ(message_of<FormatError>([&] { return parse_records(writer.bytes(), "scan.bin"); }),
            "read_records: scan.bin: 20 bytes are no multiple of a record of 16 bytes (4 x float32); the file is "
            "truncated, or has another RecordFormat: 5 x float32, 5 x float16 would fit");
}

TEST(Records, EveryTruncationIsNamed) {
  const ByteWriter writer = ByteWriter().numbers<float>(1, 2, 3, 4);
  for (std::size_t size = 1; size < writer.size(); ++size)
    EXPECT_NE(message_of<FormatError>([&] {
                return parse_records(writer.first(size), "scan");
              }).find(std::to_string(size) + " bytes are no multiple of a record of 16 bytes"),
              std::string::npos);
  EXPECT_EQ(message_of<FormatError>([&] { return parse_records(writer.first(13), "scan"); }),
            "read_records: scan: 13 bytes are no multiple of a record of 16 bytes (4 x float32); the file is "
            "truncated, or is no file of records");
}

TEST(Records, ReadsAFile) {
  const ByteWriter writer = ByteWriter().numbers<float>(1, 2, 3, 4);
  const test::TemporaryFile file("scan.bin", writer.bytes());
  EXPECT_EQ(read_records(file.path()).values, (std::vector<float>{1, 2, 3, 4}));
  EXPECT_NE(
      message_of<FormatError>([&] { return read_records(file.path(), {.columns = 3}); }).find(file.path().string()),
      std::string::npos);
  EXPECT_EQ(
      message_of<FormatError>([] { return read_records("missing.bin"); }).find("read_records: missing.bin: no such"),
      0u);
}

TEST(Records, JudgesTheSizeBeforeItReads) {
  const test::TemporaryFile file("scan.bin", {});
  if (!test::grow_with_zeros(file.path())) GTEST_SKIP() << "this disk takes no file of 3 GB";
  EXPECT_LT(test::bytes_read_by([&] {
              EXPECT_NE(message_of<ShapeError>([&] {
                          return read_records(file.path(), {.columns = 2});
                        }).find("records have 3 to 256 values"),
                        std::string::npos);
              std::filesystem::resize_file(file.path(), test::large_file + 1);
              EXPECT_NE(message_of<FormatError>([&] {
                          return read_records(file.path());
                        }).find("3000000001 bytes are no multiple of a record of 16 bytes"),
                        std::string::npos);
            }),
            std::uint64_t{4} << 20);
}

TEST(Records, ReadsAKittiScan) {
  auto const path = test::shared_data("kitti_000008.bin");
  if (path.empty()) GTEST_SKIP() << "kitti_000008.bin is not there";
  const PointCloud cloud = read_records(path);
  EXPECT_EQ(cloud.size(), 17238);
  for (std::int64_t i = 0; i < cloud.size(); ++i) {
    EXPECT_LT(std::abs(cloud.row(i)[0]), 200.0f);
    EXPECT_GE(cloud.row(i)[3], 0.0f);
    EXPECT_LE(cloud.row(i)[3], 1.0f);
  }
}

TEST(Records, ReadsNuscenesSweeps) {
  auto const path = test::shared_data("nuscenes_10sweeps.bin");
  if (path.empty()) GTEST_SKIP() << "nuscenes_10sweeps.bin is not there";
  const PointCloud cloud = read_records(path, {.columns = 5, .element = RecordElement::float16});
  EXPECT_EQ(cloud.size(), 271156);
  for (std::int64_t i = 0; i < cloud.size(); ++i) EXPECT_LT(std::abs(cloud.row(i)[2]), 200.0f);
}

TEST(Records, ReadsAnIndoorView) {
  auto const path = test::shared_data("sunrgbd_000017.bin");
  if (path.empty()) GTEST_SKIP() << "sunrgbd_000017.bin is not there";
  const PointCloud cloud = read_records(path, {.columns = 6});
  EXPECT_EQ(cloud.size(), 50000);
  for (std::int64_t i = 0; i < cloud.size(); ++i) EXPECT_LE(cloud.row(i)[5], 1.0f);
}

}  // namespace
}  // namespace sparseconv::records_test
