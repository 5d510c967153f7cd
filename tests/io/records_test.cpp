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

namespace sparseconv {
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

TEST(Records, TakesThreeToSixColumns) {
  const ByteWriter writer = ByteWriter().numbers<float>(1, 2, 3, 4, 5, 6);
  EXPECT_EQ(parse_records(writer.bytes(), "scan", {.columns = 3}).size(), 2);
  EXPECT_EQ(parse_records(writer.bytes(), "scan", {.columns = 6}).size(), 1);
  EXPECT_EQ(message_of<ShapeError>([&] { return parse_records(writer.bytes(), "scan", {.columns = 2}); }),
            "read_records: RecordFormat::columns is 2, records have 3 to 6 values: x, y, z and up to three more");
  EXPECT_EQ(message_of<ShapeError>([&] { return parse_records(writer.bytes(), "scan", {.columns = 7}); }),
            "read_records: RecordFormat::columns is 7, records have 3 to 6 values: x, y, z and up to three more");
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
                          return read_records(file.path(), {.columns = 7});
                        }).find("records have 3 to 6 values"),
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
}  // namespace sparseconv
