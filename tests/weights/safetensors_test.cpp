#include "sparseconv/weights/safetensors.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "support/error_message.hpp"
#include "support/safetensors_file.hpp"
#include "support/temporary_file.hpp"

namespace sparseconv::safetensors_test {
namespace {

using test::ByteWriter;
using test::message_of;
using test::safetensors;
using Shape = std::vector<std::int64_t>;

SafetensorsFile parse(std::string_view header, ByteWriter const& data = {}) {
  return parse_safetensors(safetensors(header, data), "a");
}

std::string failure(std::vector<std::byte> bytes) {
  return message_of<FormatError>([&] { return parse_safetensors(std::move(bytes), "a"); });
}

std::string failure(std::string_view header, ByteWriter const& data = {}) {
  return failure(safetensors(header, data));
}

/// What is said of one tensor "w" of four bytes of numbers.
std::string failure_of_entry(std::string const& entry) {
  return failure("{\"w\":" + entry + "}", ByteWriter("abcd"));
}

TEST(Safetensors, ReadsTensorsInTheOrderOfTheirBytes) {
  SafetensorsFile const file =
      parse(R"({"__metadata__":{"format":"pt","é":""},"a":{"dtype":"F32","shape":[2,1],"data_offsets":[1,9]},)"
            R"("b":{"shape":[],"data_offsets":[0,1],"dtype":"I8"}}   )",
            ByteWriter().numbers<std::int8_t>(-3).numbers<float>(1.5F, -2.0F));
  ASSERT_EQ(file.arrays.size(), 2U);
  EXPECT_EQ(file.arrays[0].name, "b");
  EXPECT_EQ(file.arrays[0].array.type, ScalarType::int8);
  EXPECT_EQ(file.arrays[0].array.shape, Shape{});
  EXPECT_EQ(file.arrays[0].array.values_as<int>("test"), std::vector<int>{-3});
  EXPECT_EQ(file.arrays[1].name, "a");
  EXPECT_EQ(file.arrays[1].array.shape, (Shape{2, 1}));
  EXPECT_EQ(file.arrays[1].array.values_as<float>("test"), (std::vector<float>{1.5F, -2.0F})) << "not aligned";
  EXPECT_EQ(file.metadata, (std::map<std::string, std::string>{{"format", "pt"}, {"\xc3\xa9", ""}}));
}

TEST(Safetensors, ReadsEveryType) {
  auto const values = [](char const* dtype, std::size_t bytes, ByteWriter const& data) {
    SafetensorsFile const file = parse(std::string(R"({"w":{"dtype":")") + dtype +
                                           R"(","shape":[2],"data_offsets":[0,)" + std::to_string(2 * bytes) + "]}}",
                                       data);
    return file.arrays.at(0).array.values_as<double>("test");
  };
  using Two = std::vector<double>;
  EXPECT_EQ(values("F64", 8, ByteWriter().numbers<double>(0.1, -2)), (Two{0.1, -2}));
  EXPECT_EQ(values("F32", 4, ByteWriter().numbers<float>(0.5, -2)), (Two{0.5, -2}));
  EXPECT_EQ(values("F16", 2, ByteWriter().numbers<std::uint16_t>(0x3c00, 0xc000)), (Two{1, -2}));
  EXPECT_EQ(values("BF16", 2, ByteWriter().numbers<std::uint16_t>(0x3f80, 0xc000)), (Two{1, -2}));
  EXPECT_EQ(values("I64", 8, ByteWriter().numbers<std::int64_t>(1, -2)), (Two{1, -2}));
  EXPECT_EQ(values("I32", 4, ByteWriter().numbers<std::int32_t>(1, -2)), (Two{1, -2}));
  EXPECT_EQ(values("I16", 2, ByteWriter().numbers<std::int16_t>(1, -2)), (Two{1, -2}));
  EXPECT_EQ(values("I8", 1, ByteWriter().numbers<std::int8_t>(1, -2)), (Two{1, -2}));
  EXPECT_EQ(values("U64", 8, ByteWriter().numbers<std::uint64_t>(1, 2)), (Two{1, 2}));
  EXPECT_EQ(values("U32", 4, ByteWriter().numbers<std::uint32_t>(1, 4294967295)), (Two{1, 4294967295}));
  EXPECT_EQ(values("U16", 2, ByteWriter().numbers<std::uint16_t>(1, 65535)), (Two{1, 65535}));
  EXPECT_EQ(values("U8", 1, ByteWriter().numbers<std::uint8_t>(1, 255)), (Two{1, 255}));
  EXPECT_EQ(values("BOOL", 1, ByteWriter().numbers<std::uint8_t>(1, 0)), (Two{1, 0}));
}

