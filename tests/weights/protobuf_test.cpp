#include "sparseconv/weights/protobuf.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "support/byte_writer.hpp"
#include "support/error_message.hpp"
#include "support/folder_contents.hpp"

namespace sparseconv::protobuf_test {
namespace {

using test::ByteWriter;
using test::message_of;
using test::text_of;

template <class... Bytes>
std::vector<std::byte> bytes(Bytes... values) {
  return ByteWriter().numbers<std::uint8_t>(values...).bytes();
}

std::vector<ProtobufField> fields_of(std::vector<std::byte> const& message) {
  ProtobufFields fields(message, "walk");
  std::vector<ProtobufField> all;
  for (ProtobufField field; fields.next(field);) all.push_back(field);
  return all;
}

std::string failure(std::vector<std::byte> const& message) {
  return message_of<FormatError>([&] { return fields_of(message).size(); });
}

TEST(ProtobufFields, ShowsAFieldOfEachWireType) {
  // Field 1 is 150, field 2 the text "hi", field 3 is 1.5 in four bytes, field 16 is 1 in eight.
  std::vector<std::byte> const message =
      bytes(0x08, 0x96, 0x01, 0x12, 2, 'h', 'i', 0x1d, 0, 0, 0xc0, 0x3f, 0x81, 0x01, 1, 0, 0, 0, 0, 0, 0, 0);
  std::vector<ProtobufField> const fields = fields_of(message);
  ASSERT_EQ(fields.size(), 4U);
  EXPECT_EQ(fields[0].number, 1U);
  EXPECT_EQ(fields[0].type, WireType::varint);
  EXPECT_EQ(integer_of_field(fields[0], "walk"), 150);
  EXPECT_EQ(fields[1].number, 2U);
  EXPECT_EQ(fields[1].type, WireType::bytes);
  EXPECT_EQ(fields[1].begin, 5U);
  EXPECT_EQ(text_of_field(fields[1], "walk"), "hi");
  EXPECT_EQ(fields[2].number, 3U);
  EXPECT_EQ(float_of_field(fields[2], "walk"), 1.5F);
  EXPECT_EQ(fields[3].number, 16U);
  EXPECT_EQ(fields[3].type, WireType::fixed64);
  EXPECT_EQ(fields[3].integer, 1U);
  EXPECT_TRUE(fields_of({}).empty());
}

TEST(ProtobufFields, TellsThePlaceInTheFileWithinMessages) {
  // Field 1 is a message whose field 1 is a message whose field 2 is 7.
  std::vector<std::byte> const message = bytes(0x0a, 4, 0x0a, 2, 0x10, 7);
  ProtobufFields const outer(fields_of(message)[0], "walk");
  ProtobufFields middle = outer;
  ProtobufField field;
  ASSERT_TRUE(middle.next(field));
  EXPECT_EQ(field.begin, 4U);
  ProtobufFields inner(field, "walk");
  ASSERT_TRUE(inner.next(field));
  EXPECT_EQ(field.begin, 5U);
  EXPECT_EQ(field.integer, 7U);
  EXPECT_FALSE(inner.next(field));
  EXPECT_EQ(field.integer, 7U) << "the last field stays";
}

TEST(ProtobufFields, TakesIntegersOf64Bits) {
  std::vector<std::byte> const all_ones = bytes(0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01);
  EXPECT_EQ(fields_of(all_ones)[0].integer, std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(integer_of_field(fields_of(all_ones)[0], "walk"), -1);
  EXPECT_EQ(failure(bytes(0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02)),
            "walk: the integer at byte 1 takes more than 64 bits; the file is damaged, or no ONNX file");
  EXPECT_EQ(failure(bytes(0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00)),
            "walk: the integer at byte 1 takes more than 64 bits; the file is damaged, or no ONNX file");
}

TEST(ProtobufFields, ChecksEachLengthBeforeItIsBelieved) {
  EXPECT_EQ(failure(bytes(0x08, 0x96)),
            "walk: the integer at byte 1 goes on behind the end of its message; the file is damaged, or no ONNX file");
  EXPECT_EQ(failure(bytes(0x08)),
            "walk: the integer at byte 1 goes on behind the end of its message; the file is damaged, or no ONNX file");
  EXPECT_EQ(failure(bytes(0x12, 3, 'h', 'i')),
            "walk: at byte 2 field 2 takes 3 bytes, and its message has 2 more; the file is damaged, or not written to "
            "its end");
  EXPECT_EQ(
      failure(bytes(0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01)),
      "walk: at byte 11 field 2 takes 18446744073709551615 bytes, and its message has 0 more; the file is damaged, "
      "or not written to its end");
  EXPECT_EQ(failure(bytes(0x1d, 0, 0, 0xc0)),
            "walk: at byte 1 field 3 takes 4 bytes, and its message has 3 more; the file is damaged, or not written to "
            "its end");
  EXPECT_EQ(failure(bytes(0x19, 0)),
            "walk: at byte 1 field 3 takes 8 bytes, and its message has 1 more; the file is damaged, or not written to "
            "its end");
}

TEST(ProtobufFields, RefusesGroupsAndWhatIsNoField) {
  EXPECT_EQ(failure(bytes(0x08, 1, 0x0b)),
            "walk: at byte 2 field 1 has the wire type 3, that of a group, which ONNX does not have; the file is "
            "damaged, or no ONNX file");
  EXPECT_EQ(failure(bytes(0x0c)),
            "walk: at byte 0 field 1 has the wire type 4, that of a group, which ONNX does not have; the file is "
            "damaged, or no ONNX file");
  EXPECT_EQ(failure(bytes(0x0e)),
            "walk: at byte 0 field 1 has the wire type 6, which there is not; the file is damaged, or no ONNX file");
  EXPECT_EQ(failure(bytes(0x0f)),
            "walk: at byte 0 field 1 has the wire type 7, which there is not; the file is damaged, or no ONNX file");
  EXPECT_EQ(failure(bytes(0x00)),
            "walk: at byte 0 a field has the number 0, and protobuf counts them from 1 to 536870911; the file is "
            "damaged, or no ONNX file");
  EXPECT_EQ(
      failure(bytes(0x80, 0x80, 0x80, 0x80, 0x10)),
      "walk: at byte 0 a field has the number 536870912, and protobuf counts them from 1 to 536870911; the file is "
      "damaged, or no ONNX file");
}

TEST(ProtobufFields, RefusesAFieldOfAnotherKind) {
  std::vector<std::byte> const message = bytes(0x08, 1, 0x12, 1, 'x');
  std::vector<ProtobufField> const fields = fields_of(message);
  auto const sentence = [](auto const& call) { return message_of<FormatError>(call); };
  EXPECT_EQ(sentence([&] { return text_of_field(fields[0], "read"); }),
            "read: at byte 1 field 1 has the wire type 0, which is not that of a text; the file is damaged, or no ONNX "
            "file");
  EXPECT_EQ(sentence([&] { return integer_of_field(fields[1], "read"); }),
            "read: at byte 4 field 2 has the wire type 2, which is not that of an integer; the file is damaged, or no "
            "ONNX file");
  EXPECT_EQ(
      sentence([&] { return float_of_field(fields[0], "read"); }),
      "read: at byte 1 field 1 has the wire type 0, which is not that of a float; the file is damaged, or no ONNX "
      "file");
  EXPECT_EQ(sentence([&] { return (ProtobufFields(fields[0], "read"), 0); }),
            "read: at byte 1 field 1 has the wire type 0, which is not that of a message; the file is damaged, or no "
            "ONNX file");
}

TEST(ProtobufFields, ReadsListsThatArePackedOrNot) {
  // 3 alone, then 1 and 300 packed, then none packed.
  std::vector<std::byte> const integers = bytes(0x40, 3, 0x42, 3, 1, 0xac, 0x02, 0x42, 0);
  std::vector<std::int64_t> numbers;
  for (ProtobufField const& field : fields_of(integers)) append_integers(numbers, field, "walk");
  EXPECT_EQ(numbers, (std::vector<std::int64_t>{3, 1, 300}));

  std::vector<std::byte> const reals = bytes(0x3d, 0, 0, 0xc0, 0x3f, 0x3a, 8, 0, 0, 0, 0x40, 0, 0, 0x80, 0xbf);
  std::vector<float> floats;
  for (ProtobufField const& field : fields_of(reals)) append_floats(floats, field, "walk");
  EXPECT_EQ(floats, (std::vector<float>{1.5F, 2, -1}));

  std::vector<std::byte> const cut = bytes(0x42, 2, 1, 0x80);
  EXPECT_EQ(message_of<FormatError>([&] { return (append_integers(numbers, fields_of(cut)[0], "walk"), 0); }),
            "walk: the integer at byte 3 goes on behind the end of its message; the file is damaged, or no ONNX file");
  std::vector<std::byte> const unwhole = bytes(0x3a, 3, 1, 2, 3);
  EXPECT_EQ(message_of<FormatError>([&] { return (append_floats(floats, fields_of(unwhole)[0], "walk"), 0); }),
            "walk: at byte 2 field 7 packs floats in 3 bytes, and each has 4; the file is damaged, or no ONNX file");
}

TEST(ProtobufMessage, WritesWhatTheWalkerReads) {
  ProtobufMessage message;
  message.integer(1, 150).text(2, "hi").real(3, 1.5F).message(16, ProtobufMessage().integer(1, -1));
  EXPECT_EQ(text_of(message.written()),
            text_of(bytes(0x08, 0x96, 0x01, 0x12, 2, 'h', 'i', 0x1d, 0, 0, 0xc0, 0x3f, 0x82, 0x01, 11, 0x08, 0xff, 0xff,
                          0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01)));
  ProtobufMessage parts;
  parts.bytes_to_come(2, 3).append(ProtobufMessage().integer(1, 300));
  EXPECT_EQ(text_of(parts.written()), text_of(bytes(0x12, 3, 0x08, 0xac, 0x02)));
  for (std::int64_t const value : {std::int64_t{0}, std::int64_t{127}, std::int64_t{128}, std::int64_t{1} << 62,
                                   std::numeric_limits<std::int64_t>::min()}) {
    ProtobufMessage const one = ProtobufMessage().integer(7, value);
    std::vector<std::byte> const written(one.written().begin(), one.written().end());
    EXPECT_EQ(integer_of_field(fields_of(written)[0], "walk"), value);
  }
}

}  // namespace
}  // namespace sparseconv::protobuf_test
