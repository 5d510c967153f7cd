#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>

#include "sparseconv/config.hpp"
#include "sparseconv/network/network.hpp"
#include "sparseconv/network/rewrite.hpp"

namespace sparseconv::inline v0_1 {

/// The same network with additions and activations put into the nodes before them, where nothing else reads what those give: an
/// addition becomes the residual of the later of its two convolutions, an activation that of a convolution, norm or addition.
Network fuse(Network network);

#if SPARSECONV_NETWORK_BODIES
/// The activation of an operation that has one.
SPARSECONV_NETWORK_BODY Activation* activation_of(Operation& operation) {
  Activation* found = nullptr;
  if_kernel(operation, [&](auto& kernel) { found = &kernel.activation; });
  if (auto* const norm = std::get_if<BatchNormNode>(&operation)) found = &norm->activation;
  if (auto* const add = std::get_if<AddNode>(&operation)) found = &add->activation;
  return found;
}

SPARSECONV_NETWORK_BODY Network fuse(Network network) {
  Rewrite rewrite(std::move(network));
  auto const fuse_activation = [&](Value self, ActivationNode const& node) {
    Value const before = rewrite.giver(node.input);
    Activation* const activation = activation_of(rewrite.operation(before));
    if (activation == nullptr || *activation != no_activation || !rewrite.is_read_once(node.input)) return;
    *activation = node.activation;
    rewrite.leave_out(self, before);
  };
  auto const fuse_addition = [&](Value self, AddNode const& node) {
    Value const first = rewrite.giver(node.first);
    Value const second = rewrite.giver(node.second);
    bool const second_is_later = second.node > first.node;
    Value const later = second_is_later ? second : first;
    if (first == second || !rewrite.is_read_once(second_is_later ? node.second : node.first)) return;
    if_kernel(rewrite.operation(later), [&](auto& kernel) {
      if (kernel.residual || kernel.activation != no_activation) return;
      kernel.residual = second_is_later ? first : second;
      kernel.activation = node.activation;
      rewrite.leave_out(self, later);
    });
  };
  for (std::int32_t i = 0; i < rewrite.size(); ++i) {
    Operation const operation = rewrite.operation({i});
    if (auto const* const node = std::get_if<ActivationNode>(&operation)) fuse_activation({i}, *node);
    if (auto const* const node = std::get_if<AddNode>(&operation)) fuse_addition({i}, *node);
  }
  return rewrite.finished();
}
#endif

}  // namespace sparseconv::inline v0_1
