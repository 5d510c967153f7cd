#include "sparseconv/network/parse_network.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "support/error_message.hpp"
#include "support/network_text.hpp"

namespace sparseconv::parse_network_test {
namespace {

using test::message_of;

std::string failure(std::string const& text) {
  return message_of<FormatError>([&] { return parse_network(text, "load"); });
}

/// A text with nodes, or with its other parts.
std::string text_of(std::string const& nodes, std::string const& outputs = "", std::string const& not_learned = "") {
  return R"({"format":"sparseconv.network","version":1,"name":"Net","nodes":[)" + nodes + R"(],"outputs":[)" + outputs +
         R"(],"not_learned":[)" + not_learned + "]}";
}

/// Nodes with an input before them.
std::string failure_of(std::string const& node) {
  return failure(text_of(R"({"name":"x","kind":"input","axes":2,"channels":4},)" + node));
}

/// A text in which `from`, which has to be there, is something else.
std::string with(std::string text, std::string_view from, std::string_view to) {
  std::size_t const at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

TEST(ParseNetwork, ReadsEveryFieldOfEveryNode) {
  NetworkText const network = parse_network(test::text_of_all_fields, "test");
  Graph const& graph = network.graph;
  EXPECT_EQ(graph.name(), "All \"fields\"");
  std::vector<std::string> names;
  for (Node const& node : graph.nodes()) names.push_back(node.name);
  ASSERT_EQ(names, (std::vector<std::string>{"x",   "down",  "back",  "up",   "lin",    "bn",     "bn2",  "ln",
                                             "act", "soft",  "sum",   "both", "pooled", "items",  "gate", "wide",
                                             "z",   "table", "taken", "flat", "finer",  "common", "some", "put"}));
  auto const operation = [&](std::int32_t i) -> Operation const& { return graph.node({i}).operation; };
  InputNode const& x = std::get<InputNode>(operation(0));
  EXPECT_EQ(x.axes, 2);
  EXPECT_EQ(x.channels, 4);
  ConvNode const& down = std::get<ConvNode>(operation(1));
  EXPECT_EQ(down.input, Value{0});
  EXPECT_EQ(down.out_channels, 4);
  EXPECT_EQ(down.geometry,
            (NodeGeometry{.kernel_size = {3, 2}, .stride = {2, 1}, .padding = {1, 0}, .dilation = {1, 2}}));
  EXPECT_EQ(down.geometry.kernel_size.told().size(), 2U);
  EXPECT_EQ(down.onto, std::nullopt);
  EXPECT_TRUE(down.bias);
  EXPECT_EQ(down.residual, std::nullopt);
  EXPECT_EQ(down.activation, leaky_relu(0.1));
  ConvNode const& back = std::get<ConvNode>(operation(2));
  EXPECT_EQ(back.input, Value{1});
  EXPECT_EQ(back.geometry, (NodeGeometry{.kernel_size = 3, .stride = 2, .transposed = true, .output_padding = 1}));
  EXPECT_EQ(back.geometry.kernel_size.told().size(), 1U);
  EXPECT_EQ(back.onto, Value{0});
  EXPECT_FALSE(back.bias);
  EXPECT_EQ(back.residual, Value{0});
  EXPECT_EQ(back.activation, gelu_tanh);
  InverseConvNode const& up = std::get<InverseConvNode>(operation(3));
  EXPECT_EQ(up.input, Value{1});
  EXPECT_EQ(up.out_channels, 4);
  EXPECT_EQ(up.undoes, Value{1});
  EXPECT_TRUE(up.bias);
  EXPECT_EQ(up.residual, Value{2});
  EXPECT_EQ(up.activation, relu6);
  LinearNode const& lin = std::get<LinearNode>(operation(4));
  EXPECT_EQ(lin.input, Value{3});
  EXPECT_EQ(lin.out_channels, 4);
  EXPECT_FALSE(lin.bias);
  EXPECT_EQ(lin.residual, Value{3});
  EXPECT_EQ(lin.activation.kind, Activation::Kind::tanh);
  EXPECT_EQ(std::bit_cast<std::uint64_t>(lin.activation.slope), std::bit_cast<std::uint64_t>(-0.0));
  BatchNormNode const& bn = std::get<BatchNormNode>(operation(5));
  EXPECT_EQ(bn.input, Value{4});
  EXPECT_EQ(bn.epsilon, 1e-4);
  EXPECT_EQ(bn.statistics, NormStatistics::batch);
  EXPECT_EQ(bn.activation, silu);
  BatchNormNode const& bn2 = std::get<BatchNormNode>(operation(6));
  EXPECT_EQ(bn2.epsilon, 0.1 + 0.2) << "every bit";
  EXPECT_EQ(bn2.statistics, NormStatistics::running);
  LayerNormNode const& ln = std::get<LayerNormNode>(operation(7));
  EXPECT_EQ(ln.input, Value{5});
  EXPECT_EQ(ln.epsilon, 1e-12);
  ActivationNode const& act = std::get<ActivationNode>(operation(8));
  EXPECT_EQ(act.input, Value{7});
  EXPECT_EQ(act.activation, gelu);
  EXPECT_EQ(std::get<SoftmaxNode>(operation(9)).input, Value{8});
  AddNode const& sum = std::get<AddNode>(operation(10));
  EXPECT_EQ(sum.first, Value{9});
  EXPECT_EQ(sum.second, Value{6});
  EXPECT_EQ(sum.activation, relu);
  EXPECT_EQ(std::get<ConcatenateNode>(operation(11)).inputs, (std::vector<Value>{{10}, {0}, {10}}));
  PoolNode const& pooled = std::get<PoolNode>(operation(12));
  EXPECT_EQ(pooled.input, Value{11});
  EXPECT_EQ(pooled.geometry, (NodeGeometry{.kernel_size = 2, .stride = 2, .definition = OutputDefinition::floor}));
  EXPECT_EQ(pooled.pooling, Pooling::average_over_kernel);
  GlobalPoolNode const& items = std::get<GlobalPoolNode>(operation(13));
  EXPECT_EQ(items.input, Value{12});
  EXPECT_EQ(items.pooling, Pooling::sum);
  BroadcastNode const& wide = std::get<BroadcastNode>(operation(15));
  EXPECT_EQ(wide.items, Value{14});
  EXPECT_EQ(wide.onto, Value{11});
  InputBesideNode const& z = std::get<InputBesideNode>(operation(16));
  EXPECT_EQ(z.beside, Value{0});
  EXPECT_EQ(z.channels, 1);
  EmbeddingNode const& table = std::get<EmbeddingNode>(operation(17));
  EXPECT_EQ(table.input, Value{16});
  EXPECT_EQ(table.count, 7);
  EXPECT_EQ(table.out_channels, 4);
  UnpoolNode const& taken = std::get<UnpoolNode>(operation(18));
  EXPECT_EQ(taken.input, Value{12});
  EXPECT_EQ(taken.onto, Value{17});
  EXPECT_EQ(taken.stride, (AxisNumbers{2, 3}));
  AxisPoolNode const& flat = std::get<AxisPoolNode>(operation(19));
  EXPECT_EQ(flat.input, Value{11});
  EXPECT_EQ(flat.axis, 1);
  EXPECT_EQ(flat.pooling, Pooling::sum);
  ScaleSitesNode const& finer = std::get<ScaleSitesNode>(operation(20));
  EXPECT_EQ(finer.input, Value{1});
  EXPECT_EQ(finer.grid_of, Value{0});
  EXPECT_EQ(finer.factor, (AxisNumbers{2, 1}));
  JoinSitesNode const& common = std::get<JoinSitesNode>(operation(21));
  EXPECT_EQ(common.of, (std::vector<Value>{{0}, {20}, {0}}));
  EXPECT_EQ(common.join, SiteJoin::intersect);
  ChooseSitesNode const& some = std::get<ChooseSitesNode>(operation(22));
  EXPECT_EQ(some.scores, Value{16});
  EXPECT_EQ(some.choice, SiteChoice::largest);
  EXPECT_EQ(some.threshold, -0.5);
  EXPECT_EQ(some.count, 7);
  OntoSitesNode const& put = std::get<OntoSitesNode>(operation(23));
  EXPECT_EQ(put.input, Value{20});
  EXPECT_EQ(put.onto, Value{22});
  ASSERT_EQ(network.outputs.size(), 2U);
  EXPECT_EQ(network.outputs[0].name, "y");
  EXPECT_EQ(network.outputs[0].value, Value{15});
  EXPECT_EQ(network.outputs[1].name, "\xc3\xa9");
  EXPECT_EQ(network.outputs[1].value, Value{14});
  EXPECT_EQ(network.not_learned,
            (std::set<std::string, std::less<>>{"bn2.running_mean", "bn2.running_var", "lin.weight"}));
}

TEST(ParseNetwork, RefusesAnotherFormatOrVersion) {
  std::string const text = text_of("");
  EXPECT_EQ(failure(text), "nothing was thrown");
  EXPECT_EQ(failure(with(text, "sparseconv.network", "onnx")),
            "load: the network is of the format \"onnx\", and \"sparseconv.network\" is read; save it by save_network");
  EXPECT_EQ(failure(with(text, "\"version\":1", "\"version\":2,\"new\":[]")),
            "load: the network is of version 2, and this library reads 1; load it with a later one, or save it by this "
            "one");
  EXPECT_EQ(failure(with(text, "\"version\":1", "\"version\":0")),
            "load: the network: its version is \"0\"; versions are 1, 2 and so on");
  EXPECT_EQ(failure(with(text, "\"version\":1", "\"version\":1.0")),
            "load: the network: its version is \"1.0\"; versions are 1, 2 and so on");
  EXPECT_EQ(failure("[]"), "load: the network is \"[]\"; it must be an object of named fields");
  EXPECT_EQ(failure("{"),
            "load: the network is no JSON from its byte 1 on, \"\"; the file is damaged, or was not written "
            "to its end");
  EXPECT_EQ(
      failure(with(text, "[]", "[[[[[[]]]]]]")).find("load: the network has lists and objects within each other 6 "),
      0U);
}

TEST(ParseNetwork, RefusesFieldsThatAreNotThereOrNotKnown) {
  std::string const text = text_of("");
  for (std::string const name : {"format", "version", "name", "nodes", "outputs", "not_learned"})
    EXPECT_EQ(failure(with(text, "\"" + name + "\"", "\"other\"")),
              "load: the network has no " + name + "; the file is damaged");
  EXPECT_EQ(
      failure(with(text, "\"name\"", "\"extra\":1,\"name\"")),
      "load: the network has \"extra\", which this version does not know; the file is damaged, or of a later one");
  // Each field of each node, left out and called otherwise.
  std::string const all = test::text_of_all_fields;
  std::size_t fields = 0;
  for (std::size_t at = all.find("{\"name\":\"x\""); at < all.find("\"outputs\""); ++at) {
    bool const is_field = all[at] == '"' && all[all.find('"', at + 1) + 1] == ':';
    if (!is_field) continue;
    std::string const name = all.substr(at + 1, all.find('"', at + 1) - at - 1);
    std::string renamed = all;
    EXPECT_NE(failure(renamed.replace(at + 1, name.size(), "other")).find(" has no " + name + "; the file is damaged"),
              std::string::npos)
        << at;
    std::string added = all;
    EXPECT_NE(failure(added.insert(at, "\"other\":0,")).find(" has \"other\", which this version does not know; "),
              std::string::npos)
        << at;
    ++fields;
  }
  EXPECT_EQ(fields, 162U);
  EXPECT_EQ(failure_of(R"({"name":"y","kind":"softmax"})"), "load: node \"y\" has no input; the file is damaged");
  EXPECT_EQ(failure_of(R"({"kind":"softmax"})"), "load: node 1 has no name; the file is damaged");
  EXPECT_EQ(failure_of(R"({"name":"y","kind":"activate","input":"x","activation":{"kind":"relu"}})"),
            "load: node \"y\": its activation has no slope; the file is damaged");
}

TEST(ParseNetwork, RefusesKindsAndWordsThatAreNotKnown) {
  EXPECT_EQ(
      failure_of(R"({"name":"y","kind":"attention","input":"x"})"),
      "load: node \"y\": its kind is \"attention\", which this version does not know; the file is damaged, or of a "
      "later one");
  EXPECT_EQ(failure_of(R"({"name":"y","kind":"global_pool","input":"x","pooling":"median"})"),
            "load: node \"y\": its pooling is \"median\"; this version knows max, sum, average, average_over_kernel");
  EXPECT_EQ(failure_of(R"({"name":"y","kind":"activate","input":"x","activation":{"kind":"mish","slope":0}})"),
            "load: node \"y\": its activation: its kind is \"mish\"; this version knows none, relu, leaky_relu, relu6, "
            "gelu, gelu_tanh, silu, sigmoid, tanh");
  EXPECT_EQ(failure(with(test::text_of_all_fields, "\"floor\"", "\"ceil\"")),
            "load: node \"pooled\": its geometry: its definition is \"ceil\"; this version knows regular, submanifold, "
            "floor");
  EXPECT_EQ(failure(with(test::text_of_all_fields, "\"batch\"", "1")),
            "load: node \"bn\": its statistics is \"1\"; this version knows running, batch");
}

TEST(ParseNetwork, RefusesValuesOfAnotherKind) {
  auto const changed = [](std::string_view from, std::string_view to) {
    return failure(with(test::text_of_all_fields, from, to));
  };
  EXPECT_EQ(changed("\"axes\":2", "\"axes\":2.0"),
            "load: node \"x\": its axes is \"2.0\"; it must be an integer of 32 bits");
  EXPECT_EQ(changed("\"axes\":2", "\"axes\":4294967298"),
            "load: node \"x\": its axes is \"4294967298\"; it must be an integer of 32 bits");
  EXPECT_EQ(changed("\"channels\":4", "\"channels\":9223372036854775808"),
            "load: node \"x\": its channels is \"9223372036854775808\"; it must be an integer of 64 bits");
  EXPECT_EQ(changed("\"bias\":true", "\"bias\":1"), "load: node \"down\": its bias is \"1\"; it must be true or false");
  EXPECT_EQ(changed("0.0001", "\"small\""), "load: node \"bn\": its epsilon is \"small\"; it must be a number");
  EXPECT_EQ(changed("0.0001", "1e999"), "load: the network has a number that no double holds; the file is damaged");
  EXPECT_EQ(changed("[3,2]", "[]"),
            "load: node \"down\": its geometry: its kernel_size is \"[]\"; it must be a number, or a list of 1 to 8");
  EXPECT_EQ(changed("[3,2]", "[1,1,1,1,1,1,1,1,1]").find("load: node \"down\": its geometry: its kernel_size is "), 0U);
  EXPECT_EQ(changed("[3,2]", "[3,2147483648]"),
            "load: node \"down\": its geometry: its kernel_size is \"2147483648\"; it must be an integer of 32 bits");
  EXPECT_EQ(changed("[\"sum\",\"x\",\"sum\"]", "\"sum\""),
            "load: node \"both\": its inputs is \"sum\"; it must be a list of names of nodes");
  EXPECT_EQ(changed("\"input\":\"x\"", "\"input\":0"),
            "load: node \"down\": its input is \"0\"; it must be the name of a node");
  EXPECT_EQ(changed("\"input\":\"x\"", "\"input\":null"),
            "load: node \"down\": its input is \"null\"; it must be the name of a node");
  EXPECT_EQ(changed("{\"kind\":\"relu6\",\"slope\":0.0}", "\"relu6\""),
            "load: node \"up\": its activation is \"relu6\"; it must be an object of named fields");
  EXPECT_EQ(changed("\"name\":\"up\"", "\"name\":[]"), "load: node \"[]\": its name is \"[]\"; it must be a text");
  EXPECT_EQ(failure(text_of("7")), "load: node 0 is \"7\"; it must be an object of named fields");
  EXPECT_EQ(failure(with(text_of(""), "[]", "{}")), "load: the network: its nodes is \"{}\"; it must be a list");
}

TEST(ParseNetwork, RefusesNodesThatDoNotFit) {
  std::string const y = R"({"name":"y","kind":"softmax","input":)";
  EXPECT_EQ(failure_of(y + R"("y"})"),
            "load: node \"y\": its input is \"y\"; that node does not come before; a node takes earlier ones alone");
  EXPECT_EQ(failure_of(y + R"("z"},{"name":"z","kind":"softmax","input":"x"})"),
            "load: node \"y\": its input is \"z\"; that node does not come before; a node takes earlier ones alone");
  EXPECT_EQ(failure_of(y + R"("nowhere"})"), "load: node \"y\": its input is \"nowhere\"; there is no such node");
  // What Graph::add says, with the file before it.
  EXPECT_EQ(failure_of(R"({"name":"x","kind":"softmax","input":"x"})"),
            "load: node \"x\": Net: there is a node 'x' already; give each a name of its own");
  EXPECT_EQ(failure_of(R"({"name":"y\u00e9\n","kind":"layer_norm","input":"x","epsilon":-1})"),
            "load: node \"y???\": Net, y???: epsilon is -1; it must be finite and positive");
  EXPECT_EQ(failure(text_of(R"({"name":"x","kind":"input","axes":9,"channels":4})")),
            "load: node \"x\": Net, x: an input of 9 axes; give 1 to 8");
  EXPECT_EQ(failure_of(R"({"name":"y","kind":"concatenate","inputs":[]})"),
            "load: node \"y\": Net, y: nothing to concatenate; give at least one value");
  EXPECT_EQ(
      failure(text_of(R"({"name":"x","kind":"input","axes":1,"channels":9223372036854775807},)"
                      R"({"name":"y","kind":"concatenate","inputs":["x","x"]})")),
      "load: node \"y\": Net, y: 'x' with its 9223372036854775807 channels beside 9223372036854775807 others makes "
      "more than can be counted; take fewer channels");
  std::string const long_name(3000, 'n');
  EXPECT_LT(failure_of(R"({"name":")" + long_name + R"(","kind":"layer_norm","input":"x","epsilon":-1})").size(),
            1200U);
}

TEST(ParseNetwork, RefusesOutputsAndListsThatDoNotFit) {
  std::string const x = R"({"name":"x","kind":"input","axes":2,"channels":4})";
  EXPECT_EQ(failure(text_of(x, R"({"name":"y","value":"z"})")),
            "load: the network: an output: its value is \"z\"; there is no such node");
  EXPECT_EQ(failure(text_of(x, R"({"name":"y"})")), "load: the network: an output has no value; the file is damaged");
  EXPECT_EQ(failure(text_of(x, "\"y\"")),
            "load: the network: an output is \"y\"; it must be an object of named fields");
  EXPECT_EQ(failure(text_of(x, R"({"name":"y","value":"x","a":1})")).find("load: the network: an output has \"a\", "),
            0U);
  EXPECT_EQ(failure(text_of(x, "", "1")),
            "load: the network: its not_learned is \"1\"; it must be the name of a parameter");
  EXPECT_EQ(failure(text_of(x, "", "\"a\",\"a\"")),
            "load: the network: its not_learned is \"a\"; a parameter stands there once");
  std::string many = "0";
  for (std::size_t i = 0; i < most_nodes_of_file; ++i) many += ",0";
  EXPECT_EQ(failure(text_of(many)), "load: the network: its nodes has 16385 values; no file may have more than 16384");
}

}  // namespace
}  // namespace sparseconv::parse_network_test
