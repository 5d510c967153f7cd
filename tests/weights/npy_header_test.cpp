#include "sparseconv/weights/npy_header.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "support/error_message.hpp"
#include "support/npy_file.hpp"

namespace sparseconv {
namespace {

using test::ByteWriter;
using test::message_of;
using test::npy_header;

std::string failure(ByteWriter const& writer) {
  return message_of<FormatError>([&] { return parse_npy_header(writer.bytes(), writer.size(), "read"); });
}

std::string failure_of_dtype(std::string const& descr) {
  return failure(npy_header(descr, "(0, 3)"));
}

std::string failure_of_shape(std::string const& shape) {
  return failure(npy_header("<f4", shape));
}

std::string failure_of_dictionary(std::string const& dictionary) {
  return failure(npy_header(dictionary));
}

TEST(NpyHeader, TellsTypeOrderAndShape) {
  const ByteWriter writer = npy_header("<i2", "(2, 3)", true).numbers<std::int16_t>(1, 2, 3, 4, 5, 6);
  const NpyHeader header = parse_npy_header(writer.bytes(), writer.size(), "read");
  EXPECT_EQ(header.type, ScalarType::int16);
  EXPECT_TRUE(header.fortran_order);
  EXPECT_EQ(header.rows, 2u);
  EXPECT_EQ(header.columns, 3u);
  EXPECT_EQ(header.data_begin, writer.size() - 12);
}

TEST(NpyHeader, ReadsFromTheBeginningOfAFile) {
  const ByteWriter writer = npy_header("<f8", "(1000, 3)");
  EXPECT_EQ(parse_npy_header(writer.bytes(), writer.size() + 24000, "read").rows, 1000u);
}

TEST(NpyHeader, ReadsFromTheBeginningOfWhatHasNoSize) {
  const ByteWriter writer = npy_header("<f8", "(1000, 3)");
  EXPECT_EQ(parse_npy_header(writer.bytes(), std::nullopt, "read").rows, 1000u);
  EXPECT_EQ(message_of<FormatError>([&] { return parse_npy_header(writer.first(20), std::nullopt, "read"); }),
            "read: the 20 bytes end within the header; the file is truncated");
}

TEST(NpyHeader, TakesOtherWaysToWriteTheDictionary) {
  for (char const* dictionary : {"{'shape':(0,4),'fortran_order':False,'descr':'<f4'}",
                                 "{\"descr\" : \"<f4\" , \"fortran_order\" : False , \"shape\" : (0 , 4 , ) }",
                                 "{'descr': '<f4', 'fortran_order': False, 'shape': (0L, 4L), }"}) {
    const ByteWriter writer = npy_header(dictionary);
    const NpyHeader header = parse_npy_header(writer.bytes(), writer.size(), "read");
    EXPECT_EQ(header.type, ScalarType::float32) << dictionary;
    EXPECT_EQ(header.columns, 4u) << dictionary;
  }
}

TEST(NpyHeader, KnowsEachNumberType) {
  EXPECT_EQ(parse_npy_dtype("'<f2'", "read"), ScalarType::float16);
  EXPECT_EQ(parse_npy_dtype("'<f4'", "read"), ScalarType::float32);
  EXPECT_EQ(parse_npy_dtype("'<f8'", "read"), ScalarType::float64);
  EXPECT_EQ(parse_npy_dtype("'|b1'", "read"), ScalarType::uint8);
  EXPECT_EQ(parse_npy_dtype("'|i1'", "read"), ScalarType::int8);
  EXPECT_EQ(parse_npy_dtype("'|u1'", "read"), ScalarType::uint8);
  EXPECT_EQ(parse_npy_dtype("'<i2'", "read"), ScalarType::int16);
  EXPECT_EQ(parse_npy_dtype("'<u2'", "read"), ScalarType::uint16);
  EXPECT_EQ(parse_npy_dtype("'<i4'", "read"), ScalarType::int32);
  EXPECT_EQ(parse_npy_dtype("'<u4'", "read"), ScalarType::uint32);
  EXPECT_EQ(parse_npy_dtype("'<i8'", "read"), ScalarType::int64);
  EXPECT_EQ(parse_npy_dtype("'<u8'", "read"), ScalarType::uint64);
}

TEST(NpyHeader, NamesADtypeItDoesNotTake) {
  EXPECT_EQ(failure_of_dtype(">f4"),
            "read: the dtype \">f4\" is big-endian, the reader takes little-endian; save a.astype('<f4')");
  EXPECT_EQ(failure_of_dtype("|O"), "read: the dtype \"|O\" means Python objects, not numbers; save a.astype('<f4')");
  for (const std::string descr : {"<c8", "<U5", "|f4", "", "<", "f4", "<f16"})
    EXPECT_EQ(failure_of_dtype(descr),
              "read: the dtype \"" + descr + "\" is not one of <f2, <f4, <f8 or an integer; save a.astype('<f4')");
  EXPECT_EQ(failure_of_dictionary("{'descr': [('x', '<f4'), ('y', '<f4')], 'fortran_order': False, 'shape': (3,)}"),
            "read: a structured dtype \"[('x', '<f4'), ('y', '<f4')]\"; save its fields as columns: "
            "np.save(path, np.stack([a['x'], a['y'], a['z']], 1))");
  EXPECT_EQ(failure_of_dictionary("{'descr': 4, 'fortran_order': False, 'shape': (3,)}"),
            "read: the dtype \"4\" is no string; this is no array that NumPy wrote");
}

TEST(NpyHeader, NamesAShapeItDoesNotTake) {
  for (const std::string shape : {"()", "(30,)", "(10, 2)", "(2, 3, 4)"})
    EXPECT_EQ(failure_of_shape(shape), "read: an array of shape \"" + shape +
                                           "\"; points are N x C with C >= 3: x, y, z and what else they carry");
  for (const std::string shape : {"3", "(3", "(-1, 3)", "(3, x)", "(,3)", "(3,,3)", "(99999999999999999999, 3)"})
    EXPECT_NE(failure_of_shape(shape).find(shape == "(3" ? "does not tell" : "is no list of counts"), std::string::npos)
        << failure_of_shape(shape);
  EXPECT_EQ(failure_of_shape("(-1, 3)"),
            "read: the shape \"(-1, 3)\" is no list of counts; this is no array that NumPy wrote");
}

TEST(NpyHeader, ReadsTheExtentsOfAnyNumberOfAxes) {
  using Extents = std::vector<std::int64_t>;
  EXPECT_EQ(parse_npy_extents("()", "read"), Extents{});
  EXPECT_EQ(parse_npy_extents("( )", "read"), Extents{});
  EXPECT_EQ(parse_npy_extents("(7)", "read"), Extents{7});
  EXPECT_EQ(parse_npy_extents("(7,)", "read"), Extents{7});
  EXPECT_EQ(parse_npy_extents("(0, 2L , 9223372036854775807)", "read"), (Extents{0, 2, 9223372036854775807}));
}

TEST(NpyHeader, NamesADictionaryItCannotRead) {
  for (char const* dictionary :
       {"", "{}", "{'descr': '<f4', 'fortran_order': False}",
        "{'descr' '<f4', 'fortran_order': False, 'shape': (1, 3)}",
        "{'descr': '<f4', 'fortran_order': 0, 'shape': (1, 3)}", "{'fortran_order': False, 'shape': (1, 3), 'descr'",
        "{'fortran_order': False, 'shape': (1, 3), 'descr':"})
    EXPECT_NE(failure_of_dictionary(dictionary)
                  .find("does not tell descr, fortran_order and shape; this is no array that NumPy wrote"),
              std::string::npos)
        << failure_of_dictionary(dictionary);
}

TEST(NpyHeader, NamesWhatIsNoNpyFile) {
  EXPECT_EQ(failure(ByteWriter("ply\nformat")),
            "read: begins with \"ply?fo\", a .npy file with \"?NUMPY\"; is it another format, or empty?");
  EXPECT_EQ(failure(ByteWriter()),
            "read: begins with \"\", a .npy file with \"?NUMPY\"; is it another format, or empty?");
  for (int const version : {0, 4, 255})
    EXPECT_EQ(failure(npy_header("<f4", "(0, 3)", false, version)),
              "read: .npy version " + std::to_string(version) + ", the reader takes 1, 2 and 3");
}

TEST(NpyHeader, NamesATruncatedHeader) {
  const ByteWriter writer = npy_header("<f4", "(0, 3)");
  for (std::size_t size = 6; size < writer.size(); ++size)
    EXPECT_EQ(message_of<FormatError>([&] { return parse_npy_header(writer.first(size), size, "read"); }),
              "read: the " + std::to_string(size) + " bytes end within the header; the file is truncated");
}

TEST(NpyHeader, RefusesALongHeaderBeforeItIsRead) {
  ByteWriter writer("\x93NUMPY");
  writer.numbers<std::uint8_t>(2, 0).numbers<std::uint32_t>(0xffffffffu);
  EXPECT_EQ(failure(writer),
            "read: a header of 4294967295 bytes, that of a plain array has at most 65535; save a.astype('<f4')");
}

TEST(NpyHeader, NamesASizeThatDoesNotFit) {
  EXPECT_EQ(failure(npy_header("<f4", "(2, 3)").numbers<float>(1, 2, 3, 4, 5)),
            "read: 2 x 3 values of 4 bytes do not make the 20 bytes after the header; the file is truncated");
  EXPECT_EQ(
      failure(npy_header("<f4", "(1, 3)").numbers<float>(1, 2, 3, 4)),
      "read: 1 x 3 values of 4 bytes do not make the 16 bytes after the header; something was appended to the file");
  // Products that wrap to 0 in 64 bits.
  for (char const* shape : {"(4611686018427387904, 4)", "(4, 4611686018427387904)",
                            "(9223372036854775807, 9223372036854775807)", "(4294967296, 4294967296)"})
    EXPECT_NE(failure_of_shape(shape).find("the file is truncated"), std::string::npos) << shape;
}

}  // namespace
}  // namespace sparseconv
