#include "sparseconv/io/npy_points.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "support/error_message.hpp"
#include "support/npy_file.hpp"

namespace sparseconv::npy_points_test {
namespace {

using test::ByteWriter;
using test::message_of;
using test::npy_header;

std::string failure(ByteWriter const& writer) {
  return message_of<FormatError>([&] { return parse_npy_points(writer.bytes(), writer.size(), "read"); });
}

std::string failure_of_shape(std::string const& shape) {
  return failure(npy_header("<f4", shape));
}

TEST(NpyPoints, TellsTypeOrderAndShape) {
  const ByteWriter writer = npy_header("<i2", "(2, 3)", true).numbers<std::int16_t>(1, 2, 3, 4, 5, 6);
  const NpyPoints points = parse_npy_points(writer.bytes(), writer.size(), "read");
  EXPECT_EQ(points.layout.numbers[2].type, ScalarType::int16);
  EXPECT_EQ(points.layout.numbers[2].begin, 4u);
  EXPECT_EQ(points.layout.record_bytes, 6u);
  EXPECT_TRUE(points.is_by_columns);
  EXPECT_EQ(points.rows, 2u);
  EXPECT_EQ(points.columns, 3);
  EXPECT_EQ(points.data_begin, writer.size() - 12);
}

TEST(NpyPoints, ReadsFromTheBeginningOfAFile) {
  const ByteWriter writer = npy_header("<f8", "(1000, 3)");
  EXPECT_EQ(parse_npy_points(writer.bytes(), writer.size() + 24000, "read").rows, 1000u);
}

TEST(NpyPoints, ReadsFromTheBeginningOfWhatHasNoSize) {
  const ByteWriter writer = npy_header("<f8", "(1000, 3)");
  EXPECT_EQ(parse_npy_points(writer.bytes(), std::nullopt, "read").rows, 1000u);
  EXPECT_EQ(message_of<FormatError>([&] { return parse_npy_points(writer.first(20), std::nullopt, "read"); }),
            "read: the 20 bytes end within the header; the file is truncated");
}

TEST(NpyPoints, LaysOutStructuredRecords) {
  // What np.save writes of an aligned dtype: padding without a name.
  const ByteWriter writer = npy_header(
      "{'descr': [('ring', '|u1'), ('', '|V3'), ('x', '<f4'), ('y', '>f4'), (('title', 'z'), "
      "'<f8'), ('n', '<i2', (3,)), ('t', '<M8[ns]'), ('name', '<U2')], 'fortran_order': False, "
      "'shape': (2, 5), }");
  const NpyPoints points = parse_npy_points(writer.bytes(), std::nullopt, "read");
  EXPECT_EQ(points.rows, 10u);
  EXPECT_EQ(points.layout.record_bytes, 1u + 3 + 4 + 4 + 8 + 6 + 8 + 8);
  EXPECT_EQ(points.layout.names, (std::vector<std::string>{"x", "y", "z", "ring", "n_0", "n_1", "n_2"}));
  EXPECT_EQ(points.layout.numbers[0].begin, 4u);
  EXPECT_TRUE(points.layout.numbers[1].is_big_endian);
  EXPECT_EQ(points.layout.numbers[2].type, ScalarType::float64);
  EXPECT_EQ(points.layout.numbers[5].begin, 22u);
}

TEST(NpyPoints, GivesNamesInUtf8) {
  // NumPy writes versions 1 and 2 in Latin-1, 3 in UTF-8, and what cannot be printed as Python does.
  auto const names_of = [](int version, std::string const& height) {
    const ByteWriter writer =
        npy_header("{'descr': [('x', '<f4'), ('y', '<f4'), ('z', '<f4'), ('H" + height +
                       "he', '<f4'), (\"it's\\t\\\\\", '<f4')], 'fortran_order': False, 'shape': (2,), }",
                   version);
    return parse_npy_points(writer.bytes(), std::nullopt, "read").layout.names;
  };
  std::vector<std::string> const names = {"x", "y", "z", "H\xC3\xB6he", "it's\t\\"};
  EXPECT_EQ(names_of(1, "\xF6"), names);
  EXPECT_EQ(names_of(2, "\xF6"), names);
  EXPECT_EQ(names_of(3, "\xC3\xB6"), names);
}

TEST(NpyPoints, FindsAPositionOfThreeNumbers) {
  for (std::string const& descr :
       {std::string("[('label', '|u1'), ('xyz', '<f4', (3,))]"),
        std::string("[('label', '|u1'), ('position', '<f4', 3)]"),
        std::string("[('label', '|u1'), ('pose', [('x', '<f4'), ('y', '<f4'), ('z', '<f4')])]")}) {
    const ByteWriter writer = npy_header("{'descr': " + descr + ", 'fortran_order': False, 'shape': (7,), }");
    const NpyPoints points = parse_npy_points(writer.bytes(), std::nullopt, "read");
    EXPECT_EQ(points.layout.names, (std::vector<std::string>{"x", "y", "z", "label"}));
    EXPECT_EQ(points.layout.numbers[0].begin, 1u);
  }
}

TEST(NpyPoints, NamesARecordThatIsNoPoint) {
  auto const failure_of = [](std::string const& descr) {
    return failure(npy_header("{'descr': " + descr + ", 'fortran_order': False, 'shape': (0,), }"));
  };
  EXPECT_EQ(failure_of("[('u', '<f4'), ('v', '<f4')]"),
            "read: points need one x each, the file has 0; its fields are \"u\", \"v\"; rename the one that it is");
  for (const std::string descr : {"[('x', '<f4'", "[('x' '<f4')]", "[x]", "[('x', '<f4')] 1", "[(1, '<f4')]",
                                  "[('x', '<f4', (-1,))]", "[[[[[[[[[]]]]]]]]]"})
    EXPECT_NE(failure_of(descr).find("NumPy wr"), std::string::npos) << failure_of(descr);
  EXPECT_EQ(failure_of("[('x', '|O')]"),
            "read: a field of the dtype \"'|O'\" has no size that the reader knows; save the fields that are numbers");
  for (const std::string shape : {"70000", "(70000,)", "(300, 300)", "(4294967296, 4294967296, 4294967296)"})
    EXPECT_NE(failure_of("[('x', '<f4', " + shape + ")]").find("has more than 65536 numbers"), std::string::npos)
        << failure_of("[('x', '<f4', " + shape + ")]");
  EXPECT_NE(
      failure_of("[('x', '<f4'), ('" + std::string(500, 'n') + "', '<f4', 60000)]").find("names of more than 2097152"),
      std::string::npos);
}

TEST(NpyPoints, NamesAShapeItDoesNotTake) {
  EXPECT_EQ(
      failure_of_shape("(2, 3, 4)"),
      "read: an array of shape \"(2, 3, 4)\"; points are N x C with C >= 3: x, y, z and what else they carry; save "
      "a.reshape(-1, 4)");
  for (const std::string shape : {"()", "(30,)", "(10, 2)", "(2, 3, 2)"})
    EXPECT_EQ(failure_of_shape(shape), "read: an array of shape \"" + shape +
                                           "\"; points are N x C with C >= 3: x, y, z and what else they carry");
  EXPECT_EQ(failure_of_shape("(-1, 3)"),
            "read: the shape \"(-1, 3)\" is no list of counts; this is no array that NumPy wrote");
  ByteWriter wide = npy_header("|u1", "(3, 70000)");
  wide.text(std::string(210000, 'x'));
  EXPECT_EQ(failure(wide),
            "read: an array of shape \"(3, 70000)\" would be 3 points of 70000 numbers; if it is the "
            "transposed of a cloud, save a.T");
  ByteWriter scan = npy_header("|u1", "(3, 20000)");
  scan.text(std::string(60000, 'x'));
  EXPECT_NE(failure(scan).find("would be 3 points of 20000 numbers"), std::string::npos);
}

// Features that a network learned may be some thousand numbers a point.
TEST(NpyPoints, MayHaveManyNumbers) {
  EXPECT_FALSE(is_transposed_cloud(3, 1024));
  EXPECT_TRUE(is_transposed_cloud(4, 1025));
  EXPECT_FALSE(is_transposed_cloud(100, 4096));
}

TEST(NpyPoints, NamesASizeThatDoesNotFit) {
  EXPECT_EQ(failure(npy_header("<f4", "(2, 3)").numbers<float>(1, 2, 3, 4, 5)),
            "read: 2 x 3 values of 4 bytes do not make the 20 bytes after the header; the file is truncated");
  EXPECT_EQ(
      failure(npy_header("<f4", "(1, 3)").numbers<float>(1, 2, 3, 4)),
      "read: 1 x 3 values of 4 bytes do not make the 16 bytes after the header; something was appended to the file");
  EXPECT_EQ(
      failure(npy_header("{'descr': [('x', '<f4'), ('y', '<f4'), ('z', '<f4')], 'fortran_order': False, 'shape': (2,)}")
                  .numbers<float>(1, 2, 3)),
      "read: 2 x 1 values of 12 bytes do not make the 12 bytes after the header; the file is truncated");
  // Products that wrap to 0 in 64 bits.
  for (char const* shape : {"(4611686018427387904, 4)", "(4, 4611686018427387904)",
                            "(9223372036854775807, 9223372036854775807)", "(4294967296, 4294967296)"})
    EXPECT_NE(failure_of_shape(shape).find("the file is truncated"), std::string::npos) << shape;
}

}  // namespace
}  // namespace sparseconv::npy_points_test
