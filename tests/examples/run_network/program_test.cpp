// The program itself, as users run it: RUN_NETWORK_PROGRAM is its path.

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "sparseconv/network/export_onnx.hpp"
#include "sparseconv/networks.hpp"
#include "sparseconv/weights/npy_array.hpp"
#include "sparseconv/weights/npz_arrays.hpp"
#include "sparseconv/weights/write_onnx.hpp"
#include "support/run_program.hpp"
#include "support/temporary_file.hpp"

namespace run_network::program_test {
namespace {

namespace sc = sparseconv;
using sparseconv::test::Outcome;

/// 60 sites of two batch items, in no order, with three channels each.
struct Example {
  Example() {
    for (std::int32_t i = 0; i < 60; ++i) {
      sc::Coordinate<3> const site{.batch = i % 2, .position = {i * 7 % 5, i * 11 % 6, i}};
      points.push_back(site);
      coordinates.insert(coordinates.end(), {site.batch, site.position[0], site.position[1], site.position[2]});
      for (int c = 0; c < 3; ++c) features.push_back(static_cast<float>((i * 3 + c) * 37 % 23 - 11) / 8);
    }
  }

  [[nodiscard]] sc::SparseTensor<float, 3> tensor() const {
    sc::Grid<3> const grid{.shape = {8, 8, 64}, .batch_size = 2};
    return sc::make_sparse_tensor<float, 3>(sc::seq, grid, points, features);
  }

  std::vector<sc::Coordinate<3>> points;
  std::vector<std::int32_t> coordinates;
  std::vector<float> features;
};

class Program : public ::testing::Test {
 protected:
  Program() {
    sc::write_npy_array(path("sites.npy"), sc::make_array({60, 4}, example_.coordinates));
    sc::write_npy_array(path("features.npy"), sc::make_array({60, 3}, example_.features));
  }

  [[nodiscard]] Example const& example() const { return example_; }
  [[nodiscard]] std::string path(char const* name) const { return (file_.folder() / name).string(); }

  /// Runs it in the test's folder.
  [[nodiscard]] Outcome run(std::string const& arguments) const {
    return sparseconv::test::run_program(RUN_NETWORK_PROGRAM, arguments, file_.folder());
  }

  /// The names of what lies in the folder now.
  [[nodiscard]] std::set<std::string> files() const {
    std::set<std::string> names;
    for (auto const& entry : std::filesystem::directory_iterator(file_.folder()))
      names.insert(entry.path().filename().string());
    return names;
  }

