#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "sparseconv/config.hpp"
#include "sparseconv/network/describe.hpp"
#include "sparseconv/network/engine.hpp"
#include "sparseconv/network/graph.hpp"
#include "sparseconv/network/text_table.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/tensor/copy_to.hpp"
#include "sparseconv/tensor/refused_call.hpp"

namespace sparseconv::inline v0_1 {

/// What a node of a network did and took.
struct NodeProfile {
  std::string name;             ///< of the node
  std::string kind;             ///< what it does
  std::int64_t channels = 0;    ///< of its result
  std::int64_t sites = 0;       ///< rows of its result
  std::int64_t pairs = 0;       ///< that its arithmetic goes through; of a linear node its rows
  double operations = 0;        ///< of its products, 2 for each multiplication and addition
  double sites_ms = 0;          ///< to make the sites of its result
  double map_ms = 0;            ///< to make its rulebook or row map
  double arithmetic_ms = 0;     ///< milliseconds of all else
  std::int64_t map_bytes = 0;   ///< of its rulebook or row map, which others may share
  std::int64_t held_bytes = 0;  ///< of the features that are held when it is done
};

/// The nodes of a network in their order.
struct NetworkProfile {
  std::string network;             ///< its name
  std::vector<NodeProfile> nodes;  ///< in the order in which they ran

  /// The sum of all nodes; of held_bytes the most, of map_bytes nothing, as maps are shared.
  [[nodiscard]] NodeProfile total() const {
    NodeProfile sum{.name = "total", .kind = {}};
    for (NodeProfile const& node : nodes) {
      sum.pairs += node.pairs;
      sum.operations += node.operations;
      sum.sites_ms += node.sites_ms;
      sum.map_ms += node.map_ms;
      sum.arithmetic_ms += node.arithmetic_ms;
      sum.held_bytes = std::max(sum.held_bytes, node.held_bytes);
    }
    return sum;
  }
};

/// Watches a run of an engine and notes what each node does and takes.
template <ExecutionPolicy Policy>
class ProfileWatch {
 public:
  using Progress = std::function<void(NodeProfile const& before)>;

  /// `progress`, if there is one, is called before each node, of which only name and kind are known then.
  ProfileWatch(Policy const& where, Graph const& graph, NetworkProfile& profile, Progress progress)
      : where_(where), graph_(graph), profile_(profile), progress_(std::move(progress)) {}

  template <class Body>
  void stage(Value self, Stage stage, Body const& body) {
    if (stage == Stage::sites) {
      Node const& node = graph_.node(self);
      profile_.nodes.push_back(
          {.name = node.name, .kind = kind_of(node.operation), .channels = graph_.type(self).channels});
      if (progress_) progress_(profile_.nodes.back());
    }
    auto const begin = std::chrono::steady_clock::now();
    body();
    if constexpr (DevicePolicy<Policy>) where_.wait();
    double const ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
    NodeProfile& row = profile_.nodes.back();
    (stage == Stage::sites ? row.sites_ms : stage == Stage::map ? row.map_ms : row.arithmetic_ms) = ms;
  }

  template <class Sites, class Map>
  void node_done(Value self, Sites const& sites, Map const& map, std::int64_t held_bytes) {
    NodeProfile& row = profile_.nodes.back();
    row.sites = sites.size();
    row.map_bytes = map.bytes();
    row.held_bytes = held_bytes;
    row.pairs = pair_count(map);
    auto const of_products = [&](Value input) {
      std::int64_t const products = graph_.type(input).channels * row.channels;
      row.operations = 2.0 * static_cast<double>(row.pairs) * static_cast<double>(products);
    };
    Operation const& operation = graph_.node(self).operation;
    if (auto const* const conv = std::get_if<ConvNode>(&operation)) of_products(conv->input);
    if (auto const* const inverse = std::get_if<InverseConvNode>(&operation)) of_products(inverse->input);
    if (auto const* const linear = std::get_if<LinearNode>(&operation)) {
      row.pairs = row.sites;
      of_products(linear->input);
    }
  }

