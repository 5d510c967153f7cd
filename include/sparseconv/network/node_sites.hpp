#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "sparseconv/execute/dataflow.hpp"
#include "sparseconv/index/cached_joined_sites.hpp"
#include "sparseconv/index/cached_rulebook.hpp"
#include "sparseconv/index/matching_rows.hpp"
#include "sparseconv/index/parent_rows.hpp"
#include "sparseconv/index/scale_sites.hpp"
#include "sparseconv/index/whole_axis_geometry.hpp"
#include "sparseconv/network/graph.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/item_offsets.hpp"
#include "sparseconv/tensor/item_sites.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1 {

/// The pool of a policy of the host; none of another, whose memory the host cannot write.
template <ExecutionPolicy Policy>
std::shared_ptr<MemoryPool> host_pool(Policy const& where) {
  if constexpr (HostPolicy<Policy>) return where.memory();
  return nullptr;
}

/// What a node's arithmetic goes by. Its pairs as the policy takes them: a rulebook, which an inverse node reads the other way round, or
/// a row map. Or the rows of batch items, of parents, or of the same sites in another set. Or nothing.
template <MemorySpace Memory>
struct NodeMap {
  std::shared_ptr<Rulebook<Memory> const> rules;
  std::shared_ptr<RowMap<Memory> const> row_map;
  bool exchanged = false;
  std::shared_ptr<Buffer<Row, Memory> const> item_offsets = nullptr;
  std::shared_ptr<Buffer<Row, Memory> const> rows = nullptr;  ///< of parents, or of the same sites

  [[nodiscard]] RulebookView<Memory> view() const { return exchanged ? rules->transposed() : rules->view(); }
  [[nodiscard]] std::int64_t bytes() const { return rules ? rules->bytes() : row_map ? row_map->bytes() : 0; }
};

/// The site sets and maps of a network's nodes for the sites of its inputs. All are kept with those sites, so that a second run
/// finds them.
template <ExecutionPolicy Policy, int D>
class NodeSites {
 public:
  using Memory = typename Policy::Memory;
  using Sites = SiteSet<D, Memory>;

  NodeSites(Policy const& where, Graph const& graph)
      : where_(where),
        graph_(graph),
        sets_(graph.sites().size(), PoolAllocator<std::optional<Sites>>(host_pool(where))) {}

  /// The sites of an input, or those that a node chose.
  void set(Value value, Sites const& sites) { sets_[place(graph_.type(value).sites)] = sites; }

  /// The sites of a value, made if they are not there yet.
  Sites const& of(Value value) { return of(graph_.type(value).sites); }

  /// What a node's arithmetic goes by, made if it is not there yet.
  NodeMap<Memory> map(Value self) {
    using Map = NodeMap<Memory>;
    return visit_node(Cases{[&](ConvNode const& node) { return map(self, node); },
                            [&](InverseConvNode const& node) { return map(self, node); },
                            [&](PoolNode const& node) { return map(self, node); },
                            [&](GlobalPoolNode const& node) { return map_of_items(node.input); },
                            [&](BroadcastNode const&) { return map_of_items(self); },
                            [](InputNode const&) { return Map{}; },
                            [](LinearNode const&) { return Map{}; },
                            [](BatchNormNode const&) { return Map{}; },
                            [](LayerNormNode const&) { return Map{}; },
                            [](ActivationNode const&) { return Map{}; },
                            [](SoftmaxNode const&) { return Map{}; },
                            [](AddNode const&) { return Map{}; },
                            [](ConcatenateNode const&) { return Map{}; },
                            [](InputBesideNode const&) { return Map{}; },
                            [](EmbeddingNode const&) { return Map{}; },
                            [&](UnpoolNode const& node) { return map(self, node); },
                            [&](AxisPoolNode const& node) { return map(self, node); },
                            [](ScaleSitesNode const&) { return Map{}; },
                            [](JoinSitesNode const&) { return Map{}; },
                            [](ChooseSitesNode const&) { return Map{}; },
                            [&](OntoSitesNode const& node) { return map(self, node); }},
                      graph_.node(self).operation);
  }

