#include "sparseconv/io/read_point_cloud.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/error_message.hpp"
#include "support/npy_file.hpp"
#include "support/temporary_file.hpp"

namespace sparseconv {
namespace {

using test::ByteWriter;
using test::message_of;
using test::TemporaryFile;
using Values = std::vector<float>;

TEST(ReadPointCloud, ChoosesTheReaderByExtension) {
  const ByteWriter records = ByteWriter().numbers<float>(1, 2, 3, 4);
  const ByteWriter array = test::npy_header("<f4", "(1, 3)").numbers<float>(1, 2, 3);
  const ByteWriter ply(
      "ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nproperty float y\nproperty float z\nend_header\n1 2 "
      "3\n");
  const ByteWriter pcd("FIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nPOINTS 1\nDATA ascii\n1 2 3\n");
  EXPECT_EQ(read_point_cloud(TemporaryFile("scan.bin", records.bytes()).path()).values, (Values{1, 2, 3, 4}));
  for (char const* name : {"scan.npy", "SCAN.NPY"})
    EXPECT_EQ(read_point_cloud(TemporaryFile(name, array.bytes()).path()).values, (Values{1, 2, 3}));
  EXPECT_EQ(read_point_cloud(TemporaryFile("scan.ply", ply.bytes()).path()).values, (Values{1, 2, 3}));
  EXPECT_EQ(read_point_cloud(TemporaryFile("scan.pcd", pcd.bytes()).path()).values, (Values{1, 2, 3}));
}

TEST(ReadPointCloud, TakesTheFormatOfRecords) {
  const ByteWriter writer = ByteWriter().numbers<std::uint16_t>(0x3c00, 0x4000, 0x4200, 0, 0);
  const TemporaryFile file("scan.pcd.bin", writer.bytes());
  EXPECT_EQ(read_point_cloud(file.path(), {.records = {.columns = 5, .element = RecordElement::float16}}).values,
            (Values{1, 2, 3, 0, 0}));
}

TEST(ReadPointCloud, NamesAnExtensionItDoesNotTake) {
  EXPECT_EQ(
      message_of<FormatError>([] { return read_point_cloud("a/scan.npz"); }),
      "read_point_cloud: a/scan.npz: a .npz file needs libzip; include <sparseconv/io/npz.hpp>, link it, and call "
      "read_npz");
  for (const std::string extension : {"", ".las"})
    EXPECT_EQ(message_of<FormatError>([&] { return read_point_cloud("a/scan" + extension); }),
              "read_point_cloud: a/scan" + extension + ": the extension \"" + extension +
                  "\" is not one of .bin, .npy, .ply, .pcd; call read_records, read_npy, read_ply or read_pcd itself");
}

}  // namespace
}  // namespace sparseconv
