#include "run_network/networks.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace run_network {
namespace {

/// The table against the functions of the library with all their defaults.
TEST(Networks, AreThoseOfTheLibraryWithItsDefaults) {
  std::vector<std::function<sparseconv::Network()>> const expected{
      [] { return sparseconv::second(); },       [] { return sparseconv::pooled(); },
      [] { return sparseconv::centerpoint(); },  [] { return sparseconv::sparse_encoder(); },
      [] { return sparseconv::minkunet14a(); },  [] { return sparseconv::minkunet18a(); },
      [] { return sparseconv::minkunet34c(); },  [] { return sparseconv::spvnas_minkunet(); },
      [] { return sparseconv::spunet(); },       [] { return sparseconv::pillar(); },
      [] { return sparseconv::pillar_res18(); }, [] { return sparseconv::tree_unet(); }};
  ASSERT_EQ(networks().size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    NamedNetwork const& named = networks()[i];
    std::string const table = to_string(expected[i]());
    sparseconv::Network const network = named.make(named.channels, 0);
    EXPECT_EQ(to_string(network), table) << named.name;
    EXPECT_EQ(network.graph().type(network.inputs()[0]).axes, named.axes) << named.name;
  }
}

TEST(Networks, TakeChannelsAndSeed) {
  for (NamedNetwork const& named : networks()) {
    if (std::string(named.name).find("minkunet") != std::string::npos && std::string(named.name) != "minkunet14a") {
      continue;  // the same function as minkunet14a, of tens of millions of numbers
    }
    sparseconv::Network const first = named.make(7, 1);
    sparseconv::Network const second = named.make(7, 2);
    EXPECT_EQ(first.graph().type(first.inputs()[0]).channels, 7) << named.name;
    auto const differs = [&](auto const& named_parameter) {
      return named_parameter.second.values != second.parameter(named_parameter.first).values;
    };
    EXPECT_TRUE(std::ranges::any_of(first.parameters(), differs)) << named.name;
  }
}

TEST(Networks, AreListedALineEach) {
  std::string const list = network_list();
  EXPECT_EQ(std::ranges::count(list, '\n'), 13);
  for (NamedNetwork const& named : networks()) {
    EXPECT_NE(list.find("\n" + std::string(named.name) + " "), std::string::npos) << named.name;
  }
}

TEST(Networks, ListTheirParameters) {
  std::string const list = parameter_list(sparseconv::second());
  EXPECT_EQ(list.substr(0, list.find('\n')), "parameter                     shape         numbers");
  std::size_t const first = list.find("conv_input.weight");
  EXPECT_NE(list.substr(first, list.find('\n', first) - first).find("27 x 4 x 16"), std::string::npos);
  EXPECT_LT(first, list.find("conv_out.weight"));
  EXPECT_LT(list.find("conv4.2.weight"), list.find("conv_out.weight")) << "in the order of the nodes";
  // 12 norms: twice the channels 16 + 16 + 3 * 32 + 6 * 64 + 128 = 640.
  EXPECT_TRUE(list.ends_with("SECOND of 4 input channels: 711872 learned numbers, 1280 of statistics\n")) << list;
}

}  // namespace
}  // namespace run_network