  /// The pairs of a convolution or a pooling.
  NodeMap<Memory> map(Value self, ConvNode const& node) {
    if (node.onto) {
      check_given_sites(of(node.input), of(self), node.geometry.template on_axes<D>(), "onto");
    }
    return map(node.input, self, node.geometry);
  }

  NodeMap<Memory> map(Value self, PoolNode const& node) {
    return {cached_rulebook(where_, of(node.input), of(self), node.geometry.template on_axes<D>()), nullptr, false};
  }

  NodeMap<Memory> map(Value, InverseConvNode const& node) {
    auto const geometry = graph_.geometry(node.undoes).template on_axes<D>();
    Sites const& inputs = of(graph_.input_of_kernel(node.undoes));
    Sites const& outputs = of(node.undoes);
    if constexpr (goes_by_row_map<Policy, dataflow::Automatic>) {
      return {nullptr, cached_exchanged_row_map(where_, inputs, outputs, geometry), false};
    } else {
      return {cached_rulebook(where_, inputs, outputs, geometry), nullptr, true};
    }
  }

  NodeMap<Memory> map(Value, UnpoolNode const& node) {
    NodeMap<Memory> map;
    map.rows = cached_parent_rows(where_, of(node.onto), of(node.input), node.stride.template per_axis<D>());
    return map;
  }

  NodeMap<Memory> map(Value self, AxisPoolNode const& node) {
    Sites const& inputs = of(node.input);
    return {cached_rulebook(where_, inputs, of(self), whole_axis_geometry(inputs.grid(), node.axis, "axis_pool")),
            nullptr, false};
  }

  NodeMap<Memory> map(Value self, OntoSitesNode const& node) {
    NodeMap<Memory> map;
    map.rows = cached_matching_rows(where_, of(self), of(node.input));
    return map;
  }

 private:
  static std::size_t place(std::int32_t index) { return static_cast<std::size_t>(index); }

  NodeMap<Memory> map_of_items(Value value) { return {nullptr, nullptr, false, item_offsets(where_, of(value))}; }

  NodeMap<Memory> map(Value input, Value output, NodeGeometry const& node_geometry) {
    auto const geometry = node_geometry.template on_axes<D>();
    if constexpr (goes_by_row_map<Policy, dataflow::Automatic>) {
      return {nullptr, cached_row_map(where_, of(input), of(output), geometry), false};
    } else {
      return {cached_rulebook(where_, of(input), of(output), geometry), nullptr, false};
    }
  }

  Sites const& of(std::int32_t index) {
    std::optional<Sites>& set = sets_[place(index)];
    if (set) return *set;
    SiteOrigin const& origin = graph_.sites()[place(index)];
    Sites const& from = of(origin.from.front());
    switch (origin.step) {
      case SiteStep::items:
        set = item_sites(where_, from);
        break;
      case SiteStep::axis:
        set = cached_output_sites(where_, from, whole_axis_geometry(from.grid(), origin.axis, "axis_pool"),
                                  OutputDefinition::regular);
        break;
      case SiteStep::scaled:
        set = cached_scaled_sites(where_, of(origin.from.back()), origin.geometry.stride.template per_axis<D>(),
                                  from.grid());
        break;
      case SiteStep::joined:
        set = joined(origin);
        break;
      default:  // inputs and chosen sites are set
        set = cached_output_sites(where_, from, origin.geometry.template on_axes<D>(), origin.geometry.definition);
    }
    return *set;
  }

  Sites joined(SiteOrigin const& origin) {
    Sites all = of(origin.from.front());
    for (std::int32_t const next : origin.from) all = cached_joined_sites(where_, all, of(next), origin.join);
    return all;
  }

  Policy const& where_;
  Graph const& graph_;
  std::vector<std::optional<Sites>, PoolAllocator<std::optional<Sites>>> sets_;
};

}  // namespace sparseconv::inline v0_1
