#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/network/grid_extents.hpp"
#include "sparseconv/network/imported_network.hpp"
#include "sparseconv/network/network.hpp"
#include "sparseconv/network/onnx_attributes.hpp"
#include "sparseconv/network/onnx_kernel.hpp"
#include "sparseconv/network/onnx_numbers.hpp"
#include "sparseconv/weights/onnx_graph.hpp"
#include "sparseconv/weights/read_onnx.hpp"

namespace sparseconv::inline v0_1 {

/// The most nodes that a graph may have; each is checked against all before it.
inline constexpr std::size_t most_onnx_nodes = 4096;

/// Makes a network of the nodes of a graph, one after another.
class OnnxImporter {
 public:
  OnnxImporter(OnnxGraph const& graph, std::string where, OnnxImportOptions const& options)
      : graph_(graph),
        where_(std::move(where)),
        options_(options),
        result_{Network(is_plain(graph.name) ? graph.name : "ONNX")},
        numbers_(graph) {}

  /// Throws:  as import_onnx().
  [[nodiscard]] ImportedNetwork import() {
    if (graph_.nodes.size() > most_onnx_nodes)
      throw CapacityError({where_, ": the graph has ", graph_.nodes.size(), " nodes, and at most ", most_onnx_nodes,
                           " are taken; take a part of it"});
    Value const input = add_input();
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) add_node(graph_.nodes[i], i);
    if (graph_.outputs.empty()) throw FormatError({where_, ": the graph has no outputs; export the network again"});
    for (OnnxTensor const& output : graph_.outputs) add_output(output.name);
    auto const grid = grids_.find(network().graph().type(input).sites);
    if (grid != grids_.end()) result_.spatial_shape = grid->second;
    return std::move(result_);
  }

 private:
  using Extents = std::vector<std::int64_t>;

  /// What a name of the graph stands for.
  struct Tensor {
    Value value = {};
    bool is_dense = false;
    std::vector<OnnxDenseStep> steps = {};  ///< what was done to it since
    bool is_taken = false;                  ///< the steps are with the one that took it
  };

  [[nodiscard]] Network& network() { return result_.network; }

  /// A name that messages and tables can print.
  [[nodiscard]] static bool is_plain(std::string_view name) {
    constexpr std::size_t longest = 200;
    return !name.empty() && name.size() <= longest &&
           std::ranges::all_of(name, [](char letter) { return letter >= ' ' && letter <= '~'; });
  }

  void expect_plain(std::string_view name, std::string_view whose) const {
    if (is_plain(name)) return;
    throw FormatError({where_, ": ", whose, " is called ", in_quotes(name),
                       "; a name has 1 to 200 letters of ASCII that can be printed; give it such a one"});
  }

  [[nodiscard]] std::string named(OnnxNode const& node) const {
    return error_message({where_, ", node ", in_quotes(node.name)});
  }

  Value add_input() {
    OnnxTensor const* input = nullptr;
    for (OnnxTensor const& candidate : graph_.inputs) {
      if (numbers_.has(candidate.name)) continue;  // some writers list initializers here as well
      if (input != nullptr)
        throw FormatError({where_, ": the graph has the inputs ", in_quotes(input->name), " and ",
                           in_quotes(candidate.name), ", and one is read: the features of the sites"});
      input = &candidate;
    }
    if (input == nullptr) throw FormatError({where_, ": the graph has no input; export the network again"});
    expect_plain(input->name, "the input");
    auto const first = std::ranges::find(graph_.nodes, "SparseConvolution", &OnnxNode::op_type);
    if (first == graph_.nodes.end())
      throw FormatError({where_, ": there is no SparseConvolution among its ", graph_.nodes.size(),
                         " nodes; give a network of sparse tensors that was exported in this dialect"});
    Extents const& weight = weight_of(*first);
    OnnxKernel::check_weight(weight, named(*first));
    axes_ = static_cast<int>(weight.size()) - 2;
    bool const is_told = input->shape.size() == 2 && input->shape.back() > 0;
    std::int64_t const channels = is_told ? input->shape.back() : weight.back();
    Value const added = network().input(input->name, {.axes = axes_, .channels = channels});
    tensors_[input->name] = {added};
    return added;
  }

  [[nodiscard]] Extents const& weight_of(OnnxNode const& node) const {
    if (node.inputs.size() < 2 || node.inputs.size() > 3)
      throw FormatError({named(node), ": it takes ", node.inputs.size(),
                         " tensors, and a SparseConvolution takes features, a weight and a bias; export the network "
                         "again"});
    return numbers_.array(node.inputs[1], named(node), "weight").shape;
  }

  // Nodes.

