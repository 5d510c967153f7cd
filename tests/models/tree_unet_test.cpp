// The network that Smart-Tree's authors trained: the radius of simulated trunks, and the way to their axes.
#include "sparseconv/models/tree_unet.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numbers>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "sparseconv/models/name_tables.hpp"
#include "sparseconv/network/bind_parameters.hpp"
#include "sparseconv/network/prepare.hpp"
#include "sparseconv/tensor/make_sparse_tensor.hpp"
#include "sparseconv/weights/torch_checkpoint.hpp"
#include "support/shared_data.hpp"

namespace sparseconv::tree_unet_test {
namespace {

/// The mantle of a vertical cylinder of 2 m, of 150,000 uniform points; of each voxel of 1 cm the first point.
SparseTensor<float, 3> cylinder(double radius) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> uniform(0, 1);
  std::vector<std::array<double, 3>> points;
  for (int i = 0; i < 150'000; ++i) {
    double const angle = 2 * std::numbers::pi * uniform(random);
    double const height = 2 * uniform(random);
    points.push_back({radius * std::cos(angle), height, radius * std::sin(angle)});  // x, y, z
  }
  std::array<double, 3> low = points.front();
  std::array<double, 3> high = points.front();
  for (auto const& point : points) {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      low[axis] = std::min(low[axis], point[axis]);
      high[axis] = std::max(high[axis], point[axis]);
    }
  }
  auto const extent = [&](std::size_t axis) { return std::lround((high[axis] - low[axis]) / 0.01); };
  Grid<3> const grid{.shape = {extent(2), extent(1), extent(0)}};
  std::map<std::tuple<long, long, long>, std::array<double, 3>> voxels;
  for (auto const& point : points) {
    auto const cell = [&](std::size_t axis) { return static_cast<long>(std::floor((point[axis] - low[axis]) / 0.01)); };
    if (cell(0) >= extent(0) || cell(1) >= extent(1) || cell(2) >= extent(2)) continue;
    voxels.emplace(std::tuple(cell(2), cell(1), cell(0)), point);
  }
  std::vector<Coordinate<3>> coordinates;
  std::vector<float> features;
  for (auto const& [cell, point] : voxels) {
    auto const& [z, y, x] = cell;
    coordinates.push_back(
        {.batch = 0,
         .position = {static_cast<std::int32_t>(z), static_cast<std::int32_t>(y), static_cast<std::int32_t>(x)}});
    for (double const along : point) features.push_back(static_cast<float>(along));
  }
  return make_sparse_tensor<float, 3>(cpu, grid, coordinates, features);
}

double median(std::vector<double> values) {
  auto const middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

TEST(TreeUNet, FindsTheRadiusOfTrunksAsItsAuthorsTrainedIt) {
  auto const file = test::shared_data("trained/smart_tree_weights.pt");
  if (file.empty()) GTEST_SKIP() << "the trained network of Smart-Tree is not here";
  Network network = tree_unet(3);
  BindReport const report =
      bind_parameters(network, read_torch_checkpoint(file).arrays, {.tables = name_tables(network)});
  EXPECT_EQ(report.layout, WeightLayout::spconv2);
  EXPECT_TRUE(report.left_over.empty());
  auto const engine = prepare<float>(cpu, network);
  struct Expected {
    double radius;
    double found;
    double cosine;
  };
  for (Expected const& expected : {Expected{0.03, 0.031, 0.89}, {0.05, 0.044, 0.95}, {0.10, 0.079, 0.92}}) {
    SparseTensor<float, 3> const sites = cylinder(expected.radius);
    auto const outputs = engine.run(cpu, sites);
    std::vector<double> radii;
    std::vector<double> cosines;
    for (std::int64_t row = 0; row < sites.sites().size(); ++row) {
      float const* const point = sites.features().data + 3 * row;
      if (!(point[1] > 0.4f && point[1] < 1.6f)) continue;
      radii.push_back(std::exp(static_cast<double>(outputs[0].features().data[row])));
      float const* const way = outputs[1].features().data + 3 * row;
      double const length = std::sqrt(double{way[0]} * way[0] + double{way[1]} * way[1] + double{way[2]} * way[2]);
      double const distance = std::hypot(double{point[0]}, double{point[2]});
      cosines.push_back(-(double{way[0]} * point[0] + double{way[2]} * point[2]) / (length * distance));
    }
    EXPECT_NEAR(median(radii), expected.found, 0.002) << expected.radius;
    EXPECT_NEAR(median(cosines), expected.cosine, 0.02) << expected.radius;
  }
}

}  // namespace
}  // namespace sparseconv::tree_unet_test
