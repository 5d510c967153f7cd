// The program itself, as users run it: ENCODE_SCAN_PROGRAM is its path.

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "sparseconv/io/write_ply.hpp"
#include "support/byte_writer.hpp"
#include "support/run_program.hpp"
#include "support/temporary_file.hpp"

namespace encode_scan::program_test {
namespace {

namespace sc = sparseconv;

/// Points 5 cm apart on a slope, far from 0.
sc::PointCloud slope() {
  sc::PointCloud cloud{.columns = 6, .names = {"x", "y", "z", "red", "green", "blue"}, .offset = {691000, 5336000, 0}};
  for (int i = 0; i < 3000; ++i) {
    float const x = 0.05F * static_cast<float>(i % 60) + 0.01F;
    float const y = 0.05F * static_cast<float>(i / 60) + 0.01F;
    cloud.values.insert(cloud.values.end(), {x, y, 500 + 0.3F * x, 255, 128, 0});
  }
  return cloud;
}

TEST(EncodeScan, TakesTheBoxOfThePointsAndSaysSo) {
  sc::test::TemporaryFile const file("scan.ply", {});
  sc::write_ply(file.path(), slope());
  auto const outcome =
      sc::test::run_program(ENCODE_SCAN_PROGRAM, "scan.ply --repeat 1 --threads 1 --output out.png", file.folder());
  EXPECT_EQ(outcome.status, 0) << outcome.text;
  EXPECT_NE(outcome.text.find(
                "no --range: the box of the points is taken, --range 691000,5336000,500,691003,5336002.5,504\n"),
            std::string::npos)
      << outcome.text;
  EXPECT_NE(outcome.text.find("3000 points: 3000 in 3000 voxels, 0 dropped out of range"), std::string::npos)
      << outcome.text;
  EXPECT_EQ(outcome.text.find("warning"), std::string::npos) << outcome.text;
  EXPECT_TRUE(std::filesystem::exists(file.folder() / "out.png"));
}

TEST(EncodeScan, WarnsOfNumbersThatNobodyMeasures) {
  sc::test::ByteWriter writer;
  for (int i = 0; i < 1000; ++i) writer.numbers<double>(0.1 * i, 7.3 + 0.01 * i, -1.7, 0.3 * i);
  sc::test::TemporaryFile const file("scan.bin", writer.bytes());
  std::string const arguments = "scan.bin --range 0,0,-3,100,20,1 --repeat 1 --threads 1 --output out.png ";
  EXPECT_NE(sc::test::run_program(ENCODE_SCAN_PROGRAM, arguments, file.folder())
                .text.find("it seems that the file has other columns or types"),
            std::string::npos);
  for (std::string const& right :
       {std::string("--float64"), std::string("--fields 'f8 x, f8 y, f8 z, f8 intensity'")}) {
    auto const outcome = sc::test::run_program(ENCODE_SCAN_PROGRAM, arguments + right, file.folder());
    EXPECT_EQ(outcome.status, 0) << outcome.text;
    EXPECT_EQ(outcome.text.find("warning"), std::string::npos) << outcome.text;
    EXPECT_NE(outcome.text.find("1000 points: "), std::string::npos) << outcome.text;
  }
}

// z, y, x: two points in one voxel, then one and one, and all out of range in another order.
TEST(EncodeScan, ReadsATextAndLimitsItsVoxelsAsItIsTold) {
  sc::test::TemporaryFile const file("scan.txt", sc::test::ByteWriter("1|2|30\n1|2|30\n1|2|31\n1|2|32\n").bytes());
  std::string const arguments =
      "scan.txt --separator '|' --names 'z y x' --range 25,0,0,45,20,4 --repeat 1 --threads 1 --output out.png ";
  auto const says = [&](std::string const& more, std::string const& sentence) {
    auto const outcome = sc::test::run_program(ENCODE_SCAN_PROGRAM, arguments + more, file.folder());
    EXPECT_EQ(outcome.status, 0) << outcome.text;
    EXPECT_NE(outcome.text.find(sentence), std::string::npos) << outcome.text;
  };
  says("", "4 points: 4 in 3 voxels, 0 dropped out of range\n");
  says("--max-points 1",
       "4 points: 3 in 3 voxels, 0 dropped out of range, 1 dropped over the limit of points a voxel\n");
  says("--max-voxels 2", "4 points: 3 in 2 voxels, 0 dropped out of range, 1 dropped over the limit of voxels\n");
}

TEST(EncodeScan, LosesNoScanToItsResults) {
  sc::test::TemporaryFile const file("scan.ply", {});
  sc::write_ply(file.path(), slope());
  auto const size = std::filesystem::file_size(file.path());
  for (std::string const option : {"--output", "--json"}) {
    auto const outcome =
        sc::test::run_program(ENCODE_SCAN_PROGRAM, "scan.ply " + option + " ./scan.ply", file.folder());
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.text, "encode_scan: " + option +
                                " ./scan.ply and the scan scan.ply are one file; give each a file of its own\n");
  }
  EXPECT_EQ(std::filesystem::file_size(file.path()), size);
}

}  // namespace
}  // namespace encode_scan::program_test
