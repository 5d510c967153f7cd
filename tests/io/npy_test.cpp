#include "sparseconv/io/npy.hpp"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "support/bytes_read.hpp"
#include "support/error_message.hpp"
#include "support/npy_file.hpp"
#include "support/temporary_file.hpp"

namespace sparseconv::npy_test {
namespace {

using test::ByteWriter;
using test::message_of;
using test::npy_header;

const std::vector<float> two_points = {1, 2, 3, 4, 5, 6};

TEST(Npy, ReadsEachVersion) {
  for (int const version : {1, 2, 3}) {
    const ByteWriter writer = npy_header("<f4", "(2, 3)", false, version).numbers<float>(1, 2, 3, 4, 5, 6);
    const PointCloud cloud = parse_npy(writer.bytes(), "scan");
    EXPECT_EQ(cloud.size(), 2);
    EXPECT_EQ(cloud.columns, 3);
    EXPECT_EQ(cloud.values, two_points);
    EXPECT_TRUE(cloud.names.empty());
  }
}

TEST(Npy, ReadsFortranOrder) {
  const ByteWriter writer = npy_header("<f4", "(2, 3)", true).numbers<float>(1, 4, 2, 5, 3, 6);
  EXPECT_EQ(parse_npy(writer.bytes(), "scan").values, two_points);
}

TEST(Npy, ReadsEachNumberType) {
  auto const values = [](ByteWriter const& writer) { return parse_npy(writer.bytes(), "scan").values; };
  EXPECT_EQ(values(npy_header("<f8", "(2, 3)").numbers<double>(1, 2, 3, 4, 5, 6)), two_points);
  EXPECT_EQ(values(npy_header("<i4", "(2, 3)").numbers<std::int32_t>(1, 2, 3, 4, 5, 6)), two_points);
  EXPECT_EQ(values(npy_header("<u8", "(2, 3)").numbers<std::uint64_t>(1, 2, 3, 4, 5, 6)), two_points);
  EXPECT_EQ(values(npy_header("|u1", "(2, 3)").numbers<std::uint8_t>(1, 2, 3, 4, 5, 6)), two_points);
  EXPECT_EQ(values(npy_header("<i2", "(1, 3)").numbers<std::int16_t>(-1, 0, -32768)),
            (std::vector<float>{-1, 0, -32768}));
  EXPECT_EQ(values(npy_header("<f2", "(1, 3)").numbers<std::uint16_t>(0x3c00, 0xc000, 0x3800)),
            (std::vector<float>{1, -2, 0.5}));
}

TEST(Npy, ReadsBigEndianInEitherOrder) {
  for (bool const fortran : {false, true}) {
    ByteWriter writer = npy_header(">i2", "(2, 3)", fortran);
    for (int const number : fortran ? std::vector<int>{1, 4, 2, 5, 3, -300} : std::vector<int>{1, 2, 3, 4, 5, -300})
      writer.numbers<std::uint8_t>(number >> 8, number);
    EXPECT_EQ(parse_npy(writer.bytes(), "scan").values, (std::vector<float>{1, 2, 3, 4, 5, -300}));
  }
}

TEST(Npy, ReadsStructuredArrays) {
  ByteWriter writer = npy_header(
      "{'descr': [('x', '<f4'), ('y', '<f4'), ('z', '<f4'), ('red', '|u1'), ('t', '>u2')], 'fortran_order': False, "
      "'shape': (2,), }");
  writer.numbers<float>(1, 2, 3).numbers<std::uint8_t>(255, 1, 2).numbers<float>(4, 5, 6).numbers<std::uint8_t>(0, 0,
                                                                                                                9);
  const PointCloud cloud = parse_npy(writer.bytes(), "scan");
  EXPECT_EQ(cloud.names, (std::vector<std::string>{"x", "y", "z", "red", "t"}));
  EXPECT_EQ(cloud.values, (std::vector<float>{1, 2, 3, 255, 258, 4, 5, 6, 0, 9}));
}

TEST(Npy, TakesDoublesRelativeToAnOffset) {
  for (bool const fortran : {false, true}) {
    ByteWriter writer = npy_header("<f8", "(2, 4)", fortran);
    if (fortran) {
      writer.numbers<double>(1e6 + 0.01, 1e6 + 0.03, 5, 6, 7, 8, 123456.789, 1);
    } else {
      writer.numbers<double>(1e6 + 0.01, 5, 7, 123456.789, 1e6 + 0.03, 6, 8, 1);
    }
    const PointCloud cloud = parse_npy(writer.bytes(), "scan");
    EXPECT_EQ(cloud.offset, (std::array<double, 3>{1e6, 0, 0}));
    EXPECT_NEAR(cloud.row(0)[0], 0.01F, 1e-9);
    EXPECT_NEAR(cloud.row(1)[0], 0.03F, 1e-9);
    EXPECT_EQ(cloud.row(0)[3], 123456.789F);
  }
}

TEST(Npy, GivesBlocksThatAreTheWhole) {
  for (bool const fortran : {false, true}) {
    ByteWriter writer = npy_header("<f8", "(2000, 3)", fortran);
    for (int i = 0; i < 2000; ++i) {
      if (fortran) writer.numbers<double>(9000.1 + i);
      if (!fortran) writer.numbers<double>(9000.1 + i, 0, 0);
    }
    for (int i = 0; fortran && i < 4000; ++i) writer.numbers<double>(0);
    const test::TemporaryFile file("scan.npy", writer.bytes());
    PointBlocks blocks = npy_blocks(file.path(), {.block_points = 300});
    PointCloud block;
    std::int64_t count = 0;
    while (blocks.next(block)) {
      EXPECT_EQ(block.offset[0], 9000);
      for (std::int64_t i = 0; i < block.size(); ++i, ++count)
        ASSERT_EQ(block.row(i)[0], static_cast<float>(9000.1 + static_cast<double>(count) - 9000));
    }
    EXPECT_EQ(count, 2000);
  }
}

TEST(Npy, ReadsNoPoints) {
  for (bool const fortran : {false, true}) {
    const ByteWriter writer = npy_header("<f4", "(0, 5)", fortran);
    const PointCloud cloud = parse_npy(writer.bytes(), "scan");
    EXPECT_TRUE(cloud.empty());
    EXPECT_EQ(cloud.columns, 5);
  }
  EXPECT_TRUE(parse_npy(npy_header("<f4", "(0, 9223372036854775807)").bytes(), "scan").empty());
}

TEST(Npy, RefusesEveryTruncation) {
  const ByteWriter writer = npy_header("<f4", "(2, 3)").numbers<float>(1, 2, 3, 4, 5, 6);
  for (std::size_t size = 0; size < writer.size(); ++size)
    EXPECT_EQ(message_of<FormatError>([&] { return parse_npy(writer.first(size), "scan"); }).find("read_npy: scan: "),
              0u);
}

TEST(Npy, ReadsAFile) {
  const ByteWriter writer = npy_header("<f4", "(2, 3)").numbers<float>(1, 2, 3, 4, 5, 6);
  const test::TemporaryFile file("scan.npy", writer.bytes());
  EXPECT_EQ(read_npy(file.path()).values, two_points);
  EXPECT_EQ(message_of<FormatError>([] { return read_npy("missing.npy"); }).find("read_npy: missing.npy: no such file"),
            0u);
}

TEST(Npy, ReadsNoFurtherThanItsHeaderWhereThatIsWrong) {
  struct Case {
    ByteWriter beginning;
    std::string expected;
  };
  for (Case const& one : {Case{ByteWriter(), "begins with \"??????\", a .npy file with \"?NUMPY\""},
                          {npy_header("<f4", "(2, 3)"), "something was appended to the file"},
                          {npy_header("<f4", "(900000000, 3)"), "the file is truncated"},
                          {npy_header("|O", "(250000000, 3)"), "means Python objects"},
                          {npy_header("<f4", "(750000000,)"), "points are N x C"}}) {
    const test::TemporaryFile file("scan.npy", one.beginning.bytes());
    if (!test::grow_with_zeros(file.path())) GTEST_SKIP() << "this disk takes no file of 3 GB";
    std::string message;
    EXPECT_LT(test::bytes_read_by([&] { message = message_of<FormatError>([&] { return read_npy(file.path()); }); }),
              std::uint64_t{4} << 20);
    EXPECT_EQ(message.find("read_npy: " + file.path().string() + ": "), 0u) << message;
    EXPECT_NE(message.find(one.expected), std::string::npos) << message;
  }
}

TEST(Npy, JudgesTheBeginningOfWhatHasNoEnd) {
  if (!std::filesystem::exists("/dev/zero")) GTEST_SKIP() << "no /dev/zero on this system";
  EXPECT_EQ(
      message_of<FormatError>([] { return read_npy("/dev/zero"); }),
      "read_npy: /dev/zero: begins with \"??????\", a .npy file with \"?NUMPY\"; is it another format, or empty?");
}

TEST(Npy, ReadsAFileLargerThanAHeader) {
  ByteWriter writer = npy_header("<f4", "(100000, 3)");
  for (int i = 0; i < 100000; ++i) writer.numbers<float>(i, 2, 3);
  const PointCloud cloud = read_npy(test::TemporaryFile("scan.npy", writer.bytes()).path());
  ASSERT_EQ(cloud.size(), 100000);
  for (std::int64_t i = 0; i < cloud.size(); ++i) ASSERT_EQ(cloud.row(i)[0], static_cast<float>(i));
}

}  // namespace
}  // namespace sparseconv::npy_test
