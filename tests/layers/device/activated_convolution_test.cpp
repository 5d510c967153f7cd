// Activations after a convolution on a device, which applies them in passing: numbers within what rounding allows.
// Not run as PTX: its kernels are those of kernels_test.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>

#include "sparseconv/layers/submanifold_conv.hpp"
#include "support/device_policies.hpp"
#include "support/random_numbers.hpp"
#include "support/random_sites.hpp"
#include "support/rounding.hpp"

namespace sparseconv::device_activated_convolution_test {
namespace {

template <class Where>
class ActivatedConvolution : public test::DeviceTest<Where> {};
TYPED_TEST_SUITE(ActivatedConvolution, test::DevicePolicies);

constexpr Activation kinds[] = {relu6, gelu, gelu_tanh, silu, sigmoid, tanh_activation};
constexpr Grid<3> room{.shape = {9, 8, 7}, .batch_size = 2};

// Sums differ in their order from the host's; what follows is no steeper than 1.2. Rows of whole chunks and others.
TYPED_TEST(ActivatedConvolution, AgreesWithTheHost) {
  auto const& where = TypeParam::policy();
  auto const check = [&]<class T>(T, std::int64_t out_channels) {
    auto const input = test::random_tensor<T>(test::random_site_set(room, 60, 3), 12, 4);
    auto const shortcut = test::random_tensor<T>(input.sites(), out_channels, 5);
    for (Activation const activation : kinds) {
      SCOPED_TRACE(to_string(activation));
      SubmanifoldConv3D<T> layer(
          {.in_channels = 12, .out_channels = out_channels, .bias = true, .activation = activation, .seed = 6});
      layer.set_bias(test::random_numbers<T>(out_channels, 7));
      auto const expected = layer.with_residual(seq, input, shortcut);
      auto const there = copy_to(where, layer);
      auto const input_there = copy_to(where, input);
      auto const shortcut_there = copy_to(where, shortcut, input_there.sites());
      double const magnitude = std::sqrt(6.0 * 27 * 12) + 2;
      double const bound = 2.4 * test::rounding_bound<T>(27 * 12 + 3, magnitude);
      auto const agrees = [&](auto how) {
        auto const result = copy_to_host(where, there.with_residual(where, input_there, shortcut_there, how));
        EXPECT_LE(test::largest_difference(result.features(), expected.features()), bound);
      };
      agrees(dataflow::implicit_gemm);
      agrees(dataflow::gather_gemm_scatter);
    }
  };
  check(float{}, 17);
  check(float{}, 24);
  check(half{}, 24);
}

}  // namespace
}  // namespace sparseconv::device_activated_convolution_test
