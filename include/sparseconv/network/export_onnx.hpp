#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/network/fold.hpp"
#include "sparseconv/network/fuse.hpp"
#include "sparseconv/network/grid_extents.hpp"
#include "sparseconv/network/network.hpp"
#include "sparseconv/network/onnx_attributes.hpp"
#include "sparseconv/network/onnx_kernel.hpp"
#include "sparseconv/network/weight_layout.hpp"
#include "sparseconv/number/half.hpp"
#include "sparseconv/weights/array.hpp"
#include "sparseconv/weights/onnx_graph.hpp"

namespace sparseconv::inline v0_1 {

/// What a graph says that a network does not.
struct OnnxExportOptions {
  std::vector<std::int64_t> spatial_shape = {};  ///< of the input's grid, along the network's axes; has to be told
  AxisOrder axes = AxisOrder::same;              ///< reversed: a network over z, y, x makes a graph over x, y, z
  bool dense_map = false;              ///< the outputs are maps with z in the channels, as detection heads take them
  std::int64_t output_bound = 200000;  ///< the most sites that a node may give
};

/// Makes a graph of the nodes of a network, one after another.
class OnnxExporter {
 public:
  OnnxExporter(Network network, OnnxExportOptions const& options)
      : network_(fuse(fold_batch_norms(std::move(network)))),
        options_(options),
        where_("export_onnx: " + network_.name()) {}

  /// Throws:  as export_onnx().
  [[nodiscard]] OnnxGraph graph() {
    check_options();
    graph_.name = "scn";
    for (std::int32_t i = 0; i < nodes().size(); ++i) {
      visit_node(
          Cases{[&](InputNode const& node) { input({i}, node); },
                [&](ConvNode const& node) { convolution({i}, node); },
                [&](InverseConvNode const& node) { inverse({i}, node); },
                [&](LinearNode const& node) { linear({i}, node); },
                [&](BatchNormNode const& node) { norm({i}, node); },
                [&](ActivationNode const& node) { keep({i}, activated(i, name_of(node.input), node.activation)); },
                [&](AddNode const& node) {
                  std::string const sum = added(name_of(node.first), name_of(node.second));
                  keep({i}, activated(i, sum, node.activation));
                },
                [&](LayerNormNode const&) { refuse({i}, "layer norms"); },
                [&](SoftmaxNode const&) { refuse({i}, "softmax"); },
                [&](ConcatenateNode const&) { refuse({i}, "concatenation"); },
                [&](PoolNode const&) { refuse({i}, "pooling"); },
                [&](GlobalPoolNode const&) { refuse({i}, "global pooling"); },
                [&](BroadcastNode const&) { refuse({i}, "rows of batch items"); },
                [&](InputBesideNode const&) { refuse({i}, "further inputs"); },
                [&](EmbeddingNode const&) { refuse({i}, "embeddings"); },
                [&](UnpoolNode const&) { refuse({i}, "rows of parents"); },
                [&](AxisPoolNode const&) { refuse({i}, "poolings of an axis"); },
                [&](ScaleSitesNode const&) { refuse({i}, "scaled sites"); },
                [&](JoinSitesNode const&) { refuse({i}, "joined sites"); },
                [&](ChooseSitesNode const&) { refuse({i}, "chosen sites"); },
                [&](OntoSitesNode const&) { refuse({i}, "rows of other sites"); }},
          nodes().node({i}).operation);
    }
    for (Network::Output const& output : network_.outputs()) add_output(output);
    return std::move(graph_);
  }

 private:
  using Extents = std::vector<std::int64_t>;

  [[nodiscard]] Graph const& nodes() const { return network_.graph(); }
  [[nodiscard]] Extents along_graph(Extents extents) const {
    return OnnxKernel::along_network(std::move(extents), options_.axes);
  }

  [[noreturn]] void fail(Value value, std::string_view why) const {
    throw Error({where_, ", ", nodes().node(value).name, ": ", why});
  }

  [[noreturn]] void refuse(Value value, std::string_view what) const {
    fail(value, error_message({"the format has no ", what,
                               "; export the part of the network that does without, or run it here"}));
  }

