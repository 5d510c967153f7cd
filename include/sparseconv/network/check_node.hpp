#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/network/graph.hpp"

// The bodies of graph.hpp, which network.hpp includes. A program that links sparseconv::compiled does not see them.

namespace sparseconv::inline v0_1 {

/// Finds out what a node gives that is about to be added to a graph, and refuses one that does not fit.
class NodeCheck {
 public:
  NodeCheck(Graph& graph, std::string const& name, Value self) : graph_(graph), name_(name), self_(self) {}

  ValueType type_of(InputNode const& node) {
    if (node.axes < 1 || node.axes > most_axes) {
      throw ShapeError({graph_.name(), ", ", name_, ": an input of ", node.axes, " axes; give 1 to ", most_axes});
    }
    if (graph_.size() > 0 && graph_.types_.front().axes != node.axes) {
      throw ShapeError({graph_.name(), ", ", name_, ": an input of ", node.axes, " axes in a network of ",
                        graph_.types_.front().axes, "; all inputs must have as many"});
    }
    check_channels(node.channels);
    graph_.sites_.push_back({.maker = self_});
    return {ValueKind::sparse, node.axes, node.channels, last_sites()};
  }

  ValueType type_of(ConvNode const& node) {
    ValueType result = graph_.type(node.input);
    check_node_geometry(node.geometry, result.axes, named());
    result.channels = check_channels(node.out_channels);
    if (node.onto) {
      refuse_items(node.input);
      ValueType const& onto = graph_.type(*node.onto);
      if (onto.axes != result.axes || onto.kind != result.kind) refuse_sites(node.input, *node.onto);
      result.sites = onto.sites;
    } else {
      result.sites = sites_after(node.input, node.geometry);
    }
    check_residual(node.residual, result);
    return result;
  }

  ValueType type_of(InverseConvNode const& node) {
    named_in_errors(graph_.name(), name_, [&] { (void)graph_.geometry(node.undoes); });
    if (graph_.type(node.undoes).sites != graph_.type(node.input).sites) refuse_sites(node.input, node.undoes);
    ValueType result = graph_.type(graph_.input_of_kernel(node.undoes));
    result.channels = check_channels(node.out_channels);
    check_residual(node.residual, result);
    return result;
  }

  ValueType type_of(LinearNode const& node) {
    ValueType result = graph_.type(node.input);
    result.channels = check_channels(node.out_channels);
    check_residual(node.residual, result);
    return result;
  }

  ValueType type_of(BatchNormNode const& node) {
    check_epsilon(node.epsilon, node.statistics == NormStatistics::running);
    return graph_.type(node.input);
  }

  ValueType type_of(LayerNormNode const& node) {
    check_epsilon(node.epsilon, false);
    return graph_.type(node.input);
  }

  ValueType type_of(ActivationNode const& node) { return graph_.type(node.input); }
  ValueType type_of(SoftmaxNode const& node) { return graph_.type(node.input); }

  ValueType type_of(AddNode const& node) {
    ValueType const& result = graph_.type(node.first);
    check_same_sites(node.first, node.second);
    if (graph_.type(node.second).channels != result.channels) {
      throw ShapeError({graph_.name(), ", ", name_, ": '", graph_.node(node.first).name, "' has ", result.channels,
                        " channels, '", graph_.node(node.second).name, "' ", graph_.type(node.second).channels,
                        "; they must be equal"});
    }
    return result;
  }

  ValueType type_of(ConcatenateNode const& node) {
    if (node.inputs.empty())
      throw ShapeError({graph_.name(), ", ", name_, ": nothing to concatenate; give at least one value"});
    ValueType result = graph_.type(node.inputs.front());
    for (std::size_t i = 1; i < node.inputs.size(); ++i) {
      check_same_sites(node.inputs.front(), node.inputs[i]);
      if (graph_.type(node.inputs[i]).channels > std::numeric_limits<std::int64_t>::max() - result.channels) {
        throw CapacityError({graph_.name(), ", ", name_, ": '", graph_.node(node.inputs[i]).name, "' with its ",
                             graph_.type(node.inputs[i]).channels, " channels beside ", result.channels,
                             " others makes more than can be counted; take fewer channels"});
      }
      result.channels += graph_.type(node.inputs[i]).channels;
    }
    return result;
  }

