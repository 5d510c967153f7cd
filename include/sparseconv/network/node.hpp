#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "sparseconv/execute/activation.hpp"
#include "sparseconv/execute/pooling.hpp"
#include "sparseconv/index/site_join.hpp"
#include "sparseconv/network/node_geometry.hpp"

namespace sparseconv::inline v0_1 {

/// What a node of a network gives, by the node's place in the network's list; later nodes take it.
struct Value {
  std::int32_t node = -1;

  friend bool operator==(Value const&, Value const&) = default;
};

/// A sparse tensor that the caller brings.
struct InputNode {
  int axes = 3;
  std::int64_t channels = 0;
};

/// Another sparse tensor that the caller brings, on the sites of an earlier input.
struct InputBesideNode {
  Value beside;  ///< the input
  std::int64_t channels = 0;
};

/// A convolution onto the sites of its definition, or onto those of another value: activation(sum + bias + residual).
/// Parameters: weight K x C_in x C_out; bias C_out.
struct ConvNode {
  Value input;
  std::int64_t out_channels = 0;
  NodeGeometry geometry = {};
  std::optional<Value> onto = {};  ///< whose sites are the outputs, instead of the definition's
  bool bias = false;
  std::optional<Value> residual = {};
  Activation activation = no_activation;
};

/// A convolution back to the sites that an earlier one started from, by that one's pairs with both sides exchanged.
/// Parameters: as of a ConvNode, K the earlier one's.
struct InverseConvNode {
  Value input;
  std::int64_t out_channels = 0;
  Value undoes;  ///< the ConvNode or PoolNode
  bool bias = false;
  std::optional<Value> residual = {};
  Activation activation = no_activation;
};

/// Each row by itself: activation(row W + bias + residual). Parameters: weight C_in x C_out; bias C_out.
struct LinearNode {
  Value input;
  std::int64_t out_channels = 0;
  bool bias = true;
  std::optional<Value> residual = {};
  Activation activation = no_activation;
};

/// Where a batch norm has mean and variance from.
enum class NormStatistics {
  running,  ///< the network's own numbers, as they were trained
  batch     ///< the active rows of the whole batch, as while a network is trained; the variance is the biased one
};

/// activation(weight (x - mean) / sqrt(variance + epsilon) + bias). Parameters: weight, bias; if running then running_mean and
/// running_var; C each.
struct BatchNormNode {
  Value input;
  double epsilon = 1e-5;
  NormStatistics statistics = NormStatistics::running;
  Activation activation = no_activation;
};

/// weight (x - mean) / sqrt(variance + epsilon) + bias, of the channels of each row. Parameters: weight, bias; C each.
struct LayerNormNode {
  Value input;
  double epsilon = 1e-5;
};

/// Each number by itself.
struct ActivationNode {
  Value input;
  Activation activation = no_activation;
};

/// Over the channels of each row.
struct SoftmaxNode {
  Value input;
};

/// activation(first + second), on one site set.
struct AddNode {
  Value first;
  Value second;
  Activation activation = no_activation;
};

/// Rows of one site set side by side.
struct ConcatenateNode {
  std::vector<Value> inputs;
};

/// Of the inputs that each window covers.
struct PoolNode {
  Value input;
  NodeGeometry geometry = {};
  Pooling pooling = Pooling::max;
};

/// One row a batch item: of all its rows.
struct GlobalPoolNode {
  Value input;
  Pooling pooling = Pooling::average;
};

/// The row of each batch item on all of the item's sites.
struct BroadcastNode {
  Value items;  ///< one row a batch item
  Value onto;   ///< whose sites
};

/// Features of integers: of each row the row of a table. Parameters: weight count x C_out.
struct EmbeddingNode {
  Value input;             ///< one channel of integers from 0 to count - 1
  std::int64_t count = 0;  ///< rows of the table
  std::int64_t out_channels = 0;
};

/// Of each site the row of its parent, which is the site of a coarser value at floor(position / stride).
struct UnpoolNode {
  Value input;  ///< the parents
  Value onto;   ///< whose sites
  AxisNumbers stride = 2;
};

/// Of all sites that differ along one axis alone; they lie at 0 of it.
struct AxisPoolNode {
  Value input;
  int axis = 0;  ///< from 0, the slowest first
  Pooling pooling = Pooling::max;
};

/// The rows of a coarser value at position * factor, on the grid of a finer one.
struct ScaleSitesNode {
  Value input;
  Value grid_of;  ///< whose grid
  AxisNumbers factor = 2;
};

/// The sites of several values on one grid, without features: what is in any of them, or in each.
struct JoinSitesNode {
  std::vector<Value> of;
  SiteJoin join = SiteJoin::unite;
};

/// Which sites scores choose.
enum class SiteChoice {
  above,   ///< those whose score is above the threshold
  largest  ///< of each batch item the `count` with the largest scores
};

/// Some sites of a value of one channel, without features. They depend on what is computed, so they are new in every run.
struct ChooseSitesNode {
  Value scores;
  SiteChoice choice = SiteChoice::above;
  double threshold = 0;
  std::int64_t count = 0;
};

/// Of each site the row that another value has for it, and zeros where it has none.
struct OntoSitesNode {
  Value input;
  Value onto;  ///< whose sites
};

/// What a node does: one of these, with its fields.
using Operation = std::variant<InputNode, ConvNode, InverseConvNode, LinearNode, BatchNormNode, LayerNormNode,
                               ActivationNode, SoftmaxNode, AddNode, ConcatenateNode, PoolNode, GlobalPoolNode,
                               BroadcastNode, InputBesideNode, EmbeddingNode, UnpoolNode, AxisPoolNode, ScaleSitesNode,
                               JoinSitesNode, ChooseSitesNode, OntoSitesNode>;

/// What a network does in one step.
struct Node {
  std::string name;     ///< each stands once in a graph
  Operation operation;  ///< what it does
};

/// Several functions as one, for visit_node(): there is no branch for what is not named.
template <class... Functions>
struct Cases : Functions... {
  using Functions::operator()...;
};
/// So that Cases{f, g} knows its functions.
template <class... Functions>
Cases(Functions...) -> Cases<Functions...>;

/// Calls f with the node that an operation is. std::visit does the same, but takes a compiler several times as long.
template <class Function, class AnyOperation>
decltype(auto) visit_node(Function const& f, AnyOperation& operation) {
  static_assert(std::variant_size_v<Operation> == 21, "there is a case for each");
  switch (operation.index()) {
    case 0:
      return f(*std::get_if<0>(&operation));
    case 1:
      return f(*std::get_if<1>(&operation));
    case 2:
      return f(*std::get_if<2>(&operation));
    case 3:
      return f(*std::get_if<3>(&operation));
    case 4:
      return f(*std::get_if<4>(&operation));
    case 5:
      return f(*std::get_if<5>(&operation));
    case 6:
      return f(*std::get_if<6>(&operation));
    case 7:
      return f(*std::get_if<7>(&operation));
    case 8:
      return f(*std::get_if<8>(&operation));
    case 9:
      return f(*std::get_if<9>(&operation));
    case 10:
      return f(*std::get_if<10>(&operation));
    case 11:
      return f(*std::get_if<11>(&operation));
    case 12:
      return f(*std::get_if<12>(&operation));
    case 13:
      return f(*std::get_if<13>(&operation));
    case 14:
      return f(*std::get_if<14>(&operation));
    case 15:
      return f(*std::get_if<15>(&operation));
    case 16:
      return f(*std::get_if<16>(&operation));
    case 17:
      return f(*std::get_if<17>(&operation));
    case 18:
      return f(*std::get_if<18>(&operation));
    case 19:
      return f(*std::get_if<19>(&operation));
    default:
      return f(*std::get_if<20>(&operation));
  }
}

/// Whether an operation is a tensor that the caller brings.
inline bool is_input(Operation const& operation) {
  return std::holds_alternative<InputNode>(operation) || std::holds_alternative<InputBesideNode>(operation);
}

/// Calls f(node) if the operation is a convolution of any kind or a linear one.
template <class Function>
void if_kernel(Operation& operation, Function const& f) {
  if (auto* const conv = std::get_if<ConvNode>(&operation)) f(*conv);
  if (auto* const inverse = std::get_if<InverseConvNode>(&operation)) f(*inverse);
  if (auto* const linear = std::get_if<LinearNode>(&operation)) f(*linear);
}

/// What an operation takes another node for.
enum class Use {
  features,  ///< it reads the rows
  sites      ///< it refers to where they lie, or how they came about
};

/// A node of that kind, which may be const.
template <class Type, class Kind>
concept Is = std::same_as<std::remove_const_t<Type>, Kind>;

/// Calls f(value, use) for each node that an operation takes; f may change the value where the operation may be changed.
template <class AnyOperation, class Function>
void for_each_use(AnyOperation& operation, Function const& f) {
  auto const reads = [&](auto& value) { f(value, Use::features); };
  auto const may_read = [&](auto& value) {
    if (value) f(*value, Use::features);
  };
  visit_node(Cases{[&](Is<InputNode> auto&) {},
                   [&](Is<ConvNode> auto& node) {
                     reads(node.input);
                     may_read(node.residual);
                     if (node.onto) f(*node.onto, Use::sites);
                   },
                   [&](Is<InverseConvNode> auto& node) {
                     reads(node.input);
                     may_read(node.residual);
                     f(node.undoes, Use::sites);
                   },
                   [&](Is<LinearNode> auto& node) {
                     reads(node.input);
                     may_read(node.residual);
                   },
                   [&](Is<BatchNormNode> auto& node) { reads(node.input); },
                   [&](Is<LayerNormNode> auto& node) { reads(node.input); },
                   [&](Is<ActivationNode> auto& node) { reads(node.input); },
                   [&](Is<SoftmaxNode> auto& node) { reads(node.input); },
                   [&](Is<AddNode> auto& node) {
                     reads(node.first);
                     reads(node.second);
                   },
                   [&](Is<ConcatenateNode> auto& node) {
                     for (auto& value : node.inputs) reads(value);
                   },
                   [&](Is<PoolNode> auto& node) { reads(node.input); },
                   [&](Is<GlobalPoolNode> auto& node) { reads(node.input); },
                   [&](Is<BroadcastNode> auto& node) {
                     reads(node.items);
                     f(node.onto, Use::sites);
                   },
                   [&](Is<InputBesideNode> auto& node) { f(node.beside, Use::sites); },
                   [&](Is<EmbeddingNode> auto& node) { reads(node.input); },
                   [&](Is<UnpoolNode> auto& node) {
                     reads(node.input);
                     f(node.onto, Use::sites);
                   },
                   [&](Is<AxisPoolNode> auto& node) { reads(node.input); },
                   [&](Is<ScaleSitesNode> auto& node) {
                     reads(node.input);
                     f(node.grid_of, Use::sites);
                   },
                   [&](Is<JoinSitesNode> auto& node) {
                     for (auto& value : node.of) f(value, Use::sites);
                   },
                   [&](Is<ChooseSitesNode> auto& node) { reads(node.scores); },
                   [&](Is<OntoSitesNode> auto& node) {
                     reads(node.input);
                     f(node.onto, Use::sites);
                   }},
             operation);
}

}  // namespace sparseconv::inline v0_1
