#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/network/node.hpp"
#include "sparseconv/network/parameter.hpp"

namespace sparseconv::inline v0_1 {

/// What a row of a value belongs to.
enum class ValueKind {
  sparse,  ///< a site
  items    ///< a batch item; it lies at coordinate 0
};

/// What is known of a value before there is any input.
struct ValueType {
  ValueKind kind = ValueKind::sparse;
  int axes = 0;
  std::int64_t channels = 0;
  std::int32_t sites = 0;  ///< which of Graph::sites() the rows belong to
};

/// How a site set of a network comes about. Values have the same sites where they have the same of these.
struct SiteOrigin {
  Value maker;                         ///< the first node that has it
  std::optional<std::int32_t> from{};  ///< the sites that it is derived from; none of an input
  NodeGeometry geometry = {};          ///< by which, where rows belong to sites
  ValueKind kind = ValueKind::sparse;
};

/// The nodes of a network in the order in which they run, and what each gives. A node is checked when it is added.
class Graph {
 public:
  explicit Graph(std::string name) : name_(std::move(name)) {}

  /// What messages and tables call the network.
  [[nodiscard]] std::string const& name() const { return name_; }

  /// Throws: ShapeError if the name is empty or taken, a value is not one of an earlier node, or counts, geometry, kinds or sites
  ///         of what the operation takes do not fit; CapacityError as check_geometry. The message names the node.
  Value add(std::string name, Operation operation) {
    if (name.empty()) throw ShapeError({name_, ": a node has no name; give it one"});
    if (find(name)) throw ShapeError({name_, ": there is a node '", name, "' already; give each a name of its own"});
    for_each_use(operation, [&](Value value, Use) { (void)checked(value, name); });
    Value const added{size()};
    std::size_t const sites_before = sites_.size();
    try {
      types_.push_back(visit_node([&](auto const& node) { return type_of(node, name, added); }, operation));
    } catch (...) {
      sites_.resize(sites_before);
      throw;
    }
    nodes_.push_back({std::move(name), std::move(operation)});
    return added;
  }

  [[nodiscard]] std::int32_t size() const { return static_cast<std::int32_t>(nodes_.size()); }
  [[nodiscard]] std::span<Node const> nodes() const { return nodes_; }
  [[nodiscard]] std::span<SiteOrigin const> sites() const { return sites_; }
  [[nodiscard]] Node const& node(Value value) const { return nodes_[place(value)]; }
  [[nodiscard]] ValueType const& type(Value value) const { return types_[place(value)]; }

  /// The node of that name, if there is one.
  [[nodiscard]] std::optional<Value> find(std::string_view name) const {
    auto const found = std::ranges::find(nodes_, name, &Node::name);
    if (found == nodes_.end()) return std::nullopt;
    return Value{static_cast<std::int32_t>(found - nodes_.begin())};
  }

  /// The geometry by which a convolution or a pooling makes its pairs. Throws: ShapeError for another node.
  [[nodiscard]] NodeGeometry const& geometry(Value value) const {
    if (auto const* conv = std::get_if<ConvNode>(&node(value).operation)) return conv->geometry;
    if (auto const* pool = std::get_if<PoolNode>(&node(value).operation)) return pool->geometry;
    throw ShapeError({name_, ": node '", node(value).name, "' has no kernel; name a convolution or a pooling"});
  }

  /// What such a node takes. Throws: as geometry().
  [[nodiscard]] Value input_of_kernel(Value value) const {
    (void)geometry(value);
    if (auto const* conv = std::get_if<ConvNode>(&node(value).operation)) return conv->input;
    return std::get<PoolNode>(node(value).operation).input;
  }

  /// Throws: ShapeError if a value is none of this network's.
  Value checked(Value value, std::string_view call) const {
    if (value.node >= 0 && value.node < size()) return value;
    throw ShapeError({name_, ", ", call, ": value ", value.node, " is none of the ", size(),
                      " nodes so far; give what a node of this network gave"});
  }

 private:
  static std::size_t place(Value value) { return static_cast<std::size_t>(value.node); }

  ValueType type_of(InputNode const& node, std::string const& name, Value self) {
    if (node.axes < 1 || node.axes > most_axes) {
      throw ShapeError({name_, ", ", name, ": an input of ", node.axes, " axes; give 1 to ", most_axes});
    }
    check_channels(node.channels, name);
    sites_.push_back({.maker = self});
    return {ValueKind::sparse, node.axes, node.channels, last_sites()};
  }