  ValueType type_of(PoolNode const& node) {
    ValueType result = graph_.type(node.input);
    check_node_geometry(node.geometry, result.axes, named());
    if (node.geometry.transposed) throw ShapeError({graph_.name(), ", ", name_, ": a pooling cannot be transposed"});
    result.sites = sites_after(node.input, node.geometry);
    return result;
  }

  ValueType type_of(GlobalPoolNode const& node) {
    if (node.pooling == Pooling::average_over_kernel) {
      throw ShapeError({graph_.name(), ", ", name_, ": a global pooling has no kernel; use max, sum or average"});
    }
    ValueType result = graph_.type(node.input);
    if (result.kind == ValueKind::items) {
      throw ShapeError({graph_.name(), ", ", name_, ": '", graph_.node(node.input).name,
                        "' has one row a batch item already; pool what has sites"});
    }
    // Sites that are derived have the batch items of what they are derived from.
    std::int32_t from = result.sites;
    for (SiteOrigin const* origin = &origin_of(from); !origin->from.empty(); origin = &origin_of(from)) {
      from = origin->from.front();
    }
    result.sites = derived_sites({.step = SiteStep::items, .from = {from}});
    result.kind = ValueKind::items;
    return result;
  }

  ValueType type_of(BroadcastNode const& node) {
    ValueType result = graph_.type(node.onto);
    if (graph_.type(node.items).kind != ValueKind::items || result.kind != ValueKind::sparse ||
        graph_.type(node.items).axes != result.axes) {
      throw ShapeError({graph_.name(), ", ", name_, ": '", graph_.node(node.items).name, "' onto '",
                        graph_.node(node.onto).name, "'; give what has one row a batch item, and what has sites"});
    }
    result.channels = graph_.type(node.items).channels;
    return result;
  }

  ValueType type_of(InputBesideNode const& node) {
    if (!is_input(graph_.node(node.beside).operation)) {
      throw ShapeError({graph_.name(), ", ", name_, ": '", graph_.node(node.beside).name,
                        "' is no input, and what a caller brings lies on the sites of one; name that"});
    }
    ValueType result = graph_.type(node.beside);
    result.channels = check_channels(node.channels);
    return result;
  }

  ValueType type_of(EmbeddingNode const& node) {
    ValueType result = graph_.type(node.input);
    if (result.channels != 1) {
      throw ShapeError({graph_.name(), ", ", name_, ": '", graph_.node(node.input).name, "' has ", result.channels,
                        " channels, and an embedding takes one, of integers"});
    }
    if (node.count < 1) {
      throw ShapeError({graph_.name(), ", ", name_, ": a table of ", node.count, " rows; give it at least 1"});
    }
    result.channels = check_channels(node.out_channels);
    return result;
  }

  ValueType type_of(UnpoolNode const& node) {
    refuse_items(node.input);
    refuse_items(node.onto);
    ValueType result = graph_.type(node.onto);
    if (graph_.type(node.input).axes != result.axes) refuse_sites(node.input, node.onto);
    check_node_geometry(NodeGeometry{.kernel_size = 1, .stride = node.stride}, result.axes, named());
    result.channels = graph_.type(node.input).channels;
    return result;
  }

  ValueType type_of(AxisPoolNode const& node) {
    refuse_items(node.input);
    ValueType result = graph_.type(node.input);
    if (node.axis < 0 || node.axis >= result.axes) {
      throw ShapeError({graph_.name(), ", ", name_, ": axis ", node.axis, " of an input of ", result.axes,
                        " axes; they count from 0, the slowest first"});
    }
    result.sites = derived_sites({.step = SiteStep::axis, .from = {result.sites}, .axis = node.axis});
    return result;
  }

  ValueType type_of(ScaleSitesNode const& node) {
    refuse_items(node.input);
    refuse_items(node.grid_of);
    ValueType result = graph_.type(node.input);
    if (graph_.type(node.grid_of).axes != result.axes) refuse_sites(node.input, node.grid_of);
    check_axis_count(node.factor, result.axes, "factor", named());
    if (std::ranges::any_of(node.factor.told(), [](std::int32_t factor) { return factor < 1; })) {
      throw ShapeError(
          {graph_.name(), ", ", name_, ": factor is ", to_string(node.factor), "; every factor must be at least 1"});
    }
    result.sites = derived_sites({.step = SiteStep::scaled,
                                  .from = {graph_.type(node.grid_of).sites, result.sites},
                                  .geometry = {.stride = node.factor}});
    return result;
  }