  void add_node(OnnxNode const& node, std::size_t place) {
    std::string const name = node.name.empty() ? error_message({"node", place}) : node.name;
    expect_plain(name, "a node");
    if (node.outputs.size() != 1 || node.outputs.front().empty())
      throw FormatError({named(node), ": it has ", node.outputs.size(),
                         " outputs, or one without a name; all nodes that are read have one with a name"});
    std::string const& output = node.outputs.front();
    if (tensors_.contains(output) || numbers_.has(output))
      throw FormatError({named(node), ": its output ", in_quotes(output),
                         " stands for something else already; export the network again"});
    tensors_[output] = tensor_of(node, name);
  }

  [[nodiscard]] Tensor tensor_of(OnnxNode const& node, std::string const& name) {
    OnnxAttributes const attributes(node, named(node));
    if (node.domain.empty()) {
      if (node.op_type == "SparseConvolution") return {convolution(node, attributes, name)};
      if (node.op_type == "Add" || node.op_type == "QuantAdd") return {addition(node, attributes, name)};
      if (node.op_type == "Relu") {
        expect_inputs(node, 1);
        return {add(name, node, ActivationNode{sparse(node, 0), relu})};
      }
      if (node.op_type == "ScatterDense") return scattered(node, attributes, name);
      if (node.op_type == "Reshape") return rearranged(node, attributes, name, OnnxDenseStep::Kind::reshape);
      if (node.op_type == "Transpose") return rearranged(node, attributes, name, OnnxDenseStep::Kind::transpose);
    }
    throw FormatError({named(node), ": ", in_quotes(node.op_type), " of the domain ", in_quotes(node.domain),
                       " is not read; what is: SparseConvolution, Add, QuantAdd, Relu, ScatterDense, Reshape and "
                       "Transpose of the domain \"\""});
  }

  void expect_inputs(OnnxNode const& node, std::size_t count) const {
    if (node.inputs.size() == count) return;
    throw FormatError({named(node), ": it takes ", node.inputs.size(), " tensors, and ", node.op_type, " takes ", count,
                       "; export the network again"});
  }

  [[nodiscard]] Tensor& tensor(OnnxNode const& node, std::size_t input) {
    auto const found = tensors_.find(node.inputs[input]);
    if (found != tensors_.end()) return found->second;
    throw FormatError({named(node), ": it takes ", in_quotes(node.inputs[input]),
                       ", which neither the input nor an earlier node gives; export the network again"});
  }

  [[nodiscard]] Value sparse(OnnxNode const& node, std::size_t input) {
    Tensor const& found = tensor(node, input);
    if (!found.is_dense) return found.value;
    throw FormatError({named(node), ": it takes ", in_quotes(node.inputs[input]),
                       ", which is dense; behind a ScatterDense only Reshape and Transpose are read, so run the rest "
                       "of the graph with something else"});
  }

  Value add(std::string const& name, OnnxNode const& node, Operation operation) {
    return named_in_errors(where_, error_message({"node ", in_quotes(node.name)}),
                           [&] { return network().add(name, std::move(operation)); });
  }

  Value addition(OnnxNode const& node, OnnxAttributes const& attributes, std::string const& name) {
    expect_inputs(node, 2);
    Value const added = add(name, node, AddNode{sparse(node, 0), sparse(node, 1)});
    keep_ranges(attributes, name, {"input0_dynamic_range", "input1_dynamic_range"});
    return added;
  }

  Value convolution(OnnxNode const& node, OnnxAttributes const& attributes, std::string const& name) {
    OnnxKernel const kernel(attributes, weight_of(node), options_.axes);
    Value const x = sparse(node, 0);
    expect_fits(attributes, kernel, x);
    bool const has_bias = node.inputs.size() == 3 && !node.inputs[2].empty();
    std::int64_t const out_channels = kernel.shape().out_channels;
    Activation const activation = kernel.activation(options_.leaky_relu_slope);
    // Numbers come first: the node is given memory for as many as the file has.
    std::vector<float> weight = kernel.arranged(numbers_.take(node.inputs[1], attributes.where(), "weight"));
    std::vector<float> bias;
    if (has_bias) bias = bias_of(node, attributes, out_channels);
    Value added;
    if (kernel.is_inverse()) {
      added = add(name, node,
                  InverseConvNode{.input = x,
                                  .out_channels = out_channels,
                                  .undoes = undone(attributes, kernel),
                                  .bias = has_bias,
                                  .activation = activation});
    } else {
      added = add(name, node,
                  ConvNode{.input = x,
                           .out_channels = out_channels,
                           .geometry = kernel.geometry(),
                           .bias = has_bias,
                           .activation = activation});
      if (!kernel.rulebook().empty()) makers_.insert_or_assign(kernel.rulebook(), added);
    }
    network().parameter(name + ".weight").values = std::move(weight);
    if (has_bias) network().parameter(name + ".bias").values = std::move(bias);
    check_grids(attributes, x, added);
    keep_ranges(attributes, name, {"input_dynamic_range"});
    return added;
  }

