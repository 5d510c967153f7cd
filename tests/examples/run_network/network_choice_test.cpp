#include "run_network/network_choice.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sparseconv/network/export_onnx.hpp"
#include "sparseconv/weights/write_onnx.hpp"
#include "support/error_message.hpp"
#include "support/temporary_file.hpp"

namespace run_network::network_choice_test {
namespace {

using sparseconv::Network;
using sparseconv::test::message_of;
using sparseconv::test::TemporaryFile;

TEST(NetworkChoice, TakesANetworkOfTheField) {
  NetworkChoice const choice = choose_network("pillar");
  EXPECT_EQ(choice.name, "pillar");
  EXPECT_EQ(choice.axes, 2);
  EXPECT_EQ(choice.channels, 32);
  EXPECT_FALSE(choice.of_file);
  Network const network = choice.network(7, 1);
  EXPECT_EQ(network.graph().type(network.inputs()[0]).channels, 7);
}

TEST(NetworkChoice, TakesTheNetworkOfAFile) {
  TemporaryFile const file("small.safetensors", {});
  Network net("Small");
  net.output("out", net.linear("head", net.input("x", {.axes = 2, .channels = 5}), {.out_channels = 3}));
  save_network(file.path(), net);
  NetworkChoice const choice = choose_network(file.path().string());
  EXPECT_EQ(choice.axes, 2);
  EXPECT_EQ(choice.channels, 5);
  EXPECT_TRUE(choice.shape.empty());
  Network const same = choice.network(5, 9);
  EXPECT_EQ(same.name(), "Small");
  EXPECT_EQ(same.parameter("head.weight").values, net.parameter("head.weight").values);
}

TEST(NetworkChoice, NamesTheChannelsThatAFileTakes) {
  TemporaryFile const file("small.safetensors", {});
  Network net("Small");
  net.output("out", net.input("x", {.axes = 3, .channels = 5}));
  save_network(file.path(), net);
  NetworkChoice const choice = choose_network(file.path().string());
  EXPECT_EQ(message_of<sparseconv::Error>([&] { return choice.network(4, 1); }),
            "run_network: " + file.path().string() +
                ": the network takes 5 channels, and the input has 4; give --sites and --features with 5 columns, or a "
                "scan with as many numbers a point");
}

TEST(NetworkChoice, KnowsAGraphOverXyzByItsMap) {
  TemporaryFile const file("small.onnx", {});
  std::string const path = file.path().string();
  Network net("scn");
  net.output("1", net.submanifold_conv("conv0", net.input("0", {.axes = 3, .channels = 2}), {.out_channels = 2}));
  write_onnx(path, export_onnx(net, {.spatial_shape = {4, 5, 6}, .dense_map = true}));
  EXPECT_FALSE(choose_network(path).is_xyz);
  EXPECT_TRUE(choose_network(path, "reversed").is_xyz);
  sparseconv::OnnxExportOptions const xyz{
      .spatial_shape = {4, 5, 6}, .axes = sparseconv::AxisOrder::reversed, .dense_map = true};
  write_onnx(path, export_onnx(net, xyz));
  EXPECT_TRUE(choose_network(path).is_xyz);
  EXPECT_TRUE(choose_network(path, "same").is_xyz);
  EXPECT_FALSE(choose_network(path, "reversed").is_xyz);
}

TEST(NetworkChoice, TakesAGraphInEitherOrderOfAxes) {
  TemporaryFile const file("small.onnx", {});
  Network net("scn");
  net.output("1", net.submanifold_conv("conv0", net.input("0", {.axes = 3, .channels = 2}), {.out_channels = 2}));
  write_onnx(file.path(), export_onnx(net, {.spatial_shape = {4, 5, 6}}));
  NetworkChoice const choice = choose_network(file.path().string());
  EXPECT_EQ(choice.shape, (std::vector<std::int32_t>{4, 5, 6}));
  EXPECT_EQ(choice.channels, 2);
  EXPECT_EQ(choose_network(file.path().string(), "reversed").shape, (std::vector<std::int32_t>{6, 5, 4}));
}

TEST(NetworkChoice, RefusesWhatItCannotRun) {
  TemporaryFile const file("odd.safetensors", {});
  std::string const path = file.path().string();
  Network wide("Wide");
  wide.output("out", wide.linear("head", wide.input("x", {.axes = 4, .channels = 5}), {.out_channels = 3}));
  save_network(path, wide);
  EXPECT_EQ(message_of<sparseconv::Error>([&] { return choose_network(path); }),
            "run_network: " + path +
                ": the network works in 4 axes, and run_network in 2 or 3; run it by a program of your own");
  Network two("Two");
  two.input("x", {.axes = 3, .channels = 5});
  two.output("out", two.input("y", {.axes = 3, .channels = 5}));
  save_network(path, two);
  EXPECT_EQ(message_of<sparseconv::Error>([&] { return choose_network(path); }),
            "run_network: " + path +
                ": the network takes 2 inputs, and run_network gives one; run it by a program of your own");
}

}  // namespace
}  // namespace run_network::network_choice_test
