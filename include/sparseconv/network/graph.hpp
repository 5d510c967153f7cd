#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/index/site_join.hpp"
#include "sparseconv/network/name_hashes.hpp"
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
  std::int64_t channels = 0;  ///< none of a value that has sites and no features
  std::int32_t sites = 0;     ///< which of Graph::sites() the rows belong to
};

/// By what a site set of a network comes about.
enum class SiteStep {
  input,     ///< the caller brings it
  geometry,  ///< output sites of a geometry
  items,     ///< one site a batch item
  axis,      ///< outputs of a kernel that covers one axis
  scaled,    ///< positions times a factor, on the grid of the first of those that it is derived from
  joined,    ///< the union or intersection of all
  chosen     ///< by scores, while the network runs
};

/// How a site set of a network comes about. Values have the same sites where they have the same of these.
struct SiteOrigin {
  Value maker = {};  ///< the first node that has it
  SiteStep step = SiteStep::input;
  std::vector<std::int32_t> from{};  ///< the sites that it is derived from; none of an input
  NodeGeometry geometry = {};        ///< of output sites; its stride is the factor of scaled ones
  int axis = 0;                      ///< that is pooled
  SiteJoin join = SiteJoin::unite;   ///< of joined sites
  bool is_chosen = false;            ///< whether it depends on features, in this step or one before
};

/// The nodes of a network in the order in which they run, and what each gives. A node is checked when it is added.
class Graph {
 public:
  explicit Graph(std::string name) : name_(std::move(name)) {}

  /// What messages and tables call the network.
  [[nodiscard]] std::string const& name() const { return name_; }

  /// Throws: ShapeError if the name is empty or taken, a value is not one of an earlier node, or counts, geometry, kinds or sites
  ///         of what the operation takes do not fit; CapacityError as check_geometry. The message names the node.
  Value add(std::string name, Operation operation);

  [[nodiscard]] std::int32_t size() const { return static_cast<std::int32_t>(nodes_.size()); }
  [[nodiscard]] std::span<Node const> nodes() const { return nodes_; }
  [[nodiscard]] std::span<SiteOrigin const> sites() const { return sites_; }

  // Throws: ShapeError if the value is none of this network's.

  [[nodiscard]] Node const& node(Value value) const { return nodes_[place(value)]; }
  [[nodiscard]] ValueType const& type(Value value) const { return types_[place(value)]; }

  /// Whether the sites of a value depend on features: a run finds them, and no plan.
  [[nodiscard]] bool sites_are_chosen(Value value) const {
    return sites_[static_cast<std::size_t>(type(value).sites)].is_chosen;
  }

  /// The node of that name, if there is one.
  [[nodiscard]] std::optional<Value> find(std::string_view name) const {
    auto const found = names_.find(name, [&](std::size_t place) -> std::string const& { return nodes_[place].name; });
    if (!found) return std::nullopt;
    return Value{static_cast<std::int32_t>(*found)};
  }

  /// The geometry by which a convolution or a pooling makes its pairs. Throws: ShapeError for another node.
  [[nodiscard]] NodeGeometry const& geometry(Value value) const {
    if (auto const* conv = std::get_if<ConvNode>(&node(value).operation)) return conv->geometry;
    if (auto const* pool = std::get_if<PoolNode>(&node(value).operation)) return pool->geometry;
    throw ShapeError({"node '", node(value).name, "' has no kernel to undo; name a convolution or a pooling"});
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

  /// Throws: ShapeError if a value has sites alone.
  void check_has_features(Value value, std::string_view call) const {
    if (type(value).channels > 0) return;
    throw ShapeError({name_, ", ", call, ": '", node(value).name,
                      "' has sites and no features; bring those of another value there by onto_sites(value, sites)"});
  }

 private:
  friend class NodeCheck;

  [[nodiscard]] std::size_t place(Value value) const { return static_cast<std::size_t>(checked(value, "node").node); }

  std::string name_;
  std::vector<Node> nodes_;
  NameHashes names_;  ///< of the nodes
  std::vector<ValueType> types_;
  std::vector<SiteOrigin> sites_;
};

/// The numbers that a node needs: their names behind the node's name and a dot, shapes, and whether they are learned. A weight comes
/// first; of a kernel its extent before the last two is K.
std::vector<std::pair<std::string, Parameter>> parameters_of(Graph const& graph, Value value);

/// What shows the nodes that it has: a Network, an Engine, or what derives from one.
template <class Of>
concept WithGraph = requires(Of const& of) {
  { of.graph() } -> std::same_as<Graph const&>;
};

}  // namespace sparseconv::inline v0_1