  void expect_fits(OnnxAttributes const& attributes, OnnxKernel const& kernel, Value x) {
    if (kernel.axes() != axes_)
      throw FormatError({attributes.where(), ": it has ", kernel.axes(), " axes, and the nodes before ", axes_,
                         "; a network has as many everywhere"});
    std::int64_t const given = network().graph().type(x).channels;
    if (kernel.shape().in_channels == given) return;
    throw FormatError({attributes.where(), ": its weight takes ", kernel.shape().in_channels, " channels, and ",
                       network().graph().node(x).name, ", which it reads, has ", given, "; export the network again"});
  }

  [[nodiscard]] std::vector<float> bias_of(OnnxNode const& node, OnnxAttributes const& attributes,
                                           std::int64_t channels) {
    Extents const& shape = numbers_.array(node.inputs[2], attributes.where(), "bias").shape;
    if (shape == Extents{channels}) return numbers_.take(node.inputs[2], attributes.where(), "bias");
    throw FormatError({attributes.where(), ": its bias has the shape ", extents_text(shape), ", and its weight ",
                       channels, " output channels; export the network again"});
  }

  /// The node whose pairs an inverse one takes.
  [[nodiscard]] Value undone(OnnxAttributes const& attributes, OnnxKernel const& kernel) {
    if (attributes.is_set("subm"))
      throw FormatError(
          {attributes.where(), ": it is submanifold and inverse, and can be one of them; export the network again"});
    auto const found = makers_.find(kernel.rulebook());
    if (found == makers_.end())
      throw FormatError({attributes.where(), ": it is inverse, and no node before it that is not has the rulebook ",
                         in_quotes(kernel.rulebook()), "; export the network with the names of rulebooks"});
    Extents const size = list_of(network().graph().geometry(found->second).kernel_size, axes_);
    if (size == kernel.shape().sizes) return found->second;
    throw FormatError({attributes.where(), ": along the network's axes its kernel is ",
                       extents_text(kernel.shape().sizes), ", and that of ", network().graph().node(found->second).name,
                       ", which it undoes, ", extents_text(size), "; export the network again"});
  }

  void keep_ranges(OnnxAttributes const& attributes, std::string const& name,
                   std::vector<std::string_view> const& inputs) {
    OnnxRanges ranges{.node = name,
                      .precision = attributes.text("precision").value_or(""),
                      .output_precision = attributes.text("output_precision").value_or(""),
                      .weights = attributes.reals("weight_dynamic_ranges")};
    for (std::string_view const input : inputs)
      if (auto const range = attributes.real(input)) ranges.inputs.push_back(*range);
    bool const is_told = !ranges.precision.empty() || !ranges.output_precision.empty() || !ranges.inputs.empty() ||
                         !ranges.weights.empty();
    if (is_told) result_.ranges.push_back(std::move(ranges));
  }

  // Grids: what a graph states of them has to be what the geometries make of the first.

  void check_grids(OnnxAttributes const& attributes, Value x, Value added) {
    state_grid(attributes, "input_spatial_shape", x);
    Graph const& graph = network().graph();
    auto const before = grids_.find(graph.type(x).sites);
    auto const* const conv = std::get_if<ConvNode>(&graph.node(added).operation);
    if (conv != nullptr && before != grids_.end())
      grids_.try_emplace(graph.type(added).sites, extents_after(before->second, conv->geometry, attributes.where()));
    state_grid(attributes, "output_spatial_shape", added);
  }

  void state_grid(OnnxAttributes const& attributes, std::string_view name, Value value) {
    auto const told = attributes.for_each_axis(name, axes_);
    if (!told) return;
    if (std::ranges::any_of(*told, [](std::int64_t extent) { return extent < 1; }))
      throw FormatError({attributes.where(), ": ", name, " is ", extents_text(*told),
                         "; a grid has at least one cell along each axis; export the network again"});
    Extents const extents = OnnxKernel::along_network(*told, options_.axes);
    auto const [known, is_new] = grids_.try_emplace(network().graph().type(value).sites, extents);
    if (known->second == extents) return;
    throw FormatError({attributes.where(), ": ", name, " is ", extents_text(*told), ", and by the nodes before ",
                       extents_text(OnnxKernel::along_network(known->second, options_.axes)),
                       "; the file does not fit itself, so export the network again"});
  }

  // What is dense.

