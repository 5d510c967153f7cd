#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseconv/config.hpp"
#include "sparseconv/error.hpp"
#include "sparseconv/layers/he_uniform.hpp"
#include "sparseconv/network/graph.hpp"
#include "sparseconv/network/name_hashes.hpp"
#if SPARSECONV_NETWORK_BODIES
#include "sparseconv/network/check_node.hpp"
#include "sparseconv/policy/is_for_calls.hpp"
#endif

namespace sparseconv::inline v0_1 {

/// What a convolution of a network is made from; see KernelGeometry for the meaning of the axes' numbers.
struct SparseConvOptions {
  std::int64_t out_channels = 0;  ///< numbers at each site of the result
  AxisNumbers kernel_size = 3;    ///< cells that the kernel has along each axis
  AxisNumbers stride = 1;         ///< cells of the input from one output to the next
  AxisNumbers padding = 0;        ///< empty cells before the first and behind the last one of an axis
  AxisNumbers dilation = 1;       ///< cells from one kernel element to the next
  OutputDefinition definition = OutputDefinition::regular;  ///< which outputs are active
  bool bias = false;                                        ///< whether numbers are added that start at 0
};

/// What a submanifold convolution of a network is made from; it keeps the sites.
struct SubmanifoldConvOptions {
  std::int64_t out_channels = 0;  ///< numbers at each site of the result
  AxisNumbers kernel_size = 3;    ///< cells that the kernel has along each axis
  AxisNumbers dilation = 1;       ///< cells from one kernel element to the next
  bool bias = false;              ///< whether numbers are added that start at 0
};

/// What a transposed convolution of a network is made from.
struct TransposedConvOptions {
  std::int64_t out_channels = 0;   ///< numbers at each site of the result
  AxisNumbers kernel_size = 3;     ///< cells that the kernel has along each axis
  AxisNumbers stride = 1;          ///< cells of the output from one input to the next
  AxisNumbers padding = 0;         ///< cells that a bounded grid of the outputs is shorter by on each side
  AxisNumbers output_padding = 0;  ///< cells that a bounded grid of the outputs is longer by
  AxisNumbers dilation = 1;        ///< cells from one kernel element to the next
  std::optional<Value> onto = {};  ///< whose sites are the outputs; every site that is reached if not told
  bool bias = false;               ///< whether numbers are added that start at 0
};

/// What an inverse convolution of a network is made from.
struct InverseConvOptions {
  std::int64_t out_channels = 0;  ///< numbers at each site of the result
  Value undoes;                   ///< the convolution or pooling; has to be told
  bool bias = false;              ///< whether numbers are added that start at 0
};

/// What a linear layer of a network is made from.
struct LinearOptions {
  std::int64_t out_channels = 0;  ///< numbers at each site of the result
  bool bias = true;               ///< whether numbers are added that start at 0
};

/// What an embedding of a network is made from.
struct EmbeddingOptions {
  std::int64_t count = 0;         ///< integers are 0 to count - 1
  std::int64_t out_channels = 0;  ///< numbers of a row of the table
};

/// What a pooling of a network is made from.
struct PoolOptions {
  AxisNumbers kernel_size = 2;      ///< cells of a window along each axis
  OptionalAxisNumbers stride = {};  ///< the kernel's size if not told
  AxisNumbers padding = 0;          ///< empty cells before the first and behind the last one of an axis
  AxisNumbers dilation = 1;         ///< cells from one element of a window to the next
  OutputDefinition definition = OutputDefinition::regular;  ///< which outputs are active
  Pooling pooling = Pooling::max;                           ///< what becomes of the inputs of a window
};

/// A network as plain data: nodes by name in the order in which they run, numbers by name, named outputs.
///
/// It depends on no element type, policy or number of axes, and nothing is computed with it: prepare() makes something that runs
/// of it, passes (fold_batch_norms, fuse) make another network, to_string shows it. Each function that adds a node gives the node's
/// value, for later nodes to take; what does not fit is refused there, by name. A node's numbers are its name, a dot, and `weight`,
/// `bias`, `running_mean` or `running_var`; new ones are as in PyTorch before training, weights of kernels as he_uniform has them,
/// and rows of an embedding's table as it has them for one channel.
///
///     sc::Network net;
///     auto x = net.input("voxels", {.axes = 3, .channels = 4});
///     x = net.submanifold_conv("stem", x, {.out_channels = 16});
///     x = net.activate(net.batch_norm("stem_norm", x), sc::relu);
///     net.output("features", x);
class Network {
 public:
  using Parameters = std::map<std::string, Parameter, std::less<>>;

