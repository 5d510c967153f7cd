#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/network/memory_plan.hpp"
#include "sparseconv/network/network.hpp"
#include "sparseconv/network/node_numbers.hpp"
#include "sparseconv/network/node_sites.hpp"
#include "sparseconv/network/run_nodes.hpp"
#include "sparseconv/tensor/refused_call.hpp"
#include "sparseconv/tensor/same_sites.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::inline v0_1 {

/// The steps of a node while a network runs.
enum class Stage {
  sites,      ///< the site set of its result
  map,        ///< the rulebook or row map
  arithmetic  ///< the features
};

/// Watches a run and does nothing: the default.
struct NoWatch {
  template <class Body>
  void stage(Value, Stage, Body const& body) const {
    body();
  }
  template <class Sites, class Map>
  void node_done(Value, Sites const&, Map const&, std::int64_t) const {}
};

template <Element T, MemorySpace Memory, Element W = T>
class Engine;

/// The type of what goes into an engine and comes out.
template <Element T>
using OuterElement = std::conditional_t<std::same_as<T, double>, double, float>;

/// What the call of an engine does; apart from it, as sparseconv::compiled holds it.
template <int D, ExecutionPolicy Policy, Element T, MemorySpace Memory, Element W>
void run_engine(Policy const& where, Engine<T, Memory, W> const& engine,
                std::span<SparseTensor<OuterElement<T>, D, Memory> const* const> inputs,
                std::span<std::optional<SparseTensor<OuterElement<T>, D, Memory>>> results);

/// A network that is ready to run, made by prepare(). It never changes, and several threads may call one.
///
/// T is the element type of the features between nodes, W that of the numbers of kernels. What goes in and comes out is float, or
/// double where T is.
///
/// Site sets and maps are kept with the sites of the inputs: a second run over them builds none.
template <Element T, MemorySpace Memory, Element W>
class Engine : private RefusedCalls<TensorKind<OuterElement<T>, 0, Memory>> {
 public:
  using Outer = OuterElement<T>;
  template <int D>
  using Tensor = SparseTensor<Outer, D, Memory>;

  Engine(Network network, MemoryPlan plan, std::vector<NodeNumbers<T, Memory, W>> numbers)
      : network_(std::move(network)),
        inputs_(network_.inputs()),
        plan_(std::move(plan)),
        numbers_(std::move(numbers)) {}

  /// The nodes that are run, as passes have left them; the numbers are gone from the network.
  [[nodiscard]] Graph const& graph() const { return network_.graph(); }
  [[nodiscard]] std::string const& name() const { return network_.name(); }
  [[nodiscard]] std::span<Value const> inputs() const { return inputs_; }
  [[nodiscard]] std::span<Network::Output const> outputs() const { return network_.outputs(); }

  /// Runs a network of one input and one output.
  ///
  /// Shapes: input N x C on a grid of as many axes as the network's input has.
  /// Order:  `seq` and `cpu` wait for the result; a device policy waits for new sites and new rows of parents alone, and for given
  ///         sites, or sites of an input beside another, that are no set of this run. Sites that features choose are new each time.
  /// Bits:   the same on every run and for any number of threads.
  /// Throws: ShapeError if the input's axes or channels are not the network's, the engine was moved from, or there are several inputs
  ///         or outputs; and what its nodes throw: the message names the node.
  template <PolicyThatReaches<Memory> Policy, int D>
  [[nodiscard]] Tensor<D> operator()(Policy const& where, SparseTensor<Outer, D, Memory> const& input) const {
    check_is_there();
    if (outputs().size() != 1) {
      throw ShapeError({name(), ": the network has ", outputs().size(), " outputs; use run, which gives a list"});
    }
    std::optional<Tensor<D>> result;  // a tensor without sites would ask the heap for some
    run_engine<D, Policy, T, Memory, W>(where, *this, std::array<Tensor<D> const*, 1>{&input}, std::span(&result, 1));
    return *std::move(result);
  }

  using RefusedCalls<TensorKind<OuterElement<T>, 0, Memory>>::operator();

  /// Runs a network of any number of inputs and outputs, in the order of inputs() and outputs().
  /// Order, Bits, Throws: as the call.
  template <PolicyThatReaches<Memory> Policy, int D, std::derived_from<SparseTensor<Outer, D, Memory>>... More>
  [[nodiscard]] std::vector<Tensor<D>> run(Policy const& where, SparseTensor<Outer, D, Memory> const& input,
                                           More const&... more) const {
    check_is_there();
    std::vector<std::optional<Tensor<D>>> made(outputs().size());
    run_engine<D, Policy, T, Memory, W>(
        where, *this, std::array<Tensor<D> const*, 1 + sizeof...(More)>{&input, &more...}, std::span(made));
    std::vector<Tensor<D>> results;
    results.reserve(made.size());
    for (std::optional<Tensor<D>>& result : made) results.push_back(*std::move(result));
    return results;
  }

