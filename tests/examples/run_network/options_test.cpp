#include "run_network/options.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "sparseconv/network/export_onnx.hpp"
#include "sparseconv/weights/write_onnx.hpp"
#include "support/error_message.hpp"
#include "support/temporary_file.hpp"

namespace run_network::options_test {
namespace {

/// What becomes of a command line after the program's name. Throws what the program's main catches.
Options options_of(std::vector<std::string> arguments) {
  CLI::App app;
  Options options;
  declare_options(app, options);
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 takes them
  app.parse(std::move(arguments));
  check_options(app, options, choose_network(options.network, options.trained.axes));
  return options;
}

std::string refusal_of(std::vector<std::string> const& arguments) {
  return sparseconv::test::message_of<sparseconv::Error>([&] { return options_of(arguments); });
}

std::string parse_error_of(std::vector<std::string> const& arguments) {
  return sparseconv::test::message_of<CLI::ParseError>([&] { return options_of(arguments); });
}

constexpr char const* names =
    "second, pooled, centerpoint, sparse_encoder, voxelnext, voxelnext_waymo, voxelnext_2d, minkunet14a, minkunet18a, "
    "minkunet34c, "
    "spvnas_minkunet, spunet, "
    "pillar, "
    "pillar_res18, tree_unet";

TEST(RunNetworkOptions, HaveDefaults) {
  Options const options = options_of({"second"});
  EXPECT_EQ(options.network, "second");
  EXPECT_EQ(options.scan.file, "");
  EXPECT_EQ(options.policy, "cpu");
  EXPECT_EQ(options.element, "float");
  EXPECT_EQ(options.repeat, 3);
  EXPECT_FALSE(options.threads.has_value());
  EXPECT_FALSE(options.instructions.has_value());
}

TEST(RunNetworkOptions, AreReadAsEncodeScanReadsThem) {
  Options const options = options_of({"spunet", "scan.bin", "--columns", "5", "--float16", "--voxel", "0.1,0.2,0.3",
                                      "--range", "-1,-2,-3,4,5,6", "--threads", "2", "--instructions", "portable",
                                      "--element", "half", "--seed", "7"});
  EXPECT_EQ(options.scan.file, "scan.bin");
  EXPECT_EQ(options.scan.records.columns, 5);
  EXPECT_EQ(options.scan.records.element, sparseconv::RecordElement::float16);
  EXPECT_EQ(options.scan.grid.voxel_size, (std::array<float, 3>{0.1F, 0.2F, 0.3F}));
  EXPECT_EQ(options.scan.grid.low, (std::array<double, 3>{-1, -2, -3}));
  EXPECT_EQ(options.scan.grid.high, (std::array<double, 3>{4, 5, 6}));
  EXPECT_EQ(options.threads, 2);
  EXPECT_EQ(options.instructions, "portable");
  EXPECT_EQ(options.element, "half");
  EXPECT_EQ(options.seed, 7U);
}

TEST(RunNetworkOptions, TakeSitesOfTwoAxes) {
  Options const options = options_of({"pillar", "--sites", "s.npy", "--features", "f.npy", "--shape", "5,6"});
  EXPECT_EQ(options.sites, "s.npy");
  EXPECT_EQ(options.features, "f.npy");
  EXPECT_EQ(options.shape, (std::vector<std::int32_t>{5, 6}));
  // What stands behind a shape is none of its numbers.
  Options const last = options_of({"--sites", "s.npy", "--features", "f.npy", "--shape", "7,8", "pillar"});
  EXPECT_EQ(last.network, "pillar");
  EXPECT_EQ(last.shape, (std::vector<std::int32_t>{7, 8}));
}

TEST(RunNetworkOptions, NameAllNetworksToWhomNamesNone) {
  EXPECT_EQ(refusal_of({}), std::string("run_network: no network is named; give one of ") + names +
                                ", or a file (.safetensors, .onnx)");
  EXPECT_EQ(refusal_of({"secnod"}), std::string("run_network: there is no network 'secnod'; give one of ") + names +
                                        " (--list says what they are), or a file (.safetensors, .onnx)");
}

TEST(RunNetworkOptions, WantSitesAndFeaturesTogether) {
  EXPECT_EQ(refusal_of({"second", "--sites", "s.npy"}),
            "run_network: --sites s.npy is given without --features; give a .npy file of N x C numbers");
  EXPECT_EQ(refusal_of({"second", "--features", "f.npy"}),
            "run_network: --features f.npy is given without --sites; give a .npy file of N x 4 integers, batch first");
  EXPECT_EQ(refusal_of({"second", "--shape", "5,5,5"}),
            "run_network: --shape is given without --sites; a scan's grid comes from --voxel and --range");
}

TEST(RunNetworkOptions, WantOneInput) {
  std::vector<std::string> const sites{"second", "--sites", "s.npy", "--features", "f.npy"};
  auto const with = [&](std::vector<std::string> const& more) {
    std::vector<std::string> all = sites;
    all.insert(all.end(), more.begin(), more.end());
    return refusal_of(all);
  };
  EXPECT_EQ(with({"scan.bin"}), "run_network: the scan scan.bin and --sites s.npy are given; give one of them");
  std::vector<std::vector<std::string>> const of_scans{
      {"--columns", "4"}, {"--float16"}, {"--array", "a"}, {"--voxel", "1,1,1"}, {"--range", "0,0,0,1,1,1"}};
  for (auto const& option : of_scans) {
    EXPECT_EQ(with(option), "run_network: " + option[0] + " is for scans, and --sites is given; leave one of them out");
  }
}

TEST(RunNetworkOptions, SayWhatPillarNetworksTake) {
  std::string const sentence =
      " takes --sites and --features: it works in 2-D on the features of pillars, which a point network makes of a "
      "scan";
  EXPECT_EQ(refusal_of({"pillar"}), "run_network: pillar" + sentence);
  EXPECT_EQ(refusal_of({"second", "--prefix", "backbone."}),
            "run_network: --prefix says how --weights is read, which is not given; give both, or none");
  EXPECT_EQ(options_of({"second", "--weights", "a.pth", "--layout", "spconv1"}).trained.layout, "spconv1");
  EXPECT_EQ(options_of({"second", "--weights", "a.pth", "--axes", "reversed"}).trained.axes, "reversed");
  EXPECT_EQ(refusal_of({"second", "--save", "net.pt"}),
            "run_network: --save net.pt: a network is saved as .safetensors; give a name that ends so");
  EXPECT_EQ(refusal_of({"second", "--save", "a.safetensors", "--output", "a.safetensors"}),
            "run_network: --save and --output both name a.safetensors; give each a file of its own");
  EXPECT_EQ(refusal_of({"second", "--weights", "a.safetensors", "--save", "a.safetensors"}),
            "run_network: --save and --weights both name a.safetensors; give each a file of its own");
  EXPECT_EQ(refusal_of({"second", "--axes", "same"}),
            "run_network: --axes says how --weights is read, which is not given; give both, or none");
  EXPECT_EQ(refusal_of({"pillar_res18", "scan.bin", "--parameters"}), "run_network: pillar_res18" + sentence);
  EXPECT_TRUE(options_of({"pillar", "--parameters"}).parameters);
}

TEST(RunNetworkOptions, RefuseAxesThatDoNotFitAGraph) {
  sparseconv::test::TemporaryFile const file("xyz.onnx", {});
  std::string const path = file.path().string();
  sparseconv::Network net("scn");
  net.output("1", net.linear("conv0", net.input("0", {.axes = 3, .channels = 4}), {.out_channels = 2}));
  auto const write = [&](sparseconv::AxisOrder axes) {
    write_onnx(path, export_onnx(net, {.spatial_shape = {4, 5, 6}, .axes = axes, .dense_map = true}));
  };
  std::string const begin = "run_network: " + path + ": by its ScatterDense the graph runs over ";
  write(sparseconv::AxisOrder::reversed);
  EXPECT_EQ(refusal_of({path}), begin + "x, y, z, and a scan gives voxels over z, y, x; give --axes reversed");
  EXPECT_EQ(options_of({path, "--axes", "reversed"}).network, path);
  EXPECT_EQ(options_of({path, "--parameters"}).network, path);
  EXPECT_EQ(options_of({path, "--sites", "s.npy", "--features", "f.npy"}).network, path);
  write(sparseconv::AxisOrder::same);
  EXPECT_EQ(refusal_of({path, "--axes", "reversed"}),
            begin + "z, y, x, and a scan gives voxels over z, y, x; leave --axes reversed out");
  EXPECT_EQ(options_of({path}).network, path);
  EXPECT_EQ(refusal_of({path, "--axes", "same", "--weights", "a.npz"}),
            "run_network: --axes would say how " + path +
                " is read and how --weights a.npz is; make a file of the network first, by --parameters --save "
                "network.safetensors, and run that");
}

TEST(RunNetworkOptions, RefuseWhatAPolicyWouldNotHear) {
  EXPECT_EQ(refusal_of({"second", "--policy", "seq", "--threads", "2"}),
            "run_network: --threads is for --policy cpu, and --policy is seq; leave one of them out");
  EXPECT_EQ(refusal_of({"second", "--policy", "gpu", "--instructions", "avx2"}),
            "run_network: --instructions is for --policy cpu, and --policy is gpu; leave one of them out");
}

TEST(RunNetworkOptions, RefuseFilesThatCouldNotBeWritten) {
  EXPECT_EQ(
      refusal_of({"second", "--parameters", "--json", "t.json"}),
      "run_network: --parameters runs nothing, so there is nothing for --output or --json to write; leave it out");
  EXPECT_EQ(refusal_of({"second", "--output", "x", "--json", "x"}),
            "run_network: --output and --json both name x; give each a file of its own");
  EXPECT_EQ(
      refusal_of({"second", "--output", "/nowhere/at/all/x.npz"}),
      "run_network: --output /nowhere/at/all/x.npz: there is no folder /nowhere/at/all; make it, or give a path in an "
      "existing folder");
  EXPECT_EQ(
      refusal_of({"second", "--json", "/nowhere/at/all/x.json"}),
      "run_network: --json /nowhere/at/all/x.json: there is no folder /nowhere/at/all; make it, or give a path in an "
      "existing folder");
}

TEST(RunNetworkOptions, RefuseWordsThatAreNone) {
  EXPECT_NE(parse_error_of({"second", "--policy", "tpu"}).find("--policy: tpu not in {seq,cpu,gpu}"),
            std::string::npos);
  EXPECT_NE(parse_error_of({"second", "--element", "int8"}).find("int8 not in {float,half,bfloat16,double}"),
            std::string::npos);
  EXPECT_NE(parse_error_of({"second", "--instructions", "sse"})
                .find("sse not in {portable,avx2,avx512,avx512_bf16,amx_bf16,amx_fp16}"),
            std::string::npos);
  EXPECT_NE(parse_error_of({"second", "--repeat", "0"}).find("--repeat"), std::string::npos);
  EXPECT_NE(parse_error_of({"second", "--threads", "-1"}).find("--threads"), std::string::npos);
  EXPECT_NE(parse_error_of({"second", "--shape", "5,a,5"}).find("--shape"), std::string::npos);
}

}  // namespace
}  // namespace run_network::options_test
