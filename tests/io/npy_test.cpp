#include "sparseconv/io/npy.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "support/bytes_read.hpp"
#include "support/error_message.hpp"
#include "support/npy_file.hpp"
#include "support/temporary_file.hpp"

namespace sparseconv {
namespace {

using test::ByteWriter;
using test::message_of;
using test::npy_header;

const std::vector<float> two_points = {1, 2, 3, 4, 5, 6};

TEST(Npy, ReadsEachVersion) {
  for (int const version : {1, 2, 3}) {
    const ByteWriter writer = npy_header("<f4", "(2, 3)", false, version).numbers<float>(1, 2, 3, 4, 5, 6);
    const PointCloud cloud = parse_npy(writer.bytes(), "scan");
    EXPECT_EQ(cloud.size(), 2);
    EXPECT_EQ(cloud.columns, 3);
    EXPECT_EQ(cloud.values, two_points);
    EXPECT_TRUE(cloud.names.empty());
  }
}

TEST(Npy, ReadsFortranOrder) {
  const ByteWriter writer = npy_header("<f4", "(2, 3)", true).numbers<float>(1, 4, 2, 5, 3, 6);
  EXPECT_EQ(parse_npy(writer.bytes(), "scan").values, two_points);
}

TEST(Npy, ReadsEachNumberType) {
  auto const values = [](ByteWriter const& writer) { return parse_npy(writer.bytes(), "scan").values; };
  EXPECT_EQ(values(npy_header("<f8", "(2, 3)").numbers<double>(1, 2, 3, 4, 5, 6)), two_points);
  EXPECT_EQ(values(npy_header("<i4", "(2, 3)").numbers<std::int32_t>(1, 2, 3, 4, 5, 6)), two_points);
  EXPECT_EQ(values(npy_header("<u8", "(2, 3)").numbers<std::uint64_t>(1, 2, 3, 4, 5, 6)), two_points);
  EXPECT_EQ(values(npy_header("|u1", "(2, 3)").numbers<std::uint8_t>(1, 2, 3, 4, 5, 6)), two_points);
  EXPECT_EQ(values(npy_header("<i2", "(1, 3)").numbers<std::int16_t>(-1, 0, -32768)),
            (std::vector<float>{-1, 0, -32768}));
  EXPECT_EQ(values(npy_header("<f2", "(1, 3)").numbers<std::uint16_t>(0x3c00, 0xc000, 0x3800)),
            (std::vector<float>{1, -2, 0.5}));
}

TEST(Npy, ReadsNoPoints) {
  for (bool const fortran : {false, true}) {
    const ByteWriter writer = npy_header("<f4", "(0, 5)", fortran);
    const PointCloud cloud = parse_npy(writer.bytes(), "scan");
    EXPECT_TRUE(cloud.empty());
    EXPECT_EQ(cloud.columns, 5);
  }
  EXPECT_TRUE(parse_npy(npy_header("<f4", "(0, 9223372036854775807)").bytes(), "scan").empty());
}

TEST(Npy, RefusesEveryTruncation) {
  const ByteWriter writer = npy_header("<f4", "(2, 3)").numbers<float>(1, 2, 3, 4, 5, 6);
  for (std::size_t size = 0; size < writer.size(); ++size)
    EXPECT_EQ(message_of<FormatError>([&] { return parse_npy(writer.first(size), "scan"); }).find("read_npy: scan: "),
              0u);
}

TEST(Npy, ReadsAFile) {
  const ByteWriter writer = npy_header("<f4", "(2, 3)").numbers<float>(1, 2, 3, 4, 5, 6);
  const test::TemporaryFile file("scan.npy", writer.bytes());
  EXPECT_EQ(read_npy(file.path()).values, two_points);
  EXPECT_EQ(message_of<FormatError>([] { return read_npy("missing.npy"); }).find("read_npy: missing.npy: no such file"),
            0u);
}

TEST(Npy, ReadsNoFurtherThanItsHeaderWhereThatIsWrong) {
  struct Case {
    ByteWriter beginning;
    std::string expected;
  };
  for (Case const& one : {Case{ByteWriter(), "begins with \"??????\", a .npy file with \"?NUMPY\""},
                          {npy_header("<f4", "(2, 3)"), "something was appended to the file"},
                          {npy_header("<f4", "(900000000, 3)"), "the file is truncated"},
                          {npy_header("|O", "(250000000, 3)"), "means Python objects"},
                          {npy_header("<f4", "(750000000,)"), "points are N x C"}}) {
    const test::TemporaryFile file("scan.npy", one.beginning.bytes());
    if (!test::grow_with_zeros(file.path())) GTEST_SKIP() << "this disk takes no file of 3 GB";
    std::string message;
    EXPECT_LT(test::bytes_read_by([&] { message = message_of<FormatError>([&] { return read_npy(file.path()); }); }),
              std::uint64_t{4} << 20);
    EXPECT_EQ(message.find("read_npy: " + file.path().string() + ": "), 0u) << message;
    EXPECT_NE(message.find(one.expected), std::string::npos) << message;
  }
}

TEST(Npy, JudgesTheBeginningOfWhatHasNoEnd) {
  if (!std::filesystem::exists("/dev/zero")) GTEST_SKIP() << "no /dev/zero on this system";
  EXPECT_EQ(
      message_of<FormatError>([] { return read_npy("/dev/zero"); }),
      "read_npy: /dev/zero: begins with \"??????\", a .npy file with \"?NUMPY\"; is it another format, or empty?");
}

TEST(Npy, ReadsAFileLargerThanAHeader) {
  ByteWriter writer = npy_header("<f4", "(100000, 3)");
  for (int i = 0; i < 100000; ++i) writer.numbers<float>(i, 2, 3);
  const PointCloud cloud = read_npy(test::TemporaryFile("scan.npy", writer.bytes()).path());
  ASSERT_EQ(cloud.size(), 100000);
  for (std::int64_t i = 0; i < cloud.size(); ++i) ASSERT_EQ(cloud.row(i)[0], static_cast<float>(i));
}

}  // namespace
}  // namespace sparseconv
