#pragma once

#include <cstdint>

#include "sparseconv/network/network.hpp"

namespace sparseconv::inline v0_1 {

/// Seven stages of two submanifold convolutions of kernel 3 with max pooling between them, no bias and no norm: the network by
/// which spconv measures itself.
///
/// Shapes: input N x in_channels on a grid of at least 64 cells along each axis; output "features" of 256 channels at a 64th of the
///         resolution.
/// Source: the benchmark of spconv 2 (its test/benchmark.py): channels 64, 96, 128, 160, 192, 224, 256.
inline Network pooled(std::int64_t in_channels = 3, std::uint64_t seed = 0) {
  Network network("Pooled", seed);
  Value x = network.input("voxels", {.axes = 3, .channels = in_channels});
  for (int stage = 0; std::int64_t const channels : {64, 96, 128, 160, 192, 224, 256}) {
    if (stage > 0) x = network.pool(error_message({"pool", stage}), x, {.kernel_size = 2});
    for (int layer = 0; layer < 2; ++layer) {
      x = network.submanifold_conv(error_message({"conv", stage, ".", layer}), x, {.out_channels = channels});
    }
    ++stage;
  }
  network.output("features", x);
  return network;
}

}  // namespace sparseconv::inline v0_1
