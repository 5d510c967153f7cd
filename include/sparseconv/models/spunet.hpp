#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "sparseconv/models/blocks.hpp"

namespace sparseconv::inline v0_1 {

/// The U-Net of Pointcept: strided convolutions of the regular definition that change channels, and inverse ones back.
///
/// Shapes: input N x in_channels on a bounded grid; an odd extent loses its last slice on the way down, so its authors take the
///         largest coordinate + 96 for an extent. Output "logits" N x classes on the same sites.
/// Source: Pointcept's SpUNet-v1m1.
inline Network spunet(std::int64_t in_channels = 6, std::int64_t classes = 20, std::uint64_t seed = 0) {
  Network network("SpUNet", seed);
  BlockStyle const style{.epsilon = 1e-3};
  constexpr std::array<std::int64_t, 4> down_channels{32, 64, 128, 256};
  constexpr std::array<int, 4> down_blocks{2, 3, 4, 6};
  constexpr std::array<std::int64_t, 4> up_channels{96, 96, 128, 256};
  Value x = network.input("voxels", {.axes = 3, .channels = in_channels});
  x = submanifold_norm_relu(network, "conv_input", x, {.out_channels = 32, .kernel_size = 5}, style);
  std::vector<Value> skips;
  std::vector<Value> downs;
  for (std::size_t s = 0; s < 4; ++s) {
    skips.push_back(x);
    std::string const down = error_message({"down.", s});
    downs.push_back(network.sparse_conv(down, x, {.out_channels = down_channels[s], .kernel_size = 2, .stride = 2}));
    x = norm_relu(network, down, downs.back(), style);
    x = basic_blocks(network, error_message({"enc.", s}), x, down_channels[s], down_blocks[s], style);
  }
  for (std::size_t s = 4; s-- > 0;) {
    std::string const up = error_message({"up.", s});
    x = network.inverse_conv(up, x, {.out_channels = up_channels[s], .undoes = downs[s]});
    x = network.concatenate({norm_relu(network, up, x, style), skips[s]});
    x = basic_blocks(network, error_message({"dec.", s}), x, up_channels[s], 2, style);
  }
  network.output("logits", network.linear("final", x, {.out_channels = classes}));
  return network;
}

}  // namespace sparseconv::inline v0_1
