#include "sparseconv/weights/npy_array.hpp"

#include <gtest/gtest.h>
#if !defined(_WIN32)
#include <sys/stat.h>
#endif

#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "support/bytes_read.hpp"
#include "support/error_message.hpp"
#include "support/file_size_limit.hpp"
#include "support/folder_contents.hpp"
#include "support/npy_file.hpp"
#include "support/temporary_file.hpp"

namespace sparseconv::npy_array_test {
namespace {

using test::ByteWriter;
using test::count_files;
using test::message_of;
using test::npy_header;
using test::TemporaryFile;
using test::text_of;
using Shape = std::vector<std::int64_t>;
using Ints = std::vector<std::int32_t>;

constexpr ScalarType all_types[] = {ScalarType::int8,    ScalarType::uint8,   ScalarType::int16,  ScalarType::uint16,
                                    ScalarType::int32,   ScalarType::uint32,  ScalarType::int64,  ScalarType::uint64,
                                    ScalarType::float16, ScalarType::float32, ScalarType::float64};

/// An array of any bytes.
Array patterned(ScalarType type, Shape const& shape) {
  Array array{.type = type, .shape = shape};
  std::vector<std::byte> bytes(bytes_of_shape(type, shape).value());
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>((i * 37 + 11) % 256);
  array.bytes = std::move(bytes);
  return array;
}

TEST(NpyArray, TurnsBigEndianNumbers) {
  ByteWriter writer = npy_header(">u4", "(2, 1)", true);
  writer.numbers<std::uint8_t>(0, 0, 1, 2, 3, 4, 5, 6);
  EXPECT_EQ(parse_npy_array(writer.bytes(), "a").values_as<std::uint32_t>("a"),
            (std::vector<std::uint32_t>{0x0102, 0x03040506}));
}

TEST(NpyArray, ReadsEachVersion) {
  for (int const version : {1, 2, 3}) {
    const ByteWriter writer = npy_header("<i4", "(2, 1, 3)", false, version).numbers<std::int32_t>(1, 2, 3, 4, 5, 6);
    const Array array = parse_npy_array(writer.bytes(), "scan");
    EXPECT_EQ(array.type, ScalarType::int32);
    EXPECT_EQ(array.shape, (Shape{2, 1, 3}));
    EXPECT_EQ(array.values_as<std::int32_t>("test"), (Ints{1, 2, 3, 4, 5, 6}));
  }
}

TEST(NpyArray, TurnsFortranOrderToC) {
  //   axis 0 = 0:  1 2 3     axis 0 = 1:  7  8  9
  //                4 5 6                 10 11 12
  const ByteWriter writer =
      npy_header("<i2", "(2, 2, 3)", true).numbers<std::int16_t>(1, 7, 4, 10, 2, 8, 5, 11, 3, 9, 6, 12);
  EXPECT_EQ(parse_npy_array(writer.bytes(), "scan").values_as<std::int32_t>("test"),
            (Ints{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}));
  EXPECT_EQ(parse_npy_array(npy_header("<i2", "(2,)", true).numbers<std::int16_t>(1, 2).bytes(), "scan")
                .values_as<std::int32_t>("test"),
            (Ints{1, 2}));
  EXPECT_EQ(parse_npy_array(npy_header("|b1", "()", true).numbers<std::uint8_t>(1).bytes(), "scan")
                .values_as<std::int32_t>("test"),
            Ints{1});
}

TEST(NpyArray, ReadsArraysOfNoNumbers) {
  for (bool const fortran : {false, true})
    for (const std::string shape : {"(0,)", "(0, 5)", "(5, 0)", "(3, 0, 9223372036854775807)"}) {
      const Array array = parse_npy_array(npy_header("<f8", shape, fortran).bytes(), "scan");
      EXPECT_TRUE(array.bytes.empty());
      EXPECT_EQ(tuple_text(array.shape), shape);
    }
}

TEST(NpyArray, RefusesEveryTruncation) {
  const ByteWriter writer = npy_header("<f4", "(2, 2)").numbers<float>(1, 2, 3, 4);
  for (std::size_t size = 0; size < writer.size(); ++size) {
    EXPECT_EQ(message_of<FormatError>([&] {
                return parse_npy_array(writer.first(size), "scan");
              }).find("read_npy_array: scan: "),
              0u);
    const TemporaryFile file("scan.npy", writer.first(size));
    EXPECT_EQ(message_of<FormatError>([&] {
                return read_npy_array(file.path());
              }).find("read_npy_array: " + file.path().string() + ": "),
              0u);
  }
}

TEST(NpyArray, ComesBackFromAFileAsItWasWritten) {
  const TemporaryFile file("a.npy", {});
  for (ScalarType const type : all_types)
    for (Shape const& shape : {Shape{}, {0}, {5}, {2, 3}, {3, 0}, {2, 3, 4}, {2, 1, 3, 2}, {1, 2, 1, 2, 1, 2, 1, 2}}) {
      const Array array = patterned(type, shape);
      write_npy_array(file.path(), array);
      const Array read = read_npy_array(file.path());
      EXPECT_EQ(read.type, type);
      EXPECT_EQ(read.shape, shape);
      EXPECT_EQ(read.bytes, array.bytes);
      EXPECT_EQ(count_files(file.folder()), 1);
    }
}

TEST(NpyArray, ReadsAndWritesMoreThanAHeader) {
  const TemporaryFile file("a.npy", {});
  const Array array = patterned(ScalarType::float32, {100000, 3});
  write_npy_array(file.path(), array);
  EXPECT_EQ(read_npy_array(file.path()).bytes, array.bytes);
}

TEST(NpyArray, WritesTheBytesThatNumPyWrites) {
  // np.save("a.npy", np.array([[1, -2, 3]], dtype=np.int16))
  const TemporaryFile file("a.npy", {});
  write_npy_array(file.path(), make_array({1, 3}, std::vector<std::int16_t>{1, -2, 3}));
  EXPECT_EQ(text_of(file.path()), std::string("\x93NUMPY\x01\x00v\x00", 10) +
                                      "{'descr': '<i2', 'fortran_order': False, 'shape': (1, 3), }" +
                                      std::string(58, ' ') + "\n" + std::string("\x01\x00\xfe\xff\x03\x00", 6));
}

TEST(NpyArray, ReadsNoFurtherThanItsHeaderWhereThatIsWrong) {
  struct Case {
    ByteWriter beginning;
    std::string expected;
  };
  for (Case const& one : {Case{ByteWriter(), "begins with \"??????\", a .npy file with \"?NUMPY\""},
                          {npy_header("<f4", "(2, 3)"), "something was appended to the file"},
                          {npy_header("<f4", "(900000000, 3)"), "the file is truncated"},
                          {npy_header("|O", "(250000000, 3)"), "means Python objects"}}) {
    const TemporaryFile file("scan.npy", one.beginning.bytes());
    if (!test::grow_with_zeros(file.path())) GTEST_SKIP() << "this disk takes no file of 3 GB";
    std::string message;
    EXPECT_LT(
        test::bytes_read_by([&] { message = message_of<FormatError>([&] { return read_npy_array(file.path()); }); }),
        std::uint64_t{4} << 20);
    EXPECT_EQ(message.find("read_npy_array: " + file.path().string() + ": "), 0u) << message;
    EXPECT_NE(message.find(one.expected), std::string::npos) << message;
  }
}

TEST(NpyArray, RefusesAnArrayBeyondTheLimitBeforeItIsRead) {
  const ByteWriter header = npy_header("|u1", "(2999999872,)");
  const TemporaryFile file("a.npy", header.bytes());
  ASSERT_EQ(header.size() + 2999999872u, test::large_file);
  if (!test::grow_with_zeros(file.path())) GTEST_SKIP() << "this disk takes no file of 3 GB";
  EXPECT_LT(test::bytes_read_by([&] {
              EXPECT_EQ(message_of<CapacityError>([&] { return read_npy_array(file.path(), {.max_bytes = 1000}); }),
                        "read_npy_array: " + file.path().string() +
                            ": the array claims 2999999872 bytes, the limit is 1000; if that is its real size, raise "
                            "NpyArrayOptions::max_bytes");
            }),
            std::uint64_t{4} << 20);
  const TemporaryFile fits("a.npy", npy_header("|u1", "(3,)").text("abc").bytes());
  EXPECT_EQ(read_npy_array(fits.path(), {.max_bytes = 3}).bytes.size(), 3u);
  EXPECT_THROW(static_cast<void>(read_npy_array(fits.path(), {.max_bytes = 2})), CapacityError);
}

TEST(NpyArray, JudgesTheBeginningOfWhatHasNoEnd) {
  if (!std::filesystem::exists("/dev/zero")) GTEST_SKIP() << "no /dev/zero on this system";
  EXPECT_EQ(message_of<FormatError>([] { return read_npy_array("/dev/zero"); }),
            "read_npy_array: /dev/zero: begins with \"??????\", a .npy file with \"?NUMPY\"; is it another format, or "
            "empty?");
}

#if !defined(_WIN32)  // whose pipes have no place in a folder
/// Writes to a pipe until who reads it goes away, or it has written so many bytes behind the beginning.
void feed_pipe(std::filesystem::path const& path, ByteWriter const& beginning, int bytes) {
  std::ofstream pipe(path, std::ios::binary);
  pipe.write(reinterpret_cast<char const*>(beginning.bytes().data()), static_cast<std::streamsize>(beginning.size()));
  for (int i = 0; i < bytes && pipe; ++i) pipe.put('a');
}

TEST(NpyArray, ReadsAPipeAsFarAsItsHeaderSays) {
  const TemporaryFile file("a.npy", {});
  const std::filesystem::path path = file.folder() / "pipe";
  if (mkfifo(path.c_str(), 0600) != 0) GTEST_SKIP() << "no pipes in this folder";
  auto const handler = std::signal(SIGPIPE, SIG_IGN);
  auto const message = [&](int bytes) {
    std::thread writer([&] { feed_pipe(path, npy_header("|u1", "(200, 1000)"), bytes); });
    std::string thrown = message_of<FormatError>([&] { return read_npy_array(path); });
    writer.join();
    return thrown;
  };
  EXPECT_EQ(message(200000), "nothing was thrown");
  EXPECT_NE(message(199999).find("and 199999 come after the header; the file is truncated"), std::string::npos);
  EXPECT_LT(test::bytes_read_by(
                [&] { EXPECT_NE(message(100'000'000).find("something was appended to the file"), std::string::npos); }),
            std::uint64_t{4} << 20);
  std::signal(SIGPIPE, handler);
}
#endif

TEST(NpyArray, RefusesToWriteWhatDoesNotFitTogether) {
  const TemporaryFile file("a.npy", ByteWriter("before").bytes());
  const std::string where = "write_npy_array: " + file.path().string() + ": ";
  Array array = patterned(ScalarType::int32, {2, 2});
  array.bytes = array.bytes.part(0, array.bytes.size() - 1);
  EXPECT_EQ(
      message_of<ShapeError>([&] { return (write_npy_array(file.path(), array), 0); }),
      where + "the shape (2, 2) of int32 takes 16 bytes, the array has 15; make_array puts one together that fits");
  EXPECT_EQ(message_of<ShapeError>(
                [&] { return (write_npy_array(file.path(), patterned(ScalarType::int8, Shape(9, 1))), 0); }),
            where + "the shape (1, 1, 1, 1, 1, 1, 1, 1, 1) has 9 axes, the writer takes up to 8; join some of them");
  EXPECT_EQ(message_of<ShapeError>([&] { return (write_npy_array(file.path(), patterned(ScalarType::bf16, {2})), 0); }),
            where + "NumPy has no bfloat16, the type of the array; make_array takes its numbers as float, too");
  EXPECT_EQ(text_of(file.path()), "before");
}

TEST(NpyArray, SaysWhyAFileCannotBeWritten) {
  const TemporaryFile file("a.npy", {});
  const std::filesystem::path path = file.folder() / "none" / "a.npy";
  EXPECT_EQ(message_of<Error>([&] { return (write_npy_array(path, Array()), 0); }),
            "write_npy_array: cannot write " + path.string() +
                ": No such file or directory; the folder must exist and be writable");
}

TEST(NpyArray, LeavesTheFileThatIsThereWhereWritingFails) {
  if (!test::FileSizeLimit::works) GTEST_SKIP() << "no limit of sizes on this system";
  const TemporaryFile file("a.npy", ByteWriter("before").bytes());
  EXPECT_EQ(message_of<Error>([&] {
              const test::FileSizeLimit limit(10000);
              return (write_npy_array(file.path(), patterned(ScalarType::float32, {100000})), 0);
            }),
            "write_npy_array: cannot write " + file.path().string() + ": File too large; check the disk");
  EXPECT_EQ(text_of(file.path()), "before");
  EXPECT_EQ(count_files(file.folder()), 1);
}

}  // namespace
}  // namespace sparseconv::npy_array_test
