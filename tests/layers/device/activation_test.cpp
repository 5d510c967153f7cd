// Activations alone, and softmax, on a device: the bits of the host.
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <utility>

#include "sparseconv/layers/activate.hpp"
#include "sparseconv/layers/softmax.hpp"
#include "support/device_policies.hpp"
#include "support/layer_sums.hpp"
#include "support/random_numbers.hpp"
#include "support/random_sites.hpp"
#include "support/same_index.hpp"

namespace sparseconv::device_activation_test {
namespace {

template <class Where>
class ActivationOnDevice : public test::DeviceTest<Where> {};
TYPED_TEST_SUITE(ActivationOnDevice, test::DevicePolicies);

constexpr Activation kinds[] = {no_activation, relu, leaky_relu(0.1), relu6,          gelu,
                                gelu_tanh,     silu, sigmoid,         tanh_activation};
constexpr Grid<3> room{.shape = {9, 8, 7}, .batch_size = 2};

/// Features up to 9, of which some are NaN and infinite.
template <class T>
SparseTensor<T, 3> features_with_holes(std::int64_t channels) {
  SiteSet<3> const sites = test::random_site_set(room, 150, 1);
  Buffer<T> features(sites.size() * channels);
  test::RandomNumbers random(2);
  for (T& number : features) number = static_cast<T>(9 * random.number<double>());
  features[0] = std::numeric_limits<T>::quiet_NaN();
  features[channels] = std::numeric_limits<T>::infinity();
  features[2 * channels] = static_cast<T>(-std::numeric_limits<double>::infinity());
  return {sites, channels, std::move(features)};
}

template <class T, class Call>
void expect_bits_of_the_host(auto const& where, SparseTensor<T, 3> const& input, Call const& call) {
  auto const there = copy_to(where, input);
  SparseTensor<T, 3> const expected = call(seq, input);
  auto result = call(where, there);
  test::expect_waits(where, 0, [&] { result = call(where, there); });
  SparseTensor<T, 3> const here = copy_to_host(where, result);
  EXPECT_TRUE(test::same_sites(here.sites(), expected.sites()));
  EXPECT_TRUE(test::same_bits_or_nan<T>(here.features().values(), expected.features().values()));
}

TYPED_TEST(ActivationOnDevice, AloneHasTheBitsOfTheHost) {
  auto const& where = TypeParam::policy();
  auto const check = [&]<class T>(T) {
    auto const input = features_with_holes<T>(17);
    for (Activation const activation : kinds) {
      SCOPED_TRACE(to_string(activation));
      expect_bits_of_the_host(where, input,
                              [&](auto const& at, auto const& tensor) { return activate(at, tensor, activation); });
    }
  };
  check(float{});
  check(double{});
  check(half{});
  check(bfloat16{});
}

TYPED_TEST(ActivationOnDevice, SoftmaxHasTheBitsOfTheHost) {
  auto const& where = TypeParam::policy();
  auto const check = [&]<class T>(T) {
    for (std::int64_t const channels : {1, 3, 33}) {
      expect_bits_of_the_host(where, features_with_holes<T>(channels),
                              [](auto const& at, auto const& tensor) { return softmax(at, tensor); });
    }
  };
  check(float{});
  check(double{});
  check(half{});
  check(bfloat16{});
  auto const nothing = softmax(where, copy_to(where, SparseTensor<float, 3>(SiteSet<3>(room, {}), 4)));
  EXPECT_EQ(nothing.size(), 0);
  auto const no_channels = softmax(where, copy_to(where, SparseTensor<float, 3>(test::random_site_set(room, 9, 1), 0)));
  EXPECT_EQ(no_channels.size(), 9);
}

}  // namespace
}  // namespace sparseconv::device_activation_test