  /// A value that a run gives back, under a name.
  struct Output {
    std::string name;  ///< what results are called
    Value value;       ///< what is given back
  };

  explicit Network(std::string name = "Network", std::uint64_t seed = 0) : seed_(seed), graph_(std::move(name)) {}

  /// A network of these nodes, whose numbers are there already, as those of a file are. It has no outputs yet; numbers of nodes that
  /// are added later are drawn as those of a new network are.
  ///
  /// Throws: ShapeError if a parameter of a node is not there or has another shape, or one belongs to no node.
  Network(Graph graph, Parameters parameters, std::uint64_t seed = 0);

  /// What messages and tables call the network.
  [[nodiscard]] std::string const& name() const { return graph_.name(); }
  [[nodiscard]] Graph const& graph() const { return graph_; }
  [[nodiscard]] std::span<Output const> outputs() const { return outputs_; }
  [[nodiscard]] Parameters const& parameters() const { return parameters_; }

  /// The nodes that are inputs, in their order.
  [[nodiscard]] std::vector<Value> inputs() const {
    std::vector<Value> found;
    for (std::int32_t i = 0; i < graph_.size(); ++i) {
      if (is_input(graph_.node({i}).operation)) found.push_back({i});
    }
    return found;
  }

  /// Throws: ShapeError if there are no numbers of that name.
  [[nodiscard]] Parameter& parameter(std::string_view name) {
    auto const found = parameters_.find(name);
    if (found != parameters_.end()) return found->second;
    throw ShapeError({graph_.name(), ": there is no parameter '", name, "'; its names are those of parameters()"});
  }
  [[nodiscard]] Parameter const& parameter(std::string_view name) const {
    return const_cast<Network&>(*this).parameter(name);
  }

  /// Learned numbers: all but the statistics of norms.
  [[nodiscard]] std::int64_t parameter_count() const {
    std::int64_t count = 0;
    for (auto const& [name, parameter] : parameters_) {
      if (parameter.learned) count += static_cast<std::int64_t>(parameter.values.size());
    }
    return count;
  }

  // Throws, of all that add a node: as Graph::add.

  Value input(std::string name, InputNode const& node) { return add(std::move(name), node); }

  /// Another input on the sites of an earlier one.
  Value input_beside(std::string name, Value beside, std::int64_t channels) {
    return add(std::move(name), InputBesideNode{beside, channels});
  }

  Value sparse_conv(std::string name, Value x, SparseConvOptions const& options) {
    return add(std::move(name), ConvNode{.input = x,
                                         .out_channels = options.out_channels,
                                         .geometry = {.kernel_size = options.kernel_size,
                                                      .stride = options.stride,
                                                      .padding = options.padding,
                                                      .dilation = options.dilation,
                                                      .definition = options.definition},
                                         .bias = options.bias});
  }

  Value submanifold_conv(std::string name, Value x, SubmanifoldConvOptions const& options) {
    int const axes = graph_.type(graph_.checked(x, name)).axes;
    NodeGeometry geometry{
        .kernel_size = options.kernel_size, .dilation = options.dilation, .definition = OutputDefinition::submanifold};
    check_node_geometry(geometry, axes, graph_.name() + ", " + name);  // before a product of its numbers is taken
    geometry.padding = site_keeping_padding(geometry, axes);
    return add(std::move(name),
               ConvNode{.input = x, .out_channels = options.out_channels, .geometry = geometry, .bias = options.bias});
  }

