#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/models/blocks.hpp"

namespace sparseconv::inline v0_1 {

/// The heads of a VoxelNeXt. The defaults are those of its authors for nuScenes.
struct VoxelNextHeads {
  std::vector<std::int64_t> classes = {1, 2, 2, 1, 2, 2};  ///< of each head; a head has branches of its own
  bool velocity = true;                                    ///< whether heads have the branch "vel"
  bool iou = false;                                        ///< whether heads have the branch "iou"
  int kernel_size = 1;                                     ///< of the branches' first convolution: 1 or odd
};

/// The extractor of a VoxelNeXt in three dimensions. The defaults are those of its authors for nuScenes.
struct VoxelNextExtractor {
  std::array<int, 4> kernel_sizes = {3, 3, 3, 3};                 ///< of conv2, conv3, conv4; of conv5 and conv6, odd
  std::array<std::int64_t, 5> channels = {16, 32, 64, 128, 128};  ///< of conv1 to conv5; the last two are equal
  std::int64_t out_channels = 128;                                ///< of the map, and of the heads' hidden layers
};

/// The heads of VoxelNeXt over Waymo: one of three classes, and overlaps in place of velocities.
inline VoxelNextHeads voxelnext_heads_of_waymo() {
  return {.classes = {3}, .velocity = false, .iou = true, .kernel_size = 3};
}

/// A map of three levels of an extractor: the sites of the coarser two, times 2 and 4, join those of the finest; the rows of one
/// place are summed, in three dimensions those along z as well.
inline Value joined_levels(Network& network, Value fine, Value coarser, Value coarsest) {
  coarser = network.scale_sites(coarser, fine, 2);
  coarsest = network.scale_sites(coarsest, fine, 4);
  Value const all = network.unite_sites({fine, coarser, coarsest});
  Value x = network.add(network.onto_sites(fine, all), network.onto_sites(coarser, all));
  x = network.add(x, network.onto_sites(coarsest, all));
  return network.graph().type(fine).axes == 3 ? network.axis_pool(x, 0, Pooling::sum) : x;
}

/// Behind the joined levels: a regular convolution of the map, one that keeps its sites, and the branches of the heads, each an output
/// "heads.0.center" and so on, with hm, the scores of the classes before their sigmoid, last.
inline void add_voxelnext_heads(Network& network, Value x, std::int64_t channels, VoxelNextHeads const& heads) {
  bool const is_flat = network.graph().type(x).axes == 2;
  auto const in_plane = [&](int size) { return is_flat ? AxisNumbers(size) : AxisNumbers(1, size, size); };
  auto const around = [&](int size) { return is_flat ? AxisNumbers(size) : AxisNumbers(0, size, size); };
  BlockStyle const style{.epsilon = 1e-5, .bias = true};
  x = sparse_norm_relu(network, "conv_out", x,
                       {.out_channels = channels, .kernel_size = in_plane(3), .padding = around(1)}, {.epsilon = 1e-3});
  x = submanifold_norm_relu(network, "shared_conv", x,
                            {.out_channels = channels, .kernel_size = in_plane(3), .bias = true}, style);
  for (std::size_t head = 0; head < heads.classes.size(); ++head) {
    auto const branch = [&](char const* name, std::int64_t out) {
      std::string const full = error_message({"heads.", static_cast<std::int64_t>(head), ".", name});
      std::string const hidden = full + ".hidden";
      Value const y =
          heads.kernel_size == 1
              ? norm_relu(network, hidden, network.linear(hidden, x, {.out_channels = channels}), style)
              : submanifold_norm_relu(
                    network, hidden, x,
                    {.out_channels = channels, .kernel_size = in_plane(heads.kernel_size), .bias = true}, style);
      network.output(full, network.linear(full + ".out", y, {.out_channels = out}));
    };
    branch("center", 2);
    branch("center_z", 1);
    branch("dim", 3);
    branch("rot", 2);
    if (heads.velocity) branch("vel", 2);
    if (heads.iou) branch("iou", 1);
    branch("hm", heads.classes[head]);
  }
}

/// VoxelNeXt: a detector that stays sparse to its boxes. CenterPoint's extractor with two stages more, whose sites join those of the
/// fourth in a map, and heads at the sites of the map.
///
/// Shapes: input N x in_channels on a grid z, y, x; the outputs of add_voxelnext_heads lie at M sites 0, y, x of an eighth of the
///         resolution.
/// Throws: ShapeError if channels are below 1, or those of conv4 and conv5 differ; if the kernel of conv5 and conv6 is even.
/// Source: Chen, Liu, Zhang, Qi, Jia, CVPR 2023; OpenPCDet's VoxelResBackBone8xVoxelNeXt and VoxelNeXtHead.
inline Network voxelnext(std::int64_t in_channels = 5, VoxelNextHeads const& heads = {},
                         VoxelNextExtractor const& extractor = {}, std::uint64_t seed = 0) {
  if (extractor.kernel_sizes[3] % 2 == 0) {
    // With half its size as padding it gives a cell more than the grid of conv4 has at twice the position.
    throw ShapeError({"voxelnext: kernel_sizes has ", extractor.kernel_sizes[3],
                      " for conv5 and conv6, whose sites join those of conv4; give an odd one"});
  }
  Network network("VoxelNeXt", seed);
  BlockStyle const style{.epsilon = 1e-3, .bias = true};
  Value x = network.input("voxels", {.axes = 3, .channels = in_channels});
  x = submanifold_norm_relu(network, "conv_input", x, {.out_channels = extractor.channels[0]}, style);
  x = basic_blocks(network, "conv1", x, extractor.channels[0], 2, style);
  std::array<Value, 7> stages{};
  for (std::size_t stage = 2; stage <= 6; ++stage) {
    std::string const name = error_message({"conv", static_cast<std::int64_t>(stage)});
    int const size = extractor.kernel_sizes[stage < 5 ? stage - 2 : 3];
    std::int64_t const channels = extractor.channels[stage < 6 ? stage - 1 : 4];
    x = sparse_norm_relu(network, name + ".down", x,
                         {.out_channels = channels, .kernel_size = size, .stride = 2, .padding = size / 2}, style);
    x = basic_blocks(network, name, x, channels, 2, style);
    stages[stage] = x;
  }
  add_voxelnext_heads(network, joined_levels(network, stages[4], stages[5], stages[6]), extractor.out_channels, heads);
  return network;
}

/// The same over the features of pillars, which a point network makes: in two dimensions, with deeper stages.
///
/// Shapes: input N x in_channels on a grid y, x; outputs as of voxelnext(), at sites y, x.
/// Source: OpenPCDet's VoxelResBackBone8xVoxelNeXt2D.
inline Network voxelnext_2d(std::int64_t in_channels = 32, VoxelNextHeads const& heads = {}, std::uint64_t seed = 0) {
  Network network("VoxelNeXt2D", seed);
  BlockStyle const style{.epsilon = 1e-3, .bias = true};
  Value x = network.input("pillars", {.axes = 2, .channels = in_channels});
  std::array<Value, 7> stages{};
  constexpr std::array<std::int64_t, 7> stage_channels{0, 32, 64, 128, 256, 256, 256};
  constexpr std::array<int, 7> blocks{0, 3, 4, 6, 3, 3, 3};
  for (std::size_t stage = 1; stage <= 6; ++stage) {
    std::string const name = error_message({"conv", static_cast<std::int64_t>(stage)});
    std::int64_t const channels = stage_channels[stage];
    if (stage > 1) {
      x = sparse_norm_relu(network, name + ".down", x, {.out_channels = channels, .stride = 2, .padding = 1}, style);
    }
    x = basic_blocks(network, name, x, channels, blocks[stage], style);
    stages[stage] = x;
  }
  add_voxelnext_heads(network, joined_levels(network, stages[4], stages[5], stages[6]), 256, heads);
  return network;
}

}  // namespace sparseconv::inline v0_1
