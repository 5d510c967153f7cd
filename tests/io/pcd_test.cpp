#include "sparseconv/io/pcd.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "support/byte_writer.hpp"
#include "support/bytes_read.hpp"
#include "support/error_message.hpp"
#include "support/temporary_file.hpp"

namespace sparseconv {
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
  EXPECT_EQ(failure("FIELDS x y\nSIZE 4 4\nTYPE F F\nPOINTS 0\nDATA ascii\n"),
            "read_pcd: scan: points need one z each, the file has 0; its fields are \"x\", \"y\"");
  EXPECT_EQ(failure("FIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nCOUNT 1 1 2\nPOINTS 0\nDATA ascii\n"),
            "read_pcd: scan: points need one z each, the file has 0; its fields are \"x\", \"y\", \"z_0\", \"z_1\"");
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
  EXPECT_EQ(failure(header("1", "ascii") + "1 2 3 4\n1 2 3 4\n"),
            "read_pcd: scan: line 13, \"1 2 3 4\", comes after all that the header asks for");
}

TEST(Pcd, NamesATruncatedOrOverlongBinaryFile) {
  EXPECT_EQ(failure(ByteWriter(header("2", "binary")).numbers<float>(1, 2, 3, 4, 5)),
            "read_pcd: scan: 2 points of 16 bytes do not make the 20 bytes after the header; the file is truncated");
  EXPECT_EQ(
      failure(ByteWriter(header("1", "binary")).numbers<float>(1, 2, 3, 4, 5)),
      "read_pcd: scan: 1 points of 16 bytes do not make the 20 bytes after the header; something was appended to the "
      "file");
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
}  // namespace sparseconv