  Value transposed_conv(std::string name, Value x, TransposedConvOptions const& options) {
    return add(std::move(name), ConvNode{.input = x,
                                         .out_channels = options.out_channels,
                                         .geometry = {.kernel_size = options.kernel_size,
                                                      .stride = options.stride,
                                                      .padding = options.padding,
                                                      .dilation = options.dilation,
                                                      .transposed = true,
                                                      .output_padding = options.output_padding},
                                         .onto = options.onto,
                                         .bias = options.bias});
  }

  Value inverse_conv(std::string name, Value x, InverseConvOptions const& options) {
    if (options.undoes == Value{}) {
      throw ShapeError({graph_.name(), ", ", name,
                        ": undoes is not told; give the convolution or pooling that led to the sites of the input"});
    }
    return add(std::move(name),
               InverseConvNode{
                   .input = x, .out_channels = options.out_channels, .undoes = options.undoes, .bias = options.bias});
  }

  Value linear(std::string name, Value x, LinearOptions const& options) {
    return add(std::move(name), LinearNode{.input = x, .out_channels = options.out_channels, .bias = options.bias});
  }

  /// Features of integers, which are a value of one channel.
  Value embedding(std::string name, Value integers, EmbeddingOptions const& options) {
    return add(std::move(name),
               EmbeddingNode{.input = integers, .count = options.count, .out_channels = options.out_channels});
  }

  Value batch_norm(std::string name, Value x, double epsilon = 1e-5,
                   NormStatistics statistics = NormStatistics::running) {
    return add(std::move(name), BatchNormNode{.input = x, .epsilon = epsilon, .statistics = statistics});
  }

  Value layer_norm(std::string name, Value x, double epsilon = 1e-5) {
    return add(std::move(name), LayerNormNode{.input = x, .epsilon = epsilon});
  }

  Value pool(std::string name, Value x, PoolOptions const& options) {
    return add(std::move(name), PoolNode{.input = x,
                                         .geometry = {.kernel_size = options.kernel_size,
                                                      .stride = options.stride.value_or(options.kernel_size),
                                                      .padding = options.padding,
                                                      .dilation = options.dilation,
                                                      .definition = options.definition},
                                         .pooling = options.pooling});
  }

  // Nodes without numbers, which are named by themselves.

  Value activate(Value x, Activation activation) { return add(own_name("activate"), ActivationNode{x, activation}); }
  Value softmax(Value x) { return add(own_name("softmax"), SoftmaxNode{x}); }
  Value add(Value first, Value second) { return add(own_name("add"), AddNode{first, second}); }
  /// With a name, as nodes with numbers have: a sentence of the compiler.
  template <class Name>
  Value add(Name const&, Value first, Value second) {
    static_assert(never<Name>, "sparseconv: Network::add: additions name themselves; call net.add(first, second)");
    return add(first, second);
  }
  Value concatenate(std::vector<Value> values) {
    return add(own_name("concatenate"), ConcatenateNode{std::move(values)});
  }
  Value global_pool(Value x, Pooling pooling) { return add(own_name("global_pool"), GlobalPoolNode{x, pooling}); }

  /// The rows of batch items on the sites of another value.
  Value broadcast(Value items, Value onto) { return add(own_name("broadcast"), BroadcastNode{items, onto}); }

  /// The rows of parents on the sites of another value, each of which must have a parent at floor(position / stride).
  Value unpool(Value parents, Value onto, AxisNumbers stride = 2) {
    return add(own_name("unpool"), UnpoolNode{parents, onto, stride});
  }

  /// Values along one axis pooled to one, such as the height of z, y, x; `axis` counts from 0.
  Value axis_pool(Value x, int axis, Pooling pooling) {
    return add(own_name("axis_pool"), AxisPoolNode{x, axis, pooling});
  }

  /// The rows of a coarser value at position * factor, on the grid of a finer one.
  Value scale_sites(Value x, Value grid_of, AxisNumbers factor = 2) {
    return add(own_name("scale_sites"), ScaleSitesNode{x, grid_of, factor});
  }

  // Values that have sites and no features: onto_sites() brings features there.

