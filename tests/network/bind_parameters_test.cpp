#include "sparseconv/network/bind_parameters.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "support/error_message.hpp"
#include "support/hostile_name.hpp"

namespace sparseconv::bind_parameters_test {
namespace {

using Shape = std::vector<std::int64_t>;
using test::message_of;

/// An array of so many numbers, each different: first, first + 1, and so on.
NamedArray counted(std::string name, Shape const& shape, float first) {
  std::int64_t count = 1;
  for (std::int64_t const extent : shape) count *= extent;
  std::vector<float> values;
  for (std::int64_t i = 0; i < count; ++i) values.push_back(first + static_cast<float>(i));
  return {std::move(name), make_array(shape, values)};
}

/// conv 2 -> 3 of kernel 3 in 1-D, its norm, and a linear head 3 -> 2.
Network small_network() {
  Network network("Small");
  Value x = network.input("x", {.axes = 1, .channels = 2});
  x = network.submanifold_conv("conv", x, {.out_channels = 3});
  x = network.batch_norm("conv.norm", x);
  network.output("y", network.linear("head", x, {.out_channels = 2}));
  return network;
}

NameTable const small_table{.project = "a project",
                            .rules = {{"conv", "layer.0"}, {"conv.norm", "layer.1"}},
                            .layouts = {WeightLayout::spconv2, WeightLayout::spconv1}};

/// Its checkpoint as spconv 2 writes it, within a larger model.
std::vector<NamedArray> small_checkpoint() {
  return {counted("other.weight", {2, 2}, 0),
          counted("model.layer.0.weight", {3, 3, 2}, 100),
          counted("model.layer.1.weight", {3}, 200),
          counted("model.layer.1.bias", {3}, 210),
          counted("model.layer.1.running_mean", {3}, 220),
          counted("model.layer.1.running_var", {3}, 230),
          {"model.layer.1.num_batches_tracked", make_array({}, std::vector<std::int64_t>{7})},
          counted("model.head.weight", {2, 3}, 300),
          counted("model.head.bias", {1, 2}, 310)};
}

std::size_t place_of(std::vector<NamedArray> const& arrays, std::string const& name) {
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    if (arrays[i].name == name) return i;
  }
  ADD_FAILURE() << name;
  return 0;
}

std::string refusal(std::vector<NamedArray> const& arrays, BindOptions const& options = {.tables = {small_table}}) {
  Network network = small_network();
  std::vector<float> const before = network.parameter("conv.weight").values;
  std::string const message = message_of<Error>([&] { return bind_parameters(network, arrays, options); });
  EXPECT_EQ(network.parameter("conv.weight").values, before) << "a checkpoint that is refused changes nothing";
  EXPECT_EQ(network.parameter("head.bias").values, (std::vector<float>{0, 0}));
  return message;
}

TEST(BindParameters, TakesNumbersByTheNamesOfATable) {
  Network network = small_network();
  BindReport const report = bind_parameters(network, small_checkpoint(), {.tables = {small_table}});
  // o k i: the weight of element k from channel i to o stands at (o * 3 + k) * 2 + i.
  std::vector<float> expected;
  for (int k = 0; k < 3; ++k) {
    for (int i = 0; i < 2; ++i) {
      for (int o = 0; o < 3; ++o) expected.push_back(static_cast<float>(100 + (o * 3 + k) * 2 + i));
    }
  }
  EXPECT_EQ(network.parameter("conv.weight").values, expected);
  EXPECT_EQ(network.parameter("conv.norm.weight").values, (std::vector<float>{200, 201, 202}));
  EXPECT_EQ(network.parameter("conv.norm.bias").values, (std::vector<float>{210, 211, 212}));
  EXPECT_EQ(network.parameter("conv.norm.running_mean").values, (std::vector<float>{220, 221, 222}));
  EXPECT_EQ(network.parameter("conv.norm.running_var").values, (std::vector<float>{230, 231, 232}));
  EXPECT_EQ(network.parameter("head.weight").values, (std::vector<float>{300, 303, 301, 304, 302, 305}));
  EXPECT_EQ(network.parameter("head.bias").values, (std::vector<float>{310, 311}));

  EXPECT_EQ(report.prefix, "model.");
  EXPECT_EQ(report.layout, WeightLayout::spconv2);
  EXPECT_EQ(report.left_over, std::vector<std::string>{"other.weight"});
  EXPECT_TRUE(report.missing.empty());
  ASSERT_EQ(report.bound.size(), 7u);
  EXPECT_EQ(report.bound[0].parameter, "conv.weight");
  EXPECT_EQ(report.bound[0].key, "model.layer.0.weight");
  EXPECT_EQ(report.bound[0].shape, (Shape{3, 3, 2}));
  std::ostringstream text;
  text << report;
  EXPECT_EQ(
      text.str(),
      "7 parameters bound by a project, behind \"model.\", weights as spconv2 has them; 1 left over: other.weight\n");
}

TEST(BindParameters, TakesItsOwnNamesWhereNoTableIsTold) {
  Network network = small_network();
  std::vector<NamedArray> arrays;
  for (auto const& [name, parameter] : network.parameters()) arrays.push_back(counted(name, parameter.shape, 5));
  BindReport const report = bind_parameters(network, arrays, {.layout = WeightLayout::sparseconv});
  EXPECT_EQ(report.prefix, "");
  for (auto const& [name, parameter] : network.parameters()) {
    EXPECT_EQ(make_array(parameter.shape, parameter.values).bytes, counted(name, parameter.shape, 5).array.bytes)
        << name;
  }
}

TEST(BindParameters, FindsTheLayoutThatAllWeightsShare) {
  // By itself, the first weight is k i o as well as o k i: 3 -> 3 channels of kernel 3. The second is not.
  Network network("Small");
  Value x = network.input("x", {.axes = 1, .channels = 3});
  x = network.submanifold_conv("conv1", x, {.out_channels = 3});
  network.output("y", network.submanifold_conv("conv2", x, {.out_channels = 4}));
  NameTable const table{.project = "p", .layouts = {WeightLayout::spconv2, WeightLayout::spconv1}};
  std::vector<NamedArray> arrays{counted("conv1.weight", {3, 3, 3}, 0), counted("conv2.weight", {3, 3, 4}, 0)};
  BindReport const report = bind_parameters(network, arrays, {.tables = {table}});
  EXPECT_EQ(report.layout, WeightLayout::spconv1);
  EXPECT_EQ(network.parameter("conv1.weight").values[1], 1.0f);

  arrays[1] = counted("conv2.weight", {4, 3, 3}, 0);
  EXPECT_EQ(bind_parameters(network, arrays, {.tables = {table}}).layout, WeightLayout::spconv2);
  EXPECT_EQ(network.parameter("conv1.weight").values[1], 9.0f);
}

TEST(BindParameters, AsksForTheLayoutWhereShapesDoNotTell) {
  Network network("Small");
  Value const x = network.input("x", {.axes = 1, .channels = 3});
  network.output("y", network.submanifold_conv("conv", x, {.out_channels = 3}));
  std::vector<NamedArray> const arrays{counted("conv.weight", {3, 3, 3}, 0)};
  NameTable const table{.project = "p", .layouts = {WeightLayout::spconv2, WeightLayout::spconv1}};
  EXPECT_EQ(message_of<ShapeError>([&] { return bind_parameters(network, arrays, {.tables = {table}}); }),
            "bind_parameters: Small: the weights' shapes fit the layouts spconv2 and spconv1, which differ for "
            "\"conv.weight\"; say which by BindOptions::layout");
  BindOptions const told{.tables = {table}, .layout = WeightLayout::spconv1};
  EXPECT_EQ(bind_parameters(network, arrays, told).layout, WeightLayout::spconv1);
}

TEST(BindParameters, ChoosesTheTableOfWhichMostIsThere) {
  Network network = small_network();
  NameTable const other{.project = "another", .rules = {{"conv", "first"}, {"conv.norm", "second"}}};
  BindReport const report = bind_parameters(network, small_checkpoint(), {.tables = {other, small_table}});
  EXPECT_EQ(report.project, "a project");
}

// Of two that differ in the order of axes, the shape of a kernel that is not a cube tells.
TEST(BindParameters, ChoosesTheTableWhoseShapesFit) {
  Network network("Small");
  Value const x = network.input("x", {.axes = 2, .channels = 1});
  network.output("y", network.sparse_conv("conv", x, {.out_channels = 2, .kernel_size = {3, 1}}));
  NameTable same{.project = "y x", .layouts = {WeightLayout::spconv2}};
  NameTable reversed{.project = "x y", .layouts = {WeightLayout::spconv2}, .axes = AxisOrder::reversed};
  std::vector<NamedArray> const arrays{counted("conv.weight", {2, 1, 3, 1}, 0)};
  EXPECT_EQ(bind_parameters(network, arrays, {.tables = {same, reversed}}).project, "x y");
  EXPECT_EQ(network.parameter("conv.weight").values, (std::vector<float>{0, 3, 1, 4, 2, 5}));
}

TEST(BindParameters, NamesWhatIsMissing) {
  std::vector<NamedArray> arrays = small_checkpoint();
  std::erase_if(arrays, [](NamedArray const& named) { return named.name.ends_with("1.bias"); });
  EXPECT_EQ(
      refusal(arrays),
      "bind_parameters: Small: 1 of 7 parameters are not in the file: \"model.layer.1.bias\"; check the file and the "
      "NameTable, or set BindOptions::allow_missing");
  Network network = small_network();
  BindReport const report = bind_parameters(network, arrays, {.tables = {small_table}, .allow_missing = true});
  EXPECT_EQ(report.missing, std::vector<std::string>{"conv.norm.bias"});
  EXPECT_EQ(network.parameter("conv.norm.bias").values, (std::vector<float>{0, 0, 0}));
  EXPECT_EQ(network.parameter("conv.norm.weight").values, (std::vector<float>{200, 201, 202}));
  EXPECT_NE(to_string(report).find("1 missing: conv.norm.bias"), std::string::npos);
}

TEST(BindParameters, RefusesNumbersThatALayerHasNoPlaceFor) {
  std::vector<NamedArray> arrays = small_checkpoint();
  arrays.push_back(counted("model.layer.0.bias", {3}, 0));
  EXPECT_EQ(
      refusal(arrays),
      "bind_parameters: Small: the file has \"model.layer.0.bias\" beside numbers of the same layers that the network "
      "takes, and the network has no place for them; build it with those numbers (as .bias = true), or leave them out");
}

TEST(BindParameters, NamesAWeightOfAnotherShape) {
  std::vector<NamedArray> arrays = small_checkpoint();
  arrays[place_of(arrays, "model.layer.0.weight")] = counted("model.layer.0.weight", {3, 3, 4}, 0);
  EXPECT_EQ(
      refusal(arrays),
      "bind_parameters: Small: \"model.layer.0.weight\" has the shape (3, 3, 4); conv.weight takes a kernel of 3, 2 -> "
      "3 "
      "channels, which is another shape in the layout spconv2, spconv1; check the network's channels and kernels, or "
      "BindOptions::layout and ::axes");
  arrays = small_checkpoint();
  arrays[place_of(arrays, "model.layer.1.bias")] = counted("model.layer.1.bias", {4}, 0);
  EXPECT_EQ(
      refusal(arrays),
      "bind_parameters: Small: \"model.layer.1.bias\" has the shape (4,); conv.norm.bias takes 3; check the network's "
      "channels");
}

TEST(BindParameters, TakesTheTableOfAnEmbeddingAsItIs) {
  Network net("Table");
  net.output("y", net.embedding("table", net.input("x", {.channels = 1}), {.count = 3, .out_channels = 2}));
  std::vector<float> const numbers{1, 2, 3, 4, 5, 6};
  std::vector<NamedArray> const arrays{{"table.weight", make_array({3, 2}, numbers)}};
  EXPECT_EQ(bind_parameters(net, arrays).layout, std::nullopt);
  EXPECT_EQ(net.parameter("table.weight").values, numbers);
  std::vector<NamedArray> const turned{{"table.weight", make_array({2, 3}, numbers)}};
  EXPECT_EQ(
      message_of<ShapeError>([&] { return bind_parameters(net, turned).bound.size(); }),
      "bind_parameters: Table: \"table.weight\" has the shape (2, 3); table.weight takes 3 x 2; check the network's "
      "channels");
}

TEST(BindParameters, SaysWhatItLookedForWhereNothingIsThere) {
  EXPECT_EQ(refusal({counted("a", {1}, 0)}),
            "bind_parameters: Small: none of its 7 parameters is among the 1 arrays; \"layer.0.weight\" would be one, "
            "and \"a\" is "
            "there; give the NameTable of the file, or another prefix");
  EXPECT_NE(refusal({}).find("among the 0 arrays"), std::string::npos);
  EXPECT_NE(
      refusal(small_checkpoint(), {.tables = {small_table}, .prefix = "module."}).find("\"module.layer.0.weight\""),
      std::string::npos);
}

TEST(BindParameters, AsksForThePrefixWhereTwoFit) {
  std::vector<NamedArray> arrays = small_checkpoint();
  for (NamedArray const& named : small_checkpoint()) {
    if (named.name.starts_with("model.")) arrays.push_back({"teacher." + named.name, named.array});
  }
  EXPECT_EQ(refusal(arrays),
            "bind_parameters: Small: its numbers are there behind both \"model.\" and \"teacher.model.\"; say which by "
            "BindOptions::prefix");
  Network network = small_network();
  BindOptions const told{.tables = {small_table}, .prefix = "teacher.model."};
  BindReport const report = bind_parameters(network, arrays, told);
  EXPECT_EQ(report.prefix, "teacher.model.");
  EXPECT_EQ(report.left_over.size(), 8u);
}

TEST(BindParameters, RefusesWhatIsNoNumber) {
  for (float const bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    std::vector<NamedArray> arrays = small_checkpoint();
    arrays[place_of(arrays, "model.layer.1.bias")].array = make_array({3}, std::vector<float>{1, bad, 2});
    EXPECT_NE(refusal(arrays).find("\"model.layer.1.bias\": number 1 is "), std::string::npos);
  }
  // A double beyond float's range becomes one.
  std::vector<NamedArray> arrays = small_checkpoint();
  arrays[place_of(arrays, "model.layer.1.bias")].array = make_array({3}, std::vector<double>{1, 1e300, 2});
  EXPECT_NE(refusal(arrays).find("number 1 is inf"), std::string::npos);
}

TEST(BindParameters, RefusesTwoArraysOfOneName) {
  std::vector<NamedArray> arrays = small_checkpoint();
  arrays.push_back(arrays.front());
  EXPECT_EQ(refusal(arrays),
            "bind_parameters: Small: two arrays are called \"other.weight\"; give each a name of its own");
}

// Each sentence that has a name of the file in it, for a file whose names stand behind a hostile one.
TEST(BindParameters, ShowsNamesOfAFileAsTheyCanBePrinted) {
  std::string const prefix = test::hostile_name + ".";
  auto const named = [&](std::string const& name) { return prefix + "model." + name; };
  std::vector<NamedArray> good = small_checkpoint();
  for (NamedArray& one : good) one.name.insert(0, prefix);
  auto const with = [&](NamedArray added) {
    std::vector<NamedArray> arrays = good;
    std::erase_if(arrays, [&](NamedArray const& one) { return one.name == added.name; });
    arrays.push_back(std::move(added));
    return refusal(arrays);
  };
  std::vector<NamedArray> arrays = good;
  arrays.push_back(good[0]);
  test::expect_shown(refusal(arrays));  // two of one name
  arrays = good;
  std::erase_if(arrays, [&](NamedArray const& one) { return one.name == named("layer.1.bias"); });
  test::expect_shown(refusal(arrays));                                             // one is missing
  test::expect_shown(refusal({good[0]}));                                          // all are
  test::expect_shown(refusal(good, {.tables = {small_table}, .prefix = prefix}));  // they stand elsewhere
  arrays = good;
  for (NamedArray const& one : small_checkpoint()) arrays.push_back({one.name, one.array});
  test::expect_shown(refusal(arrays));                                       // two prefixes
  test::expect_shown(with(counted(named("layer.0.bias"), {3}, 0)));          // one too many
  test::expect_shown(with(counted(named("layer.0.weight"), {3, 3, 4}, 0)));  // another kernel
  test::expect_shown(with(counted(named("layer.1.bias"), {4}, 0)));          // another shape
  test::expect_shown(with({named("layer.1.bias"), make_array({3}, std::vector<float>{1, INFINITY, 2})}));

  Network ambiguous("Small");
  Value const x = ambiguous.input("x", {.axes = 1, .channels = 3});
  ambiguous.output("y", ambiguous.submanifold_conv("conv", x, {.out_channels = 3}));
  arrays = {counted(prefix + "conv.weight", {3, 3, 3}, 0)};
  test::expect_shown(message_of<ShapeError>([&] { return bind_parameters(ambiguous, arrays); }));

  Network network = small_network();
  BindReport const report = bind_parameters(network, good, {.tables = {small_table}});
  EXPECT_EQ(report.prefix, prefix + "model.") << "a report has names as the file has them";
  EXPECT_EQ(report.left_over, std::vector<std::string>{prefix + "other.weight"});
  test::expect_shown(to_string(report));
}

TEST(BindParameters, ListsTheFirstOfMany) {
  BindReport report{.project = "p"};
  for (int i = 0; i < 64; ++i) report.left_over.push_back("a" + std::to_string(i));
  EXPECT_TRUE(to_string(report).ends_with(" a62 a63\n")) << to_string(report);
  report.left_over.emplace_back("last");
  EXPECT_TRUE(to_string(report).ends_with("; 65 left over: a0 a1 a2" +
                                          to_string(report).substr(to_string(report).find(" a3 "))));
  EXPECT_TRUE(to_string(report).ends_with(" a62 a63 and 1 others\n")) << to_string(report);
}

// Each dot may end a prefix; looking up all that stands behind each of a million would take minutes.
TEST(BindParameters, TakesNoLongerForANameOfManyDots) {
  Network network = small_network();
  std::vector<NamedArray> arrays = small_checkpoint();
  arrays.push_back(counted(std::string(std::size_t{1} << 20, '.'), {1}, 0));
  EXPECT_EQ(bind_parameters(network, arrays, {.tables = {small_table}}).bound.size(), 7u);
}

// Half, bfloat16 and double become float; a norm of batch statistics has no use for running ones.
TEST(BindParameters, TakesAnyTypeOfNumbers) {
  Network network("Small");
  Value const x = network.input("x", {.axes = 1, .channels = 2});
  network.output("y", network.batch_norm("norm", x, 1e-5, NormStatistics::batch));
  std::vector<NamedArray> const arrays{{"norm.weight", make_array({2}, std::vector<half>{half(0.5f), half(2.0f)})},
                                       {"norm.bias", make_array({2}, std::vector<double>{0.25, 3})},
                                       counted("norm.running_mean", {2}, 0)};
  BindReport const report = bind_parameters(network, arrays);
  EXPECT_EQ(network.parameter("norm.weight").values, (std::vector<float>{0.5f, 2.0f}));
  EXPECT_EQ(network.parameter("norm.bias").values, (std::vector<float>{0.25f, 3.0f}));
  EXPECT_EQ(report.left_over, std::vector<std::string>{"norm.running_mean"});
  EXPECT_EQ(report.layout, std::nullopt);
}

TEST(NameTable, AStarIsANumber) {
  NameTable const table{.rules = {{"conv*.*.norm", "stage*.block*.bn"}, {"conv1", "first"}, {"conv*", "conv_*_*"}}};
  EXPECT_EQ(key_of(table, "conv12.3.norm"), "stage12.block3.bn");
  EXPECT_EQ(key_of(table, "conv1"), "first");
  EXPECT_EQ(key_of(table, "conv2"), "conv_2_*");
  EXPECT_EQ(key_of(table, "conv.3.norm"), "conv.3.norm");
  EXPECT_EQ(key_of(table, "conv2.x.norm"), "conv2.x.norm");
  EXPECT_EQ(key_of(table, "conv2.3.norms"), "conv2.3.norms");
}

}  // namespace
}  // namespace sparseconv::bind_parameters_test