  ValueType type_of(ConvNode const& node, std::string const& name, Value self) {
    ValueType result = type(node.input);
    check_node_geometry(node.geometry, result.axes, named(name));
    result.channels = check_channels(node.out_channels, name);
    if (node.onto) {
      ValueType const& onto = type(*node.onto);
      if (onto.axes != result.axes || onto.kind != result.kind) refuse_sites(name, node.input, *node.onto);
      result.sites = onto.sites;
    } else {
      result.sites = sites_after(node.input, node.geometry, self);
    }
    check_residual(node.residual, result, name);
    return result;
  }

  ValueType type_of(InverseConvNode const& node, std::string const& name, Value) {
    (void)geometry(node.undoes);
    if (type(node.undoes).sites != type(node.input).sites) refuse_sites(name, node.input, node.undoes);
    ValueType result = type(input_of_kernel(node.undoes));
    result.channels = check_channels(node.out_channels, name);
    check_residual(node.residual, result, name);
    return result;
  }

  ValueType type_of(LinearNode const& node, std::string const& name, Value) {
    ValueType result = type(node.input);
    result.channels = check_channels(node.out_channels, name);
    check_residual(node.residual, result, name);
    return result;
  }

  ValueType type_of(BatchNormNode const& node, std::string const& name, Value) {
    check_epsilon(node.epsilon, node.statistics == NormStatistics::running, name);
    return type(node.input);
  }

  ValueType type_of(LayerNormNode const& node, std::string const& name, Value) {
    check_epsilon(node.epsilon, false, name);
    return type(node.input);
  }

  ValueType type_of(ActivationNode const& node, std::string const&, Value) { return type(node.input); }
  ValueType type_of(SoftmaxNode const& node, std::string const&, Value) { return type(node.input); }

  ValueType type_of(AddNode const& node, std::string const& name, Value) {
    ValueType const& result = type(node.first);
    check_same_sites(node.first, node.second, name);
    if (type(node.second).channels != result.channels) {
      throw ShapeError({name_, ", ", name, ": '", this->node(node.first).name, "' has ", result.channels,
                        " channels, '", this->node(node.second).name, "' ", type(node.second).channels,
                        "; they must be equal"});
    }
    return result;
  }

  ValueType type_of(ConcatenateNode const& node, std::string const& name, Value) {
    if (node.inputs.empty()) throw ShapeError({name_, ", ", name, ": nothing to concatenate; give at least one value"});
    ValueType result = type(node.inputs.front());
    for (std::size_t i = 1; i < node.inputs.size(); ++i) {
      check_same_sites(node.inputs.front(), node.inputs[i], name);
      result.channels += type(node.inputs[i]).channels;
    }
    return result;
  }

  ValueType type_of(PoolNode const& node, std::string const& name, Value self) {
    ValueType result = type(node.input);
    check_node_geometry(node.geometry, result.axes, named(name));
    if (node.geometry.transposed) throw ShapeError({name_, ", ", name, ": a pooling cannot be transposed"});
    result.sites = sites_after(node.input, node.geometry, self);
    return result;
  }

  ValueType type_of(GlobalPoolNode const& node, std::string const& name, Value self) {
    if (node.pooling == Pooling::average_over_kernel) {
      throw ShapeError({name_, ", ", name, ": a global pooling has no kernel; use max, sum or average"});
    }
    ValueType result = type(node.input);
    if (result.kind == ValueKind::items) {
      throw ShapeError({name_, ", ", name, ": '", this->node(node.input).name,
                        "' has one row a batch item already; pool what has sites"});
    }
    auto const known = std::ranges::find_if(sites_, [&](SiteOrigin const& origin) {
      return origin.kind == ValueKind::items && origin.from == result.sites;
    });
    std::int32_t const from = std::exchange(result.sites, static_cast<std::int32_t>(known - sites_.begin()));
    if (known == sites_.end()) sites_.push_back({.maker = self, .from = from, .kind = ValueKind::items});
    result.kind = ValueKind::items;
    return result;
  }

  ValueType type_of(BroadcastNode const& node, std::string const& name, Value) {
    ValueType result = type(node.onto);
    if (type(node.items).kind != ValueKind::items || result.kind != ValueKind::sparse ||
        type(node.items).axes != result.axes) {
      throw ShapeError({name_, ", ", name, ": '", this->node(node.items).name, "' onto '", this->node(node.onto).name,
                        "'; give what has one row a batch item, and what has sites"});
    }
    result.channels = type(node.items).channels;
    return result;
  }

  /// The sites that a geometry leads to: the same for all that start from the same by the same.
  std::int32_t sites_after(Value input, NodeGeometry const& geometry, Value self) {
    ValueType const from = type(input);
    bool const kept =
        with_axes(from.axes, [&]<int D>() { return keeps_sites(geometry.on_axes<D>(), geometry.definition); });
    if (kept) return from.sites;
    for (std::size_t i = 0; i < sites_.size(); ++i) {
      SiteOrigin const& known = sites_[i];
      if (known.kind == from.kind && known.from == from.sites && known.geometry == geometry) {
        return static_cast<std::int32_t>(i);
      }
    }
    sites_.push_back({.maker = self, .from = from.sites, .geometry = geometry, .kind = from.kind});
    return last_sites();
  }

