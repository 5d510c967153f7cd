#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "sparseconv/network/network.hpp"
#include "support/random_numbers.hpp"

namespace sparseconv::test {

/// A network of every kind of node but further inputs and chosen sites, which are new in each run, and of every kind of pooling and activation, with one output on the sites of the
/// input.
inline Network every_kind_of_node(int axes, std::int64_t channels) {
  Network net("EveryKindOfNode", 5);
  Value const x = net.input("x", {.axes = axes, .channels = channels});
  Value const stem =
      net.activate(net.batch_norm("stem.norm", net.submanifold_conv("stem", x, {.out_channels = 8})), relu);
  Value const down =
      net.sparse_conv("down", stem, {.out_channels = 16, .kernel_size = 3, .stride = 2, .padding = 1, .bias = true});
  Value const norm = net.activate(net.batch_norm("down.norm", down, 1e-3, NormStatistics::batch), silu);
  Value const up = net.inverse_conv("up", norm, {.out_channels = 8, .undoes = down});
  Value const joined = net.concatenate({up, stem, x});
  std::int64_t const width = net.graph().type(joined).channels;
  Value sum = joined;
  for (Pooling const pooling : {Pooling::max, Pooling::sum, Pooling::average, Pooling::average_over_kernel}) {
    std::string const name = to_string(pooling);
    Value const pooled =
        net.pool(name + "_pool", sum, {.kernel_size = 2, .definition = OutputDefinition::floor, .pooling = pooling});
    Value const wide =
        net.transposed_conv(name + "_wide", pooled, {.out_channels = width, .kernel_size = 2, .stride = 2, .onto = x});
    sum = net.layer_norm(name + "_norm", net.add(net.add(wide, net.unpool(pooled, x)), joined));
  }
  Value const coarse = net.scale_sites(down, x);
  Value const any = net.unite_sites({x, coarse});
  Value const each = net.intersect_sites({coarse, x});
  Value const met = net.add(net.onto_sites(coarse, any), net.onto_sites(net.onto_sites(coarse, each), any));
  AxisNumbers const whole_axis = with_axes(axes, [&]<int D>() {
    PerAxis<D> stride = 1;
    stride[0] = 1 << 20;
    return AxisNumbers(stride);
  });
  Value const map =
      net.axis_pool(net.linear("met", net.onto_sites(met, x), {.out_channels = width}), 0, Pooling::average);
  sum = net.add(sum, net.unpool(map, x, whole_axis));
  Value const reached = net.transposed_conv("reached", down, {.out_channels = 3, .kernel_size = 2});
  Value const corner = net.global_pool(reached, Pooling::max);
  Value const whole =
      net.concatenate({net.global_pool(sum, Pooling::sum), net.global_pool(sum, Pooling::average), corner});
  Value const gate = net.activate(net.linear("gate", whole, {.out_channels = width}), sigmoid);
  Value y = net.add(sum, net.broadcast(gate, x));
  for (int i = 0; Activation const activation : {leaky_relu(0.1), relu6, gelu, gelu_tanh, tanh_activation}) {
    y = net.activate(net.linear("linear" + std::to_string(i++), y, {.out_channels = 5}), activation);
  }
  Value const integer = net.linear("integer", y, {.out_channels = 1});  // 2, see below
  y = net.add(y, net.embedding("table", integer, {.count = 3, .out_channels = 5}));
  net.output("y", net.softmax(y));
  RandomNumbers random(3);
  for (auto const& [name, parameter] : Network::Parameters(net.parameters())) {
    if (parameter.shape.size() > 1) continue;
    for (float& value : net.parameter(name).values) {
      value = name.ends_with("running_var") ? 1.5F + random.number<float>() : value + random.number<float>() / 2;
    }
  }
  net.parameter("integer.weight").values.assign(5, 0.F);
  net.parameter("integer.bias").values = {2};
  return net;
}

}  // namespace sparseconv::test
