#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sparseconv/network/network.hpp"
#include "support/random_numbers.hpp"

namespace sparseconv::test {

/// Draws networks of every kind of node and of every option that changes what a node does, with random numbers.
class RandomNetworks : public RandomDraws {
 public:
  using RandomDraws::RandomDraws;

  /// A network over so many axes, with one to four outputs. What an unlucky draw would make is left out.
  Network next(int axes, int nodes, int inputs = 1) {
    Network net("random", static_cast<std::uint64_t>(draw(0, 1000)));
    values_.clear();
    levels_.clear();
    for (int i = 0; i < inputs; ++i) {
      keep(net, net.input("input" + std::to_string(i), {.axes = axes, .channels = draw(1, 5)}), 0);
    }
    while (net.graph().size() < nodes) add_node(net);
    for (auto const& [name, parameter] : Network::Parameters(net.parameters())) shake(net, name);
    for (std::int64_t i = 0, outputs = draw(1, 4); i < outputs; ++i) {
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

  /// A value on the same sites, of as many channels if asked: the value itself where there is no other, and now and then else.
  [[nodiscard]] Value beside(Network const& net, Value value, bool same_channels) {
    std::vector<Value> found;
    for (Value const other : values_) {
      bool const fits = net.graph().type(other).sites == net.graph().type(value).sites &&
                        (!same_channels || net.graph().type(other).channels == net.graph().type(value).channels);
      if (fits && other != value) found.push_back(other);
    }
    if (found.empty() || one_in(6)) return value;
    return found[static_cast<std::size_t>(draw(0, std::ssize(found) - 1))];
  }

  /// A value of that kind, if there is one.
  [[nodiscard]] std::optional<Value> any_of(Network const& net, ValueKind kind) {
    std::vector<Value> found;
    for (Value const value : values_) {
      if (net.graph().type(value).kind == kind) found.push_back(value);
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
    draw_node(net);
    if (one_in(3)) finish(net, values_.back());
  }

  /// What passes put into the node before: a norm, an addition and an activation, or some of them.
  void finish(Network& net, Value x) {
    int const x_level = level(x);
    auto const then = [&](Value next) {
      keep(net, next, x_level);
      x = next;
    };
    if (one_in(2)) then(net.batch_norm("node" + std::to_string(net.graph().size()), x, 1e-3));
    Value const other = beside(net, x, true);
    if (other != x && !one_in(4)) then(one_in(2) ? net.add(x, other) : net.add(other, x));
    if (one_in(2)) then(net.activate(x, activation()));
  }

  void draw_node(Network& net) {
    Value const x = any();
    std::string const name = "node" + std::to_string(net.graph().size());
    std::int64_t const channels = one_in(3) ? draw(1, 9) : 4;  // often those of other nodes, for additions
    bool const is_items = net.graph().type(x).kind == ValueKind::items;
    switch (draw(0, is_items ? 9 : 21)) {
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
        return keep(net, net.add(x, beside(net, x, true)), level(x));
      case 6:
        return side_by_side(net, x);
      case 7:
        return keep(net, net.softmax(x), level(x));
      case 8:
        if (auto const items = is_items ? x : any_of(net, ValueKind::items)) {
          Value const onto = *any_of(net, ValueKind::sparse);
          return keep(net, net.broadcast(*items, onto), level(onto));
        }
        return;
      case 9:
      case 10:
        return keep(net,
                    net.submanifold_conv(name, x,
                                         {.out_channels = channels,
                                          .kernel_size = one_in(3)   ? 2
                                                         : one_in(4) ? 1
                                                                     : 3,
                                          .dilation = one_in(4) ? 2 : 1,
                                          .bias = one_in(2)}),
                    level(x));
      case 11:
      case 12:
        return downward(net, name, x, channels);
      case 13:
        return pool(net, name, x);
      case 14:
        return upward(net, name, x, channels);
      case 15:
        if (level(x) < 1) return;
        return keep(net,
                    net.transposed_conv(name, x,
                                        {.out_channels = channels,
                                         .kernel_size = 2,
                                         .stride = 2,
                                         .output_padding = draw(0, 1),
                                         .bias = one_in(2)}),
                    level(x) - 1);
      case 16:
        return with_everything(net, name, x);
      case 17:
        return unpool(net, x);
      case 18:
        return join(net, x);
      case 19:
        return choose(net, name, x);
      case 20:
        return whole_axis(net, name, x);
      default:
        return keep(net, net.global_pool(x, std::array{Pooling::max, Pooling::sum, Pooling::average}[at(draw(0, 2))]),
                    level(x));
    }
  }

  static std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

  /// One to four values on the same sites, some more than once.
  void side_by_side(Network& net, Value x) {
    std::vector<Value> parts{x};
    while (!one_in(3) && parts.size() < 4) parts.push_back(beside(net, x, false));
    std::int64_t channels = 0;
    for (Value const part : parts) channels += net.graph().type(part).channels;
    if (channels <= 40) keep(net, net.concatenate(parts), level(x));
  }

  void downward(Network& net, std::string const& name, Value x, std::int64_t channels) {
    if (level(x) >= 2) return;
    keep(net,
         net.sparse_conv(name, x,
                         {.out_channels = channels,
                          .kernel_size = one_in(3) ? 3 : 2,
                          .stride = 2,
                          .padding = one_in(3) ? 1 : 0,
                          .definition = one_in(2) ? OutputDefinition::floor : OutputDefinition::regular,
                          .bias = one_in(2)}),
         level(x) + 1);
  }

  /// Back onto the sites whose cells a layer of the floor definition joined.
  void unpool(Network& net, Value x) {
    SiteOrigin const& origin = net.graph().sites()[at(net.graph().type(x).sites)];
    if (origin.step != SiteStep::geometry || origin.geometry.definition != OutputDefinition::floor) return;
    for (Value const onto : values_) {
      if (net.graph().type(onto).sites != origin.from.front()) continue;
      return keep(net, net.unpool(x, onto, origin.geometry.stride), level(onto));
    }
  }

  /// Onto the sites that x and a level that came of it have together, or both have.
  void join(Network& net, Value x) {
    std::int32_t const sites = net.graph().type(x).sites;
    for (Value const coarse : values_) {
      SiteOrigin const& origin = net.graph().sites()[at(net.graph().type(coarse).sites)];
      if (origin.step != SiteStep::geometry || origin.from.front() != sites || origin.geometry.transposed) continue;
      // Its last cell would lie behind the grid, at position * stride.
      if (2 * origin.geometry.padding[0] >= origin.geometry.kernel_size[0]) continue;
      Value const scaled = net.scale_sites(coarse, x, origin.geometry.stride);
      Value const all = one_in(2) ? net.unite_sites({x, scaled}) : net.intersect_sites({scaled, x, scaled});
      keep(net, net.onto_sites(x, all), level(x));
      return keep(net, net.onto_sites(scaled, all), level(x));
    }
  }

  /// Onto some of its sites.
  void choose(Network& net, std::string const& name, Value x) {
    Value const scores = net.linear(name, x, {.out_channels = 1});
    Value const some = one_in(2) ? net.sites_above(scores, 0) : net.sites_of_largest(scores, draw(0, 40));
    keep(net, net.onto_sites(x, some), level(x));
  }

  /// The rows along an axis as one, on the sites that they came from.
  void whole_axis(Network& net, std::string const& name, Value x) {
    int const axes = net.graph().type(x).axes;
    int const axis = static_cast<int>(draw(0, axes - 1));
    Value const pooled =
        net.axis_pool(x, axis, std::array{Pooling::max, Pooling::sum, Pooling::average}[at(draw(0, 2))]);
    Value const linear = net.linear(name, pooled, {.out_channels = 4});
    AxisNumbers const stride = with_axes(axes, [&]<int D>() {
      PerAxis<D> numbers = 1;
      numbers[axis] = 1 << 20;
      return AxisNumbers(numbers);
    });
    keep(net, net.unpool(linear, x, stride), level(x));
  }

  void pool(Network& net, std::string const& name, Value x) {
    if (level(x) >= 2) return;
    PoolOptions options{.pooling = std::array{Pooling::max, Pooling::sum, Pooling::average,
                                              Pooling::average_over_kernel}[at(draw(0, 3))]};
    if (one_in(2)) {
      options.kernel_size = 3;
      options.stride = 2;
      options.padding = 1;
    }
    if (one_in(3)) options.definition = OutputDefinition::floor;
    keep(net, net.pool(name, x, options), level(x) + 1);
  }

  /// A node with bias, residual and activation of its own, as passes make them.
  void with_everything(Network& net, std::string const& name, Value x) {
    Value const residual = beside(net, x, false);
    std::int64_t const channels = net.graph().type(residual).channels;
    if (one_in(2)) {
      return keep(net,
                  net.add(name, LinearNode{.input = x,
                                           .out_channels = channels,
                                           .bias = one_in(2),
                                           .residual = residual,
                                           .activation = activation()}),
                  level(x));
    }
    NodeGeometry const geometry{.kernel_size = 3, .padding = 1, .definition = OutputDefinition::submanifold};
    keep(net,
         net.add(name, ConvNode{.input = x,
                                .out_channels = channels,
                                .geometry = geometry,
                                .bias = one_in(2),
                                .residual = residual,
                                .activation = activation()}),
         level(x));
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
                                       .onto = from,
                                       .bias = one_in(2)}),
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
