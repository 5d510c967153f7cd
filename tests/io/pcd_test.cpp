#include "sparseconv/io/pcd.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "support/byte_writer.hpp"
#include "support/bytes_read.hpp"
#include "support/error_message.hpp"
#include "support/lzf_packer.hpp"
#include "support/temporary_file.hpp"

namespace sparseconv::pcd_test {
namespace {

using test::ByteWriter;
using test::message_of;
using Names = std::vector<std::string>;
using Values = std::vector<float>;

std::string header(std::string const& points, std::string const& data) {
  return "# .PCD v0.7 - Point Cloud Data file format\nVERSION 0.7\nFIELDS x y z intensity\nSIZE 4 4 4 4\nTYPE F F F F\n"
         "COUNT 1 1 1 1\nWIDTH " +
         points + "\nHEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\nPOINTS " + points + "\nDATA " + data + "\n";
}

PointCloud parse(ByteWriter const& writer) {
  return parse_pcd(writer.bytes(), "scan");
}
PointCloud parse(std::string const& text) {
  return parse(ByteWriter(text));
}

std::string failure(ByteWriter const& writer) {
  return message_of<FormatError>([&] { return parse(writer); });
}
std::string failure(std::string const& text) {
  return failure(ByteWriter(text));
}

TEST(Pcd, ReadsAscii) {
  const PointCloud cloud = parse(header("2", "ascii") + "1 2 3 0.5\r\n\r\n-4 5e1 6 1");
  EXPECT_EQ(cloud.size(), 2);
  EXPECT_EQ(cloud.names, (Names{"x", "y", "z", "intensity"}));
  EXPECT_EQ(cloud.values, (Values{1, 2, 3, 0.5, -4, 50, 6, 1}));
}

TEST(Pcd, PassesOverAByteOrderMark) {
  EXPECT_EQ(parse("\xEF\xBB\xBF" + header("1", "ascii") + "1 2 3 4\n").values, (Values{1, 2, 3, 4}));
}

TEST(Pcd, ReadsBinary) {
  const PointCloud cloud = parse(ByteWriter(header("2", "binary")).numbers<float>(1, 2, 3, 0.5, 4, 5, 6, 1));
  EXPECT_EQ(cloud.names, (Names{"x", "y", "z", "intensity"}));
  EXPECT_EQ(cloud.values, (Values{1, 2, 3, 0.5, 4, 5, 6, 1}));
}

const std::string mixed =
    "VERSION .7\nFIELDS ring z _ n x y\nSIZE 2 8 1 4 4 4\nTYPE U F U F F I\nCOUNT 1 1 3 2 1 1\nWIDTH 2\nHEIGHT 1\n"
    "POINTS 2\nDATA ";

TEST(Pcd, ReadsFieldsOfAnyOrderTypeAndCount) {
  ByteWriter writer(mixed + "binary\n");
  for (int const point : {0, 10}) {
    writer.numbers<std::uint16_t>(60000 + point).numbers<double>(3 + point).numbers<std::uint8_t>(7, 7, 7);
    writer.numbers<float>(0.25, 0.5).numbers<float>(1 + point).numbers<std::int32_t>(-2 - point);
  }
  const Names names = {"x", "y", "z", "ring", "n_0", "n_1"};
  const Values values = {1, -2, 3, 60000, 0.25, 0.5, 11, -12, 13, 60010, 0.25, 0.5};
  EXPECT_EQ(parse(writer).names, names);
  EXPECT_EQ(parse(writer).values, values);
  const PointCloud cloud = parse(mixed + "ascii\n60000 3 7 7 7 0.25 0.5 1 -2\n60010 13 7 7 7 0.25 0.5 11 -12\n");
  EXPECT_EQ(cloud.names, names);
  EXPECT_EQ(cloud.values, values);
}

std::string coloured(std::string const& field, std::string const& type, std::string const& data) {
  return "VERSION .7\nFIELDS x y z " + field + " i\nSIZE 4 4 4 4 4\nTYPE F F F " + type +
         " F\nCOUNT 1 1 1 1 1\nWIDTH 2\nHEIGHT 1\nPOINTS 2\nDATA " + data + "\n";
}

TEST(Pcd, TakesPackedColoursApart) {
  // 4286611681 is 0xff8080e1, 66051 is 0x00010203; as floats both are other numbers.
  const Names names = {"x", "y", "z", "red", "green", "blue", "alpha", "i"};
  const Values values = {1, 2, 3, 0x80, 0x80, 0xe1, 0xff, 0.5, 4, 5, 6, 1, 2, 3, 0, 0.25};
  const PointCloud text = parse(coloured("rgba", "U", "ascii") + "1 2 3 4286611681 0.5\n4 5 6 66051 0.25\n");
  EXPECT_EQ(text.names, names);
  EXPECT_EQ(text.columns, 8);
  EXPECT_EQ(text.values, values);
  for (const std::string type : {"U", "I", "F"}) {
    ByteWriter writer(coloured("rgba", type, "binary"));
    writer.numbers<float>(1, 2, 3).numbers<std::uint32_t>(0xff8080e1u).numbers<float>(0.5);
    writer.numbers<float>(4, 5, 6).numbers<std::uint32_t>(0x00010203u).numbers<float>(0.25);
    EXPECT_EQ(parse(writer).names, names) << type;
    EXPECT_EQ(parse(writer).values, values) << type;
  }
}

TEST(Pcd, TakesColoursInTheBitsOfFloatsApart) {
  // 0x4a804020 is the float 4202512, 0x00ff8001 the float 2.34639707e-38.
  const PointCloud text = parse(coloured("rgb", "F", "ascii") + "1 2 3 4202512 0.5\n4 5 6 2.34639707e-38 0.25\n");
  EXPECT_EQ(text.names, (Names{"x", "y", "z", "red", "green", "blue", "i"}));
  EXPECT_EQ(text.values, (Values{1, 2, 3, 0x80, 0x40, 0x20, 0.5, 4, 5, 6, 0xff, 0x80, 1, 0.25}));
  // Bits that make a NaN are kept in a binary file, and lost in a text.
  ByteWriter writer(coloured("rgb", "F", "binary"));
  writer.numbers<float>(1, 2, 3).numbers<std::uint32_t>(0xffc8643cu).numbers<float>(0.5);
  writer.numbers<float>(4, 5, 6).numbers<std::uint32_t>(0x7fc00000u).numbers<float>(0.25);
  EXPECT_EQ(parse(writer).values, (Values{1, 2, 3, 200, 100, 60, 0.5, 4, 5, 6, 0xc0, 0, 0, 0.25}));
  const PointCloud lost = parse(coloured("rgb", "F", "ascii") + "1 2 3 nan 0.5\n4 5 6 0 0.25\n");
  for (int c = 3; c < 6; ++c) {
    EXPECT_TRUE(std::isnan(lost.row(0)[static_cast<std::size_t>(c)]));
    EXPECT_EQ(lost.row(1)[static_cast<std::size_t>(c)], 0.0f);
  }
  EXPECT_EQ(lost.row(0)[6], 0.5f);
}

TEST(Pcd, NamesAWordThatIsNoPackedColour) {
  EXPECT_EQ(failure(coloured("rgba", "U", "ascii") + "1 2 3 4294967296 0\n"),
            "read_pcd: scan: line 10 has \"4294967296\", where a packed colour stands, a whole number of 32 bits, "
            "0xAARRGGBB");
  EXPECT_EQ(failure(coloured("rgb", "F", "ascii") + "1 2 3 red 0\n"),
            "read_pcd: scan: line 10 has \"red\", where a packed colour stands, a float whose bits are 0xAARRGGBB");
}

TEST(Pcd, PassesOverTheZerosThatWritersLeaveBehindPoints) {
  // The point cloud library's own file is a page and the points long, wherever the points end.
  for (std::size_t const size : {4128U, 16416U, 65568U}) {
    ByteWriter writer = ByteWriter(header("2", "binary")).numbers<float>(1, 2, 3, 0.5, 4, 5, 6, 1);
    writer.text(std::string(size - writer.size(), '\0'));
    EXPECT_EQ(parse(writer).values, (Values{1, 2, 3, 0.5, 4, 5, 6, 1}));
    writer.text("1");
    EXPECT_NE(failure(writer).find("something was appended to the file"), std::string::npos);
  }
  ByteWriter many = ByteWriter(header("1", "binary")).numbers<float>(1, 2, 3, 0.5);
  many.text(std::string(65536 + 16, '\0'));
  EXPECT_EQ(parse(many).size(), 1);
  many.text(std::string(1, '\0'));
  EXPECT_EQ(failure(many),
            "read_pcd: scan: 1 points of 16 bytes do not make the 65569 bytes after the header; something was appended "
            "to the file: cut it off, or correct POINTS");
}

TEST(Pcd, ReadsTheFirstVersions) {
  EXPECT_EQ(parse("# .PCD v.5\nVERSION .5\nFIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nWIDTH 1\nHEIGHT 1\nPOINTS 1\nDATA "
                  "ascii\n1 2 3\n")
                .values,
            (Values{1, 2, 3}));
  EXPECT_EQ(parse("COLUMNS x y z\nPOINTS 1\nDATA ascii\n1 2 3\n").values, (Values{1, 2, 3}));
  EXPECT_EQ(parse("COLUMNS x y z\nWIDTH 1\nDATA ascii\n1 2 3\n").values, (Values{1, 2, 3}));
  EXPECT_EQ(parse("VERSION 0.7\rFIELDS x y z\rSIZE 4 4 4\rTYPE F F F\rPOINTS 2\rDATA ascii\r1 2 3\r4 5 6\r").values,
            (Values{1, 2, 3, 4, 5, 6}));
}

TEST(Pcd, TakesCapitalsAndDoubles) {
  ByteWriter writer("VERSION .7\nFIELDS X Y Z Intensity\nSIZE 8 8 8 2\nTYPE F F F U\nPOINTS 1\nDATA binary\n");
  writer.numbers<double>(1.5, 2.5, -3.5).numbers<std::uint16_t>(65535);
  EXPECT_EQ(parse(writer).names, (Names{"x", "y", "z", "Intensity"}));
  EXPECT_EQ(parse(writer).values, (Values{1.5, 2.5, -3.5, 65535}));
}

TEST(Pcd, TakesDoublesRelativeToAnOffset) {
  ByteWriter writer("FIELDS x y z\nSIZE 8 8 8\nTYPE F F F\nPOINTS 40\nDATA binary\n");
  std::string text = "FIELDS x y z\nSIZE 8 8 8\nTYPE F F F\nPOINTS 40\nDATA ascii\n";
  for (int i = 0; i < 40; ++i) {
    writer.numbers<double>(500000.0 + 0.05 * i, 5400000.25, 113.5);
    text += std::to_string(500000.0 + 0.05 * i) + " 5400000.25 113.5\n";
  }
  for (PointCloud const& cloud : {parse(writer), parse(text)}) {
    EXPECT_EQ(cloud.offset, (std::array<double, 3>{500000, 5400000, 0}));
    for (int i = 0; i < 40; ++i) {
      EXPECT_NEAR(cloud.row(i)[0], 0.05 * i, 1e-6);
      EXPECT_EQ(cloud.row(i)[1], 0.25F);
      EXPECT_EQ(cloud.row(i)[2], 113.5F);
    }
  }
  const PointCloud given = parse_pcd(writer.bytes(), "scan", {.offset = {{499000, 0, 113}}});
  EXPECT_EQ(given.offset, (std::array<double, 3>{499000, 0, 113}));
  EXPECT_EQ(given.row(0)[0], 1000.0F);
  EXPECT_EQ(given.row(0)[1], 5400000.25F);
  EXPECT_EQ(given.row(0)[2], 0.5F);
}

/// A file of DATA binary_compressed: sizes, then the packed bytes.
ByteWriter packed_file(std::string const& start, ByteWriter const& data) {
  std::vector<std::byte> const packed = test::pack_lzf(data.bytes());
  ByteWriter writer(start);
  writer.numbers<std::uint32_t>(packed.size(), data.size());
  for (std::byte const byte : packed) writer.numbers<std::uint8_t>(std::to_integer<int>(byte));
  return writer;
}

TEST(Pcd, ReadsPackedPointsFieldByField) {
  const ByteWriter file =
      packed_file(header("2", "binary_compressed"),
                  ByteWriter().numbers<float>(1, 4).numbers<float>(2, 5).numbers<float>(3, 6, 0.5, 1));
  const PointCloud cloud = parse(file);
  EXPECT_EQ(cloud.names, (Names{"x", "y", "z", "intensity"}));
  EXPECT_EQ(cloud.values, (Values{1, 2, 3, 0.5, 4, 5, 6, 1}));
  EXPECT_EQ(parse(packed_file(header("0", "binary_compressed"), ByteWriter())).columns, 4);
  EXPECT_EQ(parse(header("0", "binary_compressed")).columns, 4);
  ByteWriter followed = file;
  EXPECT_EQ(parse(followed.text(std::string(4000, '\0'))).size(), 2);
}

TEST(Pcd, ReadsPackedFieldsOfAnyOrderTypeAndCount) {
  // The record is ring z _ n x y; padding is left out, or stands there as other fields do.
  const Values values = {1, -2, 3, 60000, 0.25, 0.5, 11, -12, 13, 60010, 1.25, 1.5};
  for (bool const has_padding : {false, true}) {
    ByteWriter data;
    data.numbers<std::uint16_t>(60000, 60010).numbers<double>(3, 13);
    if (has_padding) data.numbers<std::uint8_t>(7, 7, 7, 7, 7, 7);
    data.numbers<float>(0.25, 0.5, 1.25, 1.5).numbers<float>(1, 11).numbers<std::int32_t>(-2, -12);
    const PointCloud cloud = parse(packed_file(mixed + "binary_compressed\n", data));
    EXPECT_EQ(cloud.names, (Names{"x", "y", "z", "ring", "n_0", "n_1"}));
    EXPECT_EQ(cloud.values, values);
  }
  const PointCloud colours =
      parse(packed_file(coloured("rgb", "F", "binary_compressed"), ByteWriter()
                                                                       .numbers<float>(1, 4, 2, 5, 3, 6)
                                                                       .numbers<std::uint32_t>(0xff8080e1u, 0x00010203u)
                                                                       .numbers<float>(0.5, 0.25)));
  EXPECT_EQ(colours.values, (Values{1, 2, 3, 0x80, 0x80, 0xe1, 0.5, 4, 5, 6, 1, 2, 3, 0.25}));
}

TEST(Pcd, NamesPackedDataThatDoesNotFit) {
  const ByteWriter file =
      packed_file(header("2", "binary_compressed"), ByteWriter().numbers<float>(1, 4, 2, 5, 3, 6, 0, 1));
  for (std::size_t size = header("2", "binary_compressed").size(); size < file.size(); ++size) {
    const std::string message = message_of<FormatError>([&] { return parse_pcd(file.first(size), "scan"); });
    EXPECT_NE(message.find("the file is truncated"), std::string::npos) << message;
  }
  EXPECT_EQ(failure(packed_file(header("3", "binary_compressed"), ByteWriter().numbers<float>(1, 2, 3, 4))),
            "read_pcd: scan: 3 points of 16 bytes do not make the 16 bytes that the data unpacks to; the header or the "
            "file is damaged");
  // A claim of 4 GB.
  const std::string message =
      failure(ByteWriter(header("268435455", "binary_compressed")).numbers<std::uint32_t>(4, 4294967280u).text("abcd"));
  EXPECT_NE(message.find("it claims more bytes than LZF makes of those in the file"), std::string::npos) << message;
}

TEST(Pcd, GivesBlocksThatAreTheWhole) {
  ByteWriter packed(header("100000", "binary"));
  std::string text = header("100000", "ascii");
  for (int i = 0; i < 100000; ++i) {
    packed.numbers<float>(i, 2, 3, 4);
    text += std::to_string(i) + " 2 3 4\n";
  }
  for (ByteWriter const& writer : {packed, ByteWriter(text)})
    for (std::int64_t const points : {1, 999, 70000, 100000, 200000}) {
      if (points == 1 && &writer != &packed) continue;
      const test::TemporaryFile file("scan.pcd", writer.bytes());
      PointBlocks blocks = pcd_blocks(file.path(), {.block_points = points});
      PointCloud block;
      std::int64_t count = 0;
      while (blocks.next(block)) {
        ASSERT_EQ(block.size(), std::min(points, 100000 - count));
        ASSERT_EQ(block.names, (Names{"x", "y", "z", "intensity"}));
        for (std::int64_t i = 0; i < block.size(); ++i) ASSERT_EQ(block.row(i)[0], static_cast<float>(count + i));
        count += block.size();
        ASSERT_GT(blocks.progress(), 0);
      }
      EXPECT_TRUE(block.empty());
      EXPECT_EQ(count, 100000);
      EXPECT_EQ(blocks.progress(), 1);
      EXPECT_FALSE(blocks.next(block));
    }
}

TEST(Pcd, KeepsNaN) {
  const PointCloud text = parse(header("2", "ascii") + "nan nan nan 0\n1 2 3 4\n");
  EXPECT_EQ(text.size(), 2);
  EXPECT_TRUE(std::isnan(text.row(0)[0]));
  float const nan = std::nanf("");
  const PointCloud packed = parse(ByteWriter(header("1", "binary")).numbers<float>(nan, nan, nan, 0));
  EXPECT_EQ(packed.size(), 1);
  EXPECT_TRUE(std::isnan(packed.row(0)[2]));
}

TEST(Pcd, ReadsNoPoints) {
  for (char const* data : {"ascii", "binary"}) {
    const PointCloud cloud = parse(header("0", data));
    EXPECT_TRUE(cloud.empty());
    EXPECT_EQ(cloud.columns, 4);
  }
}

TEST(Pcd, NamesAMissingAxis) {
  EXPECT_EQ(
      failure("FIELDS x y\nSIZE 4 4\nTYPE F F\nPOINTS 0\nDATA ascii\n"),
      "read_pcd: scan: points need one z each, the file has 0; its fields are \"x\", \"y\"; rename the one that it is");
  EXPECT_EQ(failure("FIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nCOUNT 1 1 2\nPOINTS 0\nDATA ascii\n"),
            "read_pcd: scan: points need one z each, the file has 0; its fields are \"x\", \"y\", \"z_0\", \"z_1\"; "
            "rename the one that it is");
}

TEST(Pcd, NamesATruncatedOrOverlongAsciiFile) {
  EXPECT_EQ(failure(header("2", "ascii") + "1 2 3 4\n"),
            "read_pcd: scan: the header asks for 2 point lines, the file ends after 1; it is truncated");
  EXPECT_EQ(failure(header("1", "ascii") + "1 2 3\n"),
            "read_pcd: scan: line 12 ends before the last value that the header asks for");
  EXPECT_EQ(failure(header("1", "ascii") + "1 2 3 4 5\n"),
            "read_pcd: scan: line 12 goes on with \"5\" after the last value that the header asks for");
  EXPECT_EQ(failure(header("1", "ascii") + "1 2 3 four\n"),
            "read_pcd: scan: line 12 has \"four\", where a number stands");
  EXPECT_EQ(
      failure(header("1", "ascii") + "1 2 3 4\n1 2 3 4\n"),
      "read_pcd: scan: line 13, which begins with \"1\", comes after all that the header asks for; correct the count "
      "in the header, or cut it off");
}

TEST(Pcd, NamesATruncatedOrOverlongBinaryFile) {
  EXPECT_EQ(failure(ByteWriter(header("2", "binary")).numbers<float>(1, 2, 3, 4, 5)),
            "read_pcd: scan: 2 points of 16 bytes do not make the 20 bytes after the header; the file is truncated");
  EXPECT_EQ(
      failure(ByteWriter(header("1", "binary")).numbers<float>(1, 2, 3, 4, 5)),
      "read_pcd: scan: 1 points of 16 bytes do not make the 20 bytes after the header; something was appended to the "
      "file: cut it off, or correct POINTS");
}

TEST(Pcd, DoesNotAllocateWhatAHeaderClaims) {
  for (const std::string count : {"9223372036854775807", "1152921504606846976", "4611686018427387904"})
    for (const std::string data : {"ascii", "binary"}) {
      const std::string message = failure(header(count, data) + "1 2 3 4\n");
      EXPECT_NE(message.find(count), std::string::npos) << message;
      EXPECT_NE(message.find("truncated"), std::string::npos) << message;
    }
}

TEST(Pcd, EveryTruncationIsAnErrorOrACloud) {
  const ByteWriter text(header("2", "ascii") + "1 2 3 4\n5 6 7 8\n");
  const ByteWriter packed = ByteWriter(header("2", "binary")).numbers<float>(1, 2, 3, 4, 5, 6, 7, 8);
  for (ByteWriter const& writer : {text, packed})
    for (std::size_t size = 0; size < writer.size(); ++size) {
      bool const returned = test::returns_or_throws_error([&] { return parse_pcd(writer.first(size), "scan"); });
      EXPECT_FALSE(returned && size + 1 < writer.size()) << size;
    }
}

TEST(Pcd, ReadsAFile) {
  const test::TemporaryFile file("scan.pcd", ByteWriter(header("1", "ascii") + "1 2 3 4\n").bytes());
  EXPECT_EQ(read_pcd(file.path()).values, (Values{1, 2, 3, 4}));
  EXPECT_EQ(message_of<FormatError>([] { return read_pcd("missing.pcd"); }).find("read_pcd: missing.pcd: no such file"),
            0u);
}

TEST(Pcd, ReadsNoFurtherThanItsHeaderWhereThatIsWrong) {
  struct Case {
    std::string beginning;
    std::string expected;
  };
  for (Case const& one : {Case{"", "begins with no keyword of PCD"},
                          {"# comment\n", "begins with no keyword of PCD"},
                          {"# comment", "1048576 bytes do not come to the DATA line of the header"},
                          {header("2", "ascii") + "1 2 3 4\n", "is zero, and the header says that a text stands there"},
                          {header("2", "binary"), "2 points of 16 bytes do not make the 2999999"},
                          {"FIELDS x y\nSIZE 4 4\nTYPE F F\nPOINTS 375000000\nDATA binary\n", "points need one z each"},
                          {header("9000000000", "binary"), "the file is truncated"}}) {
    const test::TemporaryFile file("scan.pcd", ByteWriter(one.beginning).bytes());
    if (!test::grow_with_zeros(file.path())) GTEST_SKIP() << "this disk takes no file of 3 GB";
    std::string message;
    EXPECT_LT(test::bytes_read_by([&] { message = message_of<FormatError>([&] { return read_pcd(file.path()); }); }),
              std::uint64_t{4} << 20);
    EXPECT_EQ(message.find("read_pcd: " + file.path().string() + ": "), 0u) << message;
    EXPECT_NE(message.find(one.expected), std::string::npos) << message;
  }
}

TEST(Pcd, ReadsAFileLargerThanAHeader) {
  // 100,000 points of 16 bytes, and as a text of more bytes than a header has.
  ByteWriter packed(header("100000", "binary"));
  std::string text = header("100000", "ascii");
  for (int i = 0; i < 100000; ++i) {
    packed.numbers<float>(i % 10, 2, 3, 4);
    text += std::to_string(i % 10) + " 2 3 4 \n\n\n\n\n";
  }
  ASSERT_GT(text.size(), longest_text_header);
  for (ByteWriter const& writer : {packed, ByteWriter(text)}) {
    const PointCloud cloud = read_pcd(test::TemporaryFile("scan.pcd", writer.bytes()).path());
    ASSERT_EQ(cloud.size(), 100000);
    for (std::int64_t i = 0; i < cloud.size(); ++i) ASSERT_EQ(cloud.row(i)[0], static_cast<float>(i % 10));
  }
}

}  // namespace
}  // namespace sparseconv::pcd_test
