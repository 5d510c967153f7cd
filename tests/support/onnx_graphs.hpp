#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseconv/number/half.hpp"
#include "sparseconv/weights/onnx_graph.hpp"
#include "support/random_numbers.hpp"

namespace sparseconv::test {

using OnnxIntegers = std::vector<std::int64_t>;

/// A SparseConvolution over three axes as a graph of the dialect has it.
struct OnnxConvolution {
  std::string number = "0";  ///< behind conv and spconv
  std::string input = "0";
  std::string output = "1";
  std::int64_t in_channels = 1;
  std::int64_t out_channels = 1;
  OnnxIntegers kernel = {3, 3, 3};
  OnnxIntegers stride = {1, 1, 1};
  OnnxIntegers padding = {0, 0, 0};
  OnnxIntegers dilation = {1, 1, 1};
  std::int64_t subm = 0;
  std::int64_t inverse = 0;
  std::string activation = "None";
  std::string rulebook = "";
  OnnxIntegers grid = {};  ///< of the input; not told if empty
  OnnxIntegers output_grid = {};
};

/// Numbers that are halves, small enough for sums to stay so.
inline std::vector<half> random_halves(std::int64_t count, std::uint32_t seed) {
  RandomNumbers random(seed);
  std::vector<half> numbers;
  for (std::int64_t i = 0; i < count; ++i) numbers.push_back(half(random.number<float>()));
  return numbers;
}

/// Adds the node and its numbers to a graph.
inline void add_convolution(OnnxGraph& graph, OnnxConvolution const& conv) {
  std::string const weight = "spconv" + conv.number + ".weight";
  std::string const bias = "spconv" + conv.number + ".bias";
  OnnxNode node{.name = "conv" + conv.number,
                .op_type = "SparseConvolution",
                .inputs = {conv.input, weight, bias},
                .outputs = {conv.output}};
  node.attributes = {{"activation", conv.activation},
                     {"dilation", conv.dilation},
                     {"groups", std::int64_t{1}},
                     {"in_channels", conv.in_channels},
                     {"inverse", conv.inverse},
                     {"kernel_size", conv.kernel},
                     {"ndim", std::int64_t{3}},
                     {"out_channels", conv.out_channels},
                     {"output_padding", OnnxIntegers{0, 0, 0}},
                     {"padding", conv.padding},
                     {"rulebook", conv.rulebook},
                     {"stride", conv.stride},
                     {"subm", conv.subm},
                     {"transposed", std::int64_t{0}}};
  if (!conv.grid.empty()) node.attributes.push_back({"input_spatial_shape", conv.grid});
  if (!conv.output_grid.empty()) node.attributes.push_back({"output_spatial_shape", conv.output_grid});
  graph.nodes.push_back(std::move(node));
  OnnxIntegers shape{conv.out_channels};
  std::int64_t count = conv.out_channels * conv.in_channels;
  for (std::int64_t const extent : conv.kernel) {
    shape.push_back(extent);
    count *= extent;
  }
  shape.push_back(conv.in_channels);
  auto const seed = static_cast<std::uint32_t>(graph.nodes.size());
  graph.initializers.push_back({weight, make_array(shape, random_halves(count, 2 * seed))});
  graph.initializers.push_back({bias, make_array({conv.out_channels}, random_halves(conv.out_channels, 2 * seed + 1))});
}

/// A small U of every sparse operation: a submanifold convolution, a strided one, its inverse, an addition and a ReLU.
inline OnnxGraph small_onnx_graph() {
  OnnxGraph graph{
      .name = "scn", .inputs = {{"0", ScalarType::float16, {1, 2}}}, .outputs = {{"5", ScalarType::float16, {1, 3}}}};
  add_convolution(graph, {.in_channels = 2,
                          .out_channels = 3,
                          .subm = 1,
                          .activation = "ReLU",
                          .rulebook = "sub",
                          .grid = {9, 8, 7},
                          .output_grid = {9, 8, 7}});
  add_convolution(graph, {.number = "1",
                          .input = "1",
                          .output = "2",
                          .in_channels = 3,
                          .out_channels = 4,
                          .kernel = {3, 2, 1},
                          .stride = {2, 2, 1},
                          .padding = {1, 0, 0},
                          .rulebook = "down",
                          .grid = {9, 8, 7},
                          .output_grid = {5, 4, 7}});
  add_convolution(graph, {.number = "2",
                          .input = "2",
                          .output = "3",
                          .in_channels = 4,
                          .out_channels = 3,
                          .kernel = {3, 2, 1},
                          .inverse = 1,
                          .rulebook = "down",
                          .grid = {5, 4, 7},
                          .output_grid = {9, 8, 7}});
  graph.nodes.push_back({.name = "add0", .op_type = "Add", .inputs = {"3", "1"}, .outputs = {"4"}});
  graph.nodes.push_back({.name = "relu0", .op_type = "Relu", .inputs = {"4"}, .outputs = {"5"}});
  return graph;
}

}  // namespace sparseconv::test
