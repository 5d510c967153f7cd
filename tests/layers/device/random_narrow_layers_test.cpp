// Random convolutions of half and bfloat16 on the emulated device, against sums in long double over an oracle's pairs.
#include <gtest/gtest.h>

#include "support/random_layer_on_device.hpp"

namespace sparseconv::device_random_narrow_layers_test {
namespace {

TEST(RandomLayersOnDevice, OfHalfAgreeWithTheOracle) {
  test::expect_random_layers_on_the_device<2, half, half>(1);
}
TEST(RandomLayersOnDevice, OfBfloat16AgreeWithTheOracle) {
  test::expect_random_layers_on_the_device<3, bfloat16, bfloat16>(3);
}

}  // namespace
}  // namespace sparseconv::device_random_narrow_layers_test