  void check_options() const {
    if (network_.inputs().size() != 1 || network_.outputs().empty())
      throw Error({where_, ": it has ", network_.inputs().size(), " inputs and ", network_.outputs().size(),
                   " outputs; a graph has one input, and an output at least"});
    int const axes = nodes().type(network_.inputs().front()).axes;
    if (axes != 3) throw Error({where_, ": it has ", axes, " axes, and the format is for 3; run it here"});
    bool const is_grid =
        options_.spatial_shape.size() == 3 && std::ranges::all_of(options_.spatial_shape, [](std::int64_t extent) {
          return extent >= 1 && std::in_range<std::int32_t>(extent);
        });
    if (!is_grid)
      throw ShapeError({where_, ": OnnxExportOptions::spatial_shape is ",
                        options_.spatial_shape.empty() ? std::string("not told") : extents_text(options_.spatial_shape),
                        "; a graph states its grids, so tell the three extents of the input's, of 1 to 2^31 - 1"});
  }

  // Names: tensors are counted, nodes by their kinds.

  [[nodiscard]] std::string const& name_of(Value value) const { return names_.at(value.node); }
  void keep(Value value, std::string name) { names_[value.node] = std::move(name); }
  std::string add(std::string const& word, OnnxNode node) {
    node.name = error_message({word, counts_[word]++});
    node.outputs = {error_message({next_tensor_++})};
    graph_.nodes.push_back(std::move(node));
    return graph_.nodes.back().outputs.front();
  }

  std::string added(std::string const& first, std::string const& second) {
    return add("add", {.op_type = "Add", .inputs = {first, second}});
  }

  /// What follows an addition, or stands by itself.
  std::string activated(std::int32_t node, std::string const& x, Activation const& activation) {
    if (activation == no_activation) return x;
    if (activation == relu) return add("relu", {.op_type = "Relu", .inputs = {x}});
    fail({node}, error_message({"the format has no ", to_string(activation),
                                " by itself or behind an addition; it has relu, so train the network with that"}));
  }

  // Nodes.

  void input(Value value, InputNode const& node) {
    keep(value, error_message({next_tensor_++}));
    graph_.inputs.push_back({name_of(value), ScalarType::float16, {1, node.channels}});
    grids_[nodes().type(value).sites] = options_.spatial_shape;
  }

  void convolution(Value value, ConvNode const& node) {
    NodeGeometry const& geometry = node.geometry;
    bool const is_submanifold = geometry.definition == OutputDefinition::submanifold;
    if (geometry.transposed) refuse(value, "transposed convolutions; an inverse one it has");
    if (node.onto) refuse(value, "convolutions onto sites that are given");
    if (geometry.definition == OutputDefinition::floor) refuse(value, "convolutions of the floor definition");
    if (is_submanifold && geometry.padding != site_keeping_padding(geometry, 3))
      refuse(value, "submanifold convolutions that do not keep their sites");
    for (int axis = 0; axis < 3; ++axis)
      if (is_submanifold && geometry.kernel_size[axis] % 2 == 0)
        refuse(value, "word for the middle of an even kernel, which a submanifold convolution needs");
    grids_.try_emplace(nodes().type(value).sites,
                       extents_after(grid_of(node.input), geometry, where_ + ", " + nodes().node(value).name));
    write_kernel(value, node, geometry, {.is_submanifold = is_submanifold, .rulebook = rulebook(node.input, geometry)});
  }

  void inverse(Value value, InverseConvNode const& node) {
    // By the rulebook's name a reader finds the node that is undone, or one with the same pairs.
    NodeGeometry const& undone = nodes().geometry(node.undoes);
    write_kernel(value, node, NodeGeometry{.kernel_size = undone.kernel_size},
                 {.is_inverse = true, .rulebook = rulebook(nodes().input_of_kernel(node.undoes), undone)});
  }

  /// A linear node is a convolution of one element.
  void linear(Value value, LinearNode const& node) {
    NodeGeometry const geometry{.definition = OutputDefinition::submanifold};
    write_kernel(value, node, geometry, {.is_submanifold = true, .rulebook = rulebook(node.input, geometry)});
  }

  [[noreturn]] void norm(Value value, BatchNormNode const& node) const {
    if (node.statistics == NormStatistics::batch) refuse(value, "norms by the statistics of the batch");
    fail(value,
         "the norm cannot be folded into the convolution before it (another node stands between, or reads what that "
         "gives, or the numbers are too large), and the format has no norms; change the network, or run it here");
  }