TEST(Safetensors, ReadsWhatHasNoNumbers) {
  EXPECT_TRUE(parse("{}").arrays.empty());
  EXPECT_TRUE(parse("{\"__metadata__\":{}}").metadata.empty());
  SafetensorsFile const file = parse(
      R"({"b":{"dtype":"F32","shape":[0,9223372036854775807],"data_offsets":[1,1]},)"
      R"("a":{"dtype":"F32","shape":[3,0],"data_offsets":[1,1]},"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
      R"("z":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"v":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})",
      ByteWriter("xy"));
  std::string names;
  for (NamedArray const& named : file.arrays) names += named.name;
  EXPECT_EQ(names, "zwabv");
  EXPECT_EQ(file.arrays[3].array.shape, (Shape{0, 9223372036854775807}));
}

TEST(Safetensors, NumbersStayWhereTheBytesAre) {
  SharedBytes const bytes = safetensors(R"({"w":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})", ByteWriter("ab"));
  EXPECT_EQ(parse_safetensors(bytes, "a").arrays[0].array.bytes.data(), bytes.data() + bytes.size() - 2);
}

TEST(Safetensors, RefusesALengthThatIsALie) {
  EXPECT_EQ(failure(std::vector<std::byte>(7)),
            "read_safetensors: a: the file has 7 bytes, and the length of its header alone takes 8; it is cut off, or "
            "another format");
  EXPECT_EQ(failure(safetensors("{}", {}, 3)),
            "read_safetensors: a: its first bytes say that the header has 3 bytes, and 2 follow; it is cut off, or "
            "another format");
  EXPECT_EQ(failure(safetensors("{}", {}, 100'000'001)),
            "read_safetensors: a: its first bytes say that the header has 100000001 bytes, the format allows "
            "100000000; is this a safetensors file?");
  EXPECT_NE(failure(safetensors("{}", {}, 18446744073709551615U)).find("has 18446744073709551615 bytes"),
            std::string::npos);
  EXPECT_EQ(failure(safetensors("{}", {}, 0)),
            "read_safetensors: a: the header begins with \"\", and not with \"{\"; is this a safetensors file?");
  EXPECT_EQ(failure(" {}"),
            "read_safetensors: a: the header begins with \" {}\", and not with \"{\"; is this a safetensors file?");
}

TEST(Safetensors, RefusesAHeaderThatIsNoneOfTheFormat) {
  EXPECT_EQ(failure(safetensors("{}  ", {}, 1)),
            "read_safetensors: a: the header is no JSON from its byte 1 on, \"\"; the file is damaged, or was not "
            "written to its end");
  EXPECT_EQ(
      failure(R"({"w":{"dtype":"U8","shape":[[1]],"data_offsets":[0,1]}})")
          .find("read_safetensors: a: the header has lists and objects within each other 4 deep, and the format has 3"),
      0U);
  std::string const entry = R"("w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]})";
  EXPECT_EQ(failure("{" + entry + "," + entry + "}", ByteWriter("x")),
            "read_safetensors: a: the header has the name \"w\" twice in one object; the file is damaged");
  EXPECT_EQ(failure(R"({"__metadata__":{"a":"1"},"__metadata__":{}})"),
            "read_safetensors: a: the header has the name \"__metadata__\" twice in one object; the file is damaged");
  for (std::string const texts : {"{\"a\":1}", "[]", "\"a\"", "null", "{\"a\":null}", "[\"a\"]"})
    EXPECT_EQ(failure("{\"__metadata__\":" + texts + "}").find("read_safetensors: a: __metadata__ is \""), 0U) << texts;
  EXPECT_EQ(failure(R"({"__metadata__":{"a":1}})"),
            "read_safetensors: a: __metadata__ is \"{\"a\":1}\", and the format has an object of texts there; the file "
            "is damaged");
}

TEST(Safetensors, RefusesAnEntryThatIsNoneOfTheFormat) {
  std::string const where = "read_safetensors: a: tensor \"w\"";
  EXPECT_EQ(failure_of_entry("[1]"),
            where + " is \"[1]\", not an object of dtype, shape and data_offsets; the file is damaged");
  EXPECT_EQ(failure_of_entry(R"({"shape":[4],"data_offsets":[0,4]})"), where + " has no dtype; the file is damaged");
  EXPECT_EQ(failure_of_entry(R"({"dtype":"U8","data_offsets":[0,4]})"), where + " has no shape; the file is damaged");
  EXPECT_EQ(failure_of_entry(R"({"dtype":"U8","shape":[4]})"), where + " has no data_offsets; the file is damaged");
  EXPECT_EQ(failure_of_entry(R"({"dtype":"U8","shape":[4],"data_offsets":[0,4],"scale":2})"),
            where +
                " has \"scale\" beside dtype, shape and data_offsets, and what that means is not known; the file "
                "is damaged or newer");
  EXPECT_EQ(failure_of_entry(R"({"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]})"),
            where +
                " has the dtype \"F8_E4M3\", which no array has; save it as F64, F32, F16, BF16, an integer of 8 "
                "to 64 bits, or BOOL");
  EXPECT_NE(failure_of_entry(R"({"dtype":7,"shape":[4],"data_offsets":[0,4]})").find("the dtype \"7\""),
            std::string::npos);
  EXPECT_EQ(failure_of_entry(R"({"dtype":"U8","shape":4,"data_offsets":[0,4]})"),
            where + " has the shape \"4\", not a list of extents; the file is damaged");
  for (std::string const extent : {"-4", "4.0", "4e0", "\"4\"", "null", "9223372036854775808", "99999999999999999999"})
    EXPECT_EQ(
        failure_of_entry(R"({"dtype":"U8","shape":[)" + extent + R"(],"data_offsets":[0,4]})").find(where + " has "),
        0U)
        << extent;
  EXPECT_EQ(failure_of_entry(R"({"dtype":"U8","shape":[-4],"data_offsets":[0,4]})"),
            where + " has \"-4\" in its shape, which is no extent; the file is damaged");
  EXPECT_EQ(failure_of_entry(R"({"dtype":"U8","shape":[1,1,1,1,1,1,1,1,4],"data_offsets":[0,4]})"),
            where + ": its shape has 9 axes, the reader takes up to 8; save a.reshape(n, -1)");
}

