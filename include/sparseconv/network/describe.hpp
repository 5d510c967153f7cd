#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <variant>

#include "sparseconv/config.hpp"
#include "sparseconv/network/network.hpp"
#include "sparseconv/network/text_table.hpp"

namespace sparseconv::inline v0_1 {

/// What people call an operation: "submanifold conv".
std::string kind_of(Operation const& operation);

/// A network as a table for people: a row a node with what it takes, its kernel, its channels and its learned numbers. Sites are
/// named by the first node that has them.
std::string to_string(Network const& network);

/// Writes to_string() of the network: a table of its nodes.
inline std::ostream& operator<<(std::ostream& stream, Network const& network) {
  return stream << to_string(network);
}

#if SPARSECONV_NETWORK_BODIES
SPARSECONV_NETWORK_BODY std::string kind_of(Operation const& operation) {
  auto const activated = [](std::string const& text, Activation activation) {
    return activation == no_activation ? text : text + " + " + to_string(activation);
  };
  auto const of_kernel = [&](std::string const& text, auto const& node) {
    return activated(node.residual ? text + " + residual" : text, node.activation);
  };
  return visit_node(Cases{[&](InputNode const&) { return std::string("input"); },
                          [&](ConvNode const& node) {
                            bool const floor = node.geometry.definition == OutputDefinition::floor;
                            bool const submanifold = node.geometry.definition == OutputDefinition::submanifold;
                            return of_kernel(submanifold                ? "submanifold conv"
                                             : node.geometry.transposed ? "transposed conv"
                                             : floor                    ? "sparse conv (floor)"
                                                                        : "sparse conv",
                                             node);
                          },
                          [&](InverseConvNode const& node) { return of_kernel("inverse conv", node); },
                          [&](LinearNode const& node) { return of_kernel("linear", node); },
                          [&](BatchNormNode const& node) {
                            bool const of_batch = node.statistics == NormStatistics::batch;
                            return activated(of_batch ? "batch norm (of the batch)" : "batch norm", node.activation);
                          },
                          [&](LayerNormNode const&) { return std::string("layer norm"); },
                          [&](ActivationNode const& node) { return to_string(node.activation); },
                          [&](SoftmaxNode const&) { return std::string("softmax"); },
                          [&](AddNode const& node) { return activated("add", node.activation); },
                          [&](ConcatenateNode const&) { return std::string("concatenate"); },
                          [&](PoolNode const& node) { return to_string(node.pooling) + " pool"; },
                          [&](GlobalPoolNode const& node) { return "global " + to_string(node.pooling) + " pool"; },
                          [&](BroadcastNode const&) { return std::string("broadcast"); },
                          [&](InputBesideNode const&) { return std::string("input beside"); },
                          [&](EmbeddingNode const&) { return std::string("embedding"); },
                          [&](UnpoolNode const&) { return std::string("unpool"); },
                          [&](AxisPoolNode const& node) {
                            return error_message({to_string(node.pooling), " pool of axis ", node.axis});
                          },
                          [&](ScaleSitesNode const&) { return std::string("scale sites"); },
                          [&](JoinSitesNode const& node) {
                            return std::string(node.join == SiteJoin::unite ? "unite sites" : "intersect sites");
                          },
                          [&](ChooseSitesNode const& node) {
                            return node.choice == SiteChoice::above
                                       ? error_message({"sites above ", node.threshold})
                                       : error_message({"sites of the ", node.count, " largest"});
                          },
                          [&](OntoSitesNode const&) { return std::string("onto sites"); }},
                    operation);
}

SPARSECONV_NETWORK_BODY std::string to_string(Network const& network) {
  Graph const& graph = network.graph();
  TextTable table({"node", "kind", "takes", "kernel", "stride", "channels", "sites of", "numbers"});
  std::int64_t sum = 0;
  for (std::int32_t i = 0; i < graph.size(); ++i) {
    Value const self{i};
    Node const& node = graph.node(self);
    std::string takes;
    for_each_use(node.operation, [&](Value value, Use use) {
      takes += error_message({takes.empty() ? "" : ", ", use == Use::sites ? "sites of " : "", graph.node(value).name});
    });
    std::string kernel;
    std::string stride;
    auto const show = [&](NodeGeometry const& geometry) {
      kernel = to_string(geometry.kernel_size);
      stride = to_string(geometry.stride);
    };
    if (auto const* conv = std::get_if<ConvNode>(&node.operation)) show(conv->geometry);
    if (auto const* pool = std::get_if<PoolNode>(&node.operation)) show(pool->geometry);
    if (auto const* inverse = std::get_if<InverseConvNode>(&node.operation)) show(graph.geometry(inverse->undoes));
    if (auto const* unpool = std::get_if<UnpoolNode>(&node.operation)) stride = to_string(unpool->stride);
    if (auto const* scale = std::get_if<ScaleSitesNode>(&node.operation)) stride = to_string(scale->factor);
    std::int64_t numbers = 0;
    for (auto const& [role, parameter] : parameters_of(graph, self)) {
      if (parameter.learned) numbers += number_count(parameter.shape, node.name);
    }
    sum += numbers;
    ValueType const& type = graph.type(self);
    Value const maker = graph.sites()[static_cast<std::size_t>(type.sites)].maker;
    table.add({node.name, kind_of(node.operation), takes, kernel, stride,
               type.channels > 0 ? std::to_string(type.channels) : "", graph.node(maker).name,
               numbers == 0 ? "" : std::to_string(numbers)});
  }
  std::string text = error_message({name_in_line(network.name()), ": ", sum, " learned numbers\n"}) + table.text();
  for (Network::Output const& output : network.outputs()) {
    text +=
        error_message({"output ", name_in_line(output.name), ": ", name_in_line(graph.node(output.value).name), "\n"});
  }
  return text;
}
#endif

}  // namespace sparseconv::inline v0_1