  [[nodiscard]] std::int32_t last_sites() const { return static_cast<std::int32_t>(sites_.size()) - 1; }

  [[nodiscard]] std::string named(std::string const& name) const { return name_ + ", " + name; }

  std::int64_t check_channels(std::int64_t channels, std::string const& name) const {
    if (channels >= 1) return channels;
    throw ShapeError({name_, ", ", name, ": ", channels, " channels; give at least 1"});
  }

  void check_epsilon(double epsilon, bool may_be_zero, std::string const& name) const {
    if ((epsilon > 0 || (may_be_zero && epsilon == 0)) && epsilon - epsilon == 0) return;
    throw ShapeError({name_, ", ", name, ": epsilon is ", epsilon, "; it must be finite and ",
                      may_be_zero ? "cannot be negative" : "positive"});
  }

  void check_residual(std::optional<Value> residual, ValueType const& result, std::string const& name) const {
    if (!residual) return;
    ValueType const& given = type(*residual);
    if (given.sites != result.sites) {
      throw ShapeError({name_, ", ", name, ": the residual '", node(*residual).name, "' lies on the sites that '",
                        maker_name(given.sites), "' has, and not on the result's; give a value on those"});
    }
    if (given.channels == result.channels) return;
    throw ShapeError({name_, ", ", name, ": the residual '", node(*residual).name, "' has ", given.channels,
                      " channels, the result ", result.channels, "; they must be equal"});
  }

  void check_same_sites(Value first, Value second, std::string const& name) const {
    if (type(first).sites != type(second).sites) refuse_sites(name, first, second);
  }

  [[nodiscard]] std::string const& maker_name(std::int32_t sites) const {
    return node(sites_[static_cast<std::size_t>(sites)].maker).name;
  }

  [[noreturn]] void refuse_sites(std::string const& name, Value first, Value second) const {
    throw ShapeError({name_, ", ", name, ": '", node(first).name, "' lies on the sites that '",
                      maker_name(type(first).sites), "' has, '", node(second).name, "' on those that '",
                      maker_name(type(second).sites), "' has; give values on the same sites"});
  }

  std::string name_;
  std::vector<Node> nodes_;
  std::vector<ValueType> types_;
  std::vector<SiteOrigin> sites_;
};

/// The numbers that a node needs: their names behind the node's name and a dot, shapes, and whether they are learned. A weight comes
/// first; of a kernel its extent before the last two is K.
inline std::vector<std::pair<std::string, Parameter>> parameters_of(Graph const& graph, Value value) {
  using Named = std::vector<std::pair<std::string, Parameter>>;
  std::int64_t const channels = graph.type(value).channels;
  auto const of_kernel = [&](std::vector<std::int64_t> shape, bool bias) {
    Named named{{"weight", {std::move(shape), {}}}};
    if (bias) named.push_back({"bias", {{channels}, {}}});
    return named;
  };
  auto const of_norm = [&](bool statistics) {
    Named named{{"weight", {{channels}, {}}}, {"bias", {{channels}, {}}}};
    if (!statistics) return named;
    named.push_back({"running_mean", {{channels}, {}, false}});
    named.push_back({"running_var", {{channels}, {}, false}});
    return named;
  };
  auto const elements = [&](Value kernel) { return element_count(graph.geometry(kernel), graph.type(kernel).axes); };
  auto const channels_of = [&](Value input) { return graph.type(input).channels; };
  return visit_node(
      Cases{[&](InputNode const&) { return Named{}; },
            [&](ConvNode const& node) {
              return of_kernel({elements(value), channels_of(node.input), channels}, node.bias);
            },
            [&](InverseConvNode const& node) {
              return of_kernel({elements(node.undoes), channels_of(node.input), channels}, node.bias);
            },
            [&](LinearNode const& node) {
              return of_kernel({channels_of(node.input), channels}, node.bias);
            },
            [&](BatchNormNode const& node) { return of_norm(node.statistics == NormStatistics::running); },
            [&](LayerNormNode const&) { return of_norm(false); }, [&](ActivationNode const&) { return Named{}; },
            [&](SoftmaxNode const&) { return Named{}; }, [&](AddNode const&) { return Named{}; },
            [&](ConcatenateNode const&) { return Named{}; }, [&](PoolNode const&) { return Named{}; },
            [&](GlobalPoolNode const&) { return Named{}; }, [&](BroadcastNode const&) { return Named{}; }},
      graph.node(value).operation);
}

}  // namespace sparseconv::inline v0_1
