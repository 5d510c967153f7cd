#include "sparseconv/models/pooled_encoder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "support/error_message.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"
#include "support/rounding.hpp"
#include "support/stored_as.hpp"

namespace sparseconv {
namespace {

TEST(PooledEncoder, HasTwoLayersOfEachWidth) {
  PooledEncoder<float> const encoder(3);
  std::vector<std::int64_t> channels;
  for (auto const& layer : encoder.layers()) {
    channels.push_back(layer.out_channels());
  }
  EXPECT_EQ(channels, (std::vector<std::int64_t>{64, 64, 96, 96, 128, 128, 160, 160, 192, 192, 224, 224, 256, 256}));
  // 27 x (3 64 + 64 64 + 64 96 + 96 96 + 96 128 + 128 128 + ... + 224 256 + 256 256).
  EXPECT_EQ(encoder.parameter_count(), 27 * (192 + 4096 + 6144 + 9216 + 12288 + 16384 + 20480 + 25600 + 30720 + 36864 +
                                             43008 + 50176 + 57344 + 65536));
}

TEST(PooledEncoder, GoesToASixtyFourthAndHasTheBitsOfAnyThreadCount) {
  SiteSet<3> const sites = test::random_site_set(Grid<3>{.shape = {64, 130, 128}}, 500, 1);
  auto const input = test::random_tensor<float>(sites, 3, 2);
  PooledEncoder<float> const encoder(3, 4);
  auto const expected = encoder(test::OnCpu<1>::policy(), input);
  EXPECT_EQ(expected.grid().shape, (Shape<3>{1, 2, 2}));
  EXPECT_EQ(expected.channels(), 256);
  auto const actual = encoder(test::OnCpu<3>::policy(), input);
  EXPECT_TRUE(test::same_bits<float>(actual.features(), expected.features()));
  double largest = 0;
  for (float const number : expected.features().values())
    largest = std::max(largest, std::fabs(static_cast<double>(number)));
  EXPECT_GT(largest, 0);
  EXPECT_LE(test::largest_difference(encoder(seq, input).features(), expected.features()), 1e-5 * largest);
}

TEST(PooledEncoder, HasTheSameBitsHoweverItsWeightsAreStored) {
  SiteSet<3> const sites = test::random_site_set(Grid<3>{.shape = {64, 66, 64}}, 60, 1);
  auto const input = test::random_tensor<float>(sites, 3, 2);
  auto const& where = test::OnCpu<2>::policy();
  PooledEncoder<float, HostMemory, bfloat16> const encoder(3, 4);
  auto const result = encoder(where, input);
  std::vector<Convolution<float, 3>> layers;
  for (auto const& layer : encoder.layers()) layers.push_back(test::stored_as<float>(layer));
  PooledEncoder<float> const in_float(std::move(layers));
  EXPECT_TRUE(test::same_bits<float>(result.features(), in_float(where, input).features()));
  EXPECT_GT(test::largest_difference(result.features(), PooledEncoder<float>(3, 4)(where, input).features()), 0)
      << "weights of the same seed in float are others";
}

TEST(PooledEncoder, RefusesAnOddNumberOfLayers) {
  EXPECT_EQ(test::message_of<ShapeError>([] {
              return PooledEncoder<float>({SubmanifoldConv3D<float>({3, 4})});
            }),
            "PooledEncoder: 1 layers; give two for each stage");
}

}  // namespace
}  // namespace sparseconv
