#pragma once

#include <cstdint>
#include <span>

#include "sparseconv/error.hpp"
#include "sparseconv/network/graph.hpp"
#include "sparseconv/network/node_sites.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/refused_call.hpp"

namespace sparseconv::inline v0_1 {

/// Builds the site sets and maps of all nodes for the sites of a network's one input, and keeps them with those: the first run over
/// them builds none. Nodes whose sites depend on features would be left; there is none of that kind yet.
///
/// Of takes a Network or an Engine. A network and the engine made of it have the same sites and maps.
///
/// Order:  waits for each new set of output sites.
/// Throws: ShapeError if the network does not have one input of D axes; what the nodes throw for sites, with their names.
template <ExecutionPolicy Policy, WithGraph Of, int D>
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
      (void)nodes.of(self);
      (void)nodes.map(self);
    });
  }
}

/// Calls of other kinds that are commonly tried: each is a sentence of the compiler.
template <WithGraph Of, class... More>
requires(is_for_calls<More>&&...) void plan(Of const&, More const&...) {
  refuse_call<AnyTensor, Of, More...>();
}
/// A call that is commonly tried: it is refused by a sentence of the compiler.
template <ExecutionPolicy Policy, WithGraph Of, int D, MemorySpace Memory>
requires(!reaches<Policy, Memory>) void plan(Policy const&, Of const&, SiteSet<D, Memory> const&) {
  check_reach<Policy, Memory>();
}

}  // namespace sparseconv::inline v0_1
