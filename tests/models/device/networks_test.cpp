// Networks of the field on a device: the sites of the host, and numbers within what rounding allows.
// Not run as PTX: its kernels and bodies are those of index_test, on_device_test, activation_test, statistics_test and rows_test.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "sparseconv/models/pooled.hpp"
#include "sparseconv/models/second.hpp"
#include "sparseconv/network/prepare.hpp"
#include "support/device_policies.hpp"
#include "support/feature_view.hpp"
#include "support/random_sites.hpp"
#include "support/rounding.hpp"
#include "support/same_index.hpp"

namespace sparseconv::device_networks_test {
namespace {

template <class Where>
class NetworksOnDevice : public test::DeviceTest<Where> {};
TYPED_TEST_SUITE(NetworksOnDevice, test::DevicePolicies);

/// A network there against the same on `seq`, with weights of W.
template <class W, class Policy>
void expect_result_of_the_host(Policy const& where, Network const& network, SparseTensor<float, 3> const& input,
                               Preparation const& how = {}) {
  auto const result = copy_to_host(where, prepare<float, W>(where, network, how)(where, copy_to(where, input)));
  auto const expected = prepare<float, W>(seq, network, how)(seq, input);
  ASSERT_TRUE(test::same_sites(result.sites(), expected.sites()));
  double largest = 0;
  for (float const number : expected.features().values()) {
    largest = std::max(largest, std::fabs(static_cast<double>(number)));
  }
  EXPECT_GT(largest, 0);
  EXPECT_LE(test::largest_difference(result.features(), expected.features()), 1e-5 * largest);
}

TYPED_TEST(NetworksOnDevice, SecondIsThatOfTheHost) {
  SiteSet<3> const sites = test::random_site_set(Grid<3>{.shape = {41, 24, 24}}, 400, 14);
  auto const input = test::random_tensor<float>(sites, 4, 15);
  expect_result_of_the_host<float>(TypeParam::policy(), second(4, 16), input);
  expect_result_of_the_host<float>(TypeParam::policy(), second(4, 16), input, {.fold_norms = false, .fuse = false});
}

TYPED_TEST(NetworksOnDevice, PooledIsThatOfTheHost) {
  SiteSet<3> const sites = test::random_site_set(Grid<3>{.shape = {64, 64, 64}}, 40, 32);
  expect_result_of_the_host<float>(TypeParam::policy(), pooled(3), test::random_tensor<float>(sites, 3, 33));
}

TYPED_TEST(NetworksOnDevice, WithWeightsInBfloat16AreThoseOfTheHost) {
  SiteSet<3> const sites = test::random_site_set(Grid<3>{.shape = {64, 64, 64}}, 60, 55);
  auto const input = test::random_tensor<float>(sites, 4, 56);
  expect_result_of_the_host<bfloat16>(TypeParam::policy(), second(4, 57), input);
  expect_result_of_the_host<bfloat16>(TypeParam::policy(), second(4, 57), input, {.fold_norms = false, .fuse = false});
  expect_result_of_the_host<bfloat16>(TypeParam::policy(), pooled(4, 58), input);
}

TYPED_TEST(NetworksOnDevice, WaitOnceForEachNewSetOfSites) {
  auto const& where = TypeParam::policy();
  SiteSet<3> const sites = test::random_site_set(Grid<3>{.shape = {41, 24, 24}}, 100, 17);
  auto const engine = prepare<float>(where, second(4));
  auto const input = copy_to(where, test::random_tensor<float>(sites, 4, 18));
  decltype(engine(where, input)) result;
  test::expect_waits(where, 4, [&] { result = engine(where, input); });  // of the four strided layers
  auto const first = copy_to_host(where, result);
  test::expect_waits(where, 0, [&] { result = engine(where, input); });
  EXPECT_TRUE(std::ranges::equal(test::feature_view(copy_to_host(where, result)).values(), first.features().values()));
}

TYPED_TEST(NetworksOnDevice, TakeATensorWithoutSites) {
  auto const& where = TypeParam::policy();
  auto const none = copy_to(where, SparseTensor<float, 3>(SiteSet<3>({.shape = {64, 64, 64}}, {}), 4));
  EXPECT_EQ(prepare<float>(where, second(4))(where, none).channels(), 128);
  EXPECT_EQ(prepare<float>(where, pooled(4))(where, none).channels(), 256);
}

#if !defined(__CUDACC__)
TEST(EmulatedGpu, GetsBackAllItGave) {
  test::EmulatedGpu const where;
  {
    auto const engine = prepare<float>(where, second(4));
    SiteSet<3> const sites = test::random_site_set(Grid<3>{.shape = {41, 24, 24}}, 50, 21);
    (void)engine(where, copy_to(where, test::random_tensor<float>(sites, 4, 22)));
    EXPECT_GT(where.memory()->bytes_taken(), 0);
  }
  EXPECT_EQ(where.memory()->bytes_taken(), 0);
}
#endif

}  // namespace
}  // namespace sparseconv::device_networks_test