  [[nodiscard]] Tensor scattered(OnnxNode const& node, OnnxAttributes const& attributes, std::string const& name) {
    expect_inputs(node, 1);
    Tensor made{.value = sparse(node, 0), .is_dense = true};
    state_grid(attributes, "input_spatial_shape", made.value);
    OnnxDenseStep step{.kind = OnnxDenseStep::Kind::scatter,
                       .node = name,
                       .dims = attributes.integers("output_shape").value_or(Extents()),
                       .format = attributes.text("format").value_or(""),
                       .output_layout = attributes.text("output_layout").value_or("")};
    if (!step.format.empty() && step.format != "zyx" && step.format != "xyz")
      throw FormatError({attributes.where(), ": its format is ", in_quotes(step.format),
                         ", and zyx and xyz are read; export the network again"});
    made.steps.push_back(std::move(step));
    return made;
  }

  [[nodiscard]] Tensor rearranged(OnnxNode const& node, OnnxAttributes const& attributes, std::string const& name,
                                  OnnxDenseStep::Kind kind) {
    expect_inputs(node, 1);
    Tensor& before = tensor(node, 0);
    if (!before.is_dense)
      throw FormatError({named(node), ": it takes ", in_quotes(node.inputs[0]), ", which is sparse; a ", node.op_type,
                         " is read behind a ScatterDense alone"});
    auto dims = attributes.integers("dims");
    if (!dims) attributes.fail_missing("dims");
    Tensor made{.value = before.value, .is_dense = true, .steps = steps_of(before, node.inputs[0])};
    made.steps.push_back({.kind = kind, .node = name, .dims = *std::move(dims)});
    return made;
  }

  /// The steps go to the one node or output that takes the tensor, so that they are kept once.
  [[nodiscard]] std::vector<OnnxDenseStep> steps_of(Tensor& tensor, std::string_view name) const {
    if (!tensor.is_dense) return {};
    if (std::exchange(tensor.is_taken, true))
      throw FormatError({where_, ": the dense tensor ", in_quotes(name),
                         " is taken twice, which is not read; let one node or one output take it"});
    return std::move(tensor.steps);
  }

  void add_output(std::string const& name) {
    expect_plain(name, "an output");
    auto const found = tensors_.find(name);
    if (found == tensors_.end())
      throw FormatError({where_, ": no node gives the output ", in_quotes(name), "; export the network again"});
    named_in_errors(where_, "outputs", [&] { network().output(name, found->second.value); });
    result_.outputs.push_back({name, steps_of(found->second, name)});
  }

  OnnxGraph const& graph_;
  std::string where_;
  OnnxImportOptions const& options_;
  ImportedNetwork result_;
  OnnxNumbers numbers_;
  int axes_ = 0;
  std::map<std::string, Tensor, std::less<>> tensors_;
  std::map<std::string, Value, std::less<>> makers_;  ///< of each rulebook the latest node that is not inverse
  std::map<std::int32_t, Extents> grids_;             ///< of site sets, along the network's axes
};

/// Makes a network of an ONNX graph in the dialect of NVIDIA's libspconv (`*.scn.onnx`): SparseConvolution (regular, submanifold,
/// inverse; with or without an activation), Add, QuantAdd and Relu; at the end ScatterDense, Reshape and Transpose.
///
/// Nodes and their numbers are called as in the graph, outputs as its tensors. The network's outputs are sparse: what the graph does
/// after a ScatterDense is told by ImportedNetwork::outputs; to_dense() and folded_to_map() do the usual of it. Weights become float,
/// whatever they are. **Ranges for int8 are not used**: they are returned as data, and the network runs in the type that prepare() is
/// told.
///
///     auto const imported = sc::import_onnx("centerpoint.scn.onnx");
///     auto const engine = sc::prepare<sc::half>(where, imported.network);
///
/// An inverse node undoes the latest node before it that is not inverse and has its rulebook's name. The padding of a submanifold node
/// means nothing. What a graph states of channels and grids must fit its weights and geometries.
/// Throws: FormatError if the graph has something else, lacks something or does not fit itself, a number is not finite, or two nodes
///         share an initializer; CapacityError if it has more than most_onnx_nodes nodes; as Graph::add. The message names the node.
[[nodiscard]] inline ImportedNetwork import_onnx(OnnxGraph const& graph, OnnxImportOptions const& options = {}) {
  return OnnxImporter(graph, "import_onnx: " + in_quotes(graph.name), options).import();
}

/// The same of a file. Throws: also as read_onnx.
[[nodiscard]] inline ImportedNetwork import_onnx(std::filesystem::path const& path,
                                                 OnnxImportOptions const& options = {}) {
  OnnxGraph const graph = read_onnx(path);
  return OnnxImporter(graph, "import_onnx: " + path.string(), options).import();
}

}  // namespace sparseconv::inline v0_1
