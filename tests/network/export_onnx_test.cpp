#include "sparseconv/network/export_onnx.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "sparseconv/models/residual_encoders.hpp"
#include "sparseconv/models/second.hpp"
#include "sparseconv/network/engine.hpp"
#include "sparseconv/network/import_onnx.hpp"
#include "sparseconv/network/prepare.hpp"
#include "sparseconv/weights/write_onnx.hpp"
#include "support/error_message.hpp"
#include "support/random_numbers.hpp"
#include "support/random_sites.hpp"
#include "support/temporary_file.hpp"

namespace sparseconv::export_onnx_test {
namespace {

using test::message_of;
using Integers = std::vector<std::int64_t>;

/// Other numbers for norms and biases than new ones have.
void shake(Network& net) {
  test::RandomNumbers random(9);
  for (auto const& [name, parameter] : Network::Parameters(net.parameters())) {
    if (parameter.shape.size() > 1) continue;
    for (float& value : net.parameter(name).values)
      value = name.ends_with("running_var") ? 1.5F + random.number<float>() : value + random.number<float>() / 4;
  }
}

/// The same network with numbers that float16 holds.
Network rounded_to_half(Network net) {
  for (auto const& [name, parameter] : Network::Parameters(net.parameters()))
    for (float& value : net.parameter(name).values) value = static_cast<float>(half(value));
  return net;
}

std::map<std::string, int> operations(OnnxGraph const& graph) {
  std::map<std::string, int> counts;
  for (OnnxNode const& node : graph.nodes) ++counts[node.op_type];
  return counts;
}

void expect_same_bits(SparseTensor<float, 3> const& found, SparseTensor<float, 3> const& expected) {
  ASSERT_EQ(found.channels(), expected.channels());
  ASSERT_TRUE(std::ranges::equal(found.sites().coordinates(), expected.sites().coordinates()));
  EXPECT_TRUE(std::ranges::equal(found.features().values(), expected.features().values()));
}

/// What was written and read again does what the network does whose norms are folded and whose numbers are rounded.
void expect_comes_back(Network const& net, std::int64_t channels) {
  test::TemporaryFile const file("a.scn.onnx", {});
  write_onnx(file.path(), export_onnx(net, {.spatial_shape = {41, 24, 20}}));
  ImportedNetwork const imported = import_onnx(file.path());
  EXPECT_EQ(imported.spatial_shape, (Integers{41, 24, 20}));
  Grid<3> const grid{.shape = {41, 24, 20}, .batch_size = 2};
  auto const x = test::random_tensor<float>(test::random_site_set(grid, 300, 1), channels, 2);
  auto const expected = evaluate(seq, rounded_to_half(fold_batch_norms(net)), x);
  EXPECT_GT(expected.size(), 0);
  expect_same_bits(evaluate(seq, imported.network, x), expected);
  double largest = 0;
  for (float const number : expected.features().values()) largest = std::max(largest, std::abs(double{number}));
  EXPECT_GT(largest, 0.01);
}

TEST(ExportOnnx, WritesCenterPointAsItIsKnown) {
  OnnxGraph const graph = export_onnx(centerpoint(5), {.spatial_shape = {41, 1440, 1440}, .dense_map = true});
  EXPECT_EQ(operations(graph),
            (std::map<std::string, int>{
                {"Add", 8}, {"Relu", 8}, {"Reshape", 1}, {"ScatterDense", 1}, {"SparseConvolution", 21}}));
  EXPECT_EQ(graph.initializers.size(), 42U);
  ASSERT_EQ(graph.inputs.size(), 1U);
  EXPECT_EQ(graph.inputs[0].name, "0");
  EXPECT_EQ(graph.inputs[0].shape, (Integers{1, 5}));
  ASSERT_EQ(graph.outputs.size(), 1U);
  EXPECT_EQ(graph.outputs[0].name, "39");
  EXPECT_EQ(graph.outputs[0].shape, (Integers{1, 256, 180, 180}));
  OnnxNode const& scatter = graph.nodes[37];
  EXPECT_EQ(std::get<Integers>(*scatter.find("output_shape")), (Integers{1, 128, 2, 180, 180}));
  EXPECT_EQ(std::get<std::string>(*scatter.find("format")), "zyx");
  EXPECT_EQ(std::get<Integers>(*graph.nodes[38].find("dims")), (Integers{1, 256, 180, 180}));
}

TEST(ExportOnnx, CenterPointComesBack) {
  Network net = centerpoint(5, 3);
  shake(net);
  expect_comes_back(net, 5);
}

TEST(ExportOnnx, SecondComesBack) {
  Network net = second(4, 3);
  shake(net);
  OnnxGraph const graph = export_onnx(net, {.spatial_shape = {41, 1600, 1408}});
  EXPECT_EQ(operations(graph), (std::map<std::string, int>{{"SparseConvolution", 12}}));
  EXPECT_EQ(std::get<Integers>(*graph.nodes[11].find("output_spatial_shape")), (Integers{2, 200, 176}));
  EXPECT_EQ(graph.outputs[0].shape, (Integers{1, 128}));
  expect_comes_back(net, 4);
}

/// Two levels down and up again, a linear node, and every activation that can be said.
Network small_unet() {
  Network net("SmallUNet", 2);
  Value const x = net.input("x", {.axes = 3, .channels = 3});
  Value const stem = net.activate(
      net.submanifold_conv("stem", x, {.out_channels = 4, .kernel_size = {3, 1, 5}, .bias = true}), leaky_relu(0.01));
  SparseConvOptions const half_of{
      .out_channels = 5, .kernel_size = {3, 2, 1}, .stride = {2, 2, 1}, .padding = {1, 0, 0}};
  Value const down = net.sparse_conv("down", stem, half_of);
  Value const deep = net.sparse_conv("deep", down, half_of);
  Value const same = net.sparse_conv("same", down, half_of);  // the pairs of deep
  Value const inner = net.add(net.activate(deep, sigmoid), same);
  Value const up = net.inverse_conv("up", inner, {.out_channels = 5, .undoes = deep});
  Value const sum = net.activate(net.add(up, down), relu);
  Value const top = net.inverse_conv("top", sum, {.out_channels = 4, .undoes = down, .bias = true});
  Value const head = net.linear("head", net.activate(net.add(top, stem), no_activation), {.out_channels = 2});
  net.output("head", head);
  net.output("sum", sum);
  shake(net);
  return rounded_to_half(net);
}

TEST(ExportOnnx, UNetsComeBackAlongEitherOrderOfAxes) {
  Network const net = small_unet();
  Grid<3> const grid{.shape = {9, 8, 7}, .batch_size = 2};
  auto const x = test::random_tensor<float>(test::random_site_set(grid, 120, 3), 3, 4);
  auto const expected = prepare<float>(seq, net).run(seq, x);
  for (AxisOrder const axes : {AxisOrder::same, AxisOrder::reversed}) {
    OnnxGraph const graph = export_onnx(net, {.spatial_shape = {9, 8, 7}, .axes = axes});
    ImportedNetwork const imported = import_onnx(parse_onnx(format_onnx(graph, "a"), "a"), {.axes = axes});
    EXPECT_EQ(imported.spatial_shape, (Integers{9, 8, 7}));
    auto const found = prepare<float>(seq, imported.network).run(seq, x);
    ASSERT_EQ(found.size(), 2U);
    expect_same_bits(found[0], expected[0]);
    expect_same_bits(found[1], expected[1]);
  }
}

TEST(ExportOnnx, NamesARulebookByItsPairs) {
  OnnxGraph const graph = export_onnx(small_unet(), {.spatial_shape = {9, 8, 7}});
  std::vector<std::string> names;
  std::vector<std::string> rulebooks;
  for (OnnxNode const& node : graph.nodes) {
    names.push_back(node.name);
    if (auto const* const rulebook = node.find("rulebook")) rulebooks.push_back(std::get<std::string>(*rulebook));
  }
  // stem, down, deep, same, up, top, head; the addition of deep and same, that of up and down, that of top and stem.
  EXPECT_EQ(rulebooks, (std::vector<std::string>{"rulebook0", "rulebook1", "rulebook2", "rulebook2", "rulebook2",
                                                 "rulebook1", "rulebook3"}));
  EXPECT_EQ(std::ranges::count(names, "add2"), 1);
  EXPECT_EQ(std::ranges::count(names, "relu0"), 1);
}

TEST(ExportOnnx, StatesEveryAttribute) {
  Network net("One");
  Value const x = net.input("x", {.axes = 3, .channels = 2});
  net.output("y", net.activate(net.sparse_conv("conv", x,
                                               {.out_channels = 3,
                                                .kernel_size = {3, 2, 1},
                                                .stride = {2, 1, 1},
                                                .padding = {1, 0, 0},
                                                .dilation = {1, 2, 1}}),
                               relu));
  for (std::size_t i = 0; i < 36; ++i) net.parameter("conv.weight").values[i] = static_cast<float>(i);
  OnnxGraph const graph =
      export_onnx(net, {.spatial_shape = {9, 8, 7}, .axes = AxisOrder::reversed, .output_bound = 1000});
  EXPECT_EQ(graph.name, "scn");
  ASSERT_EQ(graph.nodes.size(), 1U);
  OnnxNode const& node = graph.nodes[0];
  EXPECT_EQ(node.name, "conv0");
  EXPECT_EQ(node.op_type, "SparseConvolution");
  EXPECT_EQ(node.inputs, (std::vector<std::string>{"0", "spconv0.weight", "spconv0.bias"}));
  EXPECT_EQ(node.outputs, (std::vector<std::string>{"1"}));
  std::vector<std::pair<std::string, std::variant<std::int64_t, std::string, Integers>>> const expected = {
      {"activation", std::string("ReLU")},
      {"dilation", Integers{1, 2, 1}},
      {"groups", std::int64_t{1}},
      {"in_channels", std::int64_t{2}},
      {"input_shape", Integers{1, 2}},
      {"input_spatial_shape", Integers{7, 8, 9}},
      {"inverse", std::int64_t{0}},
      {"kernel_size", Integers{1, 2, 3}},
      {"ndim", std::int64_t{3}},
      {"out_channels", std::int64_t{3}},
      {"output_bound", std::int64_t{1000}},
      {"output_padding", Integers{0, 0, 0}},
      {"output_shape", Integers{1, 3}},
      {"output_spatial_shape", Integers{7, 6, 5}},
      {"padding", Integers{0, 0, 1}},
      {"rulebook", std::string("rulebook0")},
      {"stride", Integers{1, 1, 2}},
      {"subm", std::int64_t{0}},
      {"transposed", std::int64_t{0}}};
  ASSERT_EQ(node.attributes.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(node.attributes[i].name, expected[i].first);
    std::visit(
        [&](auto const& value) {
          using T = std::remove_cvref_t<decltype(value)>;
          ASSERT_TRUE(std::holds_alternative<T>(node.attributes[i].value)) << expected[i].first;
          EXPECT_EQ(std::get<T>(node.attributes[i].value), value) << expected[i].first;
        },
        expected[i].second);
  }
  ASSERT_EQ(graph.initializers.size(), 2U);
  EXPECT_EQ(graph.initializers[0].array.type, ScalarType::float16);
  EXPECT_EQ(graph.initializers[0].array.shape, (Integers{3, 1, 2, 3, 2}));
  // The weight of z = 2, y = 1 from channel 1 to channel 0 is number (2 * 2 + 1) * 6 + 1 * 3 + 0 of the network,
  // and lies at ((0 * 2 + 1) * 3 + 2) * 2 + 1 in the graph, over x, y, z.
  std::vector<float> const weight = graph.initializers[0].array.values_as<float>("weight");
  EXPECT_EQ(weight[11], 33);
  // From channel 0 to channel 2, of z = 0, y = 1: number 6 + 2, at ((2 * 2 + 1) * 3 + 0) * 2 + 0.
  EXPECT_EQ(weight[30], 8);
  EXPECT_EQ(graph.initializers[1].array.values_as<float>("bias"), (std::vector<float>{0, 0, 0}));
}

TEST(ExportOnnx, WritesMapsOfBothOrdersOfAxes) {
  Network net("Map");
  Value const x = net.input("x", {.axes = 3, .channels = 2});
  net.output("y", net.sparse_conv("conv", x, {.out_channels = 4, .kernel_size = 1}));
  OnnxGraph const graph =
      export_onnx(net, {.spatial_shape = {2, 8, 7}, .axes = AxisOrder::reversed, .dense_map = true});
  ASSERT_EQ(graph.nodes.size(), 4U);
  EXPECT_EQ(std::get<std::string>(*graph.nodes[1].find("format")), "xyz");
  EXPECT_EQ(std::get<Integers>(*graph.nodes[1].find("output_shape")), (Integers{1, 4, 7, 8, 2}));
  EXPECT_EQ(graph.nodes[2].op_type, "Transpose");
  EXPECT_EQ(std::get<Integers>(*graph.nodes[2].find("dims")), (Integers{0, 1, 4, 2, 3}));
  EXPECT_EQ(std::get<Integers>(*graph.nodes[3].find("dims")), (Integers{1, 8, 7, 8}));
  ImportedNetwork const imported = import_onnx(graph, {.axes = AxisOrder::reversed});
  EXPECT_EQ(imported.outputs[0].steps.size(), 3U);
  EXPECT_EQ(imported.outputs[0].name, "4");
}

// Errors.

/// The sentence for a network whose output is what `add` makes of 2 channels.
template <class Add>
std::string failure(Add const& add, OnnxExportOptions const& options = {.spatial_shape = {9, 8, 7}}) {
  Network net("Net");
  Value const x = net.input("x", {.axes = 3, .channels = 2});
  net.output("y", add(net, net.submanifold_conv("stem", x, {.out_channels = 2})));
  return message_of<Error>([&] { return export_onnx(net, options).nodes.size(); });
}

std::string refused(std::string const& node, std::string const& what) {
  return "export_onnx: Net, " + node + ": the format has no " + what +
         "; export the part of the network that does without, or run it here";
}

TEST(ExportOnnxErrors, NameTheNodeThatCannotBeSaid) {
  EXPECT_EQ(failure([](Network& net, Value x) { return net.pool("pool", x, {}); }), refused("pool", "pooling"));
  EXPECT_EQ(failure([](Network& net, Value x) {
              return net.concatenate({x, x});
            }),
            refused("concatenate2", "concatenation"));
  EXPECT_EQ(failure([](Network& net, Value x) { return net.softmax(x); }), refused("softmax2", "softmax"));
  EXPECT_EQ(failure([](Network& net, Value x) { return net.layer_norm("norm", x); }), refused("norm", "layer norms"));
  EXPECT_EQ(failure([](Network& net, Value x) { return net.global_pool(x, Pooling::max); }),
            refused("global_pool2", "global pooling"));
  EXPECT_EQ(failure([](Network& net, Value x) { return net.axis_pool(x, 0, Pooling::sum); }),
            refused("axis_pool2", "poolings of an axis"));
  EXPECT_EQ(failure([](Network& net, Value x) { return net.scale_sites(x, x); }),
            refused("scale_sites2", "scaled sites"));
  EXPECT_EQ(failure([](Network& net, Value x) { return net.onto_sites(x, net.unite_sites({x})); }),
            refused("unite_sites2", "joined sites"));
  EXPECT_EQ(failure([](Network& net, Value x) { return net.onto_sites(x, x); }),
            refused("onto_sites2", "rows of other sites"));
  EXPECT_EQ(failure([](Network& net, Value x) {
              return net.onto_sites(x, net.sites_above(net.linear("one", x, {.out_channels = 1}), 0));
            }),
            refused("sites_above3", "chosen sites"));
  EXPECT_EQ(failure([](Network& net, Value x) { return net.batch_norm("norm", x, 1e-5, NormStatistics::batch); }),
            refused("norm", "norms by the statistics of the batch"));
  EXPECT_EQ(failure([](Network& net, Value x) { return net.batch_norm("norm", net.add(x, x)); }),
            "export_onnx: Net, norm: the norm cannot be folded into the convolution before it (another node stands "
            "between, or reads what that gives, or the numbers are too large), and the format has no norms; change the "
            "network, or run it here");
  EXPECT_EQ(failure([](Network& net, Value x) { return net.activate(net.add(x, x), sigmoid); }),
            "export_onnx: Net, add2: the format has no sigmoid by itself or behind an addition; it has relu, so "
            "train the network with that");
  EXPECT_EQ(
      failure([](Network& net, Value x) { return net.activate(net.linear("head", x, {.out_channels = 1}), gelu); }),
      refused("head", "gelu (it has relu, sigmoid and leaky_relu(0.01))"));
  EXPECT_EQ(failure([](Network& net, Value x) {
              return net.activate(net.linear("head", x, {.out_channels = 1}), leaky_relu(0.1));
            }),
            refused("head", "leaky_relu(0.1) (it has relu, sigmoid and leaky_relu(0.01))"));
}

TEST(ExportOnnxErrors, NameTheConvolutionThatCannotBeSaid) {
  EXPECT_EQ(failure([](Network& net, Value x) { return net.transposed_conv("up", x, {.out_channels = 1}); }),
            refused("up", "transposed convolutions; an inverse one it has"));
  EXPECT_EQ(failure([](Network& net, Value x) {
              return net.add("onto", ConvNode{.input = x, .out_channels = 1, .onto = x});
            }),
            refused("onto", "convolutions onto sites that are given"));
  EXPECT_EQ(failure([](Network& net, Value x) {
              return net.sparse_conv("floor", x, {.out_channels = 1, .definition = OutputDefinition::floor});
            }),
            refused("floor", "convolutions of the floor definition"));
  EXPECT_EQ(failure([](Network& net, Value x) {
              return net.sparse_conv("moves", x, {.out_channels = 1, .definition = OutputDefinition::submanifold});
            }),
            refused("moves", "submanifold convolutions that do not keep their sites"));
  EXPECT_EQ(failure([](Network& net, Value x) {
              return net.submanifold_conv("even", x, {.out_channels = 1, .kernel_size = 2});
            }),
            refused("even", "word for the middle of an even kernel, which a submanifold convolution needs"));
}

TEST(ExportOnnxErrors, NameWhatTheGraphNeeds) {
  auto const same = [](Network&, Value x) { return x; };
  std::string const cure = "; a graph states its grids, so tell the three extents of the input's, of 1 to 2^31 - 1";
  EXPECT_EQ(failure(same, {}), "export_onnx: Net: OnnxExportOptions::spatial_shape is not told" + cure);
  EXPECT_EQ(failure(same, {.spatial_shape = {9, 8}}),
            "export_onnx: Net: OnnxExportOptions::spatial_shape is 9 x 8" + cure);
  EXPECT_EQ(failure(same, {.spatial_shape = {9, 8, 0}}),
            "export_onnx: Net: OnnxExportOptions::spatial_shape is 9 x 8 x 0" + cure);
  EXPECT_EQ(failure(same, {.spatial_shape = {9, 8, std::int64_t{1} << 31}}),
            "export_onnx: Net: OnnxExportOptions::spatial_shape is 9 x 8 x 2147483648" + cure);
  EXPECT_EQ(
      failure([](Network& net, Value x) { return net.sparse_conv("wide", x, {.out_channels = 1, .kernel_size = 8}); }),
      "export_onnx: Net, wide: no output is left along axis 2: the kernel spans 8 cells, the grid with its padding "
      "7; use a smaller kernel or dilation, or more padding");
  EXPECT_EQ(
      failure([](Network& net, Value x) {
        net.output("again", x);
        return x;
      }),
      "export_onnx: Net: the output 'y' is the same value as another one, and a graph names it once; leave one of "
      "them out");
}

TEST(ExportOnnxErrors, NameInputsAndAxes) {
  auto const sentence = [](Network const& net) {
    return message_of<Error>([&] { return export_onnx(net, {.spatial_shape = {9, 8, 7}}).nodes.size(); });
  };
  Network two("Two");
  Value const x = two.input("a", {.axes = 3, .channels = 1});
  two.input("b", {.axes = 3, .channels = 1});
  two.output("y", two.linear("head", x, {.out_channels = 1}));
  EXPECT_EQ(sentence(two),
            "export_onnx: Two: it has 2 inputs and 1 outputs; a graph has one input, and an output at least");
  Network flat("Flat");
  flat.output("y", flat.linear("head", flat.input("x", {.axes = 2, .channels = 1}), {.out_channels = 1}));
  EXPECT_EQ(sentence(flat), "export_onnx: Flat: it has 2 axes, and the format is for 3; run it here");
}

TEST(ExportOnnxErrors, NameANumberBeyondHalf) {
  Network net("Large");
  Value const x = net.input("x", {.axes = 3, .channels = 1});
  net.output("y", net.batch_norm("norm", net.linear("head", x, {.out_channels = 1}), 0));
  net.parameter("head.weight").values = {3};
  net.parameter("norm.weight").values = {30000};
  EXPECT_EQ(message_of<CapacityError>([&] {
              return export_onnx(net, {.spatial_shape = {9, 8, 7}}).nodes.size();
            }),
            "export_onnx: Large: head.weight has 90000, and the format's float16 goes to 65504; scale the network's "
            "numbers, or run it here");
}

TEST(ExportOnnxErrors, NameANumberThatIsNotFinite) {
  Network net("Failed");
  Value const x = net.input("x", {.axes = 3, .channels = 1});
  net.output("y", net.linear("head", x, {.out_channels = 1}));
  auto const sentence = [&] {
    return message_of<Error>([&] { return export_onnx(net, {.spatial_shape = {9, 8, 7}}).nodes.size(); });
  };
  std::string const cure = ", which import_onnx does not read; look where training failed, or save it by save_network";
  net.parameter("head.bias").values = {-std::numeric_limits<float>::infinity()};
  EXPECT_EQ(sentence(), "export_onnx: Failed: head.bias has -inf" + cure);
  net.parameter("head.weight").values = {std::numeric_limits<float>::quiet_NaN()};
  EXPECT_EQ(sentence(), "export_onnx: Failed: head.weight has nan" + cure);
}

}  // namespace
}  // namespace sparseconv::export_onnx_test
