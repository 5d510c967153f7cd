#pragma once

#include <cstdint>
#include <string>

#include "sparseconv/models/blocks.hpp"

namespace sparseconv::inline v0_1 {

/// Four stages in 2-D over the features of pillars, which a point network makes; the next three halve the resolution.
///
/// Shapes: input N x in_channels on a grid y, x; output "features" of 256 channels at an eighth of the resolution.
/// Source: Shi et al., PillarNet, ECCV 2022; OpenPCDet's PillarBackBone8x.
inline Network pillar(std::int64_t in_channels = 32, std::uint64_t seed = 0) {
  Network network("PillarBackBone8x", seed);
  BlockStyle const style{.epsilon = 1e-3};
  Value x = network.input("pillars", {.axes = 2, .channels = in_channels});
  for (int stage = 1; std::int64_t const channels : {32, 64, 128, 256}) {
    std::string const name = error_message({"conv", stage});
    if (stage > 1) {
      x = sparse_norm_relu(network, name + ".down", x, {.out_channels = channels, .stride = 2, .padding = 1}, style);
    }
    for (int i = 0; i < 2; ++i) {
      x = submanifold_norm_relu(network, error_message({name, ".", i}), x, {.out_channels = channels}, style);
    }
    ++stage;
  }
  network.output("features", x);
  return network;
}

/// The same with two basic blocks in place of each pair of submanifold layers. Source: OpenPCDet's PillarRes18BackBone8x.
inline Network pillar_res18(std::int64_t in_channels = 32, std::uint64_t seed = 0) {
  Network network("PillarRes18BackBone8x", seed);
  BlockStyle const style{.epsilon = 1e-3, .bias = true};
  Value x = network.input("pillars", {.axes = 2, .channels = in_channels});
  for (int stage = 1; std::int64_t const channels : {32, 64, 128, 256}) {
    std::string const name = error_message({"conv", stage});
    if (stage > 1) {
      x = sparse_norm_relu(network, name + ".down", x, {.out_channels = channels, .stride = 2, .padding = 1}, style);
    }
    x = basic_blocks(network, name, x, channels, 2, style);
    ++stage;
  }
  network.output("features", x);
  return network;
}

}  // namespace sparseconv::inline v0_1
