#include "sparseconv/weights/file_name.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <string>

#include "sparseconv/weights/array.hpp"
#include "sparseconv/weights/mapped_file.hpp"
#include "sparseconv/weights/npy_array.hpp"
#include "sparseconv/weights/onnx_graph.hpp"
#include "sparseconv/weights/read_onnx.hpp"
#include "sparseconv/weights/write_onnx.hpp"
#include "support/byte_writer.hpp"
#include "support/error_message.hpp"
#include "support/folder_contents.hpp"
#include "support/temporary_file.hpp"
#include "support/zero_in_name.hpp"

namespace sparseconv::file_name_test {
namespace {

namespace fs = std::filesystem;
using test::message_of;

TEST(FileName, IsWholeWithoutAZero) {
  EXPECT_NO_THROW(expect_whole_name<Error>("", "read"));
  EXPECT_NO_THROW(expect_whole_name<Error>("some folder/a.bin", "read"));
  for (std::string const& name : {std::string("a\0.bin", 6), std::string("a.bin\0", 6), std::string("\0", 1)})
    EXPECT_EQ(message_of<FormatError>([&] { return (expect_whole_name<FormatError>(name, "read: " + name), 0); }),
              "read: " + test::with_question_marks(name) +
                  ": the name has a zero byte (shown as ?), where the system would end it; give it without one");
}

TEST(FileName, EndsAtNoZeroForReadersAndWriters) {
  test::expect_reader_refuses_zero("read_npy_array", ".npy", [](fs::path const& path) { return read_npy_array(path); });
  test::expect_reader_refuses_zero("read_onnx", ".onnx", [](fs::path const& path) { return read_onnx(path); });
  test::expect_reader_refuses_zero("map", ".bin", [](fs::path const& path) { return map_file(path, "map"); });
  Array const array{.type = ScalarType::uint8, .shape = {1}, .bytes = std::vector<std::byte>(1)};
  test::expect_writer_refuses_zero("write_npy_array", ".npy",
                                   [&](fs::path const& path) { write_npy_array(path, array); });
  test::expect_writer_refuses_zero("write_onnx", ".onnx", [](fs::path const& path) { write_onnx(path, OnnxGraph{}); });
}

}  // namespace
}  // namespace sparseconv::file_name_test
