#include "run_network/report.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace run_network::report_test {
namespace {

NamedOutput const radius{
    "radius", {.axes = 2, .coordinates = {0, 3, 4, 1, 5, 6}, .channels = 1, .features = {7, 8}, .shape = {9, 10}}};
NamedOutput const classes{"class",
                          {.axes = 2, .coordinates = {0, 3, 4}, .channels = 2, .features = {1.5F, 2}, .shape = {}}};

TEST(OutputArrays, OfOneOutputHaveNoPrefix) {
  auto const arrays = output_arrays(std::vector{radius});
  ASSERT_EQ(arrays.size(), 2U);
  EXPECT_EQ(arrays[0].name, "coordinates");
  EXPECT_EQ(arrays[0].array.type, sparseconv::ScalarType::int32);
  EXPECT_EQ(arrays[0].array.shape, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(arrays[0].array.values_as<std::int32_t>("test"), radius.list.coordinates);
  EXPECT_EQ(arrays[1].name, "features");
  EXPECT_EQ(arrays[1].array.type, sparseconv::ScalarType::float32);
  EXPECT_EQ(arrays[1].array.shape, (std::vector<std::int64_t>{2, 1}));
  EXPECT_EQ(arrays[1].array.values_as<float>("test"), radius.list.features);
}

TEST(OutputArrays, OfSeveralOutputsAreNamedForThem) {
  auto const arrays = output_arrays(std::vector{radius, classes});
  ASSERT_EQ(arrays.size(), 4U);
  EXPECT_EQ(arrays[0].name, "radius.coordinates");
  EXPECT_EQ(arrays[1].name, "radius.features");
  EXPECT_EQ(arrays[2].name, "class.coordinates");
  EXPECT_EQ(arrays[3].name, "class.features");
  EXPECT_EQ(arrays[3].array.shape, (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(arrays[3].array.values_as<float>("test"), classes.list.features);
}

Results results() {
  Results made;
  made.profile = {.network = "TreeUNet", .nodes = {{.name = "stem", .kind = "linear", .channels = 8, .sites = 2}}};
  made.cold_ms = 12.5;
  made.warm_ms = {3, 1, 2};
  made.outputs = {radius, classes};
  return made;
}

TEST(Report, SaysTimesAndOutputs) {
  EXPECT_EQ(median({3, 1, 2}), 2);
  EXPECT_EQ(median({4, 1, 2, 3}), 2.5);
  EXPECT_EQ(describe_times(results()), "cold 12.50 ms (from sites), warm 2.00 ms (median of 3)");
  EXPECT_EQ(describe(radius), "output radius: 2 sites of 1 channel, grid of 9 x 10");
  EXPECT_EQ(describe(classes), "output class: 1 site of 2 channels, grid of no bounds");
  RunOptions options{.policy = "cpu", .threads = 1, .instructions = sparseconv::InstructionSet::avx2};
  EXPECT_EQ(describe(options), "cpu, 1 thread, avx2");
  options.threads = 2;
  EXPECT_EQ(describe(options), "cpu, 2 threads, avx2");
  options.policy = "seq";
  EXPECT_EQ(describe(options), "seq");
}

TEST(Report, ForProgramsHasAllNumbers) {
  RunOptions options{.policy = "cpu", .threads = 2, .instructions = sparseconv::InstructionSet::portable};
  nlohmann::json const table = to_json(options, "half", classes.list, results());
  EXPECT_EQ(table["network"], "TreeUNet");
  EXPECT_EQ(table["nodes"].size(), 1U);
  EXPECT_EQ(table["nodes"][0]["name"], "stem");
  EXPECT_EQ(table["total_ms"], (nlohmann::json{{"cold", 12.5}, {"warm", {3.0, 1.0, 2.0}}, {"warm_median", 2.0}}));
  EXPECT_EQ(table["policy"], "cpu");
  EXPECT_EQ(table["threads"], 2);
  EXPECT_EQ(table["instructions"], "portable");
  EXPECT_EQ(table["element"], "half");
  EXPECT_EQ(table["input"], (nlohmann::json{{"sites", 1}, {"channels", 2}, {"shape", nullptr}}));
  ASSERT_EQ(table["outputs"].size(), 2U);
  EXPECT_EQ(table["outputs"][0],
            (nlohmann::json{{"name", "radius"}, {"sites", 2}, {"channels", 1}, {"shape", {9, 10}}}));
  options.policy = "seq";
  EXPECT_FALSE(to_json(options, "half", classes.list, results()).contains("threads"));
}

}  // namespace
}  // namespace run_network::report_test
