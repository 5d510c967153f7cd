#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "sparseconv/execute/integer_number.hpp"
#include "sparseconv/execute/weights.hpp"
#include "sparseconv/layers/batch_norm.hpp"
#include "sparseconv/layers/batch_statistics_norm.hpp"
#include "sparseconv/layers/layer_norm.hpp"
#include "sparseconv/network/fold.hpp"
#include "sparseconv/network/network.hpp"
#include "sparseconv/policy/device_policy.hpp"

namespace sparseconv::inline v0_1 {

/// The numbers of a convolution or linear node, ready for its arithmetic.
template <MemorySpace Memory, Element W>
struct KernelNumbers {
  Weights<W, Memory> weights;
  Buffer<W, Memory> bias;
};

/// The table of an embedding, of the type of the features that it gives.
template <Element T, MemorySpace Memory>
struct EmbeddingTable {
  Buffer<T, Memory> numbers;
  std::int64_t count = 0;
  std::int64_t channels = 0;

  [[nodiscard]] MatrixView<T const, Memory> view() const { return {numbers.data(), count, channels}; }
};

struct NoNumbers {};

/// The numbers of a node, in the memory and the types in which it is run.
template <Element T, MemorySpace Memory, Element W>
using NodeNumbers = std::variant<NoNumbers, KernelNumbers<Memory, W>, BatchNorm<T, Memory>,
                                 BatchStatisticsNorm<T, Memory>, LayerNorm<T, Memory>, EmbeddingTable<T, Memory>>;

/// What lies on the host as it is, or a copy in the memory of a device policy.
template <ExecutionPolicy Policy, class Layer>
auto brought_to(Policy const& where, Layer&& layer) {
  if constexpr (DevicePolicy<Policy>) {
    return copy_to(where, layer);
  } else {
    return std::forward<Layer>(layer);
  }
}

/// Makes the numbers of nodes out of those of a network.
template <Element T, Element W, ExecutionPolicy Policy>
class NumberMaker {
 public:
  using Memory = typename Policy::Memory;
  using Numbers = NodeNumbers<T, Memory, W>;

  NumberMaker(Policy const& where, Network const& network) : where_(where), network_(network) {}

  /// Throws: ShapeError if the shape of a number was changed, or a variance is not positive; CapacityError if a number does not fit
  ///         W. The message names it.
  [[nodiscard]] Numbers of(Value value) const {
    return visit_node(Cases{[&](ConvNode const& node) { return kernel(value, node.bias); },
                            [&](InverseConvNode const& node) { return kernel(value, node.bias); },
                            [&](LinearNode const& node) { return kernel(value, node.bias); },
                            [&](BatchNormNode const& node) {
                              if (node.statistics == NormStatistics::batch) {
                                return with_scale_and_shift(value,
                                                            BatchStatisticsNorm<T>(channels(value), node.epsilon));
                              }
                              return Numbers(brought_to(where_, batch_norm_of<T>(network_, value, node)));
                            },
                            [&](LayerNormNode const& node) {
                              return with_scale_and_shift(value, LayerNorm<T>(channels(value), node.epsilon));
                            },
                            [&](InputNode const&) { return Numbers(); },
                            [&](ActivationNode const&) { return Numbers(); },
                            [&](SoftmaxNode const&) { return Numbers(); },
                            [&](AddNode const&) { return Numbers(); },
                            [&](ConcatenateNode const&) { return Numbers(); },
                            [&](PoolNode const&) { return Numbers(); },
                            [&](GlobalPoolNode const&) { return Numbers(); },
                            [&](BroadcastNode const&) { return Numbers(); },
                            [&](InputBesideNode const&) { return Numbers(); },
                            [&](EmbeddingNode const& node) { return table(value, node); },
                            [&](UnpoolNode const&) { return Numbers(); },
                            [&](AxisPoolNode const&) { return Numbers(); },
                            [&](ScaleSitesNode const&) { return Numbers(); },
                            [&](JoinSitesNode const&) { return Numbers(); },
                            [&](ChooseSitesNode const&) { return Numbers(); },
                            [&](OntoSitesNode const&) { return Numbers(); }},
                      network_.graph().node(value).operation);
  }

 private:
  [[nodiscard]] std::int64_t channels(Value value) const { return network_.graph().type(value).channels; }

  /// `of` says whose type does not hold a number, and what to do.
  template <Element Stored = W>
  [[nodiscard]] Buffer<Stored> rounded(
      Value value, char const* role,
      char const* of =
          "weights does not hold; prepare the network with weights of a wider type, or without folding its "
          "norms") const {
    std::vector<float> const& numbers = network_.checked_parameter(value, role).values;
    Buffer<Stored> result(static_cast<std::int64_t>(numbers.size()));
    for (std::int64_t i = 0; float const number : numbers) {
      Stored const stored(number);
      if (std::isfinite(number) && !std::isfinite(static_cast<Accumulator<Stored>>(stored))) {
        throw CapacityError({network_.name(), ": ", network_.parameter_name(value, role), " has ", number,
                             ", which the type of the ", of});
      }
      result[i++] = stored;
    }
    return result;
  }

  [[nodiscard]] Numbers kernel(Value value, bool has_bias) const {
    std::vector<std::int64_t> const& shape = network_.checked_parameter(value, "weight").shape;
    std::int64_t const elements = shape.size() == 3 ? shape.front() : 1;
    Buffer<W> bias = has_bias ? rounded(value, "bias") : Buffer<W>();
    return KernelNumbers<Memory, W>{Weights<W, Memory>(elements, shape[shape.size() - 2], shape.back(),
                                                       brought_to(where_, rounded(value, "weight"))),
                                    brought_to(where_, std::move(bias))};
  }

  [[nodiscard]] Numbers table(Value value, EmbeddingNode const& node) const {
    if (node.count > most_integers<T>) {
      throw CapacityError({network_.name(), ": ", network_.graph().node(value).name, " takes integers up to ",
                           node.count - 1, ", and features of the type that it is prepared for hold them up to ",
                           most_integers<T> - 1, " exactly; prepare the network with features of a wider type"});
    }
    Buffer<T> numbers =
        rounded<T>(value, "weight", "features does not hold; prepare the network with features of a wider type");
    return EmbeddingTable<T, Memory>{brought_to(where_, std::move(numbers)), node.count, node.out_channels};
  }

  template <class Norm>
  [[nodiscard]] Numbers with_scale_and_shift(Value value, Norm norm) const {
    norm.template set<float>(network_.checked_parameter(value, "weight").values,
                             network_.checked_parameter(value, "bias").values);
    return brought_to(where_, std::move(norm));
  }

  Policy const& where_;
  Network const& network_;
};

}  // namespace sparseconv::inline v0_1
