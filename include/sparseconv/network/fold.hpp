#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "sparseconv/config.hpp"
#include "sparseconv/layers/batch_norm.hpp"
#include "sparseconv/network/network.hpp"
#include "sparseconv/network/rewrite.hpp"

namespace sparseconv::inline v0_1 {

/// The batch norm of a node with running statistics, of the network's numbers.
/// Throws: ShapeError if their shapes were changed, or variance + epsilon is not positive; the message names the node.
template <Element T>
BatchNorm<T> batch_norm_of(Network const& network, Value value, BatchNormNode const& node) {
  auto const numbers = [&](char const* role) {
    return std::span<float const>(network.checked_parameter(value, role).values);
  };
  BatchNorm<T> norm(network.graph().type(value).channels, node.epsilon);
  named_in_errors(network.name(), network.graph().node(value).name, [&] {
    norm.set(BatchNormStatistics<float>{.scale = numbers("weight"),
                                        .shift = numbers("bias"),
                                        .mean = numbers("running_mean"),
                                        .variance = numbers("running_var")});
  });
  return norm;
}

/// The same network with every batch norm of running statistics put into the convolution or linear node before it, where nothing
/// else reads what that gives: the same function up to rounding, with a bias in place of each norm. A norm stays where its products do not
/// fit float.
///
/// Throws: as batch_norm_of; ShapeError if the shape of a number of such a convolution was changed.
Network fold_batch_norms(Network network);

#if SPARSECONV_NETWORK_BODIES
SPARSECONV_NETWORK_BODY Network fold_batch_norms(Network network) {
  Rewrite rewrite(std::move(network));
  for (std::int32_t i = 0; i < rewrite.size(); ++i) {
    auto const* const node = std::get_if<BatchNormNode>(&rewrite.operation({i}));
    if (node == nullptr || node->statistics != NormStatistics::running || !rewrite.is_read_once(node->input)) continue;
    Value const before = rewrite.giver(node->input);
    auto const fold = [&](auto& kernel) {
      if (kernel.residual || kernel.activation != no_activation) return;
      Network& numbers = rewrite.network();
      for (auto const& [role, needed] : parameters_of(numbers.graph(), before)) {
        (void)numbers.checked_parameter(before, role);
      }
      BatchNorm<double> const norm = batch_norm_of<double>(numbers, {i}, *node);
      auto const channels = static_cast<std::size_t>(norm.channels());
      std::vector<float>& weights = numbers.parameter(numbers.parameter_name(before, "weight")).values;
      std::vector<float> folded(weights.size());
      for (std::size_t n = 0; n < weights.size(); ++n) {
        folded[n] = static_cast<float>(static_cast<double>(weights[n]) * norm.factors()[n % channels]);
        if (!std::isfinite(folded[n]) && std::isfinite(weights[n])) return;  // such a norm stays apart
      }
      std::vector<float> bias(channels);
      for (std::size_t c = 0; c < channels; ++c) {
        double const own =
            kernel.bias ? static_cast<double>(numbers.parameter(numbers.parameter_name(before, "bias")).values[c]) : 0;
        bias[c] = static_cast<float>(product_then_sum(own, norm.factors()[c], norm.offsets()[c]));
        if (!std::isfinite(bias[c]) && std::isfinite(own)) return;
      }
      weights = std::move(folded);
      numbers.set_bias(before, std::move(bias));
      kernel.bias = true;
      kernel.activation = node->activation;
      rewrite.leave_out({i}, before);
    };
    if_kernel(rewrite.operation(before), fold);
  }
  return rewrite.finished();
}
#endif

}  // namespace sparseconv::inline v0_1
