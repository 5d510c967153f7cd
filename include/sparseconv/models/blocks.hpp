#pragma once

#include <cstdint>
#include <string>

#include "sparseconv/network/network.hpp"

namespace sparseconv::inline v0_1 {

/// What the norms and convolutions of a model's blocks have in common.
struct BlockStyle {
  double epsilon = 1e-5;  ///< of the norms
  bool bias = false;      ///< of a block's convolutions
};

/// A batch norm, named after the node before it, and ReLU.
inline Value norm_relu(Network& network, std::string const& name, Value x, BlockStyle const& style) {
  return network.activate(network.batch_norm(name + ".norm", x, style.epsilon), relu);
}

/// A submanifold convolution without bias, a batch norm and ReLU.
inline Value submanifold_norm_relu(Network& network, std::string const& name, Value x,
                                   SubmanifoldConvOptions const& options, BlockStyle const& style) {
  return norm_relu(network, name, network.submanifold_conv(name, x, options), style);
}

/// A convolution of the regular or floor definition without bias, a batch norm and ReLU.
inline Value sparse_norm_relu(Network& network, std::string const& name, Value x, SparseConvOptions const& options,
                              BlockStyle const& style) {
  return norm_relu(network, name, network.sparse_conv(name, x, options), style);
}

/// The basic block of residual networks: two submanifold convolutions of kernel 3 with norms, and a shortcut around them, which is
/// a linear node and a norm where the channels change.
///
/// Source: He, Zhang, Ren, Sun, CVPR 2016.
inline Value basic_block(Network& network, std::string const& name, Value x, std::int64_t channels,
                         BlockStyle const& style) {
  SubmanifoldConvOptions const options{.out_channels = channels, .bias = style.bias};
  Value y = submanifold_norm_relu(network, name + ".conv1", x, options, style);
  std::string const second = name + ".conv2";
  y = network.batch_norm(second + ".norm", network.submanifold_conv(second, y, options), style.epsilon);
  if (network.graph().type(x).channels != channels) {
    std::string const shortcut = name + ".shortcut";
    x = network.linear(shortcut, x, {.out_channels = channels, .bias = false});
    x = network.batch_norm(shortcut + ".norm", x, style.epsilon);
  }
  return network.activate(network.add(y, x), relu);
}

/// So many basic blocks, one after the other.
inline Value basic_blocks(Network& network, std::string const& name, Value x, std::int64_t channels, int count,
                          BlockStyle const& style) {
  for (int i = 0; i < count; ++i) x = basic_block(network, error_message({name, ".", i}), x, channels, style);
  return x;
}

}  // namespace sparseconv::inline v0_1
