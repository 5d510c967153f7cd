#pragma once

#include <cstdint>
#include <string>

#include "sparseconv/network/network.hpp"

namespace sparseconv::inline v0_1 {

// RENO, a learned lossless codec of sites: level by level of an octree, from the top, it gives the shares of the 256 occupancies that a
// cell may have, as two choices out of 16: of its low four bits, and, these known, of its high four. Two networks, as a decoder
// has to know the low bits before it can ask for the shares of the high ones. Both are over z, y, x, so that the place of a child in its
// parent is x + 2 y + 4 z, as octree_level gives it.
//
// Source: You et al., RENO: Real-Time Neural Compression for 3D LiDAR Point Clouds, CVPR 2025.

/// How wide the features of the codec are.
struct RenoOptions {
  std::int64_t channels = 32;  ///< features of a site
  std::uint64_t seed = 0;      ///< of the untrained numbers
};

/// A linear layer, ReLU, and another onto the 16 values of four bits.
inline Value reno_head(Network& network, std::string const& name, Value x, std::int64_t channels) {
  x = network.activate(network.linear(name + ".0", x, {.out_channels = channels}), relu);
  return network.linear(name + ".2", x, {.out_channels = 16});
}

/// A convolution and ReLU, and two blocks x = ReLU(x + conv(ReLU(conv(x)))), all submanifold of kernel 3 without bias.
inline Value reno_resnet(Network& network, std::string const& name, Value x, std::int64_t channels) {
  auto const conv = [&](std::string const& layer, Value from) {
    return network.submanifold_conv(name + layer, from, {.out_channels = channels});
  };
  x = network.activate(conv(".0", x), relu);
  for (std::string const block : {".2", ".3"}) {
    Value const inner = network.activate(conv(block + ".conv0", x), relu);
    x = network.activate(network.add(x, conv(block + ".conv1", inner)), relu);
  }
  return x;
}

/// What the codec knows of the children of a level before it has seen their occupancies: features, and the logits of the low four bits of
/// each.
///
/// Shapes: inputs "occupancy" M x 1, of the parents, 0 to 255; "place" N x 1, of the children in their parents, 0 to 7. Outputs
///         "features" N x channels, "low" N x 16.
inline Network reno_level(RenoOptions const& options = {}) {
  Network network("RENO", options.seed);
  std::int64_t const channels = options.channels;
  Value const occupancy = network.input("occupancy", {.axes = 3, .channels = 1});
  Value const place = network.input("place", {.axes = 3, .channels = 1});
  Value const parents =
      reno_resnet(network, "prior_resnet",
                  network.embedding("prior_embedding", occupancy, {.count = 256, .out_channels = channels}), channels);
  Value const of_place = network.embedding("place_embedding", place, {.count = 8, .out_channels = channels});
  Value const x =
      reno_resnet(network, "target_resnet", network.add(network.unpool(parents, place), of_place), channels);
  network.output("features", x);
  network.output("low", reno_head(network, "low_head", x, channels));
  return network;
}

/// The logits of the high four bits of an occupancy whose low four bits are known.
///
/// Shapes: inputs "features" N x channels, as reno_level gives them; "low" N x 1, the low four bits, 0 to 15, on the same sites. Output
///         "high" N x 16.
inline Network reno_high_bits(RenoOptions const& options = {}) {
  Network network("RENO-high", options.seed);
  std::int64_t const channels = options.channels;
  Value const features = network.input("features", {.axes = 3, .channels = channels});
  Value const low = network.input_beside("low", features, 1);
  Value const of_low = network.embedding("low_embedding", low, {.count = 16, .out_channels = channels});
  network.output("high", reno_head(network, "high_head", network.add(features, of_low), channels));
  return network;
}

}  // namespace sparseconv::inline v0_1
