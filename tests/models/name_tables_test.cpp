// For each project: a checkpoint of its names and layout, written here by hand, against a network whose numbers are set by hand.
#include "sparseconv/models/name_tables.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sparseconv/models/minkunet.hpp"
#include "sparseconv/models/pillars.hpp"
#include "sparseconv/models/pooled.hpp"
#include "sparseconv/models/reno.hpp"
#include "sparseconv/models/residual_encoders.hpp"
#include "sparseconv/models/second.hpp"
#include "sparseconv/models/spunet.hpp"
#include "sparseconv/models/tree_unet.hpp"
#include "sparseconv/models/voxelnext.hpp"
#include "sparseconv/network/bind_parameters.hpp"
#include "support/error_message.hpp"

namespace sparseconv::name_tables_test {
namespace {

using Shape = std::vector<std::int64_t>;

/// How a project writes convolutions: the shape and the order of the numbers of the kernel's elements and channels.
enum class Project { spconv1, spconv2, minkowski, torchsparse };

/// A weight is a number of its own for each layer, element (by its place along the network's axes) and channels.
class WeightNumbers {
 public:
  WeightNumbers(int layer, Shape const& place) : mixed_(static_cast<std::uint32_t>(layer) + 1) {
    for (std::int64_t const along : place) mixed_ = mixed_ * 1000003 + static_cast<std::uint32_t>(along) + 1;
  }

  /// Writes those of all channels, each so many numbers behind that of the input and of the output before. This file has more than
  /// 100 million of them, so it is one loop that is cheap without optimisation.
  void write(float* to, std::int64_t in, std::int64_t out, std::int64_t in_step, std::int64_t out_step) const {
    for (std::int64_t i = 0; i < in; ++i) {
      std::uint32_t mixed = (mixed_ * 1000003 + static_cast<std::uint32_t>(i)) * 1000003;
      for (std::int64_t o = 0; o < out; ++o, ++mixed)
        to[i * in_step + o * out_step] =
            static_cast<float>(static_cast<std::int32_t>(mixed * 2654435769U) >> 8) / 65536.0f;
    }
  }

  /// A row of outputs for each input, behind the numbers so far.
  void append_inputs_first(std::vector<float>& numbers, std::int64_t in, std::int64_t out) const {
    std::size_t const begin = numbers.size();
    numbers.resize(begin + static_cast<std::size_t>(in * out));
    write(numbers.data() + begin, in, out, out, 1);
  }

 private:
  std::uint32_t mixed_;
};

/// The next place in a box, the last extent fastest; false after the last.
bool next_place(Shape& place, Shape const& extents) {
  for (std::size_t axis = extents.size(); axis-- > 0;) {
    if (++place[axis] < extents[axis]) return true;
    place[axis] = 0;
  }
  return false;
}

/// A checkpoint and the numbers that the network must then have, made side by side.
class Checkpoint {
 public:
  Checkpoint(Project project, bool xyz) : project_(project), xyz_(xyz) {}

  /// A convolution: its key (without a role), the network's node, and its kernel along the network's axes.
  void conv(std::string const& key, std::string const& node, Shape const& kernel, std::int64_t in, std::int64_t out) {
    int const layer = layers_++;
    // As the network has it.
    std::vector<float>& expected = expected_[node + ".weight"];
    Shape place(kernel.size(), 0);
    do {
      WeightNumbers(layer, place).append_inputs_first(expected, in, out);
    } while (next_place(place, kernel));

    // As the project has it: its axes, its order.
    auto const turned = [](Shape numbers, bool turn) {
      if (turn) std::ranges::reverse(numbers);
      return numbers;
    };
    Shape const theirs = turned(kernel, xyz_);
    std::int64_t count = 1;
    for (std::int64_t const size : kernel) count *= size;
    bool const is_list = project_ == Project::minkowski || project_ == Project::torchsparse;
    bool const outputs_first = project_ == Project::spconv2 && count > 1;  // the memory of one element is inputs first
    bool const first_fastest = is_list && (project_ == Project::minkowski || count % 2 == 1);
    Shape shape = theirs;
    if (project_ == Project::spconv1) shape.insert(shape.end(), {in, out});
    if (project_ == Project::spconv2) {
      shape.insert(shape.begin(), out);
      shape.push_back(in);
    }
    if (is_list) shape = count == 1 ? Shape{in, out} : Shape{count, in, out};
    std::vector<WeightNumbers> elements;
    Shape const order = turned(theirs, first_fastest);
    Shape at(kernel.size(), 0);
    do {
      elements.emplace_back(layer, turned(turned(at, first_fastest), xyz_));
    } while (next_place(at, order));
    std::vector<float> values;
    if (outputs_first) {
      values.resize(elements.size() * static_cast<std::size_t>(in * out));
      for (std::size_t e = 0; e < elements.size(); ++e)
        elements[e].write(values.data() + static_cast<std::int64_t>(e) * in, in, out, 1, count * in);
    } else {
      for (WeightNumbers const& element : elements) element.append_inputs_first(values, in, out);
    }
    arrays_.push_back({"net.3d." + key + (is_list ? ".kernel" : ".weight"), make_array(shape, values)});
  }

