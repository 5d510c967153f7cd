#include "run_network/input.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "support/error_message.hpp"
#include "support/temporary_file.hpp"

namespace run_network::input_test {
namespace {

using sparseconv::CoordinateError;
using sparseconv::FormatError;
using sparseconv::make_array;
using sparseconv::ShapeError;
using sparseconv::test::message_of;

/// Two .npy files in a folder of the test's own.
class SitesAndFeatures : public ::testing::Test {
 protected:
  [[nodiscard]] std::string sites() const { return (file_.folder() / "sites.npy").string(); }
  [[nodiscard]] std::string features() const { return (file_.folder() / "features.npy").string(); }

  void write_sites(sparseconv::Array const& array) const { sparseconv::write_npy_array(sites(), array); }
  void write_features(sparseconv::Array const& array) const { sparseconv::write_npy_array(features(), array); }

  [[nodiscard]] Input read(char const* network, std::vector<std::int32_t> const& shape = {}) const {
    return read_sites(network_named(network), sites(), features(), shape);
  }
  template <class Exception>
  [[nodiscard]] std::string refusal(char const* network, std::vector<std::int32_t> const& shape = {}) const {
    return message_of<Exception>([&] { return read(network, shape); });
  }

 private:
  sparseconv::test::TemporaryFile file_{"folder", {}};
};

std::vector<std::int32_t> const two_sites{1, 4, 5, 6, 0, 7, 8, 9};
std::vector<float> const two_rows{10, 11, 20, 21};

TEST_F(SitesAndFeatures, AreReadAsTheyStand) {
  write_sites(make_array({2, 4}, two_sites));
  write_features(make_array({2, 2}, two_rows));
  Input const input = read("tree_unet", {8, 9, 10});
  EXPECT_EQ(input.list.axes, 3);
  EXPECT_EQ(input.list.size(), 2);
  EXPECT_EQ(input.list.coordinates, two_sites);
  EXPECT_EQ(input.list.channels, 2);
  EXPECT_EQ(input.list.features, two_rows);
  EXPECT_EQ(shape_of(input.list), "8 x 9 x 10");
  EXPECT_EQ(input.words, sites() + ": 2 sites");

  // As a tensor the batch items stand in order, each site with its own row.
  auto const tensor = tensor_of<double, 3>(sparseconv::seq, input.list);
  EXPECT_EQ(tensor.grid().batch_size, 2);
  EXPECT_EQ(tensor.grid().shape, (sparseconv::Shape<3>{8, 9, 10}));
  SiteList const back = list_of(tensor);
  EXPECT_EQ(back.coordinates, (std::vector<std::int32_t>{0, 7, 8, 9, 1, 4, 5, 6}));
  EXPECT_EQ(back.features, (std::vector<float>{20, 21, 10, 11}));
  EXPECT_EQ(back.shape, (std::vector<std::int32_t>{8, 9, 10}));
}

TEST_F(SitesAndFeatures, OfTwoAxesWithoutBounds) {
  write_sites(make_array({2, 3}, std::vector<std::int64_t>{0, -7, 3, 0, -7, 2}));
  write_features(make_array({2, 1}, std::vector<sparseconv::half>{sparseconv::half(1.5F), sparseconv::half(2)}));
  Input const input = read("pillar");
  EXPECT_EQ(shape_of(input.list), "no bounds");
  SiteList const back = list_of(tensor_of<float, 2>(sparseconv::cpu, input.list));
  EXPECT_EQ(back.coordinates, (std::vector<std::int32_t>{0, -7, 2, 0, -7, 3}));
  EXPECT_EQ(back.features, (std::vector<float>{2, 1.5F}));
  EXPECT_TRUE(back.shape.empty());
}

TEST_F(SitesAndFeatures, MayBeNone) {
  write_sites(make_array({0, 4}, std::vector<std::int32_t>{}));
  write_features(make_array({0, 5}, std::vector<float>{}));
  auto const tensor = tensor_of<float, 3>(sparseconv::seq, read("second").list);
  EXPECT_EQ(tensor.size(), 0);
  EXPECT_EQ(tensor.channels(), 5);
}

TEST_F(SitesAndFeatures, OfOtherAxesAreRefused) {
  write_sites(make_array({2, 3}, std::vector<std::int32_t>(6)));
  write_features(make_array({2, 2}, two_rows));
  EXPECT_EQ(refusal<ShapeError>("second"),
            "run_network: --sites " + sites() +
                " has the shape (2, 3); second has 3 axes and takes N x 4: the batch, then z, y, x");
  write_sites(make_array({2, 4}, two_sites));
  EXPECT_EQ(refusal<ShapeError>("pillar"), "run_network: --sites " + sites() +
                                               " has the shape (2, 4); pillar has 2 axes and takes N x 3: the batch, "
                                               "then y, x");
  write_sites(make_array({8}, two_sites));
  EXPECT_EQ(refusal<ShapeError>("second"),
            "run_network: --sites " + sites() +
                " has the shape (8,); second has 3 axes and takes N x 4: the batch, then z, y, x");
}

TEST_F(SitesAndFeatures, OfOtherRowsAreRefused) {
  write_sites(make_array({2, 4}, two_sites));
  for (std::vector<std::int64_t> const& shape : {std::vector<std::int64_t>{1, 4}, {4, 1}, {4}, {2, 1, 2}}) {
    write_features(make_array(shape, two_rows));
    EXPECT_EQ(refusal<ShapeError>("second"), "run_network: --features " + features() + " has the shape " +
                                                 sparseconv::tuple_text(shape) +
                                                 " for 2 sites; give a row for each site, of one channel at least");
  }
  write_features(make_array({2, 0}, std::vector<float>{}));
  EXPECT_EQ(refusal<ShapeError>("second"), "run_network: --features " + features() +
                                               " has the shape (2, 0) for 2 sites; give a row for each site, of one "
                                               "channel at least");
}

TEST_F(SitesAndFeatures, OfOtherTypesAreRefused) {
  write_sites(make_array({1, 4}, std::vector<float>(4)));
  write_features(make_array({1, 1}, std::vector<float>(1)));
  EXPECT_EQ(
      refusal<FormatError>("second"),
      "run_network: --sites " + sites() + ": the array holds float32, and int32 was asked for; save a.astype('int32')");
  write_sites(make_array({1, 4}, std::vector<std::int64_t>{0, 0, std::int64_t{1} << 31, 0}));
  EXPECT_EQ(refusal<FormatError>("second"), "run_network: --sites " + sites() +
                                                ": the number at (0, 2) is 2147483648, which int32 does not hold; save "
                                                "numbers that it holds, or ask for another type");
}

TEST_F(SitesAndFeatures, OnAShapeOfOtherAxesAreRefused) {
  write_sites(make_array({2, 4}, two_sites));
  write_features(make_array({2, 2}, two_rows));
  EXPECT_EQ(refusal<ShapeError>("second", {5, 5}),
            "run_network: --shape 5,5 has 2 numbers, and second has 3 axes; give one number for each");
}

TEST_F(SitesAndFeatures, ThatAreNoFilesAreRefused) {
  EXPECT_NE(refusal<FormatError>("second").find(sites()), std::string::npos);
  write_sites(make_array({2, 4}, two_sites));
  EXPECT_NE(refusal<FormatError>("second").find(features()), std::string::npos);
}

/// The library's own sentences for lists that make no tensor.
TEST(SiteList, OfRepeatedOrWrongSitesIsRefused) {
  SiteList list{.axes = 2, .coordinates = {0, 1, 2, 0, 1, 2}, .channels = 1, .features = {1, 2}, .shape = {}};
  auto const refusal = [&] {
    return message_of<CoordinateError>([&] { return tensor_of<float, 2>(sparseconv::seq, list); });
  };
  EXPECT_EQ(refusal(),
            "make_sparse_tensor: points 0 and 1 are both at (batch 0; 1, 2); drop one, or say what to do with "
            "Duplicates::sum, mean, max or first");
  list.coordinates[3] = std::numeric_limits<std::int32_t>::max();
  EXPECT_NE(refusal().find("site (batch 2147483647; 1, 2) is outside the grid"), std::string::npos) << refusal();
  list.coordinates[3] = -1;
  EXPECT_NE(refusal().find("site (batch -1; 1, 2) is outside the grid"), std::string::npos) << refusal();
  list.coordinates[3] = 1;
  list.shape = {2, 2};
  EXPECT_NE(refusal().find("site (batch 0; 1, 2) is outside the grid (shape 2 x 2"), std::string::npos) << refusal();
  list.shape = {2, 0};
  EXPECT_NE(message_of<ShapeError>([&] {
              return tensor_of<float, 2>(sparseconv::seq, list);
            }).find("every extent must be at least 1"),
            std::string::npos);
}

TEST(ReadScan, GivesTheVoxelsOfASimulatedScan) {
  scan_input::ScanOptions options;
  options.grid = {.voxel_size = {1, 1, 1}, .low = {-20, -20, -3}, .high = {20, 20, 1}, .extra_slices = 1};
  Input const input = read_scan(options, 1);
  EXPECT_EQ(input.list.channels, 4);
  EXPECT_EQ(input.list.shape, (std::vector<std::int32_t>{5, 40, 40}));
  EXPECT_EQ(input.words.find("simulated scan, "), 0U) << input.words;
  auto const cloud = scan_input::load_scan(options, 1);
  auto const voxels = sparseconv::voxelize(sparseconv::seq, cloud, options.grid).tensor;
  ASSERT_GT(voxels.size(), 100);
  auto const tensor = tensor_of<float, 3>(sparseconv::seq, input.list);
  EXPECT_TRUE(std::ranges::equal(tensor.sites().coordinates(), voxels.sites().coordinates()));
  EXPECT_TRUE(std::ranges::equal(tensor.features().values(), voxels.features().values()));
}

}  // namespace
}  // namespace run_network::input_test
