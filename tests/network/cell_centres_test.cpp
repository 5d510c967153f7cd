#include "sparseconv/network/cell_centres.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "sparseconv/models/second.hpp"
#include "sparseconv/models/voxelnext.hpp"
#include "sparseconv/network/network.hpp"
#include "support/error_message.hpp"

namespace sparseconv::cell_centres_test {
namespace {

using test::message_of;

// SECOND: kernels 3 with padding 1 and stride 2 stand on cell 2 o; conv4.0 has no padding along z: 2 o + 1; conv_out, 3 x 1 x 1 with
// stride 2 along z: 2 o + 1. Along z so 2 (2 (2 (2 o + 1) + 1)) = 16 o + 12, along y and x 8 o.
TEST(NetworkCellCentres, OfSecondByHand) {
  Network const net = second(4);
  auto const centres = cell_centres<3>(net, net.outputs()[0].value);
  EXPECT_EQ(centres.scale, (std::array<double, 3>{16, 8, 8}));
  EXPECT_EQ(centres.shift, (std::array<double, 3>{12, 0, 0}));
  EXPECT_EQ(cell_centres<3>(net, net.inputs()[0]), CellCentres<3>{});
  auto const half = net.graph().find("conv2.1");
  ASSERT_TRUE(half.has_value());
  EXPECT_EQ(cell_centres<3>(net, *half).scale, (std::array<double, 3>{2, 2, 2}));
}

// Down by pooling (2 o + 1/2) and a convolution of 4 with dilation 2 and stride 3 (3 o - 1 + 3), up again by the inverse of the latter:
// the sites of the former. Sites that a value is put onto are the other's.
TEST(NetworkCellCentres, OfSharedSitesAreOne) {
  Network net("net");
  Value const x = net.input("x", {.axes = 2, .channels = 4});
  Value const pooled = net.pool("pooled", x, {.kernel_size = 2});
  Value const down =
      net.sparse_conv("down", pooled, {.out_channels = 4, .kernel_size = 4, .stride = 3, .padding = 1, .dilation = 2});
  Value const up = net.inverse_conv("up", down, {.out_channels = 4, .undoes = down});
  Value const body = net.submanifold_conv("body", up, {.out_channels = 4, .kernel_size = 2});
  auto const at_pooled = cell_centres<2>(net, pooled);
  EXPECT_EQ(at_pooled.scale, (std::array<double, 2>{2, 2}));
  EXPECT_EQ(at_pooled.shift, (std::array<double, 2>{0.5, 0.5}));
  auto const at_down = cell_centres<2>(net, down);
  EXPECT_EQ(at_down.scale, (std::array<double, 2>{6, 6}));
  EXPECT_EQ(at_down.shift, (std::array<double, 2>{4.5, 4.5}));
  EXPECT_EQ(cell_centres<2>(net, up), at_pooled);
  EXPECT_EQ(cell_centres<2>(net, body), at_pooled);
}

// Of VoxelNeXt's map along y and x as of its stage 4: 8 o; along z at the first cell.
TEST(NetworkCellCentres, OfJoinedLevelsAreThoseOfTheFinest) {
  Network const net = voxelnext(4);
  auto const centres = cell_centres<3>(net, net.outputs()[0].value);
  EXPECT_EQ(centres.scale, (std::array<double, 3>{8, 8, 8}));
  EXPECT_EQ(centres.shift, (std::array<double, 3>{0, 0, 0}));
}

TEST(NetworkCellCentres, SayWhatLiesNowhere) {
  Network net("net");
  Value const x = net.input("x", {.axes = 2, .channels = 4});
  Value const items = net.global_pool(x, Pooling::max);
  EXPECT_EQ(message_of<ShapeError>([&] { return cell_centres<2>(net, items).scale[0]; }),
            "cell_centres: 'global_pool1' has one row a batch item, which lies nowhere; give a value that has sites");
  EXPECT_EQ(message_of<ShapeError>([&] { return cell_centres<3>(net, x).scale[0]; }),
            "cell_centres: 'x' has 2 axes, asked for are 3; call cell_centres<2>");
}

}  // namespace
}  // namespace sparseconv::cell_centres_test
