// Random convolutions of float and double on the emulated device, against sums in long double over an oracle's pairs.
#include <gtest/gtest.h>

#include "support/random_layer_on_device.hpp"

namespace sparseconv::device_random_layers_test {
namespace {

TEST(RandomLayersOnDevice, OfFloatAgreeWithTheOracle) {
  test::expect_random_layers_on_the_device<1, float, float>(0);
}
TEST(RandomLayersOnDevice, OfFloatByHalfAgreeWithTheOracle) {
  test::expect_random_layers_on_the_device<3, float, half>(2);
}
TEST(RandomLayersOnDevice, OfFloatByBfloat16AgreeWithTheOracle) {
  test::expect_random_layers_on_the_device<2, float, bfloat16>(5);
}
TEST(RandomLayersOnDevice, OfDoubleAgreeWithTheOracle) {
  test::expect_random_layers_on_the_device<4, double, double>(4);
}

}  // namespace
}  // namespace sparseconv::device_random_layers_test
