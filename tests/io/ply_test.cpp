#include "sparseconv/io/ply.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <vector>

#include "sparseconv/points/voxelize.hpp"
#include "support/byte_writer.hpp"
#include "support/bytes_read.hpp"
#include "support/error_message.hpp"
#include "support/temporary_file.hpp"

namespace sparseconv::ply_test {
namespace {

using test::ByteWriter;
using test::message_of;
using Names = std::vector<std::string>;
using Values = std::vector<float>;

const std::string ascii = "ply\nformat ascii 1.0\n";
const std::string binary = "ply\nformat binary_little_endian 1.0\n";
const std::string xyz = "property float x\nproperty float y\nproperty float z\n";
const std::string end = "end_header\n";

PointCloud parse(ByteWriter const& writer) {
  return parse_ply(writer.bytes(), "scan");
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

TEST(Ply, ReadsAscii) {
  const PointCloud cloud =
      parse(ascii + "element vertex 2\n" + xyz + "property uchar red\n" + end + "1 2 3 255\n-1.5 2e1 +.5 0\n");
  EXPECT_EQ(cloud.size(), 2);
  EXPECT_EQ(cloud.names, (Names{"x", "y", "z", "red"}));
  EXPECT_EQ(cloud.values, (Values{1, 2, 3, 255, -1.5, 20, 0.5, 0}));
}

TEST(Ply, ReadsAsciiWithCrLfAndWithoutALastLineEnd) {
  EXPECT_EQ(parse("ply\r\nformat ascii 1.0\r\nelement vertex 1\r\nproperty float x\r\nproperty float y\r\n"
                  "property float z\r\nend_header\r\n1 2 3\r\n")
                .values,
            (Values{1, 2, 3}));
  EXPECT_EQ(parse(ascii + "element vertex 1\n" + xyz + end + "1 2 3").values, (Values{1, 2, 3}));
  EXPECT_EQ(parse(ascii + "element vertex 1\n" + xyz + end + "\n1 2 3\n\n \n").values, (Values{1, 2, 3}));
}

TEST(Ply, ReadsBinaryOfAnyScalarTypeAndOrder) {
  ByteWriter writer(binary +
                    "element vertex 2\nproperty uchar red\nproperty double z\nproperty short y\nproperty float nx\n"
                    "property int x\nproperty char c\nproperty ushort s\nproperty uint u\n" +
                    end);
  writer.numbers<std::uint8_t>(255).numbers<double>(3).numbers<std::int16_t>(-2).numbers<float>(0.5);
  writer.numbers<std::int32_t>(-1).numbers<std::int8_t>(-7).numbers<std::uint16_t>(9).numbers<std::uint32_t>(11);
  writer.numbers<std::uint8_t>(1).numbers<double>(6).numbers<std::int16_t>(5).numbers<float>(-0.5);
  writer.numbers<std::int32_t>(4).numbers<std::int8_t>(8).numbers<std::uint16_t>(10).numbers<std::uint32_t>(12);
  const PointCloud cloud = parse(writer);
  EXPECT_EQ(cloud.names, (Names{"x", "y", "z", "red", "nx", "c", "s", "u"}));
  EXPECT_EQ(cloud.values, (Values{-1, -2, 3, 255, 0.5, -7, 9, 11, 4, 5, 6, 1, -0.5, 8, 10, 12}));
}

TEST(Ply, SkipsListsAndOtherElementsInAscii) {
  const PointCloud cloud =
      parse(ascii + "element camera 1\nproperty float f\nelement face 1\nproperty list uchar int i\n" +
            "element vertex 2\nproperty list uchar float extra\n" + xyz +
            "element edge 2\nproperty int a\nproperty int b\nelement nothing 3\n" + end +
            "0.5\n3 0 1 2\n2 8 9 1 2 3\n0 4 5 6\n0 1\n1 0\n");
  EXPECT_EQ(cloud.names, (Names{"x", "y", "z"}));
  EXPECT_EQ(cloud.values, (Values{1, 2, 3, 4, 5, 6}));
}

TEST(Ply, SkipsListsAndOtherElementsInBinary) {
  ByteWriter writer(binary + "element camera 1\nproperty double f\nelement face 2\nproperty list uchar int i\n" +
                    "element vertex 2\nproperty list ushort double extra\n" + xyz +
                    "element edge 2\nproperty int a\nproperty int b\nelement nothing 9000000000\n" + end);
  writer.numbers<double>(0.5);
  writer.numbers<std::uint8_t>(3).numbers<std::int32_t>(0, 1, 2).numbers<std::uint8_t>(0);
  writer.numbers<std::uint16_t>(2).numbers<double>(8, 9).numbers<float>(1, 2, 3);
  writer.numbers<std::uint16_t>(0).numbers<float>(4, 5, 6);
  writer.numbers<std::int32_t>(0, 1, 1, 0);
  EXPECT_EQ(parse(writer).values, (Values{1, 2, 3, 4, 5, 6}));
  // Any truncation of the data is noticed, wherever it falls.
  for (std::size_t size = writer.size() - 100; size < writer.size(); ++size)
    EXPECT_NE(message_of<FormatError>([&] { return parse_ply(writer.first(size), "scan"); }).find("read_ply: scan: "),
              std::string::npos);
}

TEST(Ply, TakesPackedColoursApart) {
  const Names names = {"x", "y", "z", "red", "green", "blue", "alpha"};
  const Values values = {1, 2, 3, 0x80, 0x80, 0xe1, 0xff};
  const std::string start = "element vertex 1\nproperty uint rgba\n";
  const PointCloud text = parse(ascii + start + xyz + end + "4286611681 1 2 3\n");
  EXPECT_EQ(text.names, names);
  EXPECT_EQ(text.values, values);
  const PointCloud packed =
      parse(ByteWriter(binary + start + xyz + end).numbers<std::uint32_t>(0xff8080e1u).numbers<float>(1, 2, 3));
  EXPECT_EQ(packed.names, names);
  EXPECT_EQ(packed.values, values);
  // After a list, whose length moves it.
  ByteWriter listed(binary + "element vertex 2\nproperty list uchar uchar l\nproperty float rgb\n" + xyz + end);
  listed.numbers<std::uint8_t>(1, 9).numbers<std::uint32_t>(0xff8080e1u).numbers<float>(1, 2, 3);
  listed.numbers<std::uint8_t>(0).numbers<std::uint32_t>(0x00010203u).numbers<float>(4, 5, 6);
  EXPECT_EQ(parse(listed).values, (Values{1, 2, 3, 0x80, 0x80, 0xe1, 4, 5, 6, 1, 2, 3}));
}

/// The bytes of a number, highest first.
template <class T>
ByteWriter& big_endian(ByteWriter& writer, std::initializer_list<T> values) {
  for (T const value : values) {
    auto bytes = ByteWriter().numbers<T>(value).bytes();
    std::reverse(bytes.begin(), bytes.end());
    for (std::byte const byte : bytes) writer.numbers<std::uint8_t>(std::to_integer<int>(byte));
  }
  return writer;
}

TEST(Ply, ReadsBigEndian) {
  ByteWriter writer(
      "ply\nformat binary_big_endian 1.0\nelement face 1\nproperty list ushort int i\nelement vertex 2\n" +
      std::string("property short red\nproperty double z\nproperty float y\nproperty float x\n"
                  "property uint rgb\n") +
      end);
  big_endian<std::uint16_t>(writer, {2});
  big_endian<std::int32_t>(writer, {7, 8});
  for (int const point : {0, 10}) {
    big_endian<std::int16_t>(writer, {static_cast<std::int16_t>(-300 - point)});
    big_endian<double>(writer, {3.5 + point});
    big_endian<float>(writer, {2.5F + static_cast<float>(point), 1.5F + static_cast<float>(point)});
    big_endian<std::uint32_t>(writer, {0x00010203U});
  }
  const PointCloud cloud = parse(writer);
  EXPECT_EQ(cloud.names, (Names{"x", "y", "z", "red", "red", "green", "blue"}));
  EXPECT_EQ(cloud.values, (Values{1.5, 2.5, 3.5, -300, 1, 2, 3, 11.5, 12.5, 13.5, -310, 1, 2, 3}));
  // A list before the numbers of a vertex.
  ByteWriter listed("ply\nformat binary_big_endian 1.0\nelement vertex 1\nproperty list int uchar l\n" + xyz + end);
  big_endian<std::int32_t>(listed, {3});
  listed.numbers<std::uint8_t>(1, 2, 3);
  big_endian<float>(listed, {1, 2, 3});
  EXPECT_EQ(parse(listed).values, (Values{1, 2, 3}));
}

TEST(Ply, ReadsRowsThatSpanLines) {
  const std::string header = "element face 1\nproperty list uchar int i\nelement vertex 2\n" + xyz + end;
  EXPECT_EQ(parse(ascii + header + "3\n0 1\n2\n1 2\n3\n4\n5\n\n6\n").values, (Values{1, 2, 3, 4, 5, 6}));
}

TEST(Ply, PassesOverAByteOrderMark) {
  EXPECT_EQ(parse("\xEF\xBB\xBF" + ascii + "element vertex 1\n" + xyz + end + "1 2 3\n").values, (Values{1, 2, 3}));
}

TEST(Ply, ReadsAnyLineEnd) {
  for (const std::string line_end : {"\n", "\r\n", "\r"}) {
    std::string text = ascii + "comment x\nelement vertex 2\n" + xyz + end + "1 2 3\n4 5 6\n";
    std::string packed = binary + "element vertex 1\n" + xyz + end;
    for (std::string* each : {&text, &packed})
      for (std::size_t at = 0; (at = each->find('\n', at)) != std::string::npos; at += line_end.size())
        each->replace(at, 1, line_end);
    EXPECT_EQ(parse(text).values, (Values{1, 2, 3, 4, 5, 6}));
    // The first byte of the data may be one that ends lines.
    EXPECT_EQ(parse(ByteWriter(packed).numbers<std::uint32_t>(0x3f800d0dU).numbers<float>(2, 3)).values[2], 3.0F);
  }
}

TEST(Ply, TakesPositionsRelativeToAnOffset) {
  ByteWriter writer(binary + "element vertex 40\nproperty double x\nproperty double y\nproperty double z\n" + end);
  std::string text = ascii + "element vertex 40\n" + xyz + end;
  for (int i = 0; i < 40; ++i) {
    double const x = 691000.025 + 0.05 * i;
    writer.numbers<double>(x, 5336000.1, 520.5);
    text += std::to_string(x) + " 5336000.1 520.5\n";
  }
  for (ByteWriter const& file : {writer, ByteWriter(text)}) {
    const PointCloud cloud = parse(file);
    EXPECT_EQ(cloud.offset, (std::array<double, 3>{691000, 5336000, 0}));
    auto const voxels = voxelize(
        seq, cloud, {.voxel_size = {0.05F, 1, 1}, .low = {691000, 5336000, 520}, .high = {691002, 5336001, 521}});
    EXPECT_EQ(voxels.tensor.size(), 40);
    EXPECT_EQ(voxels.dropped.total(), 0);
  }
}

TEST(Ply, ReadsNoPoints) {
  for (std::string const& format : {ascii, binary}) {
    const PointCloud cloud = parse(format + "element vertex 0\n" + xyz + end);
    EXPECT_TRUE(cloud.empty());
    EXPECT_EQ(cloud.columns, 3);
  }
}

TEST(Ply, NamesWhatTheVerticesLack) {
  EXPECT_EQ(
      failure(ascii + "element vertex 1\nproperty float x\nproperty float y\nproperty float q\n" + end + "1 2 3\n"),
      "read_ply: scan: points need one z each, the file has 0; its fields are \"x\", \"y\", \"q\"; rename the one that "
      "it is");
  EXPECT_EQ(failure(ascii + "element face 0\n" + end),
            "read_ply: scan: the file has no element \"vertex\", so it holds no points; is the one with the points "
            "called otherwise? Rename it");
  EXPECT_EQ(failure(ascii + "element vertex 0\n" + xyz + "element vertex 0\n" + xyz + end),
            "read_ply: scan: the header has two elements \"vertex\"; rename one of them");
}

TEST(Ply, NamesATruncatedOrOverlongAsciiFile) {
  const std::string header = ascii + "element vertex 2\n" + xyz + end;
  EXPECT_EQ(failure(header + "1 2 3\n"),
            "read_ply: scan: the header asks for 2 vertex lines, the file ends after 1; it is truncated");
  EXPECT_EQ(failure(header + "1 2 3\n4 5\n"),
            "read_ply: scan: line 9 ends before the last value that the header asks for");
  EXPECT_EQ(failure(header + "1 2 3 4\n4 5 6\n"),
            "read_ply: scan: line 8 goes on with \"4\" after the last value that the header asks for");
  EXPECT_EQ(failure(header + "1 2 3\n4 x 6\n"), "read_ply: scan: line 9 has \"x\", where a number stands");
  EXPECT_EQ(
      failure(header + "1 2 3\n4 5 6\n7 8 9\n"),
      "read_ply: scan: line 10, which begins with \"7\", comes after all that the header asks for; correct the count "
      "in the header, or cut it off");
  EXPECT_EQ(failure(ascii + "element vertex 0\n" + xyz + "element face 2\nproperty int i\n" + end + "1\n"),
            "read_ply: scan: the header asks for 2 \"face\" lines, the file ends after 1; it is truncated");
  EXPECT_EQ(failure(ascii + "element vertex 1\nproperty list uchar int i\n" + xyz + end + "-1 1 2 3\n"),
            "read_ply: scan: line 9 has \"-1\", where the length of the list \"i\" stands");
}

TEST(Ply, NamesATruncatedOrOverlongBinaryFile) {
  const std::string header = binary + "element vertex 2\n" + xyz + end;
  EXPECT_EQ(failure(ByteWriter(header).numbers<float>(1, 2, 3, 4, 5)),
            "read_ply: scan: the header asks for 2 \"vertex\" rows, 20 bytes are left for them; the file is truncated");
  EXPECT_EQ(failure(ByteWriter(header).numbers<float>(1, 2, 3, 4, 5, 6, 7)),
            "read_ply: scan: 4 bytes come after all that the header asks for; its counts or types are wrong");
  EXPECT_EQ(failure(ByteWriter(binary + "element vertex 0\n" + xyz + "element face 1\nproperty list char int i\n" + end)
                        .numbers<std::int8_t>(-3)),
            "read_ply: scan: a list \"i\" has the length -3; the file is damaged, or its types are wrong");
}

TEST(Ply, DoesNotAllocateWhatAHeaderClaims) {
  for (const std::string count : {"9223372036854775807", "1537228672809129302", "4611686018427387904"})
    for (std::string const& format : {ascii, binary}) {
      const std::string message = failure(format + "element vertex " + count + "\n" + xyz + end + "1 2 3\n");
      EXPECT_EQ(message.find("read_ply: scan: the header asks for " + count), 0u) << message;
    }
  const std::string message =
      failure(ByteWriter(binary + "element vertex 0\n" + xyz + "element face 1\nproperty list uint double i\n" + end)
                  .numbers<std::uint32_t>(0xffffffffu));
  EXPECT_EQ(message.find("read_ply: scan: the header asks for 1 \"face\" rows"), 0u) << message;
}

TEST(Ply, EveryTruncationIsAnErrorOrACloud) {
  ByteWriter text(ascii + "element vertex 2\n" + xyz + "element face 1\nproperty list uchar int i\n" + end +
                  "1 2 3\n4 5 6\n3 0 1 0\n");
  ByteWriter packed(binary + "element vertex 2\n" + xyz + end);
  packed.numbers<float>(1, 2, 3, 4, 5, 6);
  for (ByteWriter const& writer : {text, packed})
    for (std::size_t size = 0; size < writer.size(); ++size) {
      // A text cut within its last number, or after it, is one that a writer may have meant.
      bool const returned = test::returns_or_throws_error([&] { return parse_ply(writer.first(size), "scan"); });
      EXPECT_FALSE(returned && size + 8 < writer.size()) << size;
    }
}

TEST(Ply, ReadsAFile) {
  const test::TemporaryFile file("scan.ply", ByteWriter(ascii + "element vertex 1\n" + xyz + end + "1 2 3\n").bytes());
  EXPECT_EQ(read_ply(file.path()).values, (Values{1, 2, 3}));
  EXPECT_EQ(message_of<FormatError>([] { return read_ply("missing.ply"); }).find("read_ply: missing.ply: no such file"),
            0u);
}

TEST(Ply, ReadsNoFurtherThanItsHeaderWhereThatIsWrong) {
  struct Case {
    std::string beginning;
    std::string expected;
  };
  const std::string vertex = "element vertex 2\n" + xyz;
  const std::string list = "element face 1000000000\nproperty list uchar int i\nproperty int n\n";
  for (Case const& one : {Case{"", "a PLY file with \"ply\""},
                          {"ply\n", "1048576 bytes do not come to the end_header line of the header"},
                          {ascii + vertex + end + "1 2 3\n", "is zero, and the header says that a text stands there"},
                          {binary + vertex + end, "bytes come after all that the header asks for"},
                          {binary + "element vertex 9000000000\n" + xyz + end, "the file is truncated"},
                          {binary + vertex + list + end, "the header asks for 1000000000 \"face\" rows"},
                          {binary + list + end, "the file has no element \"vertex\""},
                          {binary + "element vertex 750000000\nproperty float x\n" + end, "points need one y each"}}) {
    const test::TemporaryFile file("scan.ply", ByteWriter(one.beginning).bytes());
    if (!test::grow_with_zeros(file.path())) GTEST_SKIP() << "this disk takes no file of 3 GB";
    std::string message;
    EXPECT_LT(test::bytes_read_by([&] { message = message_of<FormatError>([&] { return read_ply(file.path()); }); }),
              std::uint64_t{4} << 20);
    EXPECT_EQ(message.find("read_ply: " + file.path().string() + ": "), 0u) << message;
    EXPECT_NE(message.find(one.expected), std::string::npos) << message;
  }
}

TEST(Ply, GivesBlocksThatAreTheWhole) {
  ByteWriter packed(binary + "element vertex 1000\nproperty list uchar uchar l\n" + xyz +
                    "element face 1\nproperty int i\n" + end);
  std::string text = ascii + "element vertex 1000\n" + xyz + "element face 1\nproperty int i\n" + end;
  for (int i = 0; i < 1000; ++i) {
    packed.numbers<std::uint8_t>(i % 3).text(std::string(static_cast<std::size_t>(i % 3), 'l')).numbers<float>(i, 2, 3);
    text += std::to_string(i) + " 2 3\n";
  }
  packed.numbers<std::int32_t>(1);
  text += "1\n";
  for (ByteWriter const& writer : {packed, ByteWriter(text)}) {
    const test::TemporaryFile file("scan.ply", writer.bytes());
    PointBlocks blocks = ply_blocks(file.path(), {.block_points = 300});
    PointCloud block;
    std::int64_t count = 0;
    while (blocks.next(block))
      for (std::int64_t i = 0; i < block.size(); ++i) ASSERT_EQ(block.row(i)[0], static_cast<float>(count++));
    EXPECT_EQ(count, 1000);
    EXPECT_EQ(blocks.progress(), 1);
    // What comes behind the points is judged too.
    const test::TemporaryFile cut("scan.ply", writer.first(writer.size() - 2));
    PointBlocks lost = ply_blocks(cut.path(), {.block_points = 300});
    EXPECT_NE(message_of<FormatError>([&] {
                while (lost.next(block)) {
                }
                return 0;
              }).find("truncated"),
              std::string::npos);
  }
}

TEST(Ply, ReadsAFileLargerThanAHeader) {
  ByteWriter packed(binary + "element vertex 100000\n" + xyz + end);
  std::string text = ascii + "element vertex 100000\n" + xyz + end;
  for (int i = 0; i < 100000; ++i) {
    packed.numbers<float>(i, 2, 3);
    text += std::to_string(i) + " 2 3\n\n\n";
  }
  for (ByteWriter const& writer : {packed, ByteWriter(text)}) {
    ASSERT_GT(writer.size(), longest_text_header);
    const PointCloud cloud = read_ply(test::TemporaryFile("scan.ply", writer.bytes()).path());
    ASSERT_EQ(cloud.size(), 100000);
    for (std::int64_t i = 0; i < cloud.size(); ++i) ASSERT_EQ(cloud.row(i)[0], static_cast<float>(i));
  }
}

}  // namespace
}  // namespace sparseconv::ply_test
