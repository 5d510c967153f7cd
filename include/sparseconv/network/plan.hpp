#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/network/graph.hpp"
#include "sparseconv/network/node_sites.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/refused_call.hpp"

namespace sparseconv::inline v0_1 {

/// Builds the site sets and maps of a network's nodes for the sites of its one input, and keeps them with those: the first run over
/// them builds none. Nodes that take or give sites that features choose (see ChooseSitesNode) are left; the result has their names.
///
/// Of takes a Network or an Engine. A network and the engine made of it have the same sites and maps.
///
/// Order:  waits for each new set of output sites.
/// Throws: ShapeError if the network does not have one input of D axes; what the nodes throw for sites, with their names.
template <ExecutionPolicy Policy, WithGraph Of, int D>
std::vector<std::string> plan(Policy const& where, Of const& network,
                              SiteSet<D, typename Policy::Memory> const& sites) {
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
  std::vector<std::string> left;
  for (std::int32_t i = 0; i < graph.size(); ++i) {
    Value const self{i};
    bool is_left = graph.sites_are_chosen(self);
    for_each_use(graph.node(self).operation,
                 [&](Value value, Use) { is_left = is_left || graph.sites_are_chosen(value); });
    if (is_left) {
      left.push_back(graph.node(self).name);
      continue;
    }
    named_in_errors(network.name(), graph.node(self).name, [&] {
      (void)nodes.of(self);
      (void)nodes.map(self);
    });
  }
  return left;
}

/// Calls of other kinds that are commonly tried: each is a sentence of the compiler.
template <WithGraph Of, class... More>
requires(is_for_calls<More>&&...) std::vector<std::string> plan(Of const&, More const&...) {
  refuse_call<AnyTensor, Of, More...>();
  return {};
}
/// A call that is commonly tried: it is refused by a sentence of the compiler.
template <ExecutionPolicy Policy, WithGraph Of, int D, MemorySpace Memory>
requires(!reaches<Policy, Memory>) std::vector<std::string> plan(Policy const&, Of const&, SiteSet<D, Memory> const&) {
  check_reach<Policy, Memory>();
  return {};
}

}  // namespace sparseconv::inline v0_1
