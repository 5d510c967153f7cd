#include "sparseconv/network/import_onnx.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sparseconv/network/engine.hpp"
#include "sparseconv/network/prepare.hpp"
#include "sparseconv/weights/write_onnx.hpp"
#include "support/dense_oracle.hpp"
#include "support/error_message.hpp"
#include "support/onnx_graphs.hpp"
#include "support/oracle_conversion.hpp"
#include "support/random_sites.hpp"
#include "support/shared_data.hpp"
#include "support/temporary_file.hpp"

namespace sparseconv::import_onnx_test {
namespace {

using test::add_convolution;
using test::DenseImage;
using test::message_of;
using test::OnnxIntegers;
using test::OracleDefinition;
using test::OracleGeometry;
using test::small_onnx_graph;

// The reference works on dense arrays, and takes numbers out of the graph by itself.

std::vector<float> numbers(OnnxGraph const& graph, std::string const& name) {
  return std::ranges::find(graph.initializers, name, &NamedArray::name)->array.values_as<float>(name);
}

/// [C_out, K, C_in] as [K, C_in, C_out].
std::vector<double> oracle_weights(OnnxGraph const& graph, std::string const& name, std::int64_t in, std::int64_t out) {
  std::vector<float> const stored = numbers(graph, name);
  auto const elements = static_cast<std::int64_t>(stored.size()) / in / out;
  std::vector<double> weights(stored.size());
  for (std::int64_t o = 0; o < out; ++o)
    for (std::int64_t k = 0; k < elements; ++k)
      for (std::int64_t i = 0; i < in; ++i)
        weights[static_cast<std::size_t>((k * in + i) * out + o)] =
            stored[static_cast<std::size_t>((o * elements + k) * in + i)];
  return weights;
}

/// Calls f(number, channel) for the numbers of active cells.
template <class Function>
void for_each_number(DenseImage& image, Function const& f) {
  auto const channels = static_cast<std::size_t>(image.channels);
  for (std::size_t cell = 0; cell < image.active.size(); ++cell)
    for (std::size_t c = 0; image.active[cell] && c < channels; ++c) f(image.values[cell * channels + c], c);
}

void add_bias(DenseImage& image, std::vector<float> const& bias) {
  for_each_number(image, [&](double& number, std::size_t channel) { number += bias[channel]; });
}

void rectify(DenseImage& image) {
  for_each_number(image, [](double& number, std::size_t) { number = std::max(number, 0.0); });
}

void add_image(DenseImage& image, DenseImage const& other) {
  ASSERT_EQ(image.active, other.active);
  for (std::size_t i = 0; i < image.values.size(); ++i) image.values[i] += other.values[i];
}

DenseImage convolved(DenseImage const& image, OnnxGraph const& graph, std::string const& number, std::int64_t out,
                     OracleGeometry const& geometry, OracleDefinition definition) {
  DenseImage result = *test::convolve_dense(
      image, oracle_weights(graph, "spconv" + number + ".weight", image.channels, out), out, geometry, definition);
  add_bias(result, numbers(graph, "spconv" + number + ".bias"));
  return result;
}

void expect_near(SparseTensor<float, 3> const& found, DenseImage const& expected, double tolerance) {
  DenseImage const image = test::to_image(found);
  ASSERT_EQ(image.shape, expected.shape);
  ASSERT_EQ(image.channels, expected.channels);
  EXPECT_EQ(image.active, expected.active);
  double largest = 0;
  for (std::size_t i = 0; i < image.values.size(); ++i)
    largest = std::max(largest, std::abs(image.values[i] - expected.values[i]));
  EXPECT_LE(largest, tolerance);
}

OracleGeometry const submanifold{{3, 3, 3}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}};

TEST(ImportOnnx, RunsAFileOfTheDialect) {
  auto const path = test::shared_data("trained/tiny.scn.onnx");
  if (path.empty()) GTEST_SKIP() << "trained/tiny.scn.onnx is not beside the checkout";
  ImportedNetwork const imported = import_onnx(path);
  OnnxGraph const graph = read_onnx(path);
  Grid<3> const grid{.shape = {41, 64, 64}, .batch_size = 1};
  auto const x = test::random_tensor<float>(test::random_site_set(grid, 700, 3), 5, 4);

  DenseImage first = convolved(test::to_image(x), graph, "0", 16, submanifold, OracleDefinition::submanifold);
  rectify(first);
  DenseImage second = convolved(first, graph, "1", 16, submanifold, OracleDefinition::submanifold);
  rectify(second);
  DenseImage third = convolved(second, graph, "2", 16, submanifold, OracleDefinition::submanifold);
  add_image(third, first);
  rectify(third);
  DenseImage last = convolved(third, graph, "3", 32, {{3, 3, 3}, {2, 2, 2}, {1, 1, 1}, {1, 1, 1}, {1, 1, 1}},
                              OracleDefinition::regular);
  rectify(last);
  EXPECT_EQ(last.shape, (OnnxIntegers{21, 32, 32}));
  expect_near(evaluate(seq, imported.network, x), last, 1e-6);
  expect_near(prepare<float>(cpu, imported.network)(cpu, x), last, 1e-6);
  EXPECT_GT(*std::ranges::max_element(last.values), 0.1);
}

TEST(ImportOnnx, TellsWhatTheGraphSaysBesides) {
  auto const path = test::shared_data("trained/tiny.scn.onnx");
  if (path.empty()) GTEST_SKIP() << "trained/tiny.scn.onnx is not beside the checkout";
  ImportedNetwork const imported = import_onnx(path);
  std::vector<std::string> names;
  for (Node const& node : imported.network.graph().nodes()) names.push_back(node.name);
  EXPECT_EQ(names, (std::vector<std::string>{"0", "conv0", "conv1", "conv2", "add0", "relu0", "conv3"}));
  EXPECT_EQ(imported.network.name(), "scn");
  EXPECT_EQ(imported.spatial_shape, (OnnxIntegers{41, 64, 64}));
  ASSERT_EQ(imported.outputs.size(), 1U);
  EXPECT_EQ(imported.outputs[0].name, "8");
  EXPECT_EQ(imported.network.outputs()[0].name, "8");
  ASSERT_EQ(imported.outputs[0].steps.size(), 2U);
  OnnxDenseStep const& scatter = imported.outputs[0].steps[0];
  EXPECT_EQ(scatter.kind, OnnxDenseStep::Kind::scatter);
  EXPECT_EQ(scatter.node, "scatter0");
  EXPECT_EQ(scatter.format, "zyx");
  EXPECT_EQ(scatter.output_layout, "");
  EXPECT_EQ(scatter.dims, (OnnxIntegers{1, 32, 21, 32, 32}));
  EXPECT_EQ(imported.outputs[0].steps[1].kind, OnnxDenseStep::Kind::reshape);
  EXPECT_EQ(imported.outputs[0].steps[1].dims, (OnnxIntegers{1, 672, 32, 32}));
  ASSERT_EQ(imported.ranges.size(), 1U);
  EXPECT_EQ(imported.ranges[0].node, "conv1");
  EXPECT_EQ(imported.ranges[0].precision, "int8");
  EXPECT_EQ(imported.ranges[0].output_precision, "fp16");
  EXPECT_EQ(imported.ranges[0].inputs, (std::vector<float>{3.5F}));
  EXPECT_EQ(imported.ranges[0].weights, std::vector<float>(16, 0.1F));
}

/// The sum over the pairs of an earlier convolution with both sides exchanged: back onto the cells of `onto`.
DenseImage undone(DenseImage const& image, DenseImage const& onto, OnnxGraph const& graph, std::string const& number,
                  std::int64_t out, OracleGeometry const& g) {
  std::vector<double> const weights = oracle_weights(graph, "spconv" + number + ".weight", image.channels, out);
  DenseImage result(onto.batch, onto.shape, out);
  result.active = onto.active;
  test::Indices place(3, 0);
  for (std::int64_t item = 0; item < image.batch; ++item) {
    do {
      std::size_t const from = image.cell(item, place);
      if (!image.active[from]) continue;
      test::Indices k(3, 0);
      std::int64_t element = 0;
      do {
        test::Indices to(3, 0);
        for (std::size_t a = 0; a < 3; ++a) to[a] = place[a] * g.stride[a] - g.padding[a] + k[a] * g.dilation[a];
        for (std::int64_t i = 0; onto.inside(to) && onto.active[onto.cell(item, to)] && i < image.channels; ++i)
          for (std::int64_t o = 0; o < out; ++o)
            result.values[onto.cell(item, to) * static_cast<std::size_t>(out) + static_cast<std::size_t>(o)] +=
                image.values[from * static_cast<std::size_t>(image.channels) + static_cast<std::size_t>(i)] *
                weights[static_cast<std::size_t>((element * image.channels + i) * out + o)];
        ++element;
      } while (test::next_index(k, g.kernel));
    } while (test::next_index(place, image.shape));
  }
  add_bias(result, numbers(graph, "spconv" + number + ".bias"));
  return result;
}

TEST(ImportOnnx, RunsAnInverseNode) {
  OnnxGraph const graph = small_onnx_graph();
  Grid<3> const grid{.shape = {9, 8, 7}, .batch_size = 2};
  auto const x = test::random_tensor<float>(test::random_site_set(grid, 150, 5), 2, 6);
  OracleGeometry const down{{3, 2, 1}, {2, 2, 1}, {1, 0, 0}, {1, 1, 1}, {1, 0, 0}};

  DenseImage first = convolved(test::to_image(x), graph, "0", 3, submanifold, OracleDefinition::submanifold);
  rectify(first);
  DenseImage const second = convolved(first, graph, "1", 4, down, OracleDefinition::regular);
  DenseImage third = undone(second, first, graph, "2", 3, down);
  add_image(third, first);
  rectify(third);
  expect_near(evaluate(seq, import_onnx(graph).network, x), third, 1e-4);
  EXPECT_GT(*std::ranges::max_element(third.values), 5.0);
}

TEST(ImportOnnx, ReversesTheAxes) {
  // A graph over x, y, z on the sites (x, y, z), and the network over z, y, x on the same sites the other way round.
  OnnxGraph const graph = small_onnx_graph();
  auto const places = test::random_coordinates<3>({{0, 0, 0}, {8, 7, 6}, {0}}, 150, 7);
  auto const turned = [](Coordinate<3> const& site) {
    return Coordinate<3>{site.batch, {site.position[2], site.position[1], site.position[0]}};
  };
  std::vector<Coordinate<3>> reversed;
  for (Coordinate<3> const& site : places) reversed.push_back(turned(site));
  auto const x = test::random_tensor<float>(test::sites_of(Grid<3>{.shape = {9, 8, 7}}, places), 2, 8);
  SiteSet<3> const sites = test::sites_of(Grid<3>{.shape = {7, 8, 9}}, reversed);
  // The same rows, in the order of the other sites.
  Buffer<float> rows(x.size() * 2);
  auto const row_of = [&](Coordinate<3> const& site) {
    auto const all = x.sites().coordinates();
    return static_cast<std::int64_t>(std::lower_bound(all.begin(), all.end(), site) - all.begin());
  };
  for (std::int64_t row = 0; row < x.size(); ++row)
    for (std::int64_t c = 0; c < 2; ++c)
      rows[row * 2 + c] = x.features()(row_of(turned(sites.coordinates()[static_cast<std::size_t>(row)])), c);
  SparseTensor<float, 3> const y(sites, 2, std::move(rows));

  ImportedNetwork const same = import_onnx(graph);
  ImportedNetwork const other = import_onnx(graph, {.axes = AxisOrder::reversed});
  EXPECT_EQ(same.spatial_shape, (OnnxIntegers{9, 8, 7}));
  EXPECT_EQ(other.spatial_shape, (OnnxIntegers{7, 8, 9}));
  auto const expected = evaluate(seq, same.network, x);
  auto const found = evaluate(seq, other.network, y);
  ASSERT_EQ(found.size(), expected.size());
  for (std::int64_t row = 0; row < found.size(); ++row)
    for (std::int64_t c = 0; c < 3; ++c)
      EXPECT_NEAR(found.features()(row, c),
                  expected.features()(row_of(turned(found.sites().coordinates()[static_cast<std::size_t>(row)])), c),
                  1e-4);
}

TEST(ImportOnnx, TakesTheShapeOfAKernelOfOneElementAtItsWord) {
  OnnxGraph graph{.name = "scn", .inputs = {{"0", {}, {}}}, .outputs = {{"1", {}, {}}}};
  add_convolution(graph, {.in_channels = 2, .out_channels = 3, .kernel = {1, 1, 1}, .subm = 1});
  graph.initializers[0].array = make_array({3, 1, 1, 1, 2}, std::vector<float>{1, 2, 3, 4, 5, 6});
  Network const net = import_onnx(graph).network;
  EXPECT_EQ(net.parameter("conv0.weight").shape, (OnnxIntegers{1, 2, 3}));
  EXPECT_EQ(net.parameter("conv0.weight").values, (std::vector<float>{1, 3, 5, 2, 4, 6}));
}

TEST(ImportOnnx, KnowsTheActivations) {
  auto const activation = [](std::string const& name, OnnxImportOptions const& options = {}) {
    OnnxGraph graph = small_onnx_graph();
    graph.nodes[0].attributes[0].value = name;
    Network const net = import_onnx(graph, options).network;
    return std::get<ConvNode>(net.graph().node(*net.graph().find("conv0")).operation).activation;
  };
  EXPECT_EQ(activation("None"), no_activation);
  EXPECT_EQ(activation("ReLU"), relu);
  EXPECT_EQ(activation("Sigmoid"), sigmoid);
  EXPECT_EQ(activation("LeakyReLU"), leaky_relu(0.01));
  EXPECT_EQ(activation("LeakyReLU", {.leaky_relu_slope = 0.2}), leaky_relu(0.2));
}

TEST(ImportOnnx, UndoesTheLatestNodeOfTheRulebook) {
  OnnxGraph graph = small_onnx_graph();
  // Another strided node of the same rulebook on the same sites stands between.
  add_convolution(graph, {.number = "3",
                          .input = "1",
                          .output = "6",
                          .in_channels = 3,
                          .out_channels = 4,
                          .kernel = {3, 2, 1},
                          .stride = {2, 2, 1},
                          .padding = {1, 0, 0},
                          .rulebook = "down"});
  std::rotate(graph.nodes.begin() + 2, graph.nodes.end() - 1, graph.nodes.end());
  Network const net = import_onnx(graph).network;
  auto const& inverse = std::get<InverseConvNode>(net.graph().node(*net.graph().find("conv2")).operation);
  EXPECT_EQ(net.graph().node(inverse.undoes).name, "conv3");
}

TEST(ImportOnnx, TakesSeveralOutputsAndQuantAdd) {
  OnnxGraph graph = small_onnx_graph();
  graph.nodes[3].op_type = "QuantAdd";
  graph.nodes[3].attributes = {{"input0_dynamic_range", 2.0F}, {"input1_dynamic_range", 4.0F}};
  graph.nodes[4].name = "";
  graph.nodes.push_back({.name = "scatter0", .op_type = "ScatterDense", .inputs = {"2"}, .outputs = {"6"}});
  graph.nodes.push_back({.name = "transpose0",
                         .op_type = "Transpose",
                         .inputs = {"6"},
                         .outputs = {"7"},
                         .attributes = {{"dims", OnnxIntegers{0, 1, 4, 2, 3}}}});
  graph.outputs = {{"5", {}, {}}, {"2", {}, {}}, {"7", {}, {}}};
  ImportedNetwork const imported = import_onnx(graph);
  ASSERT_EQ(imported.outputs.size(), 3U);
  EXPECT_TRUE(imported.outputs[0].steps.empty());
  EXPECT_TRUE(imported.outputs[1].steps.empty());
  ASSERT_EQ(imported.outputs[2].steps.size(), 2U);
  EXPECT_EQ(imported.outputs[2].steps[1].kind, OnnxDenseStep::Kind::transpose);
  EXPECT_EQ(imported.outputs[2].steps[1].dims, (OnnxIntegers{0, 1, 4, 2, 3}));
  auto const outputs = imported.network.outputs();
  ASSERT_EQ(outputs.size(), 3U);
  EXPECT_EQ(imported.network.graph().node(outputs[0].value).name, "node4");
  EXPECT_EQ(outputs[1].value, outputs[2].value);
  ASSERT_EQ(imported.ranges.size(), 1U);
  EXPECT_EQ(imported.ranges[0].inputs, (std::vector<float>{2, 4}));
}

TEST(ImportOnnx, DoesWithoutABiasAndWithoutGrids) {
  OnnxGraph graph = small_onnx_graph();
  for (OnnxNode& node : graph.nodes) {
    if (node.op_type != "SparseConvolution") continue;
    node.inputs.pop_back();
    std::erase_if(node.attributes,
                  [](OnnxAttribute const& attribute) { return attribute.name.ends_with("spatial_shape"); });
  }
  graph.inputs = {{"spconv0.weight", {}, {}}, {"0", {}, {}}};  // a tool that lists all
  ImportedNetwork const imported = import_onnx(graph);
  EXPECT_TRUE(imported.spatial_shape.empty());
  EXPECT_EQ(imported.network.parameters().size(), 3U);
  EXPECT_EQ(imported.network.graph().type(imported.network.inputs()[0]).channels, 2);
}

// Errors.

template <class Change>
std::string failure(Change const& change) {
  OnnxGraph graph = small_onnx_graph();
  change(graph);
  return message_of<Error>([&] { return import_onnx(graph).outputs.size(); });
}

OnnxAttributeValue& attribute(OnnxNode& node, std::string_view name) {
  return std::ranges::find(node.attributes, name, &OnnxAttribute::name)->value;
}

/// The sentence for another value of an attribute of a node.
std::string failure(std::size_t node, std::string_view name, OnnxAttributeValue const& value) {
  return failure([&](OnnxGraph& graph) { attribute(graph.nodes[node], name) = value; });
}

std::string failure_without(std::size_t node, std::string_view name) {
  return failure([&](OnnxGraph& graph) {
    std::erase_if(graph.nodes[node].attributes, [&](OnnxAttribute const& one) { return one.name == name; });
  });
}

std::string const where = "import_onnx: \"scn\", node ";

TEST(ImportOnnxErrors, NameAnAttributeThatContradictsTheWeight) {
  std::string const cure = "; the file does not fit itself, so export the network again";
  EXPECT_EQ(failure(0, "in_channels", std::int64_t{5}),
            where + "\"conv0\": in_channels is 5, and by the shape of its weight 2" + cure);
  EXPECT_EQ(failure(0, "out_channels", std::int64_t{5}),
            where + "\"conv0\": out_channels is 5, and by the shape of its weight 3" + cure);
  EXPECT_EQ(failure(0, "ndim", std::int64_t{2}),
            where + "\"conv0\": ndim is 2, and by the shape of its weight 3" + cure);
  EXPECT_EQ(
      failure(1, "kernel_size", OnnxIntegers{3, 3, 3}),
      where + "\"conv1\": kernel_size is 3 x 3 x 3, and the kernel is 3 x 2 x 1 by the shape of its weight" + cure);
  EXPECT_EQ(failure(1, "input_spatial_shape", OnnxIntegers{9, 8, 8}),
            where + "\"conv1\": input_spatial_shape is 9 x 8 x 8, and by the nodes before 9 x 8 x 7" + cure);
  EXPECT_EQ(failure(1, "output_spatial_shape", OnnxIntegers{4, 4, 7}),
            where + "\"conv1\": output_spatial_shape is 4 x 4 x 7, and by the nodes before 5 x 4 x 7" + cure);
  EXPECT_EQ(failure(2, "output_spatial_shape", OnnxIntegers{9, 8, 8}),
            where + "\"conv2\": output_spatial_shape is 9 x 8 x 8, and by the nodes before 9 x 8 x 7" + cure);
  EXPECT_EQ(failure(0, "input_spatial_shape", OnnxIntegers{9, 0, 7}),
            where +
                "\"conv0\": input_spatial_shape is 9 x 0 x 7; a grid has at least one cell along each axis; export the "
                "network again");
}

TEST(ImportOnnxErrors, NameWhatIsNotRead) {
  EXPECT_EQ(failure(1, "groups", std::int64_t{2}),
            where + "\"conv1\": it has 2 groups, and 1 is read; use a network without");
  EXPECT_EQ(
      failure(1, "transposed", std::int64_t{1}),
      where +
          "\"conv1\": it is transposed, and the format does not say which sites such a node gives; use an inverse "
          "one, or build that network by hand");
  EXPECT_EQ(failure(1, "transposed", std::int64_t{2}),
            where + "\"conv1\": transposed is 2, and should be 0 or 1; export the network again");
  EXPECT_EQ(
      failure(1, "activation", std::string("Mish")),
      where +
          "\"conv1\": the activation \"Mish\" is none of None, ReLU, Sigmoid and LeakyReLU; export the network with "
          "one of these");
  EXPECT_EQ(failure(1, "output_padding", OnnxIntegers{0, 1, 0}),
            where +
                "\"conv1\": output_padding is 0 x 1 x 0, and it is 0 where nothing is transposed; export the network "
                "again");
  EXPECT_EQ(
      failure(1, "subm", std::int64_t{1}),
      where +
          "\"conv1\": it is submanifold and its kernel is 3 x 2 x 1, and the format does not say which element of "
          "an even kernel is the middle; build that network by hand");
  EXPECT_EQ(failure(2, "subm", std::int64_t{1}),
            where + "\"conv2\": it is submanifold and inverse, and can be one of them; export the network again");
  EXPECT_EQ(
      failure([](OnnxGraph& graph) { graph.nodes[4].op_type = "Softmax"; }),
      where +
          "\"relu0\": \"Softmax\" of the domain \"\" is not read; what is: SparseConvolution, Add, QuantAdd, Relu, "
          "ScatterDense, Reshape and Transpose of the domain \"\"");
  EXPECT_EQ(failure([](OnnxGraph& graph) { graph.nodes[4].domain = "mine\n"; }),
            where +
                "\"relu0\": \"Relu\" of the domain \"mine?\" is not read; what is: SparseConvolution, Add, QuantAdd, "
                "Relu, ScatterDense, Reshape and Transpose of the domain \"\"");
}

TEST(ImportOnnxErrors, NameAnAttributeOfTheWrongKindOrNone) {
  EXPECT_EQ(failure_without(1, "stride"),
            where +
                "\"conv1\": there is no attribute stride, without which it is not known what is computed; export the "
                "network again");
  EXPECT_EQ(failure_without(1, "subm"),
            where +
                "\"conv1\": there is no attribute subm, without which it is not known what is computed; export the "
                "network again");
  EXPECT_EQ(failure(1, "stride", std::int64_t{2}),
            where + "\"conv1\": the attribute stride is not a list of integers; export the network again");
  EXPECT_EQ(failure(1, "subm", OnnxIntegers{0}),
            where + "\"conv1\": the attribute subm is not an integer; export the network again");
  EXPECT_EQ(failure(1, "activation", 1.0F),
            where + "\"conv1\": the attribute activation is not a string; export the network again");
  EXPECT_EQ(failure(1, "stride", OnnxIntegers{2, 2}),
            where + "\"conv1\": stride has 2 numbers (2 x 2) for 3 axes; export the network again");
  EXPECT_EQ(failure(1, "stride", OnnxIntegers{2, 2, std::int64_t{1} << 40}),
            where + "\"conv1\": stride is 2 x 2 x 1099511627776, which does not fit 32 bits; export the network again");
  EXPECT_EQ(failure(1, "stride", OnnxIntegers{2, 0, 1}),
            where + "\"conv1\": stride is 2 x 0 x 1; every stride must be at least 1");
  EXPECT_EQ(
      failure(0, "stride", OnnxIntegers{2, 2, 2}),
      where + "\"conv0\": a submanifold convolution has stride 1, not 2 x 2 x 2; use the regular or floor definition");
  EXPECT_EQ(
      failure([](OnnxGraph& graph) {
        attribute(graph.nodes[0], "input_spatial_shape") = OnnxIntegers{9, 1, 7};
        attribute(graph.nodes[0], "output_spatial_shape") = OnnxIntegers{9, 1, 7};
        attribute(graph.nodes[1], "input_spatial_shape") = OnnxIntegers{9, 1, 7};
      }),
      where +
          "\"conv1\": no output is left along axis 1: the kernel spans 2 cells, the grid with its padding 1; use a "
          "smaller kernel or dilation, or more padding");
}

TEST(ImportOnnxErrors, NameARulebookThatIsNotThere) {
  EXPECT_EQ(
      failure(2, "rulebook", std::string("up")),
      where +
          "\"conv2\": it is inverse, and no node before it that is not has the rulebook \"up\"; export the network "
          "with the names of rulebooks");
  EXPECT_EQ(failure(2, "rulebook", std::string("")),
            where +
                "\"conv2\": it is inverse, and no node before it that is not has the rulebook \"\"; export the network "
                "with the names of rulebooks");
  EXPECT_EQ(
      failure(2, "rulebook", std::string("sub")),
      where +
          "\"conv2\": along the network's axes its kernel is 3 x 2 x 1, and that of conv0, which it undoes, 3 x 3 "
          "x 3; export the network again");
}

TEST(ImportOnnxErrors, NameNumbersThatDoNotFit) {
  auto const shaped = [](OnnxIntegers const& shape) {
    return failure([&](OnnxGraph& graph) {
      graph.initializers[0].array = make_array(shape, std::vector<float>(graph.initializers[0].array.bytes.size() / 2));
    });
  };
  EXPECT_EQ(
      shaped({3 * 27, 2}),
      where +
          "\"conv0\": its weight has the shape 81 x 2, and that of a kernel is C_out, 1 to 8 extents, C_in, of at "
          "least 1 each; export the network again");
  EXPECT_EQ(
      failure([](OnnxGraph& graph) {
        graph.initializers[0].array = make_array({3, 0, std::int64_t{1} << 40, 3, 2}, std::vector<float>());
      }),
      where +
          "\"conv0\": its weight has the shape 3 x 0 x 1099511627776 x 3 x 2, and that of a kernel is C_out, 1 to 8 "
          "extents, C_in, of at least 1 each; export the network again");
  EXPECT_EQ(
      failure([](OnnxGraph& graph) { graph.nodes[1].inputs[1] = "w"; }),
      where + "\"conv1\": its weight \"w\" is none of the graph's initializers; export the network with its numbers");
  EXPECT_EQ(
      failure([](OnnxGraph& graph) { graph.nodes[1].inputs[2] = "b"; }),
      where + "\"conv1\": its bias \"b\" is none of the graph's initializers; export the network with its numbers");
  EXPECT_EQ(
      failure([](OnnxGraph& graph) { graph.nodes[2].inputs[2] = "spconv0.bias"; }),
      where +
          "\"conv2\": its bias \"spconv0.bias\" belongs to another node already; give each node an initializer of "
          "its own");
  EXPECT_EQ(
      failure([](OnnxGraph& graph) { graph.initializers[1].array = make_array({3}, std::vector<std::int8_t>(3)); }),
      where +
          "\"conv0\": its bias \"spconv0.bias\" is of int8, and float16, bfloat16, float32 and float64 are taken; "
          "export the network so");
  EXPECT_EQ(
      failure([](OnnxGraph& graph) {
        graph.initializers[1].array.shape = {3, 1};
      }),
      where + "\"conv0\": its bias has the shape 3 x 1, and its weight 3 output channels; export the network again");
  EXPECT_EQ(
      failure([](OnnxGraph& graph) { graph.nodes[1].inputs.resize(1); }),
      where +
          "\"conv1\": it takes 1 tensors, and a SparseConvolution takes features, a weight and a bias; export the "
          "network again");
  EXPECT_EQ(failure([](OnnxGraph& graph) {
              graph.inputs[0].shape = {1, 4};
            }),
            where + "\"conv0\": its weight takes 2 channels, and 0, which it reads, has 4; export the network again");
}

TEST(ImportOnnxErrors, NameTensorsThatAreNotThere) {
  EXPECT_EQ(
      failure([](OnnxGraph& graph) { graph.nodes[1].inputs[0] = "4"; }),
      where + "\"conv1\": it takes \"4\", which neither the input nor an earlier node gives; export the network again");
  EXPECT_EQ(failure([](OnnxGraph& graph) { graph.nodes[1].outputs[0] = "1"; }),
            where + "\"conv1\": its output \"1\" stands for something else already; export the network again");
  EXPECT_EQ(failure([](OnnxGraph& graph) { graph.nodes[1].outputs.clear(); }),
            where + "\"conv1\": it has 0 outputs, or one without a name; all nodes that are read have one with a name");
  EXPECT_EQ(failure([](OnnxGraph& graph) { graph.nodes[3].inputs.pop_back(); }),
            where + "\"add0\": it takes 1 tensors, and Add takes 2; export the network again");
  EXPECT_EQ(failure([](OnnxGraph& graph) { graph.nodes[3].inputs[0] = "2"; }),
            where +
                "\"add0\": scn, add0: 'conv1' lies on the sites that 'conv1' has, 'conv0' on those that '0' has; give "
                "values on the same sites");
  EXPECT_EQ(failure([](OnnxGraph& graph) { graph.nodes[1].name = "conv0"; }),
            where + "\"conv0\": scn: there is a node 'conv0' already; give each a name of its own");
  std::string const of_graph = "import_onnx: \"scn\"";
  EXPECT_EQ(failure([](OnnxGraph& graph) { graph.nodes[1].name = "c\xc3\xb6"; }),
            of_graph +
                ": a node is called \"c??\"; a name has 1 to 200 letters of ASCII that can be printed; give it such a "
                "one");
  EXPECT_EQ(failure([](OnnxGraph& graph) { graph.outputs[0].name = "9"; }),
            of_graph + ": no node gives the output \"9\"; export the network again");
  EXPECT_EQ(failure([](OnnxGraph& graph) { graph.outputs.push_back(graph.outputs[0]); }),
            of_graph + ", outputs: scn: there is an output '5' already, or it has no name; give each one of its own");
  EXPECT_EQ(failure([](OnnxGraph& graph) { graph.outputs.clear(); }),
            of_graph + ": the graph has no outputs; export the network again");
  EXPECT_EQ(failure([](OnnxGraph& graph) { graph.inputs.clear(); }),
            of_graph + ": the graph has no input; export the network again");
  EXPECT_EQ(failure([](OnnxGraph& graph) {
              graph.inputs.push_back({"x", {}, {}});
            }),
            of_graph + ": the graph has the inputs \"0\" and \"x\", and one is read: the features of the sites");
  EXPECT_EQ(failure([](OnnxGraph& graph) { graph.nodes.erase(graph.nodes.begin(), graph.nodes.begin() + 4); }),
            of_graph +
                ": there is no SparseConvolution among its 1 nodes; give a network of sparse tensors that was exported "
                "in this dialect");
  EXPECT_EQ(failure([](OnnxGraph& graph) { graph.nodes.resize(4097); }),
            of_graph + ": the graph has 4097 nodes, and at most 4096 are taken; take a part of it");
}

TEST(ImportOnnxErrors, NameWhatFollowsDenseTensors) {
  auto const dense = [](OnnxNode const& then) {
    return failure([&](OnnxGraph& graph) {
      graph.nodes.push_back({.name = "scatter0", .op_type = "ScatterDense", .inputs = {"5"}, .outputs = {"6"}});
      graph.nodes.push_back(then);
      graph.outputs = {{"7", {}, {}}};
    });
  };
  EXPECT_EQ(
      dense({.name = "relu1", .op_type = "Relu", .inputs = {"6"}, .outputs = {"7"}}),
      where +
          "\"relu1\": it takes \"6\", which is dense; behind a ScatterDense only Reshape and Transpose are read, so "
          "run the rest of the graph with something else");
  EXPECT_EQ(dense({.name = "reshape0", .op_type = "Reshape", .inputs = {"6"}, .outputs = {"7"}}),
            where +
                "\"reshape0\": there is no attribute dims, without which it is not known what is computed; export the "
                "network again");
  EXPECT_EQ(dense({.name = "reshape0", .op_type = "Reshape", .inputs = {"5"}, .outputs = {"7"}}),
            where + "\"reshape0\": it takes \"5\", which is sparse; a Reshape is read behind a ScatterDense alone");
  EXPECT_EQ(failure([](OnnxGraph& graph) {
              graph.nodes.push_back({.name = "scatter0",
                                     .op_type = "ScatterDense",
                                     .inputs = {"5"},
                                     .outputs = {"6"},
                                     .attributes = {{"format", std::string("yxz")}}});
            }),
            where + "\"scatter0\": its format is \"yxz\", and zyx and xyz are read; export the network again");
  EXPECT_EQ(
      failure([](OnnxGraph& graph) {
        graph.nodes.push_back({.name = "scatter0", .op_type = "ScatterDense", .inputs = {"5"}, .outputs = {"6"}});
        graph.nodes.push_back({.name = "reshape0",
                               .op_type = "Reshape",
                               .inputs = {"6"},
                               .outputs = {"7"},
                               .attributes = {{"dims", OnnxIntegers{1}}}});
        graph.outputs = {{"6", {}, {}}, {"7", {}, {}}};
      }),
      "import_onnx: \"scn\": the dense tensor \"6\" is taken twice, which is not read; let one node or one output "
      "take it");
}

TEST(ImportOnnxErrors, NameTheFile) {
  OnnxGraph graph = small_onnx_graph();
  graph.outputs.clear();
  test::TemporaryFile const file("a.onnx", {});
  write_onnx(file.path(), graph);
  EXPECT_EQ(message_of<FormatError>([&] { return import_onnx(file.path()).outputs.size(); }),
            "import_onnx: " + file.path().string() + ": the graph has no outputs; export the network again");
}

}  // namespace
}  // namespace sparseconv::import_onnx_test
