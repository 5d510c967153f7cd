#include "sparseconv/tensor/folded_to_map.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>

#include "sparseconv/tensor/dense.hpp"
#include "support/error_message.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::folded_to_map_test {
namespace {

TEST(FoldedToMap, PutsZIntoTheChannels) {
  SiteSet<3> const sites = test::random_site_set<3>({.shape = {2, 5, 4}, .batch_size = 3}, 40, 1);
  DenseTensor<float, 3> const dense = to_dense(seq, test::random_tensor<float>(sites, 6, 2));
  DenseTensor<float, 2> const map = folded_to_map(dense);
  EXPECT_EQ(map.shape, (std::array<std::int64_t, 4>{3, 12, 5, 4}));
  for (std::int32_t batch = 0; batch < 3; ++batch) {
    for (std::int32_t c = 0; c < 6; ++c) {
      for (std::int32_t z = 0; z < 2; ++z) {
        for (std::int32_t y = 0; y < 5; ++y) {
          for (std::int32_t x = 0; x < 4; ++x) {
            ASSERT_EQ(map.at(c * 2 + z, {batch, {y, x}}), dense.at(c, {batch, {z, y, x}}));
          }
        }
      }
    }
  }
}

TEST(FoldedToMap, RefusesMoreChannelsThanCanBeCounted) {
  DenseTensor<float, 3> const none{.shape = {0, std::int64_t{1} << 40, std::int64_t{1} << 30, 1, 1}, .values = {}};
  EXPECT_EQ(test::message_of<CapacityError>([&] { return folded_to_map(none); }),
            "folded_to_map: the dense array has more than 2^63 - 1 values; convert a part of the grid");
}

}  // namespace
}  // namespace sparseconv::folded_to_map_test
