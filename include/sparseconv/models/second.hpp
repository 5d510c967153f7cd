#pragma once

#include <cstdint>
#include <string>

#include "sparseconv/models/blocks.hpp"

namespace sparseconv::inline v0_1 {

/// The middle extractor of SECOND: twelve convolutions that take a voxel grid to an eighth of its resolution.
///
/// Shapes: input N x in_channels on a grid z, y, x of at least 25 x 1 x 1 cells (41 x 1600 x 1408 for KITTI); output "features" of 128
///         channels, for KITTI on a grid of 2 x 200 x 176. folded_to_map() of to_dense() gives what the detection head takes.
/// Source: Yan, Mao, Li, Sensors 2018; OpenPCDet's VoxelBackBone8x; mmdet3d's SparseEncoder of plain blocks.
inline Network second(std::int64_t in_channels = 4, std::uint64_t seed = 0) {
  Network network("SECOND", seed);
  BlockStyle const style{.epsilon = 1e-3};
  Value x = network.input("voxels", {.axes = 3, .channels = in_channels});
  auto const submanifold = [&](char const* name, std::int64_t channels) {
    x = submanifold_norm_relu(network, name, x, {.out_channels = channels}, style);
  };
  auto const strided = [&](char const* name, SparseConvOptions const& options) {
    x = sparse_norm_relu(network, name, x, options, style);
  };
  submanifold("conv_input", 16);
  submanifold("conv1", 16);
  strided("conv2.0", {.out_channels = 32, .stride = 2, .padding = 1});
  submanifold("conv2.1", 32);
  submanifold("conv2.2", 32);
  strided("conv3.0", {.out_channels = 64, .stride = 2, .padding = 1});
  submanifold("conv3.1", 64);
  submanifold("conv3.2", 64);
  strided("conv4.0", {.out_channels = 64, .stride = 2, .padding = {0, 1, 1}});
  submanifold("conv4.1", 64);
  submanifold("conv4.2", 64);
  strided("conv_out", {.out_channels = 128, .kernel_size = {3, 1, 1}, .stride = {2, 1, 1}});
  network.output("features", x);
  return network;
}

}  // namespace sparseconv::inline v0_1
