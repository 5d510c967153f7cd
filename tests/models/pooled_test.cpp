#include "sparseconv/models/pooled.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "sparseconv/network/prepare.hpp"
#include "support/error_message.hpp"
#include "support/feature_view.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"
#include "support/rounding.hpp"

namespace sparseconv::pooled_test {
namespace {

using test::message_of;

TEST(Pooled, HasTwoLayersOfEachWidthAndPoolsBetweenThem) {
  Network const network = pooled(3);
  Graph const& graph = network.graph();
  std::vector<std::int64_t> channels;  // a pooling as 0
  for (Node const& node : graph.nodes()) {
    if (auto const* const conv = std::get_if<ConvNode>(&node.operation)) {
      EXPECT_EQ(conv->geometry.definition, OutputDefinition::submanifold) << node.name;
      EXPECT_EQ(conv->geometry.kernel_size, AxisNumbers(3)) << node.name;
      EXPECT_FALSE(conv->bias) << node.name;
      channels.push_back(conv->out_channels);
    } else if (auto const* const pool = std::get_if<PoolNode>(&node.operation)) {
      EXPECT_EQ(pool->geometry.on_axes<3>(), (KernelGeometry<3>{.kernel_size = 2, .stride = 2})) << node.name;
      EXPECT_EQ(pool->pooling, Pooling::max) << node.name;
      channels.push_back(0);
    }
  }
  EXPECT_EQ(channels, (std::vector<std::int64_t>{64,  64, 0,   96,  96, 0,   128, 128, 0,   160,
                                                 160, 0,  192, 192, 0,  224, 224, 0,   256, 256}));
  EXPECT_EQ(graph.size(), 1 + std::ssize(channels)) << "the input and nothing else";
}

TEST(Pooled, GoesToASixtyFourthAndHasTheBitsOfAnyThreadCount) {
  SiteSet<3> const sites = test::random_site_set(Grid<3>{.shape = {64, 130, 128}}, 500, 1);
  auto const input = test::random_tensor<float>(sites, 3, 2);
  auto const engine = prepare<float>(cpu, pooled(3, 4));
  auto const expected = engine(test::OnCpu<1>::policy(), input);
  EXPECT_EQ(expected.grid().shape, (Shape<3>{1, 2, 2}));
  EXPECT_EQ(expected.channels(), 256);
  auto const actual = engine(test::OnCpu<3>::policy(), input);
  EXPECT_TRUE(test::same_bits<float>(actual.features(), expected.features()));
  double largest = 0;
  for (float const number : expected.features().values())
    largest = std::max(largest, std::fabs(static_cast<double>(number)));
  EXPECT_GT(largest, 0);
  EXPECT_LE(test::largest_difference(test::feature_view(engine(seq, input)), expected.features()), 1e-5 * largest);
}

TEST(Pooled, HasTheSameBitsHoweverItsWeightsAreStored) {
  SiteSet<3> const sites = test::random_site_set(Grid<3>{.shape = {64, 66, 64}}, 60, 1);
  auto const input = test::random_tensor<float>(sites, 3, 2);
  auto const& where = test::OnCpu<2>::policy();
  Network const network = pooled(3, 4);
  auto const result = prepare<float, bfloat16>(where, network)(where, input);
  Network rounded = network;
  for (auto const& [name, parameter] : network.parameters()) {
    for (float& value : rounded.parameter(name).values) value = static_cast<float>(bfloat16(value));
  }
  EXPECT_TRUE(
      test::same_bits<float>(result.features(), test::feature_view(prepare<float>(where, rounded)(where, input))));
  EXPECT_GT(
      test::largest_difference(result.features(), test::feature_view(prepare<float>(where, network)(where, input))), 0)
      << "weights of the same seed in float are others";
}

TEST(Pooled, RefusesOtherChannelsAndFlatGrids) {
  EXPECT_EQ(message_of<ShapeError>([] { return pooled(-1).parameter_count(); }),
            "Pooled, voxels: -1 channels; give at least 1");
  auto const engine = prepare<float>(cpu, pooled(1));
  auto const run = [&](Grid<3> const& grid, std::int64_t channels) {
    return engine(cpu, SparseTensor<float, 3>(SiteSet<3>(grid, {}), channels)).channels();
  };
  EXPECT_EQ(run({.shape = {64, 64, 64}}, 1), 256) << "without sites";
  EXPECT_EQ(message_of<ShapeError>([&] {
              return run({.shape = {64, 64, 64}}, 5);
            }),
            "Pooled, voxels: input has 5 channels, the network takes 1; they must be equal");
  EXPECT_EQ(message_of<ShapeError>([&] {
              return run({.shape = {64, 63, 64}}, 1);
            }).substr(0, 65),
            "Pooled, pool6: output_sites: no output is left along axis 1: the ");
}

}  // namespace
}  // namespace sparseconv::pooled_test