  [[nodiscard]] Extents const& grid_of(Value value) const { return grids_.at(nodes().type(value).sites); }

  /// The same name for the same pairs, and for no others.
  std::string rulebook(Value input, NodeGeometry const& geometry) {
    std::pair const pairs(nodes().type(input).sites, geometry);
    auto const known = std::ranges::find(rulebooks_, pairs);
    auto const place = known - rulebooks_.begin();
    if (known == rulebooks_.end()) rulebooks_.push_back(pairs);
    return error_message({"rulebook", place});
  }

  struct KernelKind {
    bool is_submanifold = false;
    bool is_inverse = false;
    std::string rulebook = {};
  };

  template <class KernelNode>
  void write_kernel(Value value, KernelNode const& node, NodeGeometry const& geometry, KernelKind const& kind) {
    std::string const number = error_message({counts_["conv"]});
    std::int64_t const in_channels = nodes().type(node.input).channels;
    std::string const weight = "spconv" + number + ".weight";
    std::string const bias = "spconv" + number + ".bias";
    auto const along_axes = [&](AxisNumbers const& numbers) { return along_graph(list_of(numbers, 3)); };
    auto const flag = [](bool is_set) { return std::int64_t{is_set ? 1 : 0}; };
    Activation const activation = node.residual ? no_activation : node.activation;
    OnnxNode made{.op_type = "SparseConvolution", .inputs = {name_of(node.input), weight, bias}};
    made.attributes = {{"activation", activation_name(value, activation)},
                       {"dilation", along_axes(geometry.dilation)},
                       {"groups", std::int64_t{1}},
                       {"in_channels", in_channels},
                       {"input_shape", Extents{1, in_channels}},
                       {"input_spatial_shape", along_graph(grid_of(node.input))},
                       {"inverse", flag(kind.is_inverse)},
                       {"kernel_size", along_axes(geometry.kernel_size)},
                       {"ndim", std::int64_t{3}},
                       {"out_channels", node.out_channels},
                       {"output_bound", options_.output_bound},
                       {"output_padding", Extents{0, 0, 0}},
                       {"output_shape", Extents{1, node.out_channels}},
                       {"output_spatial_shape", along_graph(grid_of(value))},
                       {"padding", along_axes(geometry.padding)},
                       {"rulebook", kind.rulebook},
                       {"stride", along_axes(geometry.stride)},
                       {"subm", flag(kind.is_submanifold)},
                       {"transposed", std::int64_t{0}}};
    graph_.initializers.push_back({weight, weight_array(value, geometry, in_channels, node.out_channels)});
    std::vector<half> offsets(static_cast<std::size_t>(node.out_channels), half(0.0F));
    if (node.bias) offsets = rounded(value, "bias");
    graph_.initializers.push_back({bias, make_array({node.out_channels}, offsets)});
    std::string result = add("conv", std::move(made));
    if (node.residual) result = activated(value.node, added(result, name_of(*node.residual)), node.activation);
    keep(value, std::move(result));
  }

  [[nodiscard]] std::string activation_name(Value value, Activation const& activation) const {
    if (activation == no_activation) return "None";
    if (activation == relu) return "ReLU";
    if (activation == sigmoid) return "Sigmoid";
    if (activation == leaky_relu(0.01)) return "LeakyReLU";
    refuse(value, to_string(activation) + " (it has relu, sigmoid and leaky_relu(0.01))");
  }

  // Numbers.

  [[nodiscard]] std::vector<half> rounded(Value value, char const* role) const {
    std::vector<half> numbers;
    for (float const number : network_.checked_parameter(value, role).values) {
      if (!std::isfinite(number))
        throw Error({where_, ": ", network_.parameter_name(value, role), " has ", number,
                     ", which import_onnx does not read; look where training failed, or save it by save_network"});
      half const stored(number);
      if (!std::isfinite(static_cast<float>(stored)))
        throw CapacityError({where_, ": ", network_.parameter_name(value, role), " has ", number,
                             ", and the format's float16 goes to 65504; scale the network's numbers, or run it here"});
      numbers.push_back(stored);
    }
    return numbers;
  }

