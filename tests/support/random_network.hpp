#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sparseconv/network/network.hpp"
#include "support/random_numbers.hpp"

namespace sparseconv::test {

/// Draws networks of every kind of node, of one input, with random numbers.
class RandomNetworks : public RandomDraws {
 public:
  using RandomDraws::RandomDraws;

  /// A network over so many axes, with one to three outputs. What an unlucky draw would make is left out.
  Network next(int axes, int nodes) {
    Network net("random", static_cast<std::uint64_t>(draw(0, 1000)));
    values_ = {net.input("input", {.axes = axes, .channels = draw(1, 5)})};
    levels_ = {0};
    while (net.graph().size() < nodes) add_node(net);
    for (auto const& [name, parameter] : Network::Parameters(net.parameters())) shake(net, name);
    for (int i = 0, outputs = draw(1, 3); i < outputs; ++i) {
      std::size_t const back =
          i == 0 ? 0 : static_cast<std::size_t>(draw(0, static_cast<std::int64_t>(values_.size()) - 1));
      net.output("out" + std::to_string(i), values_[values_.size() - 1 - back]);
    }
    return net;
  }

 private:
  [[nodiscard]] Value any() {
    // Recent ones more often, so that networks are deep.
    auto const count = static_cast<std::int64_t>(values_.size());
    std::int64_t const back = one_in(2) ? draw(0, std::min<std::int64_t>(count - 1, 2)) : draw(0, count - 1);
    return values_[static_cast<std::size_t>(count - 1 - back)];
  }

  /// Another value on the same sites, of as many channels if asked.
  [[nodiscard]] std::optional<Value> beside(Network const& net, Value value, bool same_channels) {
    std::vector<Value> found;
    for (Value const other : values_) {
      bool const fits = net.graph().type(other).sites == net.graph().type(value).sites &&
                        (!same_channels || net.graph().type(other).channels == net.graph().type(value).channels);
      if (fits) found.push_back(other);
    }
    if (found.empty()) return std::nullopt;
    return found[static_cast<std::size_t>(draw(0, std::ssize(found) - 1))];
  }

  [[nodiscard]] int level(Value value) const { return levels_[static_cast<std::size_t>(value.node)]; }

  void keep(Network const& net, Value value, int level) {
    levels_.resize(static_cast<std::size_t>(net.graph().size()), level);
    values_.push_back(value);
  }

  void add_node(Network& net) {
    Value const x = any();
    std::string const name = "node" + std::to_string(net.graph().size());
    std::int64_t const channels = draw(1, 9);
    bool const is_items = net.graph().type(x).kind == ValueKind::items;
    switch (draw(0, is_items ? 7 : 14)) {
      case 0:
        return keep(net, net.linear(name, x, {.out_channels = channels, .bias = one_in(2)}), level(x));
      case 1:
        return keep(net, net.batch_norm(name, x, 1e-3), level(x));
      case 2:
        return keep(net,
                    one_in(2) ? net.layer_norm(name, x, 1e-3) : net.batch_norm(name, x, 1e-3, NormStatistics::batch),
                    level(x));
      case 3:
      case 4:
        return keep(net, net.activate(x, activation()), level(x));
      case 5:
        if (auto const other = beside(net, x, true)) keep(net, net.add(x, *other), level(x));
        return;
      case 6:
        if (auto const other = beside(net, x, false)) {
          std::vector<Value> parts{x, *other};
          if (one_in(3)) parts.push_back(x);
          keep(net, net.concatenate(parts), level(x));
        }
        return;
      case 7:
        if (is_items && net.graph().type(values_.front()).kind == ValueKind::sparse) {
          return keep(net, net.broadcast(x, values_.front()), 0);
        }
        return keep(net, net.softmax(x), level(x));
      case 8:
      case 9:
        return keep(net,
                    net.submanifold_conv(name, x,
                                         {.out_channels = channels,
                                          .kernel_size = one_in(3)   ? 2
                                                         : one_in(4) ? 1
                                                                     : 3,
                                          .dilation = one_in(4) ? 2 : 1,
                                          .bias = one_in(2)}),
                    level(x));
      case 10:
      case 11:
        if (level(x) >= 2) return;
        return keep(net,
                    net.sparse_conv(name, x,
                                    {.out_channels = channels,
                                     .kernel_size = draw(2, 3),
                                     .stride = 2,
                                     .padding = draw(0, 1),
                                     .definition = one_in(2) ? OutputDefinition::floor : OutputDefinition::regular,
                                     .bias = one_in(2)}),
                    level(x) + 1);
      case 12:
        if (level(x) >= 2) return;
        return keep(net, net.pool(name, x, {.kernel_size = 2, .pooling = one_in(2) ? Pooling::max : Pooling::average}),
                    level(x) + 1);
      case 13:
        return upward(net, name, x, channels);
      default:
        return keep(net, net.global_pool(x, one_in(2) ? Pooling::max : Pooling::average), level(x));
    }
  }

  /// Back by a layer that led to the sites of x, as an inverse convolution or a transposed one onto what it took.
  void upward(Network& net, std::string const& name, Value x, std::int64_t channels) {
    for (std::int32_t i = 0; i < net.graph().size(); ++i) {
      Operation const& operation = net.graph().node({i}).operation;
      bool const has_kernel =
          std::holds_alternative<ConvNode>(operation) || std::holds_alternative<PoolNode>(operation);
      if (!has_kernel || net.graph().type({i}).sites != net.graph().type(x).sites || one_in(3)) continue;
      Value const from = net.graph().input_of_kernel({i});
      NodeGeometry const& geometry = net.graph().geometry({i});
      if (geometry.transposed || one_in(2)) {
        return keep(net, net.inverse_conv(name, x, {.out_channels = channels, .undoes = {i}, .bias = one_in(2)}),
                    level(from));
      }
      return keep(net,
                  net.transposed_conv(name, x,
                                      {.out_channels = channels,
                                       .kernel_size = geometry.kernel_size,
                                       .stride = geometry.stride,
                                       .padding = geometry.padding,
                                       .dilation = geometry.dilation,
                                       .onto = from}),
                  level(from));
    }
  }

  [[nodiscard]] Activation activation() {
    std::vector<Activation> const all{relu, leaky_relu(0.1), relu6, gelu, gelu_tanh, silu, sigmoid, tanh_activation};
    return all[static_cast<std::size_t>(draw(0, std::ssize(all) - 1))];
  }

  /// Other numbers for norms and biases than new ones have.
  void shake(Network& net, std::string const& name) {
    Parameter& parameter = net.parameter(name);
    if (parameter.shape.size() > 1) return;
    bool const is_positive = name.ends_with(".running_var");
    for (float& value : parameter.values) {
      value = is_positive ? 1.5F + random().number<float>() : value + random().number<float>() / 2;
    }
  }

  std::vector<Value> values_;
  std::vector<int> levels_;  ///< how often the resolution was halved, by node
};

}  // namespace sparseconv::test