TEST(Safetensors, RefusesPlacesThatDoNotFit) {
  std::string const where = "read_safetensors: a: tensor \"w\"";
  for (std::string const offsets : {"[4,0]", "[0]", "[0,4,4]", "4", "[-1,3]", "[0,4.0]", "{}", "[\"0\",\"4\"]"})
    EXPECT_EQ(failure_of_entry(R"({"dtype":"U8","shape":[4],"data_offsets":)" + offsets + "}")
                  .find(where + " has the data_offsets \""),
              0U)
        << offsets;
  EXPECT_EQ(failure_of_entry(R"({"dtype":"U8","shape":[4],"data_offsets":[4,0]})"),
            where +
                " has the data_offsets \"[4,0]\", not the places of its first byte and the one after its last; the "
                "file is damaged");
  EXPECT_EQ(failure_of_entry(R"({"dtype":"F32","shape":[2],"data_offsets":[0,4]})"),
            where + ": the shape (2,) of float32 takes 8 bytes, and its data_offsets say 4; the file is damaged");
  EXPECT_EQ(failure_of_entry(R"({"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]})"),
            where +
                ": the shape (4294967296, 4294967296) of float32 takes more bytes than memory has, and its "
                "data_offsets say 4; the file is damaged");
  EXPECT_EQ(failure_of_entry(R"({"dtype":"U8","shape":[5],"data_offsets":[0,5]})"),
            where + " ends at byte 5 of the data, which are 4 bytes; the file is cut off");
  EXPECT_EQ(
      failure_of_entry(R"({"dtype":"U8","shape":[0],"data_offsets":[18446744073709551615,18446744073709551615]})"),
      where + " ends at byte 18446744073709551615 of the data, which are 4 bytes; the file is cut off");
  EXPECT_EQ(failure_of_entry(R"({"dtype":"U8","shape":[3],"data_offsets":[1,4]})"),
            where +
                " begins at byte 1 of the data, and the header ends at byte 0; the format allows no bytes between, "
                "so the file is damaged");
  EXPECT_EQ(
      failure_of_entry(R"({"dtype":"U8","shape":[3],"data_offsets":[0,3]})"),
      "read_safetensors: a: 1 bytes follow after tensor \"w\", and belong to no tensor; something was appended, or "
      "the file is damaged");
  EXPECT_EQ(failure("{}", ByteWriter("x")),
            "read_safetensors: a: 1 bytes follow after the header, and belong to no tensor; something was appended, or "
            "the file is damaged");
  EXPECT_EQ(failure(R"({"v":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},)"
                    R"("w":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}})",
                    ByteWriter("abcd")),
            where + " begins at byte 2 of the data, within tensor \"v\", which ends at byte 3; the file is damaged");
}

TEST(Safetensors, RefusesEveryTruncation) {
  std::vector<std::byte> const bytes = safetensors(
      R"({"v":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"w":{"dtype":"F32","shape":[2],"data_offsets":[3,11]}})",
      ByteWriter("abcdefghijk"));
  ASSERT_EQ(failure(bytes), "nothing was thrown");
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_EQ(failure({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)}).find("read_safetensors: a: "),
              0U)
        << size;
}

TEST(Safetensors, MapsAFile) {
  test::TemporaryFile const file(
      "a.safetensors", safetensors(R"({"w":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})", ByteWriter("ab")));
  SafetensorsFile const read = read_safetensors(file.path());
  std::filesystem::remove(file.path());
  EXPECT_EQ(read.arrays.at(0).array.values_as<int>("test"), (std::vector<int>{'a', 'b'})) << "the bytes stay";
  EXPECT_EQ(message_of<FormatError>([] {
              return read_safetensors("missing.safetensors");
            }).find("read_safetensors: missing.safetensors: no such file"),
            0U);
  test::TemporaryFile const empty("empty.safetensors", {});
  EXPECT_EQ(message_of<FormatError>([&] {
              return read_safetensors(empty.path());
            }).find("read_safetensors: " + empty.path().string() + ": the file has 0 bytes"),
            0U);
}

}  // namespace
}  // namespace sparseconv::safetensors_test