  ValueType type_of(JoinSitesNode const& node) {
    if (node.of.empty()) throw ShapeError({graph_.name(), ", ", name_, ": no sites to join; give at least one value"});
    ValueType result = graph_.type(node.of.front());
    std::vector<std::int32_t> from;
    for (Value const value : node.of) {
      refuse_items(value);
      if (graph_.type(value).axes != result.axes) refuse_sites(node.of.front(), value);
      from.push_back(graph_.type(value).sites);
    }
    result.channels = 0;
    // In whatever order they are told, and however often, the sites are the same.
    std::sort(from.begin(), from.end());
    from.erase(std::unique(from.begin(), from.end()), from.end());
    if (from.size() == 1) return result;
    result.sites = derived_sites({.step = SiteStep::joined, .from = std::move(from), .join = node.join});
    return result;
  }

  ValueType type_of(ChooseSitesNode const& node) {
    refuse_items(node.scores);
    ValueType result = graph_.type(node.scores);
    if (result.channels != 1) {
      throw ShapeError({graph_.name(), ", ", name_, ": '", graph_.node(node.scores).name, "' has ", result.channels,
                        " channels, and sites are chosen by one score each"});
    }
    if (node.count < 0) {
      throw ShapeError(
          {graph_.name(), ", ", name_, ": ", node.count, " sites of each batch item; give a count of at least 0"});
    }
    if (node.threshold != node.threshold) {
      throw ShapeError(
          {graph_.name(), ", ", name_, ": the threshold is NaN, and nothing is above that; give a number"});
    }
    result.channels = 0;
    graph_.sites_.push_back({.maker = self_, .step = SiteStep::chosen, .from = {result.sites}, .is_chosen = true});
    result.sites = last_sites();
    return result;
  }

  ValueType type_of(OntoSitesNode const& node) {
    refuse_items(node.input);
    refuse_items(node.onto);
    ValueType result = graph_.type(node.onto);
    if (graph_.type(node.input).axes != result.axes) refuse_sites(node.input, node.onto);
    result.channels = graph_.type(node.input).channels;
    return result;
  }

 private:
  /// The sites that a geometry leads to: the same for all that start from the same by the same.
  std::int32_t sites_after(Value input, NodeGeometry const& geometry) {
    ValueType const from = graph_.type(input);
    bool const kept =
        with_axes(from.axes, [&]<int D>() { return keeps_sites(geometry.on_axes<D>(), geometry.definition); });
    if (kept) return from.sites;
    refuse_items(input);
    return derived_sites({.step = SiteStep::geometry, .from = {from.sites}, .geometry = geometry});
  }

  /// The sites of that origin, which are the same for all that are derived alike.
  std::int32_t derived_sites(SiteOrigin origin) {
    auto const is_alike = [&](SiteOrigin const& known) {
      return known.step == origin.step && known.from == origin.from && known.geometry == origin.geometry &&
             known.axis == origin.axis && known.join == origin.join;
    };
    auto const known = std::ranges::find_if(graph_.sites_, is_alike);
    if (known != graph_.sites_.end()) return static_cast<std::int32_t>(known - graph_.sites_.begin());
    origin.maker = self_;
    origin.is_chosen = std::ranges::any_of(origin.from, [&](std::int32_t from) { return origin_of(from).is_chosen; });
    graph_.sites_.push_back(std::move(origin));
    return last_sites();
  }

  [[nodiscard]] SiteOrigin const& origin_of(std::int32_t sites) const {
    return graph_.sites_[static_cast<std::size_t>(sites)];
  }

  /// Batch items have no neighbours, from which there could be other sites.
  void refuse_items(Value input) const {
    if (graph_.type(input).kind == ValueKind::sparse) return;
    throw ShapeError({graph_.name(), ", ", name_, ": '", graph_.node(input).name,
                      "' has one row a batch item, from which no geometry leads to other sites; use a linear node"});
  }

  [[nodiscard]] std::int32_t last_sites() const { return static_cast<std::int32_t>(graph_.sites_.size()) - 1; }

