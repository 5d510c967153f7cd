#include "sparseconv/weights/write_safetensors.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "sparseconv/weights/safetensors.hpp"
#include "support/error_message.hpp"
#include "support/file_size_limit.hpp"
#include "support/folder_contents.hpp"
#include "support/safetensors_file.hpp"
#include "support/temporary_file.hpp"

namespace sparseconv::write_safetensors_test {
namespace {

using test::ByteWriter;
using test::count_files;
using test::message_of;
using test::TemporaryFile;
using test::text_of;
using Shape = std::vector<std::int64_t>;
using Texts = std::map<std::string, std::string>;

std::vector<NamedArray> some_arrays() {
  return {{"b", make_array({2, 1}, std::vector<float>{1, 2})},
          {"wide", make_array({1}, std::vector<double>{0.5})},
          {"a", make_array({}, std::vector<float>{3})},
          {"none", make_array({0, 3}, std::vector<std::int16_t>())},
          {"byte", make_array({1}, std::vector<std::uint8_t>{200})}};
}

std::string failure(std::filesystem::path const& path, std::vector<NamedArray> const& arrays, Texts const& texts = {}) {
  return message_of<Error>([&] { return (write_safetensors(path, arrays, texts), 0); });
}

TEST(WriteSafetensors, WritesWhatTheFormatsLibraryWrites) {
  // Compared once with the bytes that safetensors 0.8.0 for Python writes of the same tensors.
  std::string const header =
      R"({"__metadata__":{"format":"np"},"wide":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},)"
      R"("a":{"dtype":"F32","shape":[],"data_offsets":[8,12]},"b":{"dtype":"F32","shape":[2,1],"data_offsets":[12,20]},)"
      R"("none":{"dtype":"I16","shape":[0,3],"data_offsets":[20,20]},)"
      R"("byte":{"dtype":"U8","shape":[1],"data_offsets":[20,21]}})";
  std::string const padded = header + std::string((8 - header.size() % 8) % 8, ' ');
  TemporaryFile const file("a.safetensors", ByteWriter("before").bytes());
  std::vector<NamedArray> arrays = some_arrays();
  for (int i = 0; i < 2; ++i) {
    write_safetensors(file.path(), arrays, {{"format", "np"}});
    EXPECT_EQ(text_of(file.path()),
              text_of(test::safetensors(
                  padded, ByteWriter().numbers<double>(0.5).numbers<float>(3, 1, 2).numbers<std::uint8_t>(200))));
    std::ranges::reverse(arrays);  // the same bytes in whatever order they come
  }
  EXPECT_EQ(count_files(file.folder()), 1) << "nothing should be left beside it";
}

TEST(WriteSafetensors, ComesBackAsItWas) {
  TemporaryFile const file("a.safetensors", {});
  std::vector<NamedArray> written = some_arrays();
  written.push_back({"half\" \\ \n\xc3\xa9", make_array({2}, std::vector<half>{half(1), half(2)})});
  written.push_back({"", make_array({1}, std::vector<bfloat16>{bfloat16(1)})});
  written.push_back({"i8", make_array({1}, std::vector<std::int8_t>{-1})});
  written.push_back({"u16", make_array({1}, std::vector<std::uint16_t>{65535})});
  written.push_back({"i32", make_array({1}, std::vector<std::int32_t>{-1})});
  written.push_back({"u32", make_array({1}, std::vector<std::uint32_t>{1})});
  written.push_back({"i64", make_array({1}, std::vector<std::int64_t>{-1})});
  written.push_back({"u64", make_array(Shape(8, 1), std::vector<std::uint64_t>{1})});
  Texts const texts = {{"", "empty"}, {"\xc3\xa9\n", std::string("\0\"", 2)}};
  write_safetensors(file.path(), written, texts);
  SafetensorsFile const read = read_safetensors(file.path());
  EXPECT_EQ(read.metadata, texts);
  ASSERT_EQ(read.arrays.size(), written.size());
  for (NamedArray const& named : read.arrays) {
    auto const found = std::ranges::find(written, named.name, &NamedArray::name);
    ASSERT_NE(found, written.end());
    EXPECT_EQ(named.array.type, found->array.type);
    EXPECT_EQ(named.array.shape, found->array.shape);
    EXPECT_EQ(named.array.bytes, found->array.bytes);
  }
  write_safetensors(file.path(), {}, {});
  EXPECT_EQ(text_of(file.path()), text_of(test::safetensors("{}      ")));
}

TEST(WriteSafetensors, NamesWhatCannotBeWritten) {
  TemporaryFile const file("a.safetensors", ByteWriter("before").bytes());
  std::string const where = "write_safetensors: " + file.path().string() + ": ";
  Array const array = make_array({1}, std::vector<float>{1});
  EXPECT_EQ(failure(file.path(), {{"a", array}, {"b", array}, {"a", array}}),
            where + "more than one array is called \"a\"; give each a name of its own");
  EXPECT_EQ(failure(file.path(), {{"__metadata__", array}}),
            where + "an array is called \"__metadata__\", where the format has texts; give it another name");
  EXPECT_EQ(failure(file.path(), {{"\xff\xfe", array}}),
            where + "the name \"??\" is not UTF-8, which the format asks for; give one that is");
  EXPECT_EQ(failure(file.path(), {}, {{"\xff", "a"}}),
            where + "the metadata's name \"?\" is not UTF-8, which the format asks for; give one that is");
  EXPECT_EQ(failure(file.path(), {}, {{"a", "b\xc3"}}),
            where + "the text of the metadata \"b?\" is not UTF-8, which the format asks for; give one that is");
  Array unfit = array;
  unfit.shape = {2};
  EXPECT_EQ(failure(file.path(), {{"a", array}, {"b", unfit}}),
            where +
                "array \"b\": the shape (2,) of float32 takes 8 bytes, the array has 4; make_array puts one together "
                "that fits");
  EXPECT_EQ(failure(file.path(), {{"a", make_array(Shape(9, 1), std::vector<float>{1})}}),
            where +
                "array \"a\": the shape (1, 1, 1, 1, 1, 1, 1, 1, 1) has 9 axes, the writer takes up to 8; join some "
                "of them");
  EXPECT_EQ(
      failure(file.path(), {}, {{"a", std::string(100'000'000, 'x')}}),
      where + "names and texts take a header of 100000032 bytes, the format allows 100000000; write several files");
  EXPECT_EQ(text_of(file.path()), "before");
  EXPECT_EQ(count_files(file.folder()), 1);
}

TEST(WriteSafetensors, LeavesTheFileThatIsThereWhereWritingFails) {
  if (!test::FileSizeLimit::works) GTEST_SKIP() << "no limit of sizes on this system";
  TemporaryFile const file("a.safetensors", ByteWriter("before").bytes());
  std::string const message = [&] {
    test::FileSizeLimit const limit(10000);
    return failure(file.path(), {{"a", make_array({100000}, std::vector<float>(100000))}});
  }();
  EXPECT_EQ(message.find("write_safetensors: cannot write " + file.path().string() + ": "), 0U) << message;
  EXPECT_EQ(text_of(file.path()), "before");
  EXPECT_EQ(count_files(file.folder()), 1);
  std::filesystem::path const nowhere = file.folder() / "none" / "a.safetensors";
  EXPECT_EQ(failure(nowhere, {}), "write_safetensors: cannot write " + nowhere.string() +
                                      ": No such file or directory; the folder must exist and be writable");
}

}  // namespace
}  // namespace sparseconv::write_safetensors_test