 private:
  /// On a device the pairs of a row map are counted on the host.
  template <class Map>
  std::int64_t pair_count(Map const& map) const {
    if constexpr (DevicePolicy<Policy>) {
      if (map.rules) return copy_to_host(where_, map.rules->view().offsets.data() + map.rules->element_count(), 1)[0];
      if (!map.row_map) return 0;
      RowMapView const view = map.row_map->view();
      std::int64_t count = 0;
      for (Row const row : copy_to_host(where_, view.input_rows, view.elements * view.output_count)) {
        count += row == no_row ? 0 : 1;
      }
      return count;
    } else {
      return map.rules ? map.rules->pair_count() : 0;
    }
  }

  Policy const& where_;
  Graph const& graph_;
  NetworkProfile& profile_;
  Progress progress_;
};

/// Runs an engine of one input and measures every node. What is kept with the input's sites is found, as in any run: for the times of
/// a cold run give sites that nothing was derived from.
///
/// Order:  waits after each step of each node.
/// Throws: as the engine's call.
template <ExecutionPolicy Policy, WithGraph AnyEngine, Element Outer, int D, MemorySpace Memory>
requires reaches<Policy, Memory>
[[nodiscard]] NetworkProfile profile(Policy const& where, AnyEngine const& engine,
                                     SparseTensor<Outer, D, Memory> const& input,
                                     std::vector<SparseTensor<Outer, D, Memory>>* results = nullptr,
                                     typename ProfileWatch<Policy>::Progress progress = {}) {
  NetworkProfile profile{.network = engine.name(), .nodes = {}};
  std::vector<SparseTensor<Outer, D, Memory>> outputs;
  engine.template watched_run<D>(
      where, std::array{&input}, [&](auto&& output) { outputs.push_back(std::forward<decltype(output)>(output)); },
      ProfileWatch<Policy>(where, engine.graph(), profile, std::move(progress)));
  if (results != nullptr) *results = std::move(outputs);
  return profile;
}

/// Calls of other kinds that are commonly tried: each is a sentence of the compiler.
template <Element T, MemorySpace Memory, Element W, class... More>
requires(is_for_calls<More>&&...) NetworkProfile profile(Engine<T, Memory, W> const&, More const&...) {
  refuse_call<AnyTensor, Engine<T, Memory, W>, More...>();
  return {};
}
/// A call that is commonly tried: it is refused by a sentence of the compiler.
template <ExecutionPolicy Policy, WithGraph AnyEngine, class Input, class... More>
requires(is_for_calls<Input> && !begins_as_wanted<AnyTensor, Policy, Input>) NetworkProfile
    profile(Policy const&, AnyEngine const&, Input const&, More const&...) {
  refuse_call<AnyTensor, Policy, Input>();
  return {};
}

/// A profile as a table for people.
std::string to_string(NetworkProfile const& profile);

#if SPARSECONV_NETWORK_BODIES
SPARSECONV_NETWORK_BODY std::string to_string(NetworkProfile const& profile) {
  TextTable table({"node", "kind", "channels", "sites", "pairs", "GFLOP", "sites ms", "map ms", "arithm. ms", "GFLOP/s",
                   "map MB", "held MB"});
  auto const number = [](double value, int digits) {
    char text[32];
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return std::string(text);
  };
  auto const megabytes = [&](std::int64_t bytes) { return number(static_cast<double>(bytes) / 1e6, 1); };
  NodeProfile const total = profile.total();
  auto const add = [&](NodeProfile const& node) {
    bool const of_all = &node == &total;  // maps that several nodes use cannot be added up
    bool const multiplies = node.operations > 0 && node.arithmetic_ms > 0;
    table.add({node.name, node.kind, node.channels > 0 ? std::to_string(node.channels) : "",
               of_all ? "" : std::to_string(node.sites), std::to_string(node.pairs), number(node.operations / 1e9, 3),
               number(node.sites_ms, 2), number(node.map_ms, 2), number(node.arithmetic_ms, 2),
               multiplies ? number(node.operations / node.arithmetic_ms / 1e6, 1) : "",
               of_all ? "" : megabytes(node.map_bytes), megabytes(node.held_bytes)});
  };
  for (NodeProfile const& node : profile.nodes) add(node);
  add(total);
  return table.text();
}
#endif

}  // namespace sparseconv::inline v0_1
