#include "sparseconv/io/ply_header.hpp"

#include <gtest/gtest.h>

#include "support/byte_writer.hpp"
#include "support/error_message.hpp"

namespace sparseconv::ply_header_test {
namespace {

using test::ByteWriter;
using test::message_of;

std::string failure(std::string_view text) {
  const ByteWriter writer(text);
  TextLines lines(writer.bytes());
  return message_of<FormatError>([&] { return parse_ply_header(lines, "read"); });
}

TEST(PlyHeader, TellsElementsAndProperties) {
  const ByteWriter writer(
      "ply\r\nformat binary_little_endian 1.0\r\ncomment made by hand\r\nobj_info none\r\n\r\n"
      "element vertex 7\r\nproperty float x\r\nproperty float64 y\r\nelement face 2\r\n"
      "property list uchar int vertex_indices\r\nend_header\r\nDATA");
  TextLines lines(writer.bytes());
  const PlyHeader header = parse_ply_header(lines, "read");
  EXPECT_EQ(header.format, PlyFormat::binary_little_endian);
  ASSERT_EQ(header.elements.size(), 2u);
  EXPECT_EQ(header.elements[0].name, "vertex");
  EXPECT_EQ(header.elements[0].count, 7u);
  ASSERT_EQ(header.elements[0].properties.size(), 2u);
  EXPECT_EQ(header.elements[0].properties[0].type, ScalarType::float32);
  EXPECT_EQ(header.elements[0].properties[1].type, ScalarType::float64);
  EXPECT_EQ(header.elements[0].properties[1].name, "y");
  EXPECT_FALSE(header.elements[0].properties[1].list_count);
  EXPECT_EQ(header.elements[1].properties[0].list_count, ScalarType::uint8);
  EXPECT_EQ(header.elements[1].properties[0].type, ScalarType::int32);
  EXPECT_EQ(lines.position(), writer.size() - 4);
}

TEST(PlyHeader, KnowsBothVocabularies) {
  EXPECT_EQ(parse_ply_type("char"), ScalarType::int8);
  EXPECT_EQ(parse_ply_type("uchar"), ScalarType::uint8);
  EXPECT_EQ(parse_ply_type("short"), ScalarType::int16);
  EXPECT_EQ(parse_ply_type("ushort"), ScalarType::uint16);
  EXPECT_EQ(parse_ply_type("int"), ScalarType::int32);
  EXPECT_EQ(parse_ply_type("uint"), ScalarType::uint32);
  EXPECT_EQ(parse_ply_type("float"), ScalarType::float32);
  EXPECT_EQ(parse_ply_type("double"), ScalarType::float64);
  EXPECT_EQ(parse_ply_type("int8"), ScalarType::int8);
  EXPECT_EQ(parse_ply_type("uint8"), ScalarType::uint8);
  EXPECT_EQ(parse_ply_type("int16"), ScalarType::int16);
  EXPECT_EQ(parse_ply_type("uint16"), ScalarType::uint16);
  EXPECT_EQ(parse_ply_type("int32"), ScalarType::int32);
  EXPECT_EQ(parse_ply_type("uint32"), ScalarType::uint32);
  EXPECT_EQ(parse_ply_type("float32"), ScalarType::float32);
  EXPECT_EQ(parse_ply_type("float64"), ScalarType::float64);
  EXPECT_EQ(parse_ply_type("int64"), ScalarType::int64);
  EXPECT_EQ(parse_ply_type("uint64"), ScalarType::uint64);
  EXPECT_FALSE(parse_ply_type("long"));
}

TEST(PlyHeader, NamesAForeignFile) {
  EXPECT_EQ(failure("# .PCD v0.7\n"),
            "read: begins with \"# .PCD v0.7\", a PLY file with \"ply\"; is it another format?");
  EXPECT_EQ(failure(""), "read: begins with \"\", a PLY file with \"ply\"; is it another format?");
}

TEST(PlyHeader, NamesAFormatItDoesNotTake) {
  EXPECT_EQ(failure("ply\nformat ascii 2.0\n"),
            "read: \"format ascii 2.0\" is none of \"format ascii 1.0\", \"format binary_little_endian 1.0\" and "
            "\"format binary_big_endian 1.0\"; correct it, or save the file again");
  EXPECT_EQ(failure("ply\nend_header\n"), "read: the header has no format line; begin it with \"format ascii 1.0\"");
}

TEST(PlyHeader, NamesAMalformedLine) {
  const std::string start = "ply\nformat ascii 1.0\n";
  EXPECT_EQ(failure(start + "element vertex -1\n"),
            "read: header line 3, \"element vertex -1\", is not \"element <name> <count>\"");
  EXPECT_EQ(failure(start + "property float x\n"),
            "read: header line 3, \"property float x\", belongs to no element; an element line comes first");
  EXPECT_EQ(failure(start + "what is this\n"), "read: header line 3, \"what is this\", begins with no keyword of PLY");
  for (const std::string line : {"property long x", "property float", "property list float int i",
                                 "property list double int i", "property list uchar long i", "property list uchar int"})
    EXPECT_EQ(failure(start + "element vertex 1\n" + line + "\n"),
              "read: header line 4, \"" + line +
                  "\", is neither \"property <type> <name>\" nor \"property list <integer type> <type> <name>\"");
}

TEST(PlyHeader, NamesATruncatedHeader) {
  EXPECT_EQ(failure("ply\nformat ascii 1.0\nelement vertex 1\n"),
            "read: the header does not come to end_header; the file is truncated");
}

TEST(PlyHeader, EndsWithinAMebibyte) {
  const std::string start = "ply\nformat ascii 1.0\ncomment ";
  const std::string end = "\nend_header\n";
  auto const padded = [&](std::size_t bytes) {
    return start + std::string(bytes - start.size() - end.size(), 'x') + end;
  };
  const ByteWriter longest(padded(longest_text_header));
  TextLines lines(longest.bytes());
  EXPECT_EQ(parse_ply_header(lines, "read").format, PlyFormat::ascii);
  EXPECT_EQ(
      failure(padded(longest_text_header + 1)),
      "read: 1048576 bytes do not come to the end_header line of the header; the file is damaged, or no such file");
  EXPECT_EQ(
      failure("ply\n" + std::string(longest_text_header, '\0')),
      "read: 1048576 bytes do not come to the end_header line of the header; the file is damaged, or no such file");
}

}  // namespace
}  // namespace sparseconv::ply_header_test