  /// The sites that are in any of several values on one grid.
  Value unite_sites(std::vector<Value> values) {
    return add(own_name("unite_sites"), JoinSitesNode{std::move(values), SiteJoin::unite});
  }
  /// The sites that are in each of several values on one grid.
  Value intersect_sites(std::vector<Value> values) {
    return add(own_name("intersect_sites"), JoinSitesNode{std::move(values), SiteJoin::intersect});
  }
  /// The sites whose score is above a threshold; see mask_above.
  Value sites_above(Value scores, double threshold) {
    return add(own_name("sites_above"), ChooseSitesNode{scores, SiteChoice::above, threshold, 0});
  }
  /// Of each batch item so many sites, those with the largest scores; see mask_largest.
  Value sites_of_largest(Value scores, std::int64_t count) {
    return add(own_name("sites_of_largest"), ChooseSitesNode{scores, SiteChoice::largest, 0, count});
  }

  /// The rows of a value on the sites of another one, and zeros where it has none.
  Value onto_sites(Value x, Value sites) { return add(own_name("onto_sites"), OntoSitesNode{x, sites}); }

  /// Any node, with new numbers. Throws: also CapacityError if they cannot be addressed, std::bad_alloc. The network is as it was
  /// then.
  Value add(std::string name, Operation operation);

  /// A node with the numbers that another network has for its name, which it takes from there.
  /// Throws: also ShapeError if the other has none or of another shape.
  Value add(std::string name, Operation operation, Network& taken_from);

  /// Throws: ShapeError if the value is none of the network's or has no features, or the name is empty or taken.
  void output(std::string name, Value value) {
    std::string const call = "output '" + name + "'";
    graph_.check_has_features(graph_.checked(value, call), call);
    auto const taken =
        output_names_.find(name, [&](std::size_t place) -> std::string const& { return outputs_[place].name; });
    if (name.empty() || taken) {
      throw ShapeError(
          {graph_.name(), ": there is an output '", name, "' already, or it has no name; give each one of its own"});
    }
    output_names_.add(name);
    try {
      outputs_.push_back({std::move(name), value});
    } catch (...) {
      output_names_.keep_first(outputs_.size());
      throw;
    }
  }

  /// Gives the node of a kernel a bias of so many numbers, which a pass will say that it has.
  void set_bias(Value value, std::vector<float> values) {
    auto const count = static_cast<std::int64_t>(values.size());
    parameters_.insert_or_assign(parameter_name(value, "bias"), Parameter{{count}, std::move(values)});
  }

  /// A network of the same name without nodes, whose new numbers are none that this one has drawn.
  [[nodiscard]] Network without_nodes() const {
    Network network(name(), seed_);
    network.kernels_ = kernels_;
    return network;
  }

  /// Lets go of all numbers, for who has made others of them.
  void forget_parameters() { parameters_.clear(); }

  /// The name of a node's numbers: "conv1.weight".
  [[nodiscard]] std::string parameter_name(Value value, std::string_view role) const {
    return error_message({graph_.node(value).name, ".", role});
  }

  /// The numbers of a node's role, once they are found to have the shape that the node needs.
  /// Throws: as parameter() and check_parameter().
  [[nodiscard]] Parameter const& checked_parameter(Value value, std::string_view role) const;

  /// Throws: ShapeError if a parameter of a node is not there or has another shape than the node needs, or one belongs to no node.
  void check_parameters() const;

  /// Throws: ShapeError if numbers that were changed do not have the shape that their node needs.
  void check_parameter(Parameter const& parameter, std::vector<std::int64_t> const& shape,
                       std::string_view name) const {
    std::int64_t const count = number_count(shape, name);
    if (parameter.shape == shape && static_cast<std::int64_t>(parameter.values.size()) == count) return;
    throw ShapeError({graph_.name(), ": parameter '", name, "' has ", parameter.values.size(), " numbers of a shape ",
                      shape_text(parameter.shape), "; the node takes ", shape_text(shape)});
  }

 private:
  template <class Fill>
  Value add_node(std::string name, Operation operation, Fill const& fill_parameter);

  /// Weights of kernels and tables, which have two extents or more, are drawn; each from a seed of its own.
  void fill(Parameter& parameter, std::string const& name, bool is_table);

