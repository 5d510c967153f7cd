#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "sparseconv/models/blocks.hpp"

namespace sparseconv::inline v0_1 {

/// What tells one MinkUNet from another; each has four stages down and four up.
struct MinkUNetShape {
  std::vector<std::int64_t> stem_kernels{5};  ///< one convolution each, of 32 channels
  std::array<std::int64_t, 8> planes{};       ///< channels of the stages, down and then up
  std::array<int, 8> blocks{};                ///< basic blocks of each
};

/// A U-Net of basic blocks: a stem; four times a convolution of kernel 2 and stride 2 (floor definition) and blocks; four times a
/// transposed convolution of kernel 2 onto the sites of the way down, the skip beside it, and blocks; a linear classifier.
///
/// Shapes: input N x in_channels of any sites; output "logits" N x classes on the same sites.
/// Source: Choy, Gwak, Savarese, CVPR 2019.
inline Network minkunet(std::string name, MinkUNetShape const& shape, std::int64_t in_channels, std::int64_t classes,
                        std::uint64_t seed = 0) {
  Network network(std::move(name), seed);
  BlockStyle const style{.epsilon = 1e-5};
  Value x = network.input("voxels", {.axes = 3, .channels = in_channels});
  for (std::size_t i = 0; i < shape.stem_kernels.size(); ++i) {
    x = submanifold_norm_relu(network, error_message({"stem.", i}), x,
                              {.out_channels = 32, .kernel_size = shape.stem_kernels[i]}, style);
  }
  std::vector<Value> skips;
  for (std::size_t s = 0; s < 4; ++s) {
    std::string const stage = error_message({"down", s + 1});
    skips.push_back(x);
    x = sparse_norm_relu(network, stage, x,
                         {.out_channels = network.graph().type(x).channels,
                          .kernel_size = 2,
                          .stride = 2,
                          .definition = OutputDefinition::floor},
                         style);
    x = basic_blocks(network, stage, x, shape.planes[s], shape.blocks[s], style);
  }
  for (std::size_t s = 4; s < 8; ++s) {
    std::string const stage = error_message({"up", s - 3});
    Value const skip = skips.back();
    skips.pop_back();
    x = network.transposed_conv(stage, x,
                                {.out_channels = shape.planes[s], .kernel_size = 2, .stride = 2, .onto = skip});
    x = network.concatenate({norm_relu(network, stage, x, style), skip});
    x = basic_blocks(network, stage, x, shape.planes[s], shape.blocks[s], style);
  }
  network.output("logits", network.linear("classifier", x, {.out_channels = classes}));
  return network;
}

/// MinkUNet14A of MinkowskiEngine, for classes at every site.
inline Network minkunet14a(std::int64_t in_channels = 3, std::int64_t classes = 20, std::uint64_t seed = 0) {
  return minkunet("MinkUNet14A", {.planes = {32, 64, 128, 256, 128, 128, 96, 96}, .blocks = {1, 1, 1, 1, 1, 1, 1, 1}},
                  in_channels, classes, seed);
}

/// MinkUNet18A of MinkowskiEngine, for classes at every site.
inline Network minkunet18a(std::int64_t in_channels = 3, std::int64_t classes = 20, std::uint64_t seed = 0) {
  return minkunet("MinkUNet18A", {.planes = {32, 64, 128, 256, 128, 128, 96, 96}, .blocks = {2, 2, 2, 2, 2, 2, 2, 2}},
                  in_channels, classes, seed);
}

/// MinkUNet34C of MinkowskiEngine, for classes at every site.
inline Network minkunet34c(std::int64_t in_channels = 3, std::int64_t classes = 20, std::uint64_t seed = 0) {
  return minkunet("MinkUNet34C", {.planes = {32, 64, 128, 256, 256, 128, 96, 96}, .blocks = {2, 3, 4, 6, 2, 2, 2, 2}},
                  in_channels, classes, seed);
}

/// The MinkUNet of SPVNAS and of mmdet3d (its MinkUNetBackbone): two convolutions of kernel 3 in the stem.
///
/// Source: Tang et al., SPVNAS, ECCV 2020.
inline Network spvnas_minkunet(std::int64_t in_channels = 4, std::int64_t classes = 19, std::uint64_t seed = 0) {
  return minkunet(
      "SPVNAS-MinkUNet",
      {.stem_kernels = {3, 3}, .planes = {32, 64, 128, 256, 256, 128, 96, 96}, .blocks = {2, 2, 2, 2, 2, 2, 2, 2}},
      in_channels, classes, seed);
}

}  // namespace sparseconv::inline v0_1
