#include "sparseconv/io/pcd_header.hpp"

#include <gtest/gtest.h>

#include "support/byte_writer.hpp"
#include "support/error_message.hpp"

namespace sparseconv::pcd_header_test {
namespace {

using test::ByteWriter;
using test::message_of;

/// A header of x, y and z in which one line is another: the one that begins with the same word.
std::string header_with(std::string const& replacement) {
  std::string text;
  for (const std::string line : {"VERSION .7", "FIELDS x y z", "SIZE 4 4 4", "TYPE F F F", "COUNT 1 1 1", "WIDTH 3",
                                 "HEIGHT 2", "VIEWPOINT 0 0 0 1 0 0 0", "POINTS 6", "DATA ascii"})
    text +=
        (line.substr(0, line.find(' ')) == replacement.substr(0, replacement.find(' ')) ? replacement : line) + "\n";
  return text;
}

std::string without(std::string text, std::string const& keyword) {
  const std::size_t begin = text.find(keyword);
  return text.erase(begin, text.find('\n', begin) + 1 - begin);
}

PcdHeader parse(std::string const& text) {
  const ByteWriter writer(text);
  TextLines lines(writer.bytes());
  return parse_pcd_header(lines, "read");
}

std::string failure(std::string const& text) {
  return message_of<FormatError>([&] { return parse(text); });
}

TEST(PcdHeader, LaysOutTheRecord) {
  const PcdHeader header = parse(
      "# .PCD v0.7 - Point Cloud Data file format\r\nVERSION 0.7\r\nFIELDS x _ f z\r\nSIZE 4 1 2 8\r\nTYPE F U I F\r\n"
      "COUNT 1 3 2 1\r\nWIDTH 5\r\nHEIGHT 1\r\nVIEWPOINT 0 0 0 1 0 0 0\r\nPOINTS 5\r\nDATA binary\r\n");
  EXPECT_EQ(header.data, PcdData::binary);
  EXPECT_EQ(header.points, 5u);
  EXPECT_EQ(header.record_bytes, 4u + 3 + 4 + 8);
  ASSERT_EQ(header.numbers.size(), 7u);
  EXPECT_EQ(header.numbers[0].name, "x");
  EXPECT_EQ(header.numbers[1].name, "");
  EXPECT_EQ(header.numbers[4].name, "f_0");
  EXPECT_EQ(header.numbers[5].name, "f_1");
  EXPECT_EQ(header.numbers[5].begin, 9u);
  EXPECT_EQ(header.numbers[5].type, ScalarType::int16);
  EXPECT_EQ(header.numbers[6].begin, 11u);
  EXPECT_EQ(header.numbers[6].type, ScalarType::float64);
  ASSERT_EQ(header.fields.size(), 4u);
  EXPECT_TRUE(header.fields[1].is_padding);
  EXPECT_EQ(header.fields[2].first, 4u);
  EXPECT_EQ(header.fields[2].count, 2u);
  EXPECT_EQ(header.fields[2].bytes, 4u);
}

TEST(PcdHeader, NeedsNoLineThatOthersTell) {
  EXPECT_EQ(parse(header_with("")).points, 6u);
  for (char const* keyword : {"VERSION", "SIZE", "TYPE", "COUNT", "WIDTH", "HEIGHT", "VIEWPOINT", "POINTS"})
    EXPECT_EQ(parse(without(header_with(""), keyword)).points, 6u) << keyword;
  for (char const* version : {"VERSION 0.6", "VERSION .5", "VERSION 0.5"})
    EXPECT_EQ(parse(header_with(version)).points, 6u) << version;
  // A width alone is the number of points.
  EXPECT_EQ(parse(without(without(header_with(""), "HEIGHT"), "POINTS")).points, 3u);
}

TEST(PcdHeader, KnowsEachType) {
  EXPECT_EQ(parse_pcd_type("F", "4"), ScalarType::float32);
  EXPECT_EQ(parse_pcd_type("F", "8"), ScalarType::float64);
  EXPECT_EQ(parse_pcd_type("I", "1"), ScalarType::int8);
  EXPECT_EQ(parse_pcd_type("I", "2"), ScalarType::int16);
  EXPECT_EQ(parse_pcd_type("I", "4"), ScalarType::int32);
  EXPECT_EQ(parse_pcd_type("I", "8"), ScalarType::int64);
  EXPECT_EQ(parse_pcd_type("U", "1"), ScalarType::uint8);
  EXPECT_EQ(parse_pcd_type("U", "2"), ScalarType::uint16);
  EXPECT_EQ(parse_pcd_type("U", "4"), ScalarType::uint32);
  EXPECT_EQ(parse_pcd_type("U", "8"), ScalarType::uint64);
  EXPECT_EQ(parse_pcd_type("B", "1"), ScalarType::uint8);
  EXPECT_FALSE(parse_pcd_type("F", "2"));
}

TEST(PcdHeader, NamesAMissingLine) {
  EXPECT_EQ(failure(without(header_with(""), "FIELDS")), "read: the header has no FIELDS line");
  EXPECT_EQ(failure(without(without(header_with(""), "WIDTH"), "POINTS")),
            "read: the header has neither POINTS nor WIDTH; add a line such as \"POINTS 1000\"");
  EXPECT_EQ(failure(without(header_with(""), "DATA")),
            "read: the header does not come to its DATA line; the file is truncated, or no PCD file");
  EXPECT_EQ(failure(""), "read: the header does not come to its DATA line; the file is truncated, or no PCD file");
}

TEST(PcdHeader, NamesALineItDoesNotTake) {
  EXPECT_EQ(failure("ply\n"),
            "read: header line 1, \"ply\", begins with no keyword of PCD; is the file in another format?");
  EXPECT_EQ(failure("FIELDS x\nFIELDS y\n"), "read: header line 2 is a second FIELDS line");
  EXPECT_EQ(failure("FIELDS x\nCOLUMNS y\n"), "read: header line 2 is a second FIELDS line");
  EXPECT_EQ(failure(header_with("VERSION .8")),
            "read: VERSION \".8\", the reader takes 0.5 to 0.7; save it again with a current PCL");
  EXPECT_EQ(failure(header_with("DATA text")),
            "read: DATA is \"text\", the reader takes ascii, binary and binary_compressed; is the file damaged?");
}

TEST(PcdHeader, NamesFieldsThatDoNotAgree) {
  EXPECT_EQ(failure(header_with("SIZE 4 4")), "read: FIELDS names 3 fields, SIZE has 2 values; give each field one");
  EXPECT_EQ(failure(header_with("TYPE F F F F")),
            "read: FIELDS names 3 fields, TYPE has 4 values; give each field one");
  EXPECT_EQ(failure(header_with("COUNT 1")), "read: FIELDS names 3 fields, COUNT has 1 values; give each field one");
  EXPECT_EQ(
      failure(header_with("TYPE F F Q")),
      "read: field \"z\" has TYPE \"Q\" and SIZE \"4\"; the reader takes F of 4 or 8 bytes, I and U of 1, 2, 4 or 8");
}

TEST(PcdHeader, NamesACountItDoesNotTake) {
  for (const std::string count : {"0", "-1", "65536", "9223372036854775807", "x"})
    EXPECT_EQ(failure(header_with("COUNT 1 " + count + " 1")),
              "read: field \"y\" has COUNT \"" + count + "\"; a record has 1 to 65536 numbers in all");
}

// A name is repeated for each number of its field: a file of 4 kB took 1 GB so.
TEST(PcdHeader, NamesAFieldWhoseNamesTakeTooMuch) {
  auto const header = [](std::string const& name, std::string const& count) {
    return "FIELDS x y z " + name + "\nSIZE 4 4 4 4\nTYPE F F F F\nCOUNT 1 1 1 " + count + "\nPOINTS 0\nDATA binary\n";
  };
  EXPECT_EQ(failure(header(std::string(500, 'n'), "65533")),
            "read: field \"" + std::string(40, 'n') +
                "...\" has a name of 500 bytes and COUNT 65533; the names of a record's numbers take at most 2097152 "
                "bytes in all, so give it a shorter one");
  EXPECT_EQ(parse(header(std::string(500, 'n'), "4000")).numbers.size(), 4003u);
  EXPECT_EQ(parse(header("local_descriptor", "65533")).numbers.size(), 65536u);
  EXPECT_EQ(parse(header("_", "65533")).numbers.size(), 65536u);
  EXPECT_EQ(parse(header(std::string(500, 'n'), "1")).numbers.back().name, std::string(500, 'n'));
}

TEST(PcdHeader, NamesPointsThatDoNotAgree) {
  EXPECT_EQ(failure(header_with("POINTS 7")),
            "read: WIDTH 3 x HEIGHT 2 is not POINTS 7; correct the one that is wrong");
  EXPECT_EQ(failure(header_with("WIDTH 9223372036854775807")),
            "read: WIDTH 9223372036854775807 x HEIGHT 2 is not POINTS 6; correct the one that is wrong");
  EXPECT_EQ(failure(without(header_with("HEIGHT 9223372036854775807"), "POINTS")),
            "read: WIDTH 3 x HEIGHT 9223372036854775807 is more than 64 bits hold; the file is damaged");
  EXPECT_EQ(failure(header_with("POINTS many")), "read: the POINTS line does not have one count");
  EXPECT_EQ(failure(header_with("WIDTH 1 2")), "read: the WIDTH line does not have one count");
}

TEST(PcdHeader, EndsWithinAMebibyte) {
  const std::string start = "VERSION .7\n# ";
  const std::string end = "\n" + without(header_with(""), "VERSION");
  auto const padded = [&](std::size_t bytes) {
    return start + std::string(bytes - start.size() - end.size(), 'x') + end;
  };
  EXPECT_EQ(parse(padded(longest_text_header)).points, 6u);
  EXPECT_EQ(failure(padded(longest_text_header + 1)),
            "read: 1048576 bytes do not come to the DATA line of the header; the file is damaged, or no such file");
  EXPECT_EQ(failure(start + std::string(longest_text_header, 'x')),
            "read: 1048576 bytes do not come to the DATA line of the header; the file is damaged, or no such file");
}

}  // namespace
}  // namespace sparseconv::pcd_header_test