 private:
  sparseconv::test::TemporaryFile file_{"folder", {}};
  Example example_;
};

std::string const input = " --sites sites.npy --features features.npy ";

TEST_F(Program, WritesWhatTheLibraryComputes) {
  Outcome const outcome =
      run("tree_unet" + input + "--shape 8,8,64 --threads 2 --repeat 2 --seed 5 --output out.npz --json out.json");
  ASSERT_EQ(outcome.status, 0) << outcome.text;
  EXPECT_NE(outcome.text.find("sites.npy: 60 sites, 3 channels, grid of 8 x 8 x 64"), std::string::npos);
  EXPECT_NE(outcome.text.find("TreeUNet, 551928 learned numbers"), std::string::npos);
  EXPECT_NE(outcome.text.find("warm "), std::string::npos);
  EXPECT_EQ(outcome.text.find("arithm. ms"), std::string::npos) << "the table is in the file";

  auto const where = sc::cpu.threads(1);
  auto const engine = sc::prepare<float>(where, sc::tree_unet(3, 5));
  auto const expected = engine.run(where, example().tensor());
  auto const arrays = sc::read_npz_arrays(path("out.npz"));
  ASSERT_EQ(arrays.size(), 6U);
  std::vector<std::string> const names{"radius", "direction", "class"};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(arrays[2 * i].name, names[i] + ".coordinates");
    EXPECT_EQ(arrays[2 * i + 1].name, names[i] + ".features");
    std::vector<std::int32_t> sites;
    for (auto const& site : expected[i].sites().coordinates()) {
      sites.push_back(site.batch);
      sites.insert(sites.end(), site.position.begin(), site.position.end());
    }
    auto const numbers = expected[i].features().values();
    EXPECT_EQ(arrays[2 * i].array.values_as<std::int32_t>("test"), sites);
    EXPECT_EQ(arrays[2 * i + 1].array.values_as<float>("test"), std::vector<float>(numbers.begin(), numbers.end()));
  }
  std::ifstream file(path("out.json"));
  auto const table = nlohmann::json::parse(file);
  EXPECT_EQ(table["network"], "TreeUNet");
  EXPECT_EQ(table["threads"], 2);
  EXPECT_EQ(table["total_ms"]["warm"].size(), 2U);
  EXPECT_EQ(table["nodes"].size(), static_cast<std::size_t>(engine.graph().size()));
  EXPECT_EQ(table["outputs"][1]["channels"], 3);
}

TEST_F(Program, RunsEveryElementOnEveryPolicyOfTheHost) {
  for (std::string const element : {"float", "half", "bfloat16", "double"}) {
    std::vector<std::vector<float>> features;
    for (std::string const policy : {"seq", "cpu --threads 1 --instructions portable"}) {
      Outcome const outcome =
          run("tree_unet" + input + "--repeat 1 --output out.npz --element " + element + " --policy " + policy);
      ASSERT_EQ(outcome.status, 0) << outcome.text;
      EXPECT_NE(outcome.text.find(", " + element + "\n"), std::string::npos) << outcome.text;
      EXPECT_NE(outcome.text.find("arithm. ms"), std::string::npos) << outcome.text;
      features.push_back(sc::read_npz_arrays(path("out.npz"))[1].array.values_as<float>("test"));
    }
    EXPECT_EQ(features[0].size(), 60U);
    EXPECT_EQ(features[0], features[1]) << element << ": the portable instructions have the bits of seq";
  }
}

TEST_F(Program, RunsInTwoDimensions) {
  sc::write_npy_array(path("pillars.npy"), sc::make_array({2, 3}, std::vector<std::int32_t>{0, 9, 9, 0, 2, 3}));
  sc::write_npy_array(path("numbers.npy"), sc::make_array({2, 2}, std::vector<float>{1, 2, 3, 4}));
  Outcome const outcome =
      run("pillar --sites pillars.npy --features numbers.npy --shape 16,16 --repeat 1 --output out.npz");
  ASSERT_EQ(outcome.status, 0) << outcome.text;
  auto const arrays = sc::read_npz_arrays(path("out.npz"));
  ASSERT_EQ(arrays.size(), 2U);
  EXPECT_EQ(arrays[0].name, "coordinates");
  EXPECT_EQ(arrays[0].array.shape[1], 3);
  EXPECT_EQ(arrays[1].name, "features");
  EXPECT_EQ(arrays[1].array.shape[1], 256);
}

TEST_F(Program, TakesAScan) {
  std::vector<float> points;
  for (int i = 0; i < 200; ++i) {
    auto const place = static_cast<float>(i);
    points.insert(points.end(), {place / 20 - 5, static_cast<float>(i % 17) - 8, static_cast<float>(i % 3) - 2, 0.5F});
  }
  std::ofstream(path("scan.bin"), std::ios::binary)
      .write(reinterpret_cast<char const*>(points.data()), static_cast<std::streamsize>(points.size() * sizeof(float)));
  Outcome const outcome = run("second scan.bin --repeat 1 --threads 1");
  ASSERT_EQ(outcome.status, 0) << outcome.text;
  EXPECT_NE(outcome.text.find("scan.bin, 200 points: 200 in "), std::string::npos) << outcome.text;
  EXPECT_NE(outcome.text.find("4 channels, grid of 41 x 1600 x 1600"), std::string::npos) << outcome.text;
  EXPECT_NE(outcome.text.find("output features: "), std::string::npos) << outcome.text;
}

TEST_F(Program, SavesANetworkAndRunsItFromItsFile) {
  Outcome const saved = run("tree_unet" + input + "--repeat 1 --seed 5 --output out.npz --save net.safetensors");
  ASSERT_EQ(saved.status, 0) << saved.text;
  auto const expected = sc::read_npz_arrays(path("out.npz"));
  Outcome const outcome = run("net.safetensors" + input + "--repeat 1 --output again.npz");
  ASSERT_EQ(outcome.status, 0) << outcome.text;
  EXPECT_NE(outcome.text.find("TreeUNet, 551928 learned numbers (net.safetensors)"), std::string::npos) << outcome.text;
  auto const found = sc::read_npz_arrays(path("again.npz"));
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(found[i].name, expected[i].name);
    EXPECT_EQ(found[i].array.values_as<float>("test"), expected[i].array.values_as<float>("test"));
  }
  Outcome const wrong = run("out.npz" + input);
  EXPECT_EQ(wrong.status, 1);
  EXPECT_NE(wrong.text.find("there is no network 'out.npz'; give one of second"), std::string::npos) << wrong.text;
}

