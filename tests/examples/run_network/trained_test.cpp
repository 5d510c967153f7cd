#include "run_network/trained.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "sparseconv/models/second.hpp"
#include "sparseconv/weights/write_npz_arrays.hpp"
#include "support/hostile_name.hpp"
#include "support/temporary_file.hpp"

namespace run_network::trained_test {
namespace {

using sparseconv::test::TemporaryFile;

/// All numbers of a network under their own names, each 0.25 larger.
std::vector<sparseconv::NamedArray> changed_numbers(sparseconv::Network const& network) {
  std::vector<sparseconv::NamedArray> arrays;
  for (auto const& [name, parameter] : network.parameters()) {
    std::vector<float> values = parameter.values;
    for (float& value : values) value += 0.25f;
    arrays.push_back({name, sparseconv::make_array(parameter.shape, values)});
  }
  return arrays;
}

TEST(Trained, NumbersOfAFileTakeThePlaceOfThoseThatWereDrawn) {
  sparseconv::Network network = sparseconv::second(4, 3);
  EXPECT_FALSE(bind_weights(network, {}));
  TemporaryFile const file("second.npz", {});
  std::vector<sparseconv::NamedArray> const arrays = changed_numbers(network);
  sparseconv::write_npz_arrays(file.path(), arrays);
  auto const report =
      bind_weights(network, {.file = file.path().string(), .layout = std::nullopt, .prefix = std::nullopt, .axes = {}});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->bound.size(), arrays.size());
  EXPECT_EQ(report->project, "the network's own names");
  for (sparseconv::NamedArray const& named : arrays) {
    EXPECT_EQ(network.parameter(named.name).values, named.array.values_as<float>("test")) << named.name;
  }
  EXPECT_NE(parameter_list(network, report).find("conv_input.weight (27, 4, 16)"), std::string::npos);
}

TEST(Trained, NamesOfAFileAreShownAsTheyCanBePrinted) {
  sparseconv::Network const network = sparseconv::second(4, 3);
  sparseconv::BindReport report{};
  report.bound.push_back({"conv_input.weight", sparseconv::test::hostile_name, {27, 4, 16}});
  std::string const list = parameter_list(network, report);
  std::size_t const first = list.find("conv_input.weight");
  sparseconv::test::expect_shown(list.substr(first, list.find('\n', first) - first));
  EXPECT_NE(list.find("... (27, 4, 16)"), std::string::npos);
}

TEST(Trained, AxesMayBeReversed) {
  sparseconv::Network network = sparseconv::second(4, 3);
  TemporaryFile const file("second.npz", {});
  sparseconv::write_npz_arrays(file.path(), changed_numbers(network));
  std::vector<float> const same = network.parameter("conv_input.weight").values;
  bind_weights(network, {.file = file.path().string(), .layout = {}, .prefix = {}, .axes = "reversed"});
  std::vector<float> const& reversed = network.parameter("conv_input.weight").values;
  constexpr std::size_t numbers = 4 * 16;  // of a kernel element
  for (std::size_t z = 0; z < 3; ++z) {
    for (std::size_t y = 0; y < 3; ++y) {
      for (std::size_t x = 0; x < 3; ++x) {
        EXPECT_EQ(reversed[((z * 3 + y) * 3 + x) * numbers], same[((x * 3 + y) * 3 + z) * numbers] + 0.25F);
      }
    }
  }
}

TEST(Trained, ListsParameters) {
  std::string const list = parameter_list(sparseconv::second(), std::nullopt);
  EXPECT_EQ(list.substr(0, list.find('\n')), "parameter                     shape         numbers");
  std::size_t const first = list.find("conv_input.weight");
  EXPECT_NE(list.substr(first, list.find('\n', first) - first).find("27 x 4 x 16"), std::string::npos);
  EXPECT_LT(first, list.find("conv_out.weight"));
  EXPECT_LT(list.find("conv4.2.weight"), list.find("conv_out.weight")) << "in the order of the nodes";
  // 12 norms: twice the channels 16 + 16 + 3 * 32 + 6 * 64 + 128 = 640.
  EXPECT_TRUE(list.ends_with("SECOND of 4 input channels: 711872 learned numbers, 1280 of statistics\n")) << list;
}

}  // namespace
}  // namespace run_network::trained_test
