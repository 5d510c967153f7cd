#include "sparseconv/execute/device/pack_weights.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace sparseconv::device_pack_weights_test {
namespace {

TEST(PackWeights, TransposesAndPadsEachElement) {
  // Two elements of 3 x 2: 11 12 / 21 22 / 31 32 and the same plus 100.
  std::vector<float> const weights = {11, 12, 21, 22, 31, 32, 111, 112, 121, 122, 131, 132};
  ASSERT_EQ(on_device::packed_in_channels<float>(3), 4);
  ASSERT_EQ(on_device::packed_weights_size<float>(2, 3, 2), 16);
  std::vector<float> packed(16, -1);
  on_device::PackWeights<float> const pack{weights.data(), packed.data(), 3, 2};
  for (std::int64_t i = 0; i < 16; ++i) pack(i);
  EXPECT_EQ(packed, (std::vector<float>{11, 21, 31, 0, 12, 22, 32, 0, 111, 121, 131, 0, 112, 122, 132, 0}));
}

TEST(PackWeights, WidensWhatIsStoredNarrower) {
  std::vector<half> const weights = {half(0.5F), half(-0x1p-24F), half(65504.F)};  // the smallest and the largest
  std::vector<float> packed(4, -1);
  on_device::PackWeights<float, half> const pack{weights.data(), packed.data(), 3, 1};
  for (std::int64_t i = 0; i < 4; ++i) pack(i);
  EXPECT_EQ(packed, (std::vector<float>{0.5F, -0x1p-24F, 65504, 0}));
}

TEST(PackWeights, PadsToSixteenBytes) {
  EXPECT_EQ(on_device::packed_in_channels<half>(1), 8);
  EXPECT_EQ(on_device::packed_in_channels<half>(8), 8);
  EXPECT_EQ(on_device::packed_in_channels<bfloat16>(17), 24);
  EXPECT_EQ(on_device::packed_in_channels<double>(3), 4);
}

TEST(PackWeights, RoundsForTensorCoresWhenTold) {
  float const between = 1 + 0x1p-10f + 0x1p-11f;  // half way from 1 + 2^-10 to 1 + 2^-9: away from zero
  float const below = 1 + 0x1p-11f - 0x1p-23f;
  std::vector<float> const weights = {between, -between, below, 3.5f};
  std::vector<float> packed(4);
  for (std::int64_t i = 0; i < 4; ++i) on_device::PackWeights<float>{weights.data(), packed.data(), 4, 1, true}(i);
  EXPECT_EQ(packed, (std::vector<float>{1 + 0x1p-9f, -1 - 0x1p-9f, 1, 3.5f}));
  for (std::int64_t i = 0; i < 4; ++i) on_device::PackWeights<float>{weights.data(), packed.data(), 4, 1, false}(i);
  EXPECT_EQ(packed, weights);
}

TEST(RoundedToTf32, KeepsInfinityAndNaN) {
  float const infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(on_device::rounded_to_tf32(-infinity), -infinity);
  EXPECT_EQ(on_device::rounded_to_tf32(std::numeric_limits<float>::max()), infinity);
  for (std::uint32_t const bits : {0x7fffffffu, 0xffffffffu, 0x7fc00000u}) {
    EXPECT_NE(on_device::rounded_to_tf32(std::bit_cast<float>(bits)),
              on_device::rounded_to_tf32(std::bit_cast<float>(bits)));
  }
}

}  // namespace
}  // namespace sparseconv::device_pack_weights_test
