#include "sparseconv/weights/npy_array_header.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "support/error_message.hpp"
#include "support/npy_file.hpp"

namespace sparseconv::npy_array_header_test {
namespace {

using test::ByteWriter;
using test::message_of;
using test::npy_header;
using Shape = std::vector<std::int64_t>;

std::string failure(ByteWriter const& writer) {
  return message_of<FormatError>([&] { return parse_npy_array_header(writer.bytes(), writer.size(), "read"); });
}

TEST(NpyArrayHeader, TellsTypeOrderAndShape) {
  const ByteWriter writer = npy_header("<i2", "(2, 1, 3)", true).numbers<std::int16_t>(1, 2, 3, 4, 5, 6);
  const NpyArrayHeader header = parse_npy_array_header(writer.bytes(), writer.size(), "read");
  EXPECT_EQ(header.type, ScalarType::int16);
  EXPECT_TRUE(header.fortran_order);
  EXPECT_EQ(header.shape, (Shape{2, 1, 3}));
  EXPECT_EQ(header.data_bytes, 12u);
  EXPECT_EQ(header.data_begin, writer.size() - 12);
}

TEST(NpyArrayHeader, TakesAnyNumberOfAxesUpToEight) {
  auto const shape = [](std::string const& text) {
    return parse_npy_array_header(npy_header("<f4", text).bytes(), std::nullopt, "read").shape;
  };
  EXPECT_EQ(shape("()"), Shape{});
  EXPECT_EQ(shape("(7,)"), Shape{7});
  EXPECT_EQ(shape("(1, 2, 3, 4, 5, 6, 7, 8)"), (Shape{1, 2, 3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(shape("(0, 9223372036854775807)"), (Shape{0, 9223372036854775807}));
  EXPECT_EQ(failure(npy_header("|u1", "(1, 1, 1, 1, 1, 1, 1, 1, 1)").text("a")),
            "read: the shape \"(1, 1, 1, 1, 1, 1, 1, 1, 1)\" has 9 axes, the reader takes up to 8; save "
            "a.reshape(n, -1)");
}

TEST(NpyArrayHeader, NamesASizeThatDoesNotFit) {
  EXPECT_EQ(
      failure(npy_header("<f4", "(2, 3)").numbers<float>(1, 2, 3, 4, 5)),
      "read: the shape \"(2, 3)\" of float32 takes 24 bytes, and 20 come after the header; the file is truncated");
  EXPECT_EQ(failure(npy_header("<f4", "()").numbers<float>(1, 2)),
            "read: the shape \"()\" of float32 takes 4 bytes, and 8 come after the header; something was appended to "
            "the file");
  // Products that wrap to 0 in 64 bits.
  for (const std::string shape : {"(4611686018427387904, 4)", "(9223372036854775807,)", "(4294967296, 4294967296)"})
    EXPECT_EQ(failure(npy_header("<f4", shape)),
              "read: the shape \"" + shape + "\" has more numbers than any memory; the file is damaged");
  EXPECT_NE(failure(npy_header("<f4", "(2305843009213693951,)")).find("the file is truncated"), std::string::npos);
}

TEST(NpyArrayHeader, NamesWhatItDoesNotTake) {
  EXPECT_NE(failure(npy_header("<f4", "(-1, 3)")).find("is no list of counts"), std::string::npos);
  EXPECT_NE(failure(ByteWriter("ply\n")).find("is it another format, or empty?"), std::string::npos);
}

TEST(NpyArrayHeader, WritesWhatNumPyWrites) {
  // What np.save of NumPy 2.4 wrote: the dictionary, its blanks and line end, and its length in two bytes.
  struct Case {
    ScalarType type;
    Shape shape;
    std::string dictionary;
    std::size_t blanks;
    char length;
  };
  const std::string f = "', 'fortran_order': False, 'shape': (";
  for (Case const& one :
       {Case{ScalarType::float32, {2, 3}, "{'descr': '<f4" + f + "2, 3), }", 58, 118},
        {ScalarType::int32, {}, "{'descr': '<i4" + f + "), }", 62, 118},
        {ScalarType::int64, {0}, "{'descr': '<i8" + f + "0,), }", 60, 118},
        {ScalarType::uint8, {3}, "{'descr': '|u1" + f + "3,), }", 60, 118},
        {ScalarType::float16, {1, 2, 3, 4}, "{'descr': '<f2" + f + "1, 2, 3, 4), }", 52, 118},
        {ScalarType::int8, {2, 2, 2, 2, 2, 2, 2, 2}, "{'descr': '|i1" + f + "2, 2, 2, 2, 2, 2, 2, 2), }", 40, 118}}) {
    EXPECT_EQ(format_npy_header(one.type, one.shape, "write"), std::string("\x93NUMPY\x01\x00", 8) + one.length +
                                                                   std::string(1, '\0') + one.dictionary +
                                                                   std::string(one.blanks, ' ') + "\n");
  }
}

TEST(NpyArrayHeader, PadsToAMultipleOf64) {
  for (std::int64_t extent = 1; extent < 1'000'000'000'000'000; extent *= 10) {
    for (Shape const& shape :
         {Shape{extent}, {extent, 1}, {1, extent}, {extent, extent, extent, 0}, {0, 1, extent, extent}}) {
      const std::string header = format_npy_header(ScalarType::float64, shape, "write");
      EXPECT_EQ(header.size() % 64, 0u);
      EXPECT_EQ(parse_npy_array_header(std::as_bytes(std::span(header)), std::nullopt, "read").shape, shape);
    }
  }
}

TEST(NpyArrayHeader, RefusesToWriteNineAxes) {
  EXPECT_EQ(message_of<ShapeError>([] { return format_npy_header(ScalarType::int8, Shape(9, 1), "write"); }),
            "write: the shape (1, 1, 1, 1, 1, 1, 1, 1, 1) has 9 axes, the writer takes up to 8; join some of them");
}

}  // namespace
}  // namespace sparseconv::npy_array_header_test
