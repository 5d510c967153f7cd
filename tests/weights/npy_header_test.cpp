#include "sparseconv/weights/npy_header.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "support/error_message.hpp"
#include "support/npy_file.hpp"

namespace sparseconv::npy_header_test {
namespace {

using test::ByteWriter;
using test::message_of;
using test::npy_header;

/// What is said of a header's type and shape.
std::string failure(ByteWriter const& writer) {
  return message_of<FormatError>([&] {
    NpyPreamble const preamble = parse_npy_preamble(writer.bytes(), writer.size(), "read");
    static_cast<void>(parse_npy_dtype(preamble.dictionary.descr, "read"));
    return parse_npy_extents(preamble.dictionary.shape, "read");
  });
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

TEST(NpyHeader, TakesOtherWaysToWriteTheDictionary) {
  for (char const* dictionary : {"{'shape':(0,4),'fortran_order':False,'descr':'<f4'}",
                                 "{\"descr\" : \"<f4\" , \"fortran_order\" : False , \"shape\" : (0 , 4 , ) }",
                                 "{'descr': '<f4', 'fortran_order': False, 'shape': (0L, 4L), }"}) {
    const ByteWriter writer = npy_header(dictionary);
    const NpyDictionary found = parse_npy_preamble(writer.bytes(), writer.size(), "read").dictionary;
    EXPECT_EQ(parse_npy_dtype(found.descr, "read").type, ScalarType::float32) << dictionary;
    EXPECT_EQ(parse_npy_extents(found.shape, "read"), (std::vector<std::int64_t>{0, 4})) << dictionary;
  }
}

TEST(NpyHeader, KnowsEachNumberType) {
  EXPECT_EQ(parse_npy_dtype("'<f2'", "read").type, ScalarType::float16);
  EXPECT_EQ(parse_npy_dtype("'<f4'", "read").type, ScalarType::float32);
  EXPECT_EQ(parse_npy_dtype("'<f8'", "read").type, ScalarType::float64);
  EXPECT_EQ(parse_npy_dtype("'|b1'", "read").type, ScalarType::uint8);
  EXPECT_EQ(parse_npy_dtype("'|i1'", "read").type, ScalarType::int8);
  EXPECT_EQ(parse_npy_dtype("'|u1'", "read").type, ScalarType::uint8);
  EXPECT_EQ(parse_npy_dtype("'<i2'", "read").type, ScalarType::int16);
  EXPECT_EQ(parse_npy_dtype("'<u2'", "read").type, ScalarType::uint16);
  EXPECT_EQ(parse_npy_dtype("'<i4'", "read").type, ScalarType::int32);
  EXPECT_EQ(parse_npy_dtype("'<u4'", "read").type, ScalarType::uint32);
  EXPECT_EQ(parse_npy_dtype("'<i8'", "read").type, ScalarType::int64);
  EXPECT_EQ(parse_npy_dtype("'<u8'", "read").type, ScalarType::uint64);
}

TEST(NpyHeader, KnowsTheByteOrder) {
  for (char const* code : {">f2", ">f4", ">f8", ">i2", ">u8"}) EXPECT_TRUE(parse_npy_type(code)->is_big_endian) << code;
  for (char const* code : {"<f4", "|u1", ">u1", ">b1"}) EXPECT_FALSE(parse_npy_type(code)->is_big_endian) << code;
  for (char const* code : {"=f4", "f4", "|f4", ">f16", ">c8", ""}) EXPECT_FALSE(parse_npy_type(code)) << code;
}

TEST(NpyHeader, KeepsQuotesAndKeysWithinADtypeApart) {
  const std::optional<NpyDictionary> found = split_npy_dictionary(
      "{'descr': [('shape', '<f4'), (\"a]'}\", '<f4'), ('b\\'}', '<f4')], 'fortran_order': False, 'shape': (3,), }");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->descr, "[('shape', '<f4'), (\"a]'}\", '<f4'), ('b\\'}', '<f4')]");
  EXPECT_EQ(found->shape, "(3,)");
}

TEST(NpyHeader, NamesADtypeItDoesNotTake) {
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
    EXPECT_EQ(message_of<FormatError>([&] { return parse_npy_preamble(writer.first(size), size, "read").data_begin; }),
              "read: the " + std::to_string(size) + " bytes end within the header; the file is truncated");
}

TEST(NpyHeader, RefusesALongHeaderBeforeItIsRead) {
  ByteWriter writer("\x93NUMPY");
  writer.numbers<std::uint8_t>(2, 0).numbers<std::uint32_t>(0xffffffffu);
  EXPECT_EQ(failure(writer),
            "read: a header of 4294967295 bytes, that of a plain array has at most 65535; save a.astype('<f4')");
}

}  // namespace
}  // namespace sparseconv::npy_header_test