  /// "add7": the word and the place of the node, or the next number that is free.
  [[nodiscard]] std::string own_name(char const* word) const {
    std::int32_t number = graph_.size();
    while (graph_.find(error_message({word, number}))) ++number;
    return error_message({word, number});
  }

  std::uint64_t seed_;
  std::uint64_t kernels_ = 0;
  Graph graph_;
  std::vector<Output> outputs_;
  NameHashes output_names_;
  Parameters parameters_;
};

/// Functions of networks take one.
template <>
inline constexpr bool is_for_calls<Network> = true;

#if SPARSECONV_NETWORK_BODIES
SPARSECONV_NETWORK_BODY Network::Network(Graph graph, Parameters parameters, std::uint64_t seed)
    : seed_(seed), graph_(std::move(graph)), parameters_(std::move(parameters)) {
  check_parameters();
}

SPARSECONV_NETWORK_BODY void Network::check_parameters() const {
  std::set<std::string, std::less<>> of_nodes;
  for (std::int32_t i = 0; i < graph_.size(); ++i) {
    for (auto const& [role, needed] : parameters_of(graph_, {i})) {
      std::string full_name = parameter_name({i}, role);
      check_parameter(parameter(full_name), needed.shape, full_name);
      of_nodes.insert(std::move(full_name));
    }
  }
  for (auto const& [name, parameter] : parameters_) {
    if (of_nodes.contains(name)) continue;
    throw ShapeError({graph_.name(), ": parameter '", name,
                      "' belongs to no node, or to one that does not take it; leave it out, or add the node"});
  }
}

template <class Fill>
Value Network::add_node(std::string name, Operation operation, Fill const& fill_parameter) {
  Graph graph = graph_;
  Value const added = graph.add(std::move(name), std::move(operation));
  Parameters made;
  for (auto& [role, parameter] : parameters_of(graph, added)) {
    std::string full_name = error_message({graph.node(added).name, ".", role});
    fill_parameter(parameter, full_name);
    made.insert_or_assign(std::move(full_name), std::move(parameter));
  }
  parameters_.merge(std::move(made));
  graph_ = std::move(graph);
  return added;
}

SPARSECONV_NETWORK_BODY void Network::fill(Parameter& parameter, std::string const& name, bool is_table) {
  std::int64_t const count = number_count(parameter.shape, graph_.name() + ", " + name);
  if (parameter.shape.size() > 1) {
    std::int64_t const joined = is_table ? 1 : count / parameter.shape.back();  // numbers that meet in a result
    Buffer<float> const drawn = he_uniform<float>(count, joined, seed_ * 1000003 + kernels_++);
    parameter.values.assign(drawn.begin(), drawn.end());
  } else {
    bool const is_one = name.ends_with(".weight") || name.ends_with(".running_var");
    parameter.values.assign(static_cast<std::size_t>(count), is_one ? 1.0f : 0.0f);
  }
}

SPARSECONV_NETWORK_BODY Parameter const& Network::checked_parameter(Value value, std::string_view role) const {
  std::string const name = parameter_name(value, role);
  Parameter const& found = parameter(name);
  for (auto const& [needed_role, needed] : parameters_of(graph_, value)) {
    if (needed_role == role) check_parameter(found, needed.shape, name);
  }
  return found;
}

SPARSECONV_NETWORK_BODY Value Network::add(std::string name, Operation operation) {
  bool const has_table = std::holds_alternative<EmbeddingNode>(operation);
  return add_node(std::move(name), std::move(operation),
                  [&](Parameter& parameter, std::string const& full_name) { fill(parameter, full_name, has_table); });
}

SPARSECONV_NETWORK_BODY Value Network::add(std::string name, Operation operation, Network& taken_from) {
  return add_node(std::move(name), std::move(operation), [&](Parameter& parameter, std::string const& full_name) {
    Parameter& taken = taken_from.parameter(full_name);
    check_parameter(taken, parameter.shape, full_name);
    parameter = std::move(taken);
  });
}
#endif

}  // namespace sparseconv::inline v0_1