  /// C_out, kernel along the graph's axes, C_in.
  [[nodiscard]] Array weight_array(Value value, NodeGeometry const& geometry, std::int64_t in_channels,
                                   std::int64_t out_channels) const {
    KernelShape const kernel{
        .sizes = list_of(geometry.kernel_size, 3), .in_channels = in_channels, .out_channels = out_channels};
    Extents shape = along_graph(kernel.sizes);
    shape.insert(shape.begin(), out_channels);
    shape.push_back(in_channels);
    auto const places = weight_places(WeightLayout::flexgemm, options_.axes, kernel, false, shape);
    std::vector<half> const numbers = rounded(value, "weight");
    std::vector<half> stored(numbers.size());
    auto from = numbers.begin();
    for (std::int64_t const element : places->elements)
      for (std::int64_t in = 0; in < in_channels; ++in)
        for (std::int64_t out = 0; out < out_channels; ++out)
          stored[static_cast<std::size_t>(element + in * places->in_stride + out * places->out_stride)] = *from++;
    return make_array(std::move(shape), stored);
  }

  // Outputs.

  void add_output(Network::Output const& output) {
    std::int64_t const channels = nodes().type(output.value).channels;
    if (!options_.dense_map) {
      std::string const& name = name_of(output.value);
      if (std::ranges::find(graph_.outputs, name, &OnnxTensor::name) != graph_.outputs.end())
        throw Error({where_, ": the output '", output.name,
                     "' is the same value as another one, and a graph names it once; leave one of them out"});
      graph_.outputs.push_back({name, ScalarType::float16, {1, channels}});
      return;
    }
    Extents const grid = along_graph(grid_of(output.value));
    bool const is_zyx = options_.axes == AxisOrder::same;
    std::string name =
        add("scatter", {.op_type = "ScatterDense",
                        .inputs = {name_of(output.value)},
                        .attributes = {{"format", std::string(is_zyx ? "zyx" : "xyz")},
                                       {"input_spatial_shape", grid},
                                       {"output_shape", Extents{1, channels, grid[0], grid[1], grid[2]}}}});
    // Channel c of slice z becomes channel c Z + z, so z has to come behind the channels.
    Extents map{1, channels * grid[0], grid[1], grid[2]};
    if (!is_zyx) {
      name = add("transpose",
                 {.op_type = "Transpose", .inputs = {name}, .attributes = {{"dims", Extents{0, 1, 4, 2, 3}}}});
      map = {1, channels * grid[2], grid[0], grid[1]};
    }
    name = add("reshape", {.op_type = "Reshape", .inputs = {name}, .attributes = {{"dims", map}}});
    graph_.outputs.push_back({name, ScalarType::float16, map});
  }

  Network network_;
  OnnxExportOptions const& options_;
  std::string where_;
  OnnxGraph graph_;
  std::int64_t next_tensor_ = 0;
  std::map<std::string, std::int64_t> counts_;                    ///< of the nodes of each kind
  std::map<std::int32_t, std::string> names_;                     ///< of what each node gives
  std::map<std::int32_t, Extents> grids_;                         ///< of site sets, along the network's axes
  std::vector<std::pair<std::int32_t, NodeGeometry>> rulebooks_;  ///< by what they start from, and their geometry
};

/// Makes an ONNX graph of a network, in the dialect that import_onnx() reads; write_onnx() writes it. Batch norms are folded and
/// activations fused before, so the network may be as it was trained.
///
/// Weights are rounded to float16. Nodes and tensors are numbered; what they and the outputs are called in the network is lost. A linear
/// node becomes a convolution of one element. With options.dense_map each output goes on through ScatterDense and Reshape, for a
/// network over z, y, x: to 1 x (C Z) x Y x X, as folded_to_map() has it; with reversed axes, through a Transpose, to
/// 1 x (C Z) x X x Y.
///
///     sc::write_onnx("mine.scn.onnx", sc::export_onnx(network, {.spatial_shape = {41, 1440, 1440}}));
///
/// Throws: Error if the format has no word for a node (pooling, concatenation, softmax, transposed convolutions, norms that cannot
///         be folded, other activations, ...); the message names it and says why. Also if a number is not
///         finite. ShapeError if the grid is not told, or a grid vanishes on the way; CapacityError if a number is beyond float16; as
///         fold_batch_norms.
[[nodiscard]] inline OnnxGraph export_onnx(Network network, OnnxExportOptions const& options) {
  return OnnxExporter(std::move(network), options).graph();
}

}  // namespace sparseconv::inline v0_1