TEST_F(Program, RunsAGraph) {
  // Numbers that a half holds, so that nothing is rounded on the way.
  sc::Network net("scn");
  sc::Value x = net.input("0", {.axes = 3, .channels = 3});
  x = net.sparse_conv("conv0", x, {.out_channels = 4, .stride = 2, .padding = 1, .bias = true});
  net.output("1", net.activate(x, sc::relu));
  for (auto const& [name, parameter] : net.parameters()) {
    auto& values = net.parameter(name).values;
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 17) / 8 - 1;
  }
  sc::write_onnx(path("net.onnx"), sc::export_onnx(net, {.spatial_shape = {8, 8, 64}}));
  Outcome const outcome = run("net.onnx" + input + "--repeat 1 --output out.npz");
  ASSERT_EQ(outcome.status, 0) << outcome.text;
  EXPECT_NE(outcome.text.find("grid of 8 x 8 x 64"), std::string::npos) << "as the graph says\n" << outcome.text;
  auto const expected = sc::evaluate(sc::seq, net, example().tensor());
  auto const arrays = sc::read_npz_arrays(path("out.npz"));
  ASSERT_EQ(arrays.size(), 2U);
  auto const numbers = expected.features().values();
  auto const found = arrays[1].array.values_as<float>("test");
  ASSERT_EQ(found.size(), numbers.size());
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], numbers[i], 1e-5);
}

TEST_F(Program, ListsNetworksAndParameters) {
  Outcome const list = run("--list");
  EXPECT_EQ(list.status, 0);
  EXPECT_NE(list.text.find("\ntree_unet "), std::string::npos) << list.text;
  Outcome const parameters = run("pillar --parameters");
  EXPECT_EQ(parameters.status, 0);
  EXPECT_NE(parameters.text.find("PillarBackBone8x of 32 input channels: 1956608 learned numbers"), std::string::npos)
      << parameters.text;
  Outcome const of_input = run("pooled --parameters" + input);
  EXPECT_NE(of_input.text.find("Pooled of 3 input channels: 10207296 learned numbers, 0 of statistics"),
            std::string::npos)
      << of_input.text;
}

/// Each mistake: exit status 1, one sentence, and no file.
TEST_F(Program, RefusesMistakesWithASentenceAndWritesNothing) {
  std::set<std::string> const before = files();
  auto const expect = [&](std::string const& arguments, std::string const& sentence) {
    Outcome const outcome = run(arguments + " --output out.npz --json out.json");
    EXPECT_EQ(outcome.status, 1) << arguments;
    EXPECT_NE(outcome.text.find(sentence), std::string::npos) << outcome.text;
    EXPECT_EQ(files(), before) << arguments;
  };
  expect("unet", "run_network: there is no network 'unet'; give one of second, pooled,");
  expect("second --sites sites.npy", "run_network: --sites sites.npy is given without --features");
  expect("pillar" + input, "pillar has 2 axes and takes N x 3");
  expect("second missing.bin", "missing.bin");
  expect("tree_unet" + input + "--shape 8,8,32", "is outside the grid (shape 8 x 8 x 32, batch_size 2)");
  expect("second" + input + "--shape 8,8,64", "SECOND, conv4.0: ");  // two slices are left for a kernel of three
  expect("second" + input + "--element int8", "--element: int8 not in {float,half,bfloat16,double}");
  expect("second" + input + "--policy gpu", "run_network: this program has no part for a GPU;");
  if (std::string const most = to_string(sc::every_instruction_set.back());
      most != to_string(sc::best_instruction_set())) {
    expect("second" + input + "--instructions " + most, "cpu.instructions: " + most + " is asked for");
  }
}

}  // namespace
}  // namespace run_network::program_test
