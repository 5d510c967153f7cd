#include "sparseconv/execute/device/device_bias.hpp"

#include <gtest/gtest.h>

#include <array>
#include <type_traits>

namespace sparseconv::device_device_bias_test {
namespace {

struct PlainBlock {
  template <class T>
  Accumulator<T> widened(T number) const {
    return number;
  }
};

TEST(DeviceBias, ReadsEachTypeThatItMayBeStoredAs) {
  std::array<float, 2> const in_float{1, -0x1p-30F};
  std::array<half, 2> const in_half{half(1.F), half(-0x1p-24F)};
  std::array<bfloat16, 2> const in_bfloat16{bfloat16(1.F), bfloat16(-0x1p-30F)};
  std::array<double, 2> const in_double{1, -0x1p-60};
  EXPECT_EQ(on_device::DeviceBias<float>(in_float.data()).load(PlainBlock{}, 1), -0x1p-30F);
  EXPECT_EQ(on_device::DeviceBias<float>(in_half.data()).load(PlainBlock{}, 1), -0x1p-24F);
  EXPECT_EQ(on_device::DeviceBias<float>(in_bfloat16.data()).load(PlainBlock{}, 1), -0x1p-30F);
  EXPECT_EQ(on_device::DeviceBias<half>(in_half.data()).load(PlainBlock{}, 1), -0x1p-24F);
  EXPECT_EQ(on_device::DeviceBias<bfloat16>(in_bfloat16.data()).load(PlainBlock{}, 0), 1);
  EXPECT_EQ(on_device::DeviceBias<double>(in_double.data()).load(PlainBlock{}, 1), -0x1p-60);
}

TEST(DeviceBias, MayBeNone) {
  float const* const none = nullptr;
  EXPECT_FALSE(on_device::DeviceBias<float>().present());
  EXPECT_FALSE(on_device::DeviceBias<float>(none).present());
  float const one = 1;
  EXPECT_TRUE(on_device::DeviceBias<float>(&one).present());
}

TEST(DeviceBias, TakesNoTypeThatItWouldRound) {
  static_assert(!std::is_constructible_v<on_device::DeviceBias<half>, float const*>);
  static_assert(!std::is_constructible_v<on_device::DeviceBias<half>, bfloat16 const*>);
  static_assert(!std::is_constructible_v<on_device::DeviceBias<float>, double const*>);
  static_assert(!std::is_constructible_v<on_device::DeviceBias<double>, float const*>);
}

}  // namespace
}  // namespace sparseconv::device_device_bias_test
