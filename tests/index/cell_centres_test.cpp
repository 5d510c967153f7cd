#include "sparseconv/index/cell_centres.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "sparseconv/layers/sparse_conv.hpp"
#include "sparseconv/layers/sparse_pool.hpp"
#include "sparseconv/layers/submanifold_conv.hpp"
#include "sparseconv/layers/transposed_conv.hpp"
#include "support/error_message.hpp"
#include "support/random_numbers.hpp"

namespace sparseconv::cell_centres_test {
namespace {

using test::RandomNumbers;

/// The mean of the cells that a cell is joined with along one axis, by a loop over the kernel.
double mean_of_joined(KernelGeometry<2> const& geometry, int axis, std::int64_t cell) {
  double sum = 0;
  for (std::int64_t k = 0; k < geometry.kernel_size[axis]; ++k) {
    sum += static_cast<double>(cell * geometry.stride[axis] - geometry.padding[axis] + k * geometry.dilation[axis]);
  }
  return sum / geometry.kernel_size[axis];
}

KernelGeometry<2> random_geometry(RandomNumbers& random) {
  auto const each = [&](int low, int high) {
    return PerAxis<2>(static_cast<std::int32_t>(random.between(low, high)),
                      static_cast<std::int32_t>(random.between(low, high)));
  };
  return {.kernel_size = each(1, 6), .stride = each(1, 4), .padding = each(0, 5), .dilation = each(1, 3)};
}

Coordinate<2> random_cell(RandomNumbers& random) {
  return {0, {static_cast<std::int32_t>(random.between(-50, 50)), static_cast<std::int32_t>(random.between(-50, 50))}};
}

// Of a transposed geometry an input reaches outputs; their mean lies at the input.
TEST(CellCentres, LieInTheMiddleOfWhatTheKernelCovers) {
  RandomNumbers random(1);
  for (int round = 0; round < 300; ++round) {
    KernelGeometry<2> geometry = random_geometry(random);
    Coordinate<2> const cell = random_cell(random);
    std::array<double, 2> const covered{mean_of_joined(geometry, 0, cell.position[0]),
                                        mean_of_joined(geometry, 1, cell.position[1])};
    auto const centres = cell_centres(geometry);
    geometry.transposed = true;
    auto const back = cell_centres(geometry);
    for (std::size_t axis = 0; axis < 2; ++axis) {
      EXPECT_NEAR(centres(cell)[axis], covered[axis], 1e-12);
      EXPECT_NEAR(back(covered)[axis], cell.position[axis], 1e-12);
      EXPECT_NEAR(centres.inverse()(covered)[axis], cell.position[axis], 1e-12);
    }
  }
}

// Through two layers: the mean over all ways through both kernels.
TEST(CellCentres, GoThroughTwoLayers) {
  RandomNumbers random(2);
  for (int round = 0; round < 200; ++round) {
    KernelGeometry<2> const first = random_geometry(random);
    KernelGeometry<2> const second = random_geometry(random);
    Coordinate<2> const cell = random_cell(random);
    auto const centres = cell_centres(first).then(cell_centres(second));
    for (int axis = 0; axis < 2; ++axis) {
      double sum = 0;
      for (std::int64_t k = 0; k < second.kernel_size[axis]; ++k) {
        sum += mean_of_joined(first, axis,
                              std::int64_t{cell.position[static_cast<std::size_t>(axis)]} * second.stride[axis] -
                                  second.padding[axis] + k * second.dilation[axis]);
      }
      EXPECT_NEAR(centres(cell)[static_cast<std::size_t>(axis)], sum / second.kernel_size[axis], 1e-11);
    }
  }
}

// A submanifold output has the place of its input, though an even kernel reaches further to one side. Without the padding that keeps
// the sites the output has another name: kernel 3, padding 0, so output o is at input o + 1.
TEST(CellCentres, OfSubmanifoldOutputsAreThoseOfTheirInputs) {
  KernelGeometry<2> geometry{.kernel_size = {2, 5}, .dilation = {3, 2}};
  geometry.padding = geometry.same_padding();
  EXPECT_EQ(cell_centres(geometry, OutputDefinition::submanifold), CellCentres<2>{});
  EXPECT_EQ(cell_centres(geometry).shift[0], 1.5) << "the regular outputs of the same kernel";
  KernelGeometry<2> const moved{.kernel_size = 3};
  EXPECT_EQ(cell_centres(moved, OutputDefinition::submanifold).shift, (std::array<double, 2>{1, 1}));
  KernelGeometry<2> const told{.kernel_size = 2, .padding = 1, .centre = 1};
  EXPECT_EQ(cell_centres(told, OutputDefinition::submanifold), CellCentres<2>{});
}

TEST(CellCentres, OfLayersAreThoseOfTheirGeometry) {
  SparseConv2D<float> const down({.in_channels = 1, .out_channels = 1, .kernel_size = 3, .stride = 2, .padding = 1});
  EXPECT_EQ(cell_centres(down)({0, {5, -3}}), (std::array<double, 2>{10, -6}));
  SparsePool2D const pool({.kernel_size = 2});
  EXPECT_EQ(cell_centres(pool)({0, {5, 0}}), (std::array<double, 2>{10.5, 0.5}));
  SubmanifoldConv2D<float> const same({.in_channels = 1, .out_channels = 1, .kernel_size = 4});
  EXPECT_EQ(cell_centres(same)({0, {5, 7}}), (std::array<double, 2>{5, 7}));
  TransposedConv2D<float> const up({.in_channels = 1, .out_channels = 1, .kernel_size = 2, .stride = 2});
  EXPECT_EQ(cell_centres(up)({0, {4, 5}}), (std::array<double, 2>{1.75, 2.25})) << "two outputs around input 2";
}

TEST(CellCentres, SayWhatIsWrongWithAGeometry) {
  EXPECT_EQ(test::message_of<ShapeError>([] { return cell_centres(KernelGeometry<1>{.stride = 0}).scale[0]; }),
            "cell_centres: stride is 0; every stride must be at least 1");
}

}  // namespace
}  // namespace sparseconv::cell_centres_test