  /// PyTorch's own linear layer.
  void linear(std::string const& key, std::string const& node, std::int64_t in, std::int64_t out) {
    int const layer = layers_++;
    WeightNumbers const number(layer, {});
    number.append_inputs_first(expected_[node + ".weight"], in, out);
    std::vector<float> values(static_cast<std::size_t>(in * out));
    number.write(values.data(), in, out, 1, in);
    arrays_.push_back({"net.3d." + key + ".weight", make_array({out, in}, values)});
  }

  void vector(std::string const& key, std::string const& node, std::string const& role, std::int64_t count,
              bool as_row = false) {
    std::vector<float> values;
    WeightNumbers(layers_++, {}).append_inputs_first(values, count, 1);
    expected_[node + "." + role] = values;
    arrays_.push_back({"net.3d." + key + "." + role, make_array(as_row ? Shape{1, count} : Shape{count}, values)});
  }

  void norm(std::string const& key, std::string const& node, std::int64_t count) {
    for (char const* const role : {"weight", "bias", "running_mean", "running_var"}) vector(key, node, role, count);
    arrays_.push_back({"net.3d." + key + ".num_batches_tracked", make_array({}, std::array<std::int64_t, 1>{12})});
  }

  /// A convolution and the norm behind it, whose node is called after it.
  void conv_norm(std::string const& key, std::string const& norm_key, std::string const& node, Shape const& kernel,
                 std::int64_t in, std::int64_t out) {
    conv(key, node, kernel, in, out);
    norm(norm_key, node + ".norm", out);
  }

  /// Binds the network, and compares all of its numbers.
  void expect_bound(Network network, std::string const& project) {
    arrays_.push_back(
        {"head.3d.conv.weight", make_array({2}, std::array<float, 2>{1, 2})});  // of another part of the model
    BindReport const report = bind_parameters(network, arrays_, {.tables = name_tables(network)});
    EXPECT_EQ(report.project, project);
    EXPECT_EQ(report.prefix, "net.3d.");
    EXPECT_EQ(report.left_over, std::vector<std::string>{"head.3d.conv.weight"});
    ASSERT_EQ(network.parameters().size(), expected_.size());
    for (auto const& [name, parameter] : network.parameters()) {
      ASSERT_TRUE(expected_.contains(name)) << name;
      ASSERT_EQ(parameter.values, expected_[name]) << name;
    }
  }