  /// Whatever else is called says in one sentence what is wrong, and does not compile.
  template <class... Arguments>
  requires(!begins_with_all<TensorKind<Outer, 0, Memory>, Arguments...>)
      std::vector<RefusedTensor<TensorKind<Outer, 0, Memory>, Arguments...>> run(Arguments const&...)
  const {
    refuse_call_of_all<TensorKind<Outer, 0, Memory>, Arguments...>();
    return {};
  }

  /// The same with somebody who watches: its functions are those of NoWatch. When all nodes have run, give(Tensor<D>&&) is called
  /// for each output in their order.
  template <int D, ExecutionPolicy Policy, class Give, class Watch>
  void watched_run(Policy const& where, std::span<Tensor<D> const* const> inputs, Give const& give,
                   Watch&& watch) const {
    check_reach<Policy, Memory>();
    check_is_there();
    check_inputs<D>(inputs);
    NodeSites<Policy, D> sites(where, graph());
    NodeRun<T, W, Outer, D, Policy> nodes(where, graph(), plan_, numbers_, sites);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      set_sites(where, sites, i, inputs[i]->sites());
      nodes.set(inputs_[i], inputs[i]->features());
    }
    for (std::int32_t i = 0; i < graph().size(); ++i) {
      Value const self{i};
      named_in_errors(name(), graph().node(self).name, [&] {
        watch.stage(self, Stage::sites, [&] { nodes.make_sites(self); });
        NodeMap<Memory> map;
        watch.stage(self, Stage::map, [&] { map = sites.map(self); });
        watch.stage(self, Stage::arithmetic, [&] { nodes.compute(self, map); });
        watch.node_done(self, sites.of(self), map, nodes.bytes());
      });
    }
    for (std::size_t i = 0; i < outputs().size(); ++i) {
      Value const value = outputs()[i].value;
      bool last = true;
      for (Network::Output const& later : outputs().subspan(i + 1))
        last = last && plan_.place(later.value).slot != plan_.place(value).slot;
      give(nodes.take(value, last));
    }
  }

 private:
  void check_is_there() const {
    if (graph().size() > 0) return;
    throw ShapeError("Engine: this one was moved from; use the engine that it was moved to");
  }

  template <int D>
  void check_inputs(std::span<Tensor<D> const* const> inputs) const {
    if (inputs.size() != inputs_.size()) {
      throw ShapeError(
          {name(), ": ", inputs.size(), " inputs for a network of ", inputs_.size(), "; give one for each"});
    }
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      ValueType const& type = graph().type(inputs_[i]);
      auto const refuse = [&](std::int64_t given, std::int64_t needed, char const* what) {
        throw ShapeError({name(), ", ", graph().node(inputs_[i]).name, ": input has ", given, what,
                          ", the network takes ", needed, "; they must be equal"});
      };
      if (D != type.axes) refuse(D, type.axes, " axes");
      if (inputs[i]->channels() != type.channels) refuse(inputs[i]->channels(), type.channels, " channels");
    }
  }

  /// Takes the sites of an input; of one beside another they must be the same.
  template <ExecutionPolicy Policy, int D>
  void set_sites(Policy const& where, NodeSites<Policy, D>& known, std::size_t i,
                 SiteSet<D, Memory> const& sites) const {
    Node const& node = graph().node(inputs_[i]);
    auto const* const beside = std::get_if<InputBesideNode>(&node.operation);
    if (beside == nullptr) return known.set(inputs_[i], sites);
    if (same_sites(where, known.of(beside->beside), sites)) return;
    throw ShapeError({name(), ", ", node.name, ": its ", sites.size(), " sites are not those of '",
                      graph().node(beside->beside).name, "', which has ", known.of(beside->beside).size(),
                      how_grids_differ(sites, known.of(beside->beside)), "; give tensors on one site set"});
  }

  Network network_;
  std::vector<Value> inputs_;
  MemoryPlan plan_;
  std::vector<NodeNumbers<T, Memory, W>> numbers_;
};

/// `profile` takes one.
template <class T, class Memory, class W>
inline constexpr bool is_for_calls<Engine<T, Memory, W>> = true;

template <int D, ExecutionPolicy Policy, Element T, MemorySpace Memory, Element W>
void run_engine(Policy const& where, Engine<T, Memory, W> const& engine,
                std::span<SparseTensor<OuterElement<T>, D, Memory> const* const> inputs,
                std::span<std::optional<SparseTensor<OuterElement<T>, D, Memory>>> results) {
  std::size_t next = 0;
  engine.template watched_run<D>(
      where, inputs, [&](auto&& output) { results[next++] = std::forward<decltype(output)>(output); }, NoWatch{});
}

}  // namespace sparseconv::inline v0_1
