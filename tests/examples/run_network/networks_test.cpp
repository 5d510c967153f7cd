#include "run_network/networks.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace run_network::networks_test {
namespace {

struct Expected {
  char const* title;
  int axes;
  std::int64_t learned;  ///< as docs/networks.md has them
  std::int64_t output_channels;
};

TEST(Networks, AreThoseOfTheDocumentsWithDefaultChannels) {
  std::vector<Expected> const expected{{"SECOND", 3, 711872, 128},
                                       {"Pooled", 3, 10207296, 256},
                                       {"CenterPoint", 3, 2695312, 128},
                                       {"SparseEncoder", 3, 2694352, 128},
                                       {"VoxelNeXt", 3, 7981398, 2},
                                       {"VoxelNeXt", 3, 8257308, 2},
                                       {"VoxelNeXt2D", 2, 17911558, 2},
                                       {"MinkUNet14A", 3, 8024500, 20},
                                       {"MinkUNet18A", 3, 15493172, 20},
                                       {"MinkUNet34C", 3, 37856052, 20},
                                       {"SPVNAS-MinkUNet", 3, 21723315, 19},
                                       {"SpUNet", 3, 39157844, 20},
                                       {"PillarBackBone8x", 2, 1956608, 256},
                                       {"PillarRes18BackBone8x", 2, 3527168, 256},
                                       {"TreeUNet", 3, 551928, 1}};
  ASSERT_EQ(networks().size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    NamedNetwork const& named = networks()[i];
    sparseconv::Network const network = named.make(named.channels, 0);
    EXPECT_EQ(network.name(), expected[i].title);
    EXPECT_EQ(network.parameter_count(), expected[i].learned) << named.name;
    EXPECT_EQ(network.graph().type(network.outputs()[0].value).channels, expected[i].output_channels) << named.name;
    EXPECT_EQ(network.graph().type(network.inputs()[0]).axes, expected[i].axes) << named.name;
    EXPECT_EQ(named.axes, expected[i].axes) << named.name;
  }
}

TEST(Networks, TakeChannelsAndSeed) {
  for (char const* const name : {"second", "centerpoint", "sparse_encoder", "pillar", "pillar_res18", "tree_unet"}) {
    sparseconv::Network const first = network_named(name).make(7, 1);
    sparseconv::Network const second = network_named(name).make(7, 2);
    EXPECT_EQ(first.graph().type(first.inputs()[0]).channels, 7) << name;
    EXPECT_EQ(second.graph().type(second.inputs()[0]).channels, 7) << name;
    auto const differs = [&](auto const& named_parameter) {
      return named_parameter.second.values != second.parameter(named_parameter.first).values;
    };
    EXPECT_TRUE(std::ranges::any_of(first.parameters(), differs)) << name;
  }
}

TEST(Networks, AreListedALineEach) {
  std::string const list = network_list();
  EXPECT_EQ(std::ranges::count(list, '\n'), 16);
  for (NamedNetwork const& named : networks()) {
    EXPECT_NE(list.find("\n" + std::string(named.name) + " "), std::string::npos) << named.name;
  }
}

}  // namespace
}  // namespace run_network::networks_test