 private:
  Project project_;
  bool xyz_;
  int layers_ = 0;
  std::vector<NamedArray> arrays_;
  std::map<std::string, std::vector<float>> expected_;
};

Shape const k3{3, 3, 3};
Shape const k2{2, 2, 2};

std::string numbered(std::string const& text, int number) {
  return text + std::to_string(number);
}

/// conv1, bn1, conv2, bn2 of a block, as most projects call them.
void block(Checkpoint& file, std::string const& key, std::string const& node, Shape const& kernel, std::int64_t in,
           std::int64_t out, bool bias = false) {
  for (int i = 1; i <= 2; ++i) {
    std::string const conv = numbered(".conv", i);
    file.conv_norm(key + conv, key + numbered(".bn", i), node + conv, kernel, i == 1 ? in : out, out);
    if (bias) file.vector(key + conv, node + conv, "bias", out);
  }
}

/// SECOND, whose stages 2 to 4 the file calls by `stage` and a number.
void add_second(Checkpoint& file, std::int64_t in, std::string const& first_stage, std::string const& stage) {
  file.conv_norm("conv_input.0", "conv_input.1", "conv_input", k3, in, 16);
  file.conv_norm(first_stage + ".0.0", first_stage + ".0.1", "conv1", k3, 16, 16);
  std::array<std::int64_t, 4> const channels{16, 32, 64, 64};
  for (std::size_t s = 1; s < 4; ++s) {
    for (int layer = 0; layer < 3; ++layer) {
      std::string const place = numbered(numbered("", static_cast<int>(s + 1)) + ".", layer);
      file.conv_norm(stage + place + ".0", stage + place + ".1", "conv" + place, k3,
                     layer == 0 ? channels[s - 1] : channels[s], channels[s]);
    }
  }
  file.conv_norm("conv_out.0", "conv_out.1", "conv_out", {3, 1, 1}, 64, 128);
}

TEST(NameTables, OfSecondFromOpenPCDet) {
  for (Project const project : {Project::spconv2, Project::spconv1}) {
    Checkpoint file(project, false);
    add_second(file, 4, "conv1", "conv");
    file.expect_bound(second(4), "OpenPCDet");
  }
}

TEST(NameTables, OfSecondFromMmdet3d) {
  Checkpoint file(Project::spconv1, false);
  add_second(file, 5, "encoder_layers.encoder_layer1", "encoder_layers.encoder_layer");
  file.expect_bound(second(5), "mmdet3d");
}

/// CenterPoint, whose strided convolutions the file calls by the stage and `down`; its first block has the number `first_block`.
void add_centerpoint(Checkpoint& file, std::string const& down, int first_block, std::string const& last) {
  file.conv_norm("conv_input.0", "conv_input.1", "conv_input", k3, 5, 16);
  for (int i = 0; i < 2; ++i) block(file, numbered("conv1.", i), numbered("conv1.", i), k3, 16, 16, true);
  std::array<std::int64_t, 4> const channels{16, 32, 64, 128};
  for (std::size_t s = 1; s < 4; ++s) {
    std::string const stage = numbered("conv", static_cast<int>(s + 1));
    file.conv_norm(stage + down + ".0", stage + down + ".1", stage + ".down", k3, channels[s - 1], channels[s]);
    for (int i = 0; i < 2; ++i) {
      block(file, numbered(stage + ".", i + first_block), numbered(stage + ".", i), k3, channels[s], channels[s], true);
    }
  }
  file.conv_norm(last + ".0", last + ".1", "conv_out", {3, 1, 1}, 128, 128);
}

TEST(NameTables, OfCenterPointFromOpenPCDet) {
  Checkpoint file(Project::spconv2, false);
  add_centerpoint(file, ".0", 1, "conv_out");
  file.expect_bound(centerpoint(5), "OpenPCDet");
}

TEST(NameTables, OfCenterPointFromDet3d) {
  Checkpoint file(Project::spconv1, false);
  add_centerpoint(file, "", 3, "extra_conv");
  file.expect_bound(centerpoint(5), "det3d");
}

// BEVFusion counts x, y, z, and its last kernel is 1 x 1 x 3; mmdet3d counts z, y, x.
TEST(NameTables, OfSparseEncodersFromMmdet3dAndBevfusion) {
  for (bool const xyz : {false, true}) {
    Checkpoint file(Project::spconv2, xyz);
    file.conv_norm("conv_input.0", "conv_input.1", "conv_input", k3, 5, 16);
    std::array<std::int64_t, 4> const channels{16, 32, 64, 128};
    for (std::size_t s = 0; s < 4; ++s) {
      std::string const node = numbered("encoder_layer", static_cast<int>(s + 1));
      std::string const key = "encoder_layers." + node;
      for (int i = 0; i < 2; ++i)
        block(file, numbered(key + ".", i), numbered(node + ".", i), k3, channels[s], channels[s]);
      if (s < 3) file.conv_norm(key + ".2.0", key + ".2.1", node + ".down", k3, channels[s], channels[s + 1]);
    }
    file.conv_norm("conv_out.0", "conv_out.1", "conv_out", {3, 1, 1}, 128, 128);
    file.expect_bound(sparse_encoder(5), xyz ? "BEVFusion" : "mmdet3d");
  }
}

TEST(NameTables, OfPillarsFromOpenPCDet) {
  Shape const k{3, 3};
  std::array<std::int64_t, 4> const channels{32, 64, 128, 256};
  for (bool const residual : {false, true}) {
    Checkpoint file(Project::spconv2, false);
    for (int s = 0; s < 4; ++s) {
      std::string const stage = numbered("conv", s + 1);
      std::int64_t const out = channels[static_cast<std::size_t>(s)];
      if (s > 0) {
        std::int64_t const in = channels[static_cast<std::size_t>(s - 1)];
        file.conv_norm(stage + ".0.0", stage + ".0.1", stage + ".down", k, in, out);
      }
      for (int i = 0; i < 2; ++i) {
        std::string const key = numbered(stage + ".", s > 0 ? i + 1 : i);
        std::string const node = numbered(stage + ".", i);
        if (residual) {
          block(file, key, node, k, out, out, true);
        } else {
          file.conv_norm(key + ".0", key + ".1", node, k, out, out);
        }
      }
    }
    file.expect_bound(residual ? pillar_res18(32) : pillar(32), "OpenPCDet");
  }
}

/// A convolution with bias and norm.
void biased_conv_norm(Checkpoint& file, std::string const& key, std::string const& node, Shape const& kernel,
                      std::int64_t channels) {
  file.conv_norm(key + ".0", key + ".1", node, kernel, channels, channels);
  file.vector(key + ".0", node, "bias", channels);
}

// Kernels of the map are 3 x 3 there, and 1 x 3 x 3 in the network; of one element they are 1 x 1, and linear nodes here.
TEST(NameTables, OfVoxelNextFromOpenPCDet) {
  for (int const size : {1, 3}) {
    Checkpoint file(Project::spconv2, false);
    std::string const extractor = "backbone_3d.";
    std::array<std::int64_t, 7> const channels{5, 16, 32, 64, 128, 128, 128};
    file.conv_norm(extractor + "conv_input.0", extractor + "conv_input.1", "conv_input", k3, 5, 16);
    for (int s = 1; s <= 6; ++s) {
      std::string const stage = numbered("conv", s);
      std::string const key = extractor + stage;
      std::int64_t const out = channels[static_cast<std::size_t>(s)];
      if (s > 1) {
        file.conv_norm(key + ".0.0", key + ".0.1", stage + ".down", k3, channels[static_cast<std::size_t>(s - 1)], out);
      }
      for (int i = 0; i < 2; ++i) {
        block(file, numbered(key + ".", s > 1 ? i + 1 : i), numbered(stage + ".", i), k3, out, out, true);
      }
    }
    file.conv_norm(extractor + "conv_out.0", extractor + "conv_out.1", "conv_out", {3, 3}, 128, 128);
    biased_conv_norm(file, extractor + "shared_conv", "shared_conv", {3, 3}, 128);
    VoxelNextHeads const heads{.classes = {2, 1}, .iou = true, .kernel_size = size};
    for (int head = 0; head < 2; ++head) {
      std::array<std::pair<char const*, std::int64_t>, 7> const branches{
          {{"center", 2}, {"center_z", 1}, {"dim", 3}, {"rot", 2}, {"vel", 2}, {"iou", 1}, {"hm", 2 - head}}};
      for (auto const& [branch, out] : branches) {
        std::string const key = numbered("dense_head.heads_list.", head) + "." + branch;
        std::string const node = numbered("heads.", head) + "." + branch;
        biased_conv_norm(file, key + ".0", node + ".hidden", {size, size}, 128);
        file.conv(key + ".1", node + ".out", {1, 1}, 128, out);
        file.vector(key + ".1", node + ".out", "bias", out);
      }
    }
    file.expect_bound(voxelnext(5, heads), "OpenPCDet");
  }
}

// Stages of the 2-D network have up to six blocks behind the strided convolution.
TEST(NameTables, CountTheBlocksOfTheFlatVoxelNext) {
  NameTable const table = name_tables(voxelnext_2d()).front();
  EXPECT_EQ(key_of(table, "conv1.2.conv2"), "backbone_3d.conv1.2.conv2");
  EXPECT_EQ(key_of(table, "conv3.down.norm"), "backbone_3d.conv3.0.1");
  EXPECT_EQ(key_of(table, "conv3.5.conv1.norm"), "backbone_3d.conv3.6.bn1");
}

TEST(NameTables, OfMinkUNetFromMinkowskiEngine) {
  Checkpoint file(Project::minkowski, true);
  auto const named_block = [&](std::string const& key, std::string const& node, std::int64_t in, std::int64_t out) {
    file.conv_norm(key + ".conv1", key + ".norm1.bn", node + ".conv1", k3, in, out);
    file.conv_norm(key + ".conv2", key + ".norm2.bn", node + ".conv2", k3, out, out);
    if (in != out) {
      file.conv_norm(key + ".downsample.0", key + ".downsample.1.bn", node + ".shortcut", {}, in, out);
    }
  };
  file.conv_norm("conv0p1s1", "bn0.bn", "stem.0", {5, 5, 5}, 3, 32);
  std::array<std::int64_t, 9> const planes{32, 32, 64, 128, 256, 128, 128, 96, 96};
  std::array<std::string, 4> const downs{"conv1p1s2", "conv2p2s2", "conv3p4s2", "conv4p8s2"};
  std::array<std::string, 4> const ups{"convtr4p16s2", "convtr5p8s2", "convtr6p4s2", "convtr7p2s2"};
  std::array<std::int64_t, 4> const skips{128, 64, 32, 32};
  for (std::size_t s = 1; s <= 4; ++s) {
    int const n = static_cast<int>(s);
    file.conv_norm(downs[s - 1], numbered("bn", n) + ".bn", numbered("down", n), k2, planes[s - 1], planes[s - 1]);
    for (int i = 0; i < 2; ++i) {
      named_block(numbered(numbered("block", n) + ".", i), numbered(numbered("down", n) + ".", i),
                  i == 0 ? planes[s - 1] : planes[s], planes[s]);
    }
  }
  for (std::size_t s = 1; s <= 4; ++s) {
    int const n = static_cast<int>(s);
    std::int64_t const out = planes[s + 4];
    file.conv_norm(ups[s - 1], numbered("bntr", n + 3) + ".bn", numbered("up", n), k2, planes[s + 3], out);
    for (int i = 0; i < 2; ++i) {
      named_block(numbered(numbered("block", n + 4) + ".", i), numbered(numbered("up", n) + ".", i),
                  i == 0 ? out + skips[s - 1] : out, out);
    }
  }
  file.conv("final", "classifier", {}, 96, 20);
  file.vector("final", "classifier", "bias", 20, true);
  file.expect_bound(minkunet18a(3, 20), "MinkowskiEngine");
}

TEST(NameTables, OfMinkUNetFromSpvnas) {
  Checkpoint file(Project::torchsparse, true);
  auto const listed_block = [&](std::string const& key, std::string const& node, std::int64_t in, std::int64_t out) {
    file.conv_norm(key + ".net.0", key + ".net.1", node + ".conv1", k3, in, out);
    file.conv_norm(key + ".net.3", key + ".net.4", node + ".conv2", k3, out, out);
    if (in != out) file.conv_norm(key + ".downsample.0", key + ".downsample.1", node + ".shortcut", {}, in, out);
  };
  file.conv_norm("stem.0", "stem.1", "stem.0", k3, 4, 32);
  file.conv_norm("stem.3", "stem.4", "stem.1", k3, 32, 32);
  std::array<std::int64_t, 9> const planes{32, 32, 64, 128, 256, 256, 128, 96, 96};
  std::array<std::int64_t, 4> const skips{128, 64, 32, 32};
  for (std::size_t s = 1; s <= 4; ++s) {
    int const n = static_cast<int>(s);
    std::string const stage = numbered("stage", n);
    file.conv_norm(stage + ".0.net.0", stage + ".0.net.1", numbered("down", n), k2, planes[s - 1], planes[s - 1]);
    listed_block(stage + ".1", numbered("down", n) + ".0", planes[s - 1], planes[s]);
    listed_block(stage + ".2", numbered("down", n) + ".1", planes[s], planes[s]);
  }
  for (std::size_t s = 1; s <= 4; ++s) {
    std::string const up = numbered("up", static_cast<int>(s));
    std::int64_t const out = planes[s + 4];
    file.conv_norm(up + ".0.net.0", up + ".0.net.1", up, k2, planes[s + 3], out);
    listed_block(up + ".1.0", up + ".0", out + skips[s - 1], out);
    listed_block(up + ".1.1", up + ".1", out, out);
  }
  file.linear("classifier.0", "classifier", 96, 19);
  file.vector("classifier.0", "classifier", "bias", 19);
  file.expect_bound(spvnas_minkunet(4, 19), "SPVNAS");
}

// The same network over spconv and over TorchSparse; its classifier stands in another part of the model.
TEST(NameTables, OfMinkUNetFromMmdet3d) {
  for (bool const torchsparse : {false, true}) {
    Checkpoint file(torchsparse ? Project::torchsparse : Project::spconv2, true);
    auto const conv = [&](std::string const& key, std::string const& node, Shape const& k, std::int64_t in,
                          std::int64_t out) {
      std::string const list = "backbone." + key + (torchsparse ? ".net" : "");
      file.conv_norm(list + ".0", list + ".1", node, k, in, out);
    };
    auto const residual = [&](std::string const& key, std::string const& node, std::int64_t in, std::int64_t out) {
      std::string const full = "backbone." + key;
      if (torchsparse) {
        file.conv_norm(full + ".net.0", full + ".net.1", node + ".conv1", k3, in, out);
        file.conv_norm(full + ".net.3", full + ".net.4", node + ".conv2", k3, out, out);
      } else {
        block(file, full, node, k3, in, out);
      }
      Shape const one = torchsparse ? Shape{} : Shape{1, 1, 1};
      if (in != out) file.conv_norm(full + ".downsample.0", full + ".downsample.1", node + ".shortcut", one, in, out);
    };
    conv("conv_input.0", "stem.0", k3, 4, 32);
    conv("conv_input.1", "stem.1", k3, 32, 32);
    std::array<std::int64_t, 9> const planes{32, 32, 64, 128, 256, 256, 128, 96, 96};
    std::array<std::int64_t, 4> const skips{128, 64, 32, 32};
    for (std::size_t s = 1; s <= 4; ++s) {
      int const n = static_cast<int>(s);
      std::string const encoder = numbered("encoder.", n - 1);
      conv(encoder + ".0", numbered("down", n), k2, planes[s - 1], planes[s - 1]);
      residual(encoder + ".1", numbered("down", n) + ".0", planes[s - 1], planes[s]);
      residual(encoder + ".2", numbered("down", n) + ".1", planes[s], planes[s]);
      std::string const decoder = numbered("decoder.", n - 1);
      std::int64_t const out = planes[s + 4];
      conv(decoder + ".0", numbered("up", n), k2, planes[s + 3], out);
      residual(decoder + ".1.0", numbered("up", n) + ".0", out + skips[s - 1], out);
      residual(decoder + ".1.1", numbered("up", n) + ".1", out, out);
    }
    file.linear("decode_head.conv_seg", "classifier", 96, 19);
    file.vector("decode_head.conv_seg", "classifier", "bias", 19);
    file.expect_bound(spvnas_minkunet(4, 19), torchsparse ? "mmdet3d over TorchSparse" : "mmdet3d over spconv");
  }
}

TEST(NameTables, OfSpUNetFromPointcept) {
  Checkpoint file(Project::spconv2, true);
  Shape const one{1, 1, 1};
  auto const residual = [&](std::string const& key, std::string const& node, std::int64_t in, std::int64_t out) {
    block(file, key, node, k3, in, out);
    if (in != out) file.conv_norm(key + ".proj.0", key + ".proj.1", node + ".shortcut", one, in, out);
  };
  file.conv_norm("conv_input.0", "conv_input.1", "conv_input", {5, 5, 5}, 6, 32);
  std::array<std::int64_t, 5> const channels{32, 32, 64, 128, 256};
  std::array<int, 4> const blocks{2, 3, 4, 6};
  std::array<std::int64_t, 5> const up_channels{96, 96, 128, 256, 256};
  for (std::size_t s = 0; s < 4; ++s) {
    std::string const number = std::to_string(s);
    file.conv_norm("down." + number + ".0", "down." + number + ".1", "down." + number, k2, channels[s],
                   channels[s + 1]);
    for (int i = 0; i < blocks[s]; ++i) {
      residual(numbered("enc." + number + ".block", i), numbered("enc." + number + ".", i), channels[s + 1],
               channels[s + 1]);
    }
    std::int64_t const out = up_channels[s];
    file.conv_norm("up." + number + ".0", "up." + number + ".1", "up." + number, k2, up_channels[s + 1], out);
    residual("dec." + number + ".block0", "dec." + number + ".0", out + channels[s], out);
    residual("dec." + number + ".block1", "dec." + number + ".1", out, out);
  }
  file.conv("final", "final", one, 96, 20);
  file.vector("final", "final", "bias", 20);
  file.expect_bound(spunet(6, 20), "Pointcept");
}

TEST(NameTables, OfTreesFromSmartTree) {
  Checkpoint file(Project::spconv2, false);
  Shape const one{1, 1, 1};
  auto const listed = [&](std::string const& key, std::string const& node, std::int64_t in, std::int64_t out) {
    file.conv_norm(key + ".sequence.0", key + ".sequence.1", node + ".conv1", k3, in, out);
    file.conv_norm(key + ".sequence.3", key + ".sequence.4", node + ".conv2", k3, out, out);
    if (in != out) file.conv(key + ".identity.0", node + ".shortcut", one, in, out);
  };
  file.conv_norm("input_conv.sequence.0", "input_conv.sequence.1", "input", one, 3, 8);
  std::int64_t channels = 8;
  for (std::string level : {"", ".U", ".U.U", ".U.U.U"}) {
    std::string const node = numbered("level", static_cast<int>(level.size() / 2));
    std::string const key = "UNet" + level;
    listed(key + ".Head", node + ".head", channels, channels);
    if (channels == 64) break;
    file.conv_norm(key + ".Encode.sequence.0", key + ".Encode.sequence.1", node + ".down", k3, channels, 2 * channels);
    file.conv_norm(key + ".Decode.sequence.0", key + ".Decode.sequence.1", node + ".up", k3, 2 * channels, channels);
    listed(key + ".Tail", node + ".tail", 2 * channels, channels);
    channels *= 2;
  }
  for (auto const& [head, out] : std::map<std::string, std::int64_t>{{"radius", 1}, {"direction", 3}, {"class", 2}}) {
    std::string const key = head + "_head.sequence.";
    file.conv_norm(key + "0", key + "1", head + ".0", one, 8, 8);
    file.conv_norm(key + "3", key + "4", head + ".1", one, 8, 4);
    file.conv(key + "6", head + ".2", one, 4, out);
  }
  file.expect_bound(tree_unet(3), "Smart-Tree");
}

/// The matrix of a linear layer with a bias, and a table: as `name` calls it, in PyTorch's order and in the network's.
std::vector<NamedArray> arrays_of_reno() {
  std::vector<NamedArray> arrays;
  auto const add = [&](std::string const& name, std::vector<std::int64_t> const& shape) {
    std::int64_t count = 1;
    for (std::int64_t const extent : shape) count *= extent;
    std::vector<float> numbers;
    for (std::int64_t i = 0; i < count; ++i) numbers.push_back(static_cast<float>(i + 1000 * std::ssize(arrays)));
    arrays.push_back({name, make_array(shape, numbers)});
  };
  add("prior_embedding.weight", {256, 32});
  for (std::string const resnet : {"prior_resnet", "target_resnet"}) {
    for (std::string const conv : {".0", ".2.conv0", ".2.conv1", ".3.conv0", ".3.conv1"}) {
      add(resnet + conv + ".kernel", {27, 32, 32});
    }
  }
  add("target_embedding.target_res_embedding.weight", {8, 32});
  add("pred_head_s1_emb.weight", {16, 32});
  for (std::string const head : {"pred_head_s0", "pred_head_s1"}) {
    add(head + ".0.weight", {32, 32});
    add(head + ".0.bias", {32});
    add(head + ".2.weight", {16, 32});
    add(head + ".2.bias", {16});
  }
  add("fog.conv.kernel", {8, 1, 1});
  return arrays;
}

TEST(NameTables, OfTheCodecReno) {
  std::vector<NamedArray> const arrays = arrays_of_reno();
  auto const number = [&](std::string const& name, std::size_t place) {
    auto const found = std::ranges::find_if(arrays, [&](NamedArray const& array) { return array.name == name; });
    return found->array.values_as<float>("test")[place];
  };
  Network level = reno_level();
  BindReport const report = bind_parameters(level, arrays, {.tables = name_tables(level)});
  EXPECT_EQ(report.project, "RENO");
  EXPECT_EQ(report.layout, WeightLayout::torchsparse);
  EXPECT_EQ(report.bound.size(), level.parameters().size());
  Network high = reno_high_bits();
  EXPECT_EQ(bind_parameters(high, arrays, {.tables = name_tables(high)}).bound.size(), high.parameters().size());
  EXPECT_EQ(report.bound.size() + high.parameters().size(), arrays.size() - 1) << "all but fog.conv.kernel";

  auto const at = [](Network const& net, char const* name, std::size_t place) {
    return net.parameter(name).values[place];
  };
  // Their list has x fastest, then y, then z, which is the order of a network over z, y, x.
  EXPECT_EQ(at(level, "prior_resnet.2.conv1.weight", (5 * 32 + 7) * 32 + 9),
            number("prior_resnet.2.conv1.kernel", (5 * 32 + 7) * 32 + 9));
  EXPECT_EQ(at(level, "prior_embedding.weight", 77 * 32 + 5), number("prior_embedding.weight", 77 * 32 + 5));
  EXPECT_EQ(at(level, "place_embedding.weight", 3 * 32 + 5),
            number("target_embedding.target_res_embedding.weight", 3 * 32 + 5));
  EXPECT_EQ(at(high, "low_embedding.weight", 3 * 32 + 5), number("pred_head_s1_emb.weight", 3 * 32 + 5));
  EXPECT_EQ(at(level, "low_head.2.weight", 7 * 16 + 3), number("pred_head_s0.2.weight", 3 * 32 + 7));
  EXPECT_EQ(at(high, "high_head.0.weight", 7 * 32 + 3), number("pred_head_s1.0.weight", 3 * 32 + 7));
  EXPECT_EQ(at(high, "high_head.0.bias", 7), number("pred_head_s1.0.bias", 7));
}

TEST(NameTables, OfTheBenchmarkOfSpconv) {
  Checkpoint file(Project::spconv2, false);
  std::int64_t in = 3;
  std::array<std::int64_t, 7> const channels{64, 96, 128, 160, 192, 224, 256};
  for (int stage = 0, place = 0; stage < 7; ++stage, ++place) {  // a pooling stands between the stages
    for (int layer = 0; layer < 2; ++layer, ++place) {
      std::int64_t const out = channels[static_cast<std::size_t>(stage)];
      file.conv(numbered("net.", place), numbered(numbered("conv", stage) + ".", layer), k3, in, out);
      in = out;
    }
  }
  file.expect_bound(pooled(3), "spconv's benchmark");
}

TEST(NameTables, AreNotThereForAnotherNetwork) {
  EXPECT_TRUE(has_name_tables(Network("SECOND")));
  EXPECT_FALSE(has_name_tables(Network("Mine")));
  EXPECT_EQ(
      test::message_of<ShapeError>([&] { return name_tables(Network("Mine")); }),
      "name_tables: there is no table for the network Mine; write a NameTable for it, or give the parameters its own "
      "names");
}

}  // namespace
}  // namespace sparseconv::name_tables_test
