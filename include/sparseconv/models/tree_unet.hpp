#pragma once

#include <cstdint>
#include <string>

#include "sparseconv/models/blocks.hpp"

namespace sparseconv::inline v0_1 {

/// A U-Net of four levels for trees: of each voxel the radius of its branch (as a logarithm), the way to the branch's axis, and the
/// class wood or leaf.
///
/// Shapes: input N x in_channels; outputs "radius" N x 1, "direction" N x 3, "class" N x 2 on the same sites.
/// Source: Dobbs et al., Smart-Tree, IbPRIA 2023.
inline Network tree_unet(std::int64_t in_channels = 3, std::uint64_t seed = 0) {
  Network network("TreeUNet", seed);
  BlockStyle const style{.epsilon = 1e-5};
  auto const linear_norm_relu = [&](std::string const& name, Value x, std::int64_t channels) {
    return norm_relu(network, name, network.linear(name, x, {.out_channels = channels, .bias = false}), style);
  };
  // A basic block whose shortcut has no norm.
  auto const block = [&](std::string const& name, Value x, std::int64_t channels) {
    Value y = submanifold_norm_relu(network, name + ".conv1", x, {.out_channels = channels}, style);
    y = network.submanifold_conv(name + ".conv2", y, {.out_channels = channels});
    y = network.batch_norm(name + ".conv2.norm", y, style.epsilon);
    if (network.graph().type(x).channels != channels) {
      x = network.linear(name + ".shortcut", x, {.out_channels = channels, .bias = false});
    }
    return network.activate(network.add(y, x), relu);
  };
  auto const level = [&](auto const& self, int depth, Value x, std::int64_t channels) -> Value {
    std::string const name = error_message({"level", depth});
    Value const head = block(name + ".head", x, channels);
    if (depth == 3) return head;
    Value const down =
        network.sparse_conv(name + ".down", head, {.out_channels = 2 * channels, .stride = 2, .padding = 1});
    Value const inner = self(self, depth + 1, norm_relu(network, name + ".down", down, style), 2 * channels);
    Value const up = network.inverse_conv(name + ".up", inner, {.out_channels = channels, .undoes = down});
    return block(name + ".tail", network.concatenate({head, norm_relu(network, name + ".up", up, style)}), channels);
  };
  Value x = network.input("voxels", {.axes = 3, .channels = in_channels});
  x = level(level, 0, linear_norm_relu("input", x, 8), 8);
  auto const head = [&](std::string const& name, std::int64_t channels) {
    Value y = linear_norm_relu(name + ".0", x, 8);
    y = linear_norm_relu(name + ".1", y, 4);
    network.output(name, network.linear(name + ".2", y, {.out_channels = channels, .bias = false}));
  };
  head("radius", 1);
  head("direction", 3);
  head("class", 2);
  return network;
}

}  // namespace sparseconv::inline v0_1
