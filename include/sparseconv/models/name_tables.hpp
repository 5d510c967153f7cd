#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/network/name_table.hpp"
#include "sparseconv/network/network.hpp"

namespace sparseconv::inline v0_1 {

/// The layouts of spconv's versions and of mmcv's ops, of which a file has one.
inline std::vector<WeightLayout> spconv_layouts() {
  return {WeightLayout::spconv2, WeightLayout::spconv1, WeightLayout::spconv2_native};
}

/// A convolution and the norm behind it.
inline void add_conv_norm(std::vector<NameRule>& rules, std::string const& node, std::string const& conv,
                          std::string const& norm) {
  rules.push_back({node, conv});
  rules.push_back({node + ".norm", norm});
}

/// The first and the last convolution of a detector's extractor.
inline void add_input_and_output(std::vector<NameRule>& rules) {
  add_conv_norm(rules, "conv_input", "conv_input.0", "conv_input.1");
  add_conv_norm(rules, "conv_out", "conv_out.0", "conv_out.1");
}

/// The two convolutions and norms of a basic block.
inline void add_block(std::vector<NameRule>& rules, std::string const& node, std::string const& key) {
  add_conv_norm(rules, node + ".conv1", key + ".conv1", key + ".bn1");
  add_conv_norm(rules, node + ".conv2", key + ".conv2", key + ".bn2");
}

/// The same of frameworks that put a block into a list of convolution, norm, activation, convolution, norm.
inline void add_listed_block(std::vector<NameRule>& rules, std::string const& node, std::string const& key) {
  add_conv_norm(rules, node + ".conv1", key + ".0", key + ".1");
  add_conv_norm(rules, node + ".conv2", key + ".3", key + ".4");
}

/// "conv2.down", and its blocks or layers 0 and 1 behind it: what OpenPCDet calls conv2.0, conv2.1 and conv2.2. Of the first stage,
/// which has no strided convolution, they are conv1.0 and conv1.1.
template <class AddLayer>
void add_openpcdet_stages(std::vector<NameRule>& rules, AddLayer const& add_layer) {
  add_layer(rules, "conv1.*", "conv1.*");
  add_conv_norm(rules, "conv*.down", "conv*.0.0", "conv*.0.1");
  add_layer(rules, "conv*.0", "conv*.1");
  add_layer(rules, "conv*.1", "conv*.2");
}

/// How checkpoints call the nodes of second().
inline std::vector<NameTable> second_name_tables() {
  std::vector<NameRule> openpcdet;
  add_input_and_output(openpcdet);
  add_conv_norm(openpcdet, "conv1", "conv1.0.0", "conv1.0.1");
  add_conv_norm(openpcdet, "conv*.*", "conv*.*.0", "conv*.*.1");
  std::vector<NameRule> mmdet3d;
  add_input_and_output(mmdet3d);
  add_conv_norm(mmdet3d, "conv1", "encoder_layers.encoder_layer1.0.0", "encoder_layers.encoder_layer1.0.1");
  add_conv_norm(mmdet3d, "conv*.*", "encoder_layers.encoder_layer*.*.0", "encoder_layers.encoder_layer*.*.1");
  return {{"OpenPCDet", std::move(openpcdet), spconv_layouts()}, {"mmdet3d", std::move(mmdet3d), spconv_layouts()}};
}

/// How checkpoints call the nodes of centerpoint().
inline std::vector<NameTable> centerpoint_name_tables() {
  std::vector<NameRule> openpcdet;
  add_input_and_output(openpcdet);
  add_openpcdet_stages(openpcdet, add_block);
  std::vector<NameRule> det3d;
  add_conv_norm(det3d, "conv_input", "conv_input.0", "conv_input.1");
  add_block(det3d, "conv1.*", "conv1.*");
  add_conv_norm(det3d, "conv*.down", "conv*.0", "conv*.1");
  add_block(det3d, "conv*.0", "conv*.3");
  add_block(det3d, "conv*.1", "conv*.4");
  add_conv_norm(det3d, "conv_out", "extra_conv.0", "extra_conv.1");
  return {{"OpenPCDet", std::move(openpcdet), spconv_layouts()}, {"det3d", std::move(det3d), spconv_layouts()}};
}

/// How checkpoints call the nodes of sparse_encoder().
inline std::vector<NameTable> sparse_encoder_name_tables() {
  std::vector<NameRule> rules;
  add_input_and_output(rules);
  add_block(rules, "encoder_layer*.*", "encoder_layers.encoder_layer*.*");
  add_conv_norm(rules, "encoder_layer*.down", "encoder_layers.encoder_layer*.2.0", "encoder_layers.encoder_layer*.2.1");
  return {{"mmdet3d", rules, spconv_layouts()}, {"BEVFusion", rules, spconv_layouts(), AxisOrder::reversed}};
}

/// How checkpoints call the nodes of pillar().
inline std::vector<NameTable> pillar_name_tables() {
  std::vector<NameRule> rules;
  add_openpcdet_stages(rules, [](std::vector<NameRule>& to, std::string const& node, std::string const& key) {
    add_conv_norm(to, node, key + ".0", key + ".1");
  });
  return {{"OpenPCDet", std::move(rules), spconv_layouts()}};
}

/// How checkpoints call the nodes of pillar_res18().
inline std::vector<NameTable> pillar_res18_name_tables() {
  std::vector<NameRule> rules;
  add_openpcdet_stages(rules, add_block);
  return {{"OpenPCDet", std::move(rules), spconv_layouts()}};
}

/// How detectors call the nodes of voxelnext() and voxelnext_2d(). Extractor and heads are two parts of one.
inline std::vector<NameTable> voxelnext_name_tables() {
  std::vector<NameRule> rules;
  std::string const extractor = "backbone_3d.";
  for (std::string const part : {"conv_input", "conv_out", "shared_conv"}) {
    add_conv_norm(rules, part, extractor + part + ".0", extractor + part + ".1");
  }
  add_block(rules, "conv1.*", extractor + "conv1.*");
  add_conv_norm(rules, "conv*.down", extractor + "conv*.0.0", extractor + "conv*.0.1");
  for (int block = 0; block < 6; ++block) {  // behind the strided convolution
    add_block(rules, error_message({"conv*.", block}), error_message({extractor, "conv*.", block + 1}));
  }
  for (std::string const branch : {"center", "center_z", "dim", "rot", "vel", "iou", "hm"}) {
    std::string const node = "heads.*." + branch;
    std::string const key = "dense_head.heads_list.*." + branch;
    add_conv_norm(rules, node + ".hidden", key + ".0.0", key + ".0.1");
    rules.push_back({node + ".out", key + ".1"});
  }
  return {{"OpenPCDet", std::move(rules), spconv_layouts()}};
}

/// How checkpoints call the nodes of the MinkUNets of MinkowskiEngine.
inline std::vector<NameTable> minkunet_name_tables() {
  std::vector<NameRule> rules;
  add_conv_norm(rules, "stem.0", "conv0p1s1", "bn0.bn");
  auto const block = [&](std::string const& node, std::string const& key) {
    add_conv_norm(rules, node + ".conv1", key + ".conv1", key + ".norm1.bn");
    add_conv_norm(rules, node + ".conv2", key + ".conv2", key + ".norm2.bn");
    add_conv_norm(rules, node + ".shortcut", key + ".downsample.0", key + ".downsample.1.bn");
  };
  for (int stage = 1, stride = 1; stage <= 4; ++stage, stride *= 2) {
    std::string const down = error_message({"down", stage});
    add_conv_norm(rules, down, error_message({"conv", stage, "p", stride, "s2"}), error_message({"bn", stage, ".bn"}));
    block(down + ".*", error_message({"block", stage, ".*"}));
  }
  for (int stage = 1, stride = 16; stage <= 4; ++stage, stride /= 2) {
    std::string const up = error_message({"up", stage});
    int const number = stage + 3;
    add_conv_norm(rules, up, error_message({"convtr", number, "p", stride, "s2"}),
                  error_message({"bntr", number, ".bn"}));
    block(up + ".*", error_message({"block", number + 1, ".*"}));
  }
  rules.push_back({"classifier", "final"});
  return {{"MinkowskiEngine", std::move(rules), {WeightLayout::minkowski}, AxisOrder::reversed}};
}

/// How checkpoints call the nodes of spvnas_minkunet().
inline std::vector<NameTable> spvnas_minkunet_name_tables() {
  std::vector<NameRule> spvnas;
  add_conv_norm(spvnas, "stem.0", "stem.0", "stem.1");
  add_conv_norm(spvnas, "stem.1", "stem.3", "stem.4");
  add_conv_norm(spvnas, "down*", "stage*.0.net.0", "stage*.0.net.1");
  add_conv_norm(spvnas, "up*", "up*.0.net.0", "up*.0.net.1");
  auto const spvnas_block = [&](std::string const& node, std::string const& key) {
    add_listed_block(spvnas, node, key + ".net");
    add_conv_norm(spvnas, node + ".shortcut", key + ".downsample.0", key + ".downsample.1");
  };
  spvnas_block("down*.0", "stage*.1");
  spvnas_block("down*.1", "stage*.2");
  spvnas_block("up*.*", "up*.1.*");
  spvnas.push_back({"classifier", "classifier.0"});

  // mmdet3d, over TorchSparse and over spconv; there the classifier stands in another part of the model.
  std::vector<NameRule> torchsparse;
  std::vector<NameRule> spconv;
  auto const conv = [&](std::string const& node, std::string const& key) {
    add_conv_norm(torchsparse, node, key + ".net.0", key + ".net.1");
    add_conv_norm(spconv, node, key + ".0", key + ".1");
  };
  auto const block = [&](std::string const& node, std::string const& key) {
    add_listed_block(torchsparse, node, key + ".net");
    add_block(spconv, node, key);
    for (std::vector<NameRule>* const rules : {&torchsparse, &spconv}) {
      add_conv_norm(*rules, node + ".shortcut", key + ".downsample.0", key + ".downsample.1");
    }
  };
  conv("stem.*", "backbone.conv_input.*");
  for (int stage = 1; stage <= 4; ++stage) {
    std::string const down = error_message({"down", stage});
    std::string const encoder = error_message({"backbone.encoder.", stage - 1});
    conv(down, encoder + ".0");
    block(down + ".0", encoder + ".1");
    block(down + ".1", encoder + ".2");
    std::string const up = error_message({"up", stage});
    std::string const decoder = error_message({"backbone.decoder.", stage - 1});
    conv(up, decoder + ".0");
    block(up + ".*", decoder + ".1.*");
  }
  for (std::vector<NameRule>* const rules : {&torchsparse, &spconv}) {
    rules->push_back({"classifier", "decode_head.conv_seg"});
  }
  return {{"SPVNAS", std::move(spvnas), {WeightLayout::torchsparse}, AxisOrder::reversed},
          {"mmdet3d over TorchSparse", std::move(torchsparse), {WeightLayout::torchsparse}, AxisOrder::reversed},
          {"mmdet3d over spconv", std::move(spconv), spconv_layouts(), AxisOrder::reversed}};
}

/// How checkpoints call the nodes of spunet().
inline std::vector<NameTable> spunet_name_tables() {
  std::vector<NameRule> rules;
  add_conv_norm(rules, "conv_input", "conv_input.0", "conv_input.1");
  add_conv_norm(rules, "down.*", "down.*.0", "down.*.1");
  add_conv_norm(rules, "up.*", "up.*.0", "up.*.1");
  for (std::string const stage : {"enc", "dec"}) {
    add_block(rules, stage + ".*.*", stage + ".*.block*");
    add_conv_norm(rules, stage + ".*.*.shortcut", stage + ".*.block*.proj.0", stage + ".*.block*.proj.1");
  }
  return {{"Pointcept", std::move(rules), spconv_layouts(), AxisOrder::reversed}};
}

/// How checkpoints call the nodes of tree_unet().
inline std::vector<NameTable> tree_unet_name_tables() {
  std::vector<NameRule> rules;
  add_conv_norm(rules, "input", "input_conv.sequence.0", "input_conv.sequence.1");
  std::string level = "UNet.";
  for (int depth = 0; depth < 4; ++depth, level += "U.") {
    std::string const node = error_message({"level", depth});
    add_listed_block(rules, node + ".head", level + "Head.sequence");
    add_listed_block(rules, node + ".tail", level + "Tail.sequence");
    rules.push_back({node + ".tail.shortcut", level + "Tail.identity.0"});
    add_conv_norm(rules, node + ".down", level + "Encode.sequence.0", level + "Encode.sequence.1");
    add_conv_norm(rules, node + ".up", level + "Decode.sequence.0", level + "Decode.sequence.1");
  }
  for (std::string const head : {"radius", "direction", "class"}) {
    add_conv_norm(rules, head + ".0", head + "_head.sequence.0", head + "_head.sequence.1");
    add_conv_norm(rules, head + ".1", head + "_head.sequence.3", head + "_head.sequence.4");
    rules.push_back({head + ".2", head + "_head.sequence.6"});
  }
  return {{"Smart-Tree", std::move(rules), spconv_layouts()}};
}

/// How checkpoints call the nodes of pooled().
inline std::vector<NameTable> pooled_name_tables() {
  std::vector<NameRule> rules;
  for (int stage = 0; stage < 7; ++stage) {
    for (int layer = 0; layer < 2; ++layer) {
      rules.push_back({error_message({"conv", stage, ".", layer}), error_message({"net.", 3 * stage + layer})});
    }
  }
  return {{"spconv's benchmark", std::move(rules), spconv_layouts()}};
}

/// Of both networks of the codec, which a file has together. TorchSparse numbers the elements of a kernel of 3 with the first axis
/// fastest, over x, y, z.
inline std::vector<NameTable> reno_name_tables() {
  std::vector<NameRule> rules{{"place_embedding", "target_embedding.target_res_embedding"},
                              {"low_embedding", "pred_head_s1_emb"},
                              {"low_head.*", "pred_head_s0.*"},
                              {"high_head.*", "pred_head_s1.*"}};
  return {{"RENO", std::move(rules), {WeightLayout::torchsparse}, AxisOrder::reversed}};
}

/// Makes the tables of a network.
using NameTablesMaker = std::vector<NameTable> (*)();

/// What makes the tables of the network of models/ that has this name; null if none has.
inline NameTablesMaker find_name_tables(std::string_view network) {
  struct Named {
    std::string_view network;
    NameTablesMaker tables;
  };
  static constexpr Named all[] = {{"SECOND", second_name_tables},
                                  {"Pooled", pooled_name_tables},
                                  {"CenterPoint", centerpoint_name_tables},
                                  {"SparseEncoder", sparse_encoder_name_tables},
                                  {"PillarBackBone8x", pillar_name_tables},
                                  {"PillarRes18BackBone8x", pillar_res18_name_tables},
                                  {"VoxelNeXt", voxelnext_name_tables},
                                  {"VoxelNeXt2D", voxelnext_name_tables},
                                  {"MinkUNet14A", minkunet_name_tables},
                                  {"MinkUNet18A", minkunet_name_tables},
                                  {"MinkUNet34C", minkunet_name_tables},
                                  {"SPVNAS-MinkUNet", spvnas_minkunet_name_tables},
                                  {"SpUNet", spunet_name_tables},
                                  {"TreeUNet", tree_unet_name_tables},
                                  {"RENO", reno_name_tables},
                                  {"RENO-high", reno_name_tables}};
  for (Named const& named : all) {
    if (named.network == network) return named.tables;
  }
  return nullptr;
}

/// Whether there are name tables for a network: it has the name of one of models/.
inline bool has_name_tables(Network const& network) {
  return find_name_tables(network.name()) != nullptr;
}

/// How the checkpoints of those who published a model of models/ call its nodes: for BindOptions::tables.
///
/// The axes of the tables are seen from a network over z, y, x, as voxelize() gives them.
/// Throws: ShapeError if the network's name is none of the models'.
/// Source: the code of each project; keys of published checkpoints.
inline std::vector<NameTable> name_tables(Network const& network) {
  if (NameTablesMaker const tables = find_name_tables(network.name())) return tables();
  throw ShapeError({"name_tables: there is no table for the network ", network.name(),
                    "; write a NameTable for it, or give the parameters its own names"});
}

}  // namespace sparseconv::inline v0_1
