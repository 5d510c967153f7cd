#pragma once

#include <concepts>
#include <cstdint>
#include <utility>
#include <vector>

#include "sparseconv/network/engine.hpp"
#include "sparseconv/network/fold.hpp"
#include "sparseconv/network/fuse.hpp"
#include "sparseconv/network/memory_plan.hpp"
#include "sparseconv/network/network.hpp"
#include "sparseconv/network/node_numbers.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/refused_call.hpp"

namespace sparseconv::inline v0_1 {

/// What prepare() does to a network. Each changes the result by rounding at most.
struct Preparation {
  bool fold_norms =
      true;          ///< see fold_batch_norms; norms stay apart where weights are double, as folding rounds to float
  bool fuse = true;  ///< see fuse
  bool concatenate_in_place = true;  ///< see MemoryPlan
};

/// `prepare` takes one.
template <>
inline constexpr bool is_for_calls<Preparation> = true;

/// Makes a network ready to run: norms folded, activations and additions fused, numbers rounded to their types and brought to the
/// policy's memory.
///
///     auto const engine = sc::prepare<float>(sc::cpu, network);
///     auto const y = engine(sc::cpu, x);
///
/// T is the element type of the features between nodes, W that of the weights of kernels; see Convolution for what goes together.
///
/// Order:  on a device as copy_to.
/// Throws: ShapeError if a parameter has another shape than its node takes, a variance is not positive, or there is no output;
///         CapacityError if a weight does not fit W; the message names it. std::bad_alloc.
template <Element T, Element W = T, ExecutionPolicy Policy>
[[nodiscard]] Engine<T, typename Policy::Memory, W> prepare(Policy const& where, Network network,
                                                            Preparation const& how = {}) {
  check_elements<T, W>();
  if (network.outputs().empty()) {
    throw ShapeError({network.name(), ": the network has no output; name one with output(name, value)"});
  }
  if (how.fold_norms && !std::same_as<W, double>) network = fold_batch_norms(std::move(network));
  if (how.fuse) network = fuse(std::move(network));
  NumberMaker<T, W, Policy> const maker(where, network);
  std::vector<NodeNumbers<T, typename Policy::Memory, W>> numbers;
  numbers.reserve(static_cast<std::size_t>(network.graph().size()));
  for (std::int32_t i = 0; i < network.graph().size(); ++i) numbers.push_back(maker.of({i}));
  MemoryPlan plan = plan_memory(network, how.concatenate_in_place);
  network.forget_parameters();
  return {std::move(network), std::move(plan), std::move(numbers)};
}

/// Runs a network as it is, node by node, with nothing folded or fused: the reference for what prepare() makes. It makes the numbers of
/// every node anew each time.
///
/// Throws: as prepare() and the engine's call.
template <ExecutionPolicy Policy, std::floating_point T, int D, MemorySpace Memory>
requires reaches<Policy, Memory>
[[nodiscard]] SparseTensor<T, D, Memory> evaluate(Policy const& where, Network const& network,
                                                  SparseTensor<T, D, Memory> const& input) {
  return prepare<T>(where, network, {.fold_norms = false, .fuse = false, .concatenate_in_place = false})(where, input);
}

/// Calls of other kinds that are commonly tried: each is a sentence of the compiler.
template <Element T, Element W = T, class... More>
requires(is_for_calls<More>&&...) Engine<T, HostMemory, W> prepare(Network const&, More const&...) {
  refuse_call<AnyTensor, Network, More...>();
  throw ShapeError("prepare: the call has no policy in front");
}
/// A call that is commonly tried: it is refused by a sentence of the compiler.
template <class... More>
requires(is_for_calls<More>&&...) RefusedTensor<AnyTensor, More...> evaluate(Network const&, More const&...) {
  refuse_call<AnyTensor, Network, More...>();
  return {};
}
/// A call that is commonly tried: it is refused by a sentence of the compiler.
template <ExecutionPolicy Policy, class Input>
requires(is_for_calls<Input> && !begins_as_wanted<AnyTensor, Policy, Input>)
    RefusedTensor<AnyTensor, Input> evaluate(Policy const&, Network const&, Input const&) {
  refuse_call<AnyTensor, Policy, Input>();
  return {};
}

}  // namespace sparseconv::inline v0_1
