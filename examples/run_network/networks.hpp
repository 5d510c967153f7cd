#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "sparseconv/networks.hpp"

namespace run_network {

/// A network of the field by the name that the command line has for it.
struct NamedNetwork {
  char const* name;
  int axes;
  std::int64_t channels;  ///< of its input, where nobody says otherwise
  char const* words;
  sparseconv::Network (*make)(std::int64_t in_channels, std::uint64_t seed);
};

inline std::span<NamedNetwork const> networks() {
  using Channels = std::int64_t;
  using Seed = std::uint64_t;
  static constexpr std::array<NamedNetwork, 15> all{
      {{"second", 3, 4, "the middle extractor of SECOND (OpenPCDet's VoxelBackBone8x)",
        [](Channels in, Seed seed) { return sparseconv::second(in, seed); }},
       {"pooled", 3, 3, "the network by which spconv measures itself, with max pooling",
        [](Channels in, Seed seed) { return sparseconv::pooled(in, seed); }},
       {"centerpoint", 3, 5, "the residual extractor of CenterPoint (VoxelResBackBone8x)",
        [](Channels in, Seed seed) { return sparseconv::centerpoint(in, seed); }},
       {"sparse_encoder", 3, 5, "the encoder of BEVFusion and mmdet3d, of basic blocks",
        [](Channels in, Seed seed) { return sparseconv::sparse_encoder(in, seed); }},
       {"voxelnext", 3, 5, "the detector VoxelNeXt with its heads for nuScenes",
        [](Channels in, Seed seed) { return sparseconv::voxelnext(in, {}, {}, seed); }},
       {"voxelnext_waymo", 3, 5, "the same with its head for Waymo",
        [](Channels in, Seed seed) {
          return sparseconv::voxelnext(in, sparseconv::voxelnext_heads_of_waymo(), {}, seed);
        }},
       {"voxelnext_2d", 2, 32, "VoxelNeXt over the features of pillars, with its heads for nuScenes",
        [](Channels in, Seed seed) { return sparseconv::voxelnext_2d(in, {}, seed); }},
       {"minkunet14a", 3, 3, "MinkowskiEngine's U-Net of 14 layers, for 20 classes",
        [](Channels in, Seed seed) { return sparseconv::minkunet14a(in, 20, seed); }},
       {"minkunet18a", 3, 3, "MinkowskiEngine's U-Net of 18 layers, for 20 classes",
        [](Channels in, Seed seed) { return sparseconv::minkunet18a(in, 20, seed); }},
       {"minkunet34c", 3, 3, "MinkowskiEngine's U-Net of 34 layers, for 20 classes",
        [](Channels in, Seed seed) { return sparseconv::minkunet34c(in, 20, seed); }},
       {"spvnas_minkunet", 3, 4, "the MinkUNet of SPVNAS and mmdet3d, for 19 classes",
        [](Channels in, Seed seed) { return sparseconv::spvnas_minkunet(in, 19, seed); }},
       {"spunet", 3, 6, "Pointcept's SpUNet, for 20 classes",
        [](Channels in, Seed seed) { return sparseconv::spunet(in, 20, seed); }},
       {"pillar", 2, 32, "OpenPCDet's PillarBackBone8x, over the features of pillars",
        [](Channels in, Seed seed) { return sparseconv::pillar(in, seed); }},
       {"pillar_res18", 2, 32, "OpenPCDet's PillarRes18BackBone8x, over the features of pillars",
        [](Channels in, Seed seed) { return sparseconv::pillar_res18(in, seed); }},
       {"tree_unet", 3, 3, "a U-Net with the heads radius, direction and class, for trees (Smart-Tree)",
        [](Channels in, Seed seed) { return sparseconv::tree_unet(in, seed); }}}};
  return all;
}

/// "second, pooled, ...".
inline std::string network_names() {
  std::string names;
  for (NamedNetwork const& network : networks()) names += (names.empty() ? "" : ", ") + std::string(network.name);
  return names;
}

/// Throws: Error if no network has the name; the message lists those that there are.
inline NamedNetwork const& network_named(std::string_view name) {
  for (NamedNetwork const& network : networks()) {
    if (network.name == name) return network;
  }
  if (name.empty())
    throw sparseconv::Error(
        {"run_network: no network is named; give one of ", network_names(), ", or a file (.safetensors, .onnx)"});
  throw sparseconv::Error({"run_network: there is no network '", name, "'; give one of ", network_names(),
                           " (--list says what they are), or a file (.safetensors, .onnx)"});
}

/// What --list prints: a line a network.
inline std::string network_list() {
  sparseconv::TextTable table({"network", "axes", "what it is"});
  for (NamedNetwork const& network : networks()) {
    table.add({network.name, std::to_string(network.axes), network.words});
  }
  return table.text();
}

}  // namespace run_network
