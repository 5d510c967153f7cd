#pragma once

#include <cstdint>
#include <string>

#include "sparseconv/models/blocks.hpp"

namespace sparseconv::inline v0_1 {

/// CenterPoint's extractor: SECOND's with two basic blocks in place of each pair of submanifold layers, on wider channels.
///
/// Shapes: as second(); output "features" of 128 channels.
/// Source: Yin, Zhou, Krähenbühl, CVPR 2021; OpenPCDet's VoxelResBackBone8x.
inline Network centerpoint(std::int64_t in_channels = 5, std::uint64_t seed = 0) {
  Network network("CenterPoint", seed);
  BlockStyle const style{.epsilon = 1e-3, .bias = true};
  Value x = network.input("voxels", {.axes = 3, .channels = in_channels});
  x = submanifold_norm_relu(network, "conv_input", x, {.out_channels = 16}, style);
  x = basic_blocks(network, "conv1", x, 16, 2, style);
  auto const stage = [&](std::string const& name, std::int64_t channels, AxisNumbers const& padding) {
    x = sparse_norm_relu(network, name + ".down", x, {.out_channels = channels, .stride = 2, .padding = padding},
                         style);
    x = basic_blocks(network, name, x, channels, 2, style);
  };
  stage("conv2", 32, 1);
  stage("conv3", 64, 1);
  stage("conv4", 128, {0, 1, 1});
  x = sparse_norm_relu(network, "conv_out", x, {.out_channels = 128, .kernel_size = {3, 1, 1}, .stride = {2, 1, 1}},
                       style);
  network.output("features", x);
  return network;
}

/// The encoder of BEVFusion and mmdet3d with basic blocks: the strided convolution ends a stage instead of beginning it.
/// mmdet3d's encoder of plain blocks is second().
///
/// Shapes: as second(); output "features" of 128 channels. The axes are z, y, x; BEVFusion's own are x, y, z.
/// Source: mmdet3d's SparseEncoder (block_type basicblock); Liu et al., BEVFusion, ICRA 2023.
inline Network sparse_encoder(std::int64_t in_channels = 5, std::uint64_t seed = 0) {
  Network network("SparseEncoder", seed);
  BlockStyle const style{.epsilon = 1e-3};
  Value x = network.input("voxels", {.axes = 3, .channels = in_channels});
  x = submanifold_norm_relu(network, "conv_input", x, {.out_channels = 16}, style);
  auto const stage = [&](std::string const& name, std::int64_t channels, std::int64_t out, AxisNumbers const& padding) {
    x = basic_blocks(network, name, x, channels, 2, style);
    x = sparse_norm_relu(network, name + ".down", x, {.out_channels = out, .stride = 2, .padding = padding}, style);
  };
  stage("encoder_layer1", 16, 32, 1);
  stage("encoder_layer2", 32, 64, 1);
  stage("encoder_layer3", 64, 128, {0, 1, 1});
  x = basic_blocks(network, "encoder_layer4", x, 128, 2, style);
  x = sparse_norm_relu(network, "conv_out", x, {.out_channels = 128, .kernel_size = {3, 1, 1}, .stride = {2, 1, 1}},
                       style);
  network.output("features", x);
  return network;
}

}  // namespace sparseconv::inline v0_1
