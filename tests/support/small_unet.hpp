#pragma once

#include <cstdint>

#include "sparseconv/models/blocks.hpp"

namespace sparseconv::test {

/// A U-Net of one level: down, a block, and up again beside a skip.
inline Network small_unet(std::int64_t in_channels, std::int64_t inner_channels, std::int64_t out_channels) {
  Network net("UNet");
  BlockStyle const style;
  Value const input = net.input("x", {.channels = in_channels});
  Value const skip = submanifold_norm_relu(net, "stem", input, {.out_channels = 16}, style);
  Value const down = net.sparse_conv("down", skip, {.out_channels = inner_channels, .stride = 2, .padding = 1});
  Value const inner = basic_block(net, "inner", norm_relu(net, "down", down, style), inner_channels, style);
  Value const up = norm_relu(net, "up", net.inverse_conv("up", inner, {.out_channels = 16, .undoes = down}), style);
  net.output("y", net.linear("head", net.concatenate({up, skip}), {.out_channels = out_channels}));
  return net;
}

}  // namespace sparseconv::test
