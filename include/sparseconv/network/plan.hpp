#pragma once

#include <cstdint>
#include <span>
#include <variant>

#include "sparseconv/error.hpp"
#include "sparseconv/network/node_sites.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/item_offsets.hpp"

namespace sparseconv::inline v0_1 {

/// Builds the site sets and maps of all nodes for the sites of a network's one input, and keeps them with those: the first run over
/// them builds none. Nodes whose sites depend on features would be left; there is none of that kind yet.
///
/// Of takes a Network or an Engine. A network and the engine made of it have the same sites and maps.
///
/// Order:  waits for each new set of output sites.
/// Throws: ShapeError if the network does not have one input of D axes; what the nodes throw for sites, with their names.
template <ExecutionPolicy Policy, class Of, int D>
void plan(Policy const& where, Of const& network, SiteSet<D, typename Policy::Memory> const& sites) {
  Graph const& graph = network.graph();
  auto const inputs = network.inputs();
  if (inputs.size() != 1 || graph.type(inputs.front()).axes != D) {
    throw ShapeError(
        {"plan: sites of ", D, " axes for '", network.name(), "', which has ", inputs.size(), " inputs",
         inputs.empty() ? "" : error_message({", the first of ", graph.type(inputs.front()).axes, " axes"}),
         "; it must be one, of the sites' axes"});
  }
  NodeSites<Policy, D> nodes(where, graph);
  nodes.set(inputs.front(), sites);
  for (std::int32_t i = 0; i < graph.size(); ++i) {
    Value const self{i};
    named_in_errors(network.name(), graph.node(self).name, [&] {
      auto const map = [&](auto const& node) { (void)nodes.map(self, node); };
      auto const sites_of = [&](Value value) { (void)item_offsets(where, nodes.of(value)); };
      (void)nodes.of(self);
      visit_node(
          Cases{[&](ConvNode const& node) { map(node); }, [&](InverseConvNode const& node) { map(node); },
                [&](PoolNode const& node) { map(node); }, [&](GlobalPoolNode const& node) { sites_of(node.input); },
                [&](BroadcastNode const& node) { sites_of(node.onto); }, [](InputNode const&) {},
                [](LinearNode const&) {}, [](BatchNormNode const&) {}, [](LayerNormNode const&) {},
                [](ActivationNode const&) {}, [](SoftmaxNode const&) {}, [](AddNode const&) {},
                [](ConcatenateNode const&) {}},
          graph.node(self).operation);
    });
  }
}

}  // namespace sparseconv::inline v0_1
