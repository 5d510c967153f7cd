#pragma once

#include <string_view>

#include "sparseconv/execute/activation.hpp"
#include "sparseconv/execute/pooling.hpp"
#include "sparseconv/network/node.hpp"
#include "sparseconv/network/node_geometry.hpp"

// What a file calls the nodes of a network, their fields, and the words that stand in these: once, for reading and for writing.
// A member, a node or a word that is new and not told here does not compile: members are taken by a binding that has to name all of
// them, nodes by overloads, words by a switch without a default.

namespace sparseconv::inline v0_1 {

[[nodiscard]] constexpr std::string_view name_in_file(InputNode const&) noexcept {
  return "input";
}
[[nodiscard]] constexpr std::string_view name_in_file(ConvNode const&) noexcept {
  return "conv";
}
[[nodiscard]] constexpr std::string_view name_in_file(InverseConvNode const&) noexcept {
  return "inverse_conv";
}
[[nodiscard]] constexpr std::string_view name_in_file(LinearNode const&) noexcept {
  return "linear";
}
[[nodiscard]] constexpr std::string_view name_in_file(BatchNormNode const&) noexcept {
  return "batch_norm";
}
[[nodiscard]] constexpr std::string_view name_in_file(LayerNormNode const&) noexcept {
  return "layer_norm";
}
[[nodiscard]] constexpr std::string_view name_in_file(ActivationNode const&) noexcept {
  return "activate";
}
[[nodiscard]] constexpr std::string_view name_in_file(SoftmaxNode const&) noexcept {
  return "softmax";
}
[[nodiscard]] constexpr std::string_view name_in_file(AddNode const&) noexcept {
  return "add";
}
[[nodiscard]] constexpr std::string_view name_in_file(ConcatenateNode const&) noexcept {
  return "concatenate";
}
[[nodiscard]] constexpr std::string_view name_in_file(PoolNode const&) noexcept {
  return "pool";
}
[[nodiscard]] constexpr std::string_view name_in_file(GlobalPoolNode const&) noexcept {
  return "global_pool";
}
[[nodiscard]] constexpr std::string_view name_in_file(BroadcastNode const&) noexcept {
  return "broadcast";
}
[[nodiscard]] constexpr std::string_view name_in_file(InputBesideNode const&) noexcept {
  return "input_beside";
}
[[nodiscard]] constexpr std::string_view name_in_file(EmbeddingNode const&) noexcept {
  return "embedding";
}
[[nodiscard]] constexpr std::string_view name_in_file(UnpoolNode const&) noexcept {
  return "unpool";
}

[[nodiscard]] constexpr std::string_view name_in_file(AxisPoolNode const&) noexcept {
  return "axis_pool";
}
[[nodiscard]] constexpr std::string_view name_in_file(ScaleSitesNode const&) noexcept {
  return "scale_sites";
}
[[nodiscard]] constexpr std::string_view name_in_file(JoinSitesNode const&) noexcept {
  return "join_sites";
}
[[nodiscard]] constexpr std::string_view name_in_file(ChooseSitesNode const&) noexcept {
  return "choose_sites";
}
[[nodiscard]] constexpr std::string_view name_in_file(OntoSitesNode const&) noexcept {
  return "onto_sites";
}

// Words: of what is none of the enumeration, the empty one.

[[nodiscard]] constexpr std::string_view name_in_file(NormStatistics statistics) noexcept {
  switch (statistics) {
    case NormStatistics::running:
      return "running";
    case NormStatistics::batch:
      return "batch";
  }
  return {};
}

[[nodiscard]] constexpr std::string_view name_in_file(Pooling pooling) noexcept {
  switch (pooling) {
    case Pooling::max:
      return "max";
    case Pooling::sum:
      return "sum";
    case Pooling::average:
      return "average";
    case Pooling::average_over_kernel:
      return "average_over_kernel";
  }
  return {};
}

[[nodiscard]] constexpr std::string_view name_in_file(SiteJoin join) noexcept {
  switch (join) {
    case SiteJoin::unite:
      return "unite";
    case SiteJoin::intersect:
      return "intersect";
  }
  return {};
}

[[nodiscard]] constexpr std::string_view name_in_file(SiteChoice choice) noexcept {
  switch (choice) {
    case SiteChoice::above:
      return "above";
    case SiteChoice::largest:
      return "largest";
  }
  return {};
}

[[nodiscard]] constexpr std::string_view name_in_file(OutputDefinition definition) noexcept {
  switch (definition) {
    case OutputDefinition::regular:
      return "regular";
    case OutputDefinition::submanifold:
      return "submanifold";
    case OutputDefinition::floor:
      return "floor";
  }
  return {};
}

[[nodiscard]] constexpr std::string_view name_in_file(Activation::Kind kind) noexcept {
  switch (kind) {
    case Activation::Kind::none:
      return "none";
    case Activation::Kind::relu:
      return "relu";
    case Activation::Kind::leaky_relu:
      return "leaky_relu";
    case Activation::Kind::relu6:
      return "relu6";
    case Activation::Kind::gelu:
      return "gelu";
    case Activation::Kind::gelu_tanh:
      return "gelu_tanh";
    case Activation::Kind::silu:
      return "silu";
    case Activation::Kind::sigmoid:
      return "sigmoid";
    case Activation::Kind::tanh:
      return "tanh";
  }
  return {};
}

// Fields: calls field(name, member) for each member, in the order in which a file has them. The struct may be const.

template <class Field>
void for_each_field(Is<NodeGeometry> auto& geometry, Field const& field) {
  auto& [kernel_size, stride, padding, dilation, transposed, output_padding, definition] = geometry;
  field("kernel_size", kernel_size);
  field("stride", stride);
  field("padding", padding);
  field("dilation", dilation);
  field("transposed", transposed);
  field("output_padding", output_padding);
  field("definition", definition);
}

template <class Field>
void for_each_field(Is<Activation> auto& activation, Field const& field) {
  auto& [kind, slope] = activation;
  field("kind", kind);
  field("slope", slope);
}

template <class Field>
void for_each_field(Is<InputNode> auto& node, Field const& field) {
  auto& [axes, channels] = node;
  field("axes", axes);
  field("channels", channels);
}

template <class Field>
void for_each_field(Is<ConvNode> auto& node, Field const& field) {
  auto& [input, out_channels, geometry, onto, bias, residual, activation] = node;
  field("input", input);
  field("out_channels", out_channels);
  field("geometry", geometry);
  field("onto", onto);
  field("bias", bias);
  field("residual", residual);
  field("activation", activation);
}

template <class Field>
void for_each_field(Is<InverseConvNode> auto& node, Field const& field) {
  auto& [input, out_channels, undoes, bias, residual, activation] = node;
  field("input", input);
  field("out_channels", out_channels);
  field("undoes", undoes);
  field("bias", bias);
  field("residual", residual);
  field("activation", activation);
}

template <class Field>
void for_each_field(Is<LinearNode> auto& node, Field const& field) {
  auto& [input, out_channels, bias, residual, activation] = node;
  field("input", input);
  field("out_channels", out_channels);
  field("bias", bias);
  field("residual", residual);
  field("activation", activation);
}

template <class Field>
void for_each_field(Is<BatchNormNode> auto& node, Field const& field) {
  auto& [input, epsilon, statistics, activation] = node;
  field("input", input);
  field("epsilon", epsilon);
  field("statistics", statistics);
  field("activation", activation);
}

template <class Field>
void for_each_field(Is<LayerNormNode> auto& node, Field const& field) {
  auto& [input, epsilon] = node;
  field("input", input);
  field("epsilon", epsilon);
}

template <class Field>
void for_each_field(Is<ActivationNode> auto& node, Field const& field) {
  auto& [input, activation] = node;
  field("input", input);
  field("activation", activation);
}

template <class Field>
void for_each_field(Is<SoftmaxNode> auto& node, Field const& field) {
  auto& [input] = node;
  field("input", input);
}

template <class Field>
void for_each_field(Is<AddNode> auto& node, Field const& field) {
  auto& [first, second, activation] = node;
  field("first", first);
  field("second", second);
  field("activation", activation);
}

template <class Field>
void for_each_field(Is<ConcatenateNode> auto& node, Field const& field) {
  auto& [inputs] = node;
  field("inputs", inputs);
}

template <class Field>
void for_each_field(Is<PoolNode> auto& node, Field const& field) {
  auto& [input, geometry, pooling] = node;
  field("input", input);
  field("geometry", geometry);
  field("pooling", pooling);
}

template <class Field>
void for_each_field(Is<GlobalPoolNode> auto& node, Field const& field) {
  auto& [input, pooling] = node;
  field("input", input);
  field("pooling", pooling);
}

template <class Field>
void for_each_field(Is<BroadcastNode> auto& node, Field const& field) {
  auto& [items, onto] = node;
  field("items", items);
  field("onto", onto);
}

template <class Field>
void for_each_field(Is<InputBesideNode> auto& node, Field const& field) {
  auto& [beside, channels] = node;
  field("beside", beside);
  field("channels", channels);
}

template <class Field>
void for_each_field(Is<EmbeddingNode> auto& node, Field const& field) {
  auto& [input, count, out_channels] = node;
  field("input", input);
  field("count", count);
  field("out_channels", out_channels);
}

template <class Field>
void for_each_field(Is<UnpoolNode> auto& node, Field const& field) {
  auto& [input, onto, stride] = node;
  field("input", input);
  field("onto", onto);
  field("stride", stride);
}

template <class Field>
void for_each_field(Is<AxisPoolNode> auto& node, Field const& field) {
  auto& [input, axis, pooling] = node;
  field("input", input);
  field("axis", axis);
  field("pooling", pooling);
}

template <class Field>
void for_each_field(Is<ScaleSitesNode> auto& node, Field const& field) {
  auto& [input, grid_of, factor] = node;
  field("input", input);
  field("grid_of", grid_of);
  field("factor", factor);
}

template <class Field>
void for_each_field(Is<JoinSitesNode> auto& node, Field const& field) {
  auto& [of, join] = node;
  field("of", of);
  field("join", join);
}

template <class Field>
void for_each_field(Is<ChooseSitesNode> auto& node, Field const& field) {
  auto& [scores, choice, threshold, count] = node;
  field("scores", scores);
  field("choice", choice);
  field("threshold", threshold);
  field("count", count);
}

template <class Field>
void for_each_field(Is<OntoSitesNode> auto& node, Field const& field) {
  auto& [input, onto] = node;
  field("input", input);
  field("onto", onto);
}

}  // namespace sparseconv::inline v0_1