  [[nodiscard]] std::string named() const { return graph_.name() + ", " + name_; }

  std::int64_t check_channels(std::int64_t channels) const {
    if (channels >= 1) return channels;
    throw ShapeError({graph_.name(), ", ", name_, ": ", channels, " channels; give at least 1"});
  }

  void check_epsilon(double epsilon, bool may_be_zero) const {
    if ((epsilon > 0 || (may_be_zero && epsilon == 0)) && epsilon - epsilon == 0) return;
    throw ShapeError({graph_.name(), ", ", name_, ": epsilon is ", epsilon, "; it must be finite and ",
                      may_be_zero ? "cannot be negative" : "positive"});
  }

  void check_residual(std::optional<Value> residual, ValueType const& result) const {
    if (!residual) return;
    ValueType const& given = graph_.type(*residual);
    if (given.sites != result.sites) {
      throw ShapeError({graph_.name(), ", ", name_, ": the residual '", graph_.node(*residual).name,
                        "' lies on the sites that '", maker_name(given.sites),
                        "' has, and not on the result's; give a value on those"});
    }
    if (given.channels == result.channels) return;
    throw ShapeError({graph_.name(), ", ", name_, ": the residual '", graph_.node(*residual).name, "' has ",
                      given.channels, " channels, the result ", result.channels, "; they must be equal"});
  }

  void check_same_sites(Value first, Value second) const {
    if (graph_.type(first).sites != graph_.type(second).sites) refuse_sites(first, second);
  }

  [[nodiscard]] std::string const& maker_name(std::int32_t sites) const {
    return graph_.node(graph_.sites_[static_cast<std::size_t>(sites)].maker).name;
  }

  [[noreturn]] void refuse_sites(Value first, Value second) const {
    throw ShapeError({graph_.name(), ", ", name_, ": '", graph_.node(first).name, "' lies on the sites that '",
                      maker_name(graph_.type(first).sites), "' has, '", graph_.node(second).name, "' on those that '",
                      maker_name(graph_.type(second).sites), "' has; give values on the same sites"});
  }

  Graph& graph_;
  std::string const& name_;
  Value self_;
};

SPARSECONV_NETWORK_BODY Value Graph::add(std::string name, Operation operation) {
  if (name.empty()) throw ShapeError({name_, ": a node has no name; give it one"});
  if (find(name)) throw ShapeError({name_, ": there is a node '", name, "' already; give each a name of its own"});
  for_each_use(operation, [&](Value value, Use use) {
    (void)checked(value, name);
    if (use == Use::features) check_has_features(value, name);
  });
  Value const added{size()};
  std::size_t const sites_before = sites_.size();
  NodeCheck check(*this, name, added);
  try {
    types_.push_back(visit_node([&](auto const& node) { return check.type_of(node); }, operation));
    names_.add(name);
    nodes_.push_back({std::move(name), std::move(operation)});
  } catch (...) {  // nodes_ is as it was
    sites_.resize(sites_before);
    types_.resize(nodes_.size());
    names_.keep_first(nodes_.size());
    throw;
  }
  return added;
}

SPARSECONV_NETWORK_BODY std::vector<std::pair<std::string, Parameter>> parameters_of(Graph const& graph, Value value) {
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
            [&](LayerNormNode const&) { return of_norm(false); },
            [&](ActivationNode const&) { return Named{}; },
            [&](SoftmaxNode const&) { return Named{}; },
            [&](AddNode const&) { return Named{}; },
            [&](ConcatenateNode const&) { return Named{}; },
            [&](PoolNode const&) { return Named{}; },
            [&](GlobalPoolNode const&) { return Named{}; },
            [&](BroadcastNode const&) { return Named{}; },
            [&](InputBesideNode const&) { return Named{}; },
            [&](EmbeddingNode const& node) {
              return of_kernel({node.count, channels}, false);
            },
            [&](UnpoolNode const&) { return Named{}; },
            [&](AxisPoolNode const&) { return Named{}; },
            [&](ScaleSitesNode const&) { return Named{}; },
            [&](JoinSitesNode const&) { return Named{}; },
            [&](ChooseSitesNode const&) { return Named{}; },
            [&](OntoSitesNode const&) { return Named{}; }},
      graph.node(value).operation);
}

}  // namespace sparseconv::inline v0_1
