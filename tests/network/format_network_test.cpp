#include "sparseconv/network/format_network.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "support/error_message.hpp"
#include "support/network_text.hpp"

namespace sparseconv::format_network_test {
namespace {

using test::message_of;

std::string failure(Network const& network) {
  return message_of<Error>([&] { return format_network(network, "save"); });
}

/// What test::text_of_all_fields says.
Network network_of_all_fields() {
  Network net("All \"fields\"");
  Value const x = net.input("x", {.axes = 2, .channels = 4});
  Value const down = net.add(
      "down", ConvNode{.input = x,
                       .out_channels = 4,
                       .geometry = {.kernel_size = {3, 2}, .stride = {2, 1}, .padding = {1, 0}, .dilation = {1, 2}},
                       .bias = true,
                       .activation = leaky_relu(0.1)});
  Value const back =
      net.add("back", ConvNode{.input = down,
                               .out_channels = 4,
                               .geometry = {.kernel_size = 3, .stride = 2, .transposed = true, .output_padding = 1},
                               .onto = x,
                               .residual = x,
                               .activation = gelu_tanh});
  Value const up = net.add(
      "up", InverseConvNode{
                .input = down, .out_channels = 4, .undoes = down, .bias = true, .residual = back, .activation = relu6});
  Value const lin = net.add(
      "lin",
      LinearNode{
          .input = up, .out_channels = 4, .bias = false, .residual = up, .activation = {Activation::Kind::tanh, -0.0}});
  Value const bn = net.add(
      "bn", BatchNormNode{.input = lin, .epsilon = 1e-4, .statistics = NormStatistics::batch, .activation = silu});
  Value const bn2 = net.batch_norm("bn2", lin, 0.1 + 0.2);
  Value const ln = net.layer_norm("ln", bn, 1e-12);
  Value const act = net.add("act", ActivationNode{ln, gelu});
  Value const soft = net.add("soft", SoftmaxNode{act});
  Value const sum = net.add("sum", AddNode{soft, bn2, relu});
  Value const both = net.add("both", ConcatenateNode{{sum, x, sum}});
  Value const pooled =
      net.add("pooled", PoolNode{.input = both,
                                 .geometry = {.kernel_size = 2, .stride = 2, .definition = OutputDefinition::floor},
                                 .pooling = Pooling::average_over_kernel});
  Value const items = net.add("items", GlobalPoolNode{pooled, Pooling::sum});
  Value const gate = net.add("gate", ActivationNode{items, sigmoid});
  net.output("y", net.add("wide", BroadcastNode{gate, both}));
  Value const z = net.input_beside("z", x, 1);
  Value const table = net.embedding("table", z, {.count = 7, .out_channels = 4});
  (void)net.add("taken", UnpoolNode{pooled, table, {2, 3}});
  (void)net.add("flat", AxisPoolNode{both, 1, Pooling::sum});
  Value const finer = net.add("finer", ScaleSitesNode{down, x, {2, 1}});
  (void)net.add("common", JoinSitesNode{{x, finer, x}, SiteJoin::intersect});
  Value const some = net.add("some", ChooseSitesNode{z, SiteChoice::largest, -0.5, 7});
  (void)net.add("put", OntoSitesNode{finer, some});
  net.output("\xc3\xa9", gate);
  net.parameter("lin.weight").learned = false;
  return net;
}

TEST(FormatNetwork, WritesEveryFieldOfEveryNode) {
  EXPECT_EQ(format_network(network_of_all_fields(), "test"), test::text_of_all_fields);
}

TEST(FormatNetwork, WritesANetworkWithoutNodes) {
  EXPECT_EQ(format_network(Network(""), "test"),
            R"({"format":"sparseconv.network","version":1,"name":"","nodes":[],"outputs":[],"not_learned":[]})");
}

TEST(FormatNetwork, RefusesWhatNoTextTells) {
  Network net("Net");
  Value const x = net.input("x", {.channels = 1});
  EXPECT_EQ(failure(Network("\xff")), "save: the name \"?\" is not UTF-8, which a file asks for; give one that is");
  for (double const slope : {std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
    Network leaky = net;
    (void)leaky.add("y", ActivationNode{x, leaky_relu(slope)});
    EXPECT_EQ(failure(leaky), error_message({"save: node \"y\": its slope is ", slope,
                                             ", which a file cannot tell; give a finite number"}));
  }
  Network outputs = net;
  outputs.output("a\xff", x);
  EXPECT_EQ(failure(outputs), "save: the name \"a?\" is not UTF-8, which a file asks for; give one that is");
  (void)net.linear("\xc3", x, {.out_channels = 1});
  EXPECT_EQ(failure(net), "save: the name \"?\" is not UTF-8, which a file asks for; give one that is");
}

}  // namespace
}  // namespace sparseconv::format_network_test
