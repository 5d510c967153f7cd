// Two networks at once on one site set, whose derived index they share: a test for the thread sanitizer too.
#include <gtest/gtest.h>

#include <future>

#include "layers/layer_oracle.hpp"
#include "sparseconv/layers/sparse_conv.hpp"
#include "sparseconv/layers/submanifold_conv.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::two_networks_test {
namespace {

TEST(TwoNetworks, RunInTwoThreadsOnOneSiteSet) {
  auto const sites = test::random_site_set(Grid<3>{.shape = {20, 21, 22}, .batch_size = 2}, 1'500, 1);
  auto const input = test::random_tensor<float>(sites, 4, 2);
  SubmanifoldConv3D<float> const stem_a({.in_channels = 4, .out_channels = 8, .seed = 1});
  SubmanifoldConv3D<float> const stem_b({.in_channels = 4, .out_channels = 8, .seed = 2});
  SparseConv3D<float> const down({.in_channels = 8, .out_channels = 6, .kernel_size = 3, .stride = 2, .padding = 1});
  auto const expected_a = down(cpu, stem_a(cpu, input));
  auto const expected_b = down(cpu, stem_b(cpu, input));
  for (int round = 0; round < 5; ++round) {
    sites.release_derived();
    SparseTensor<float, 3> a;
    SparseTensor<float, 3> b;
    {
      auto const first = std::async(std::launch::async,
                                    [&] { a = down(cpu.threads(2), stem_a(cpu.threads(2), input)); });  // waited for
      auto const second = std::async(std::launch::async, [&] { b = down(cpu, stem_b(cpu, input)); });   // waited for
    }
    test::expect_same_tensor(a, expected_a);
    test::expect_same_tensor(b, expected_b);
    EXPECT_TRUE(a.sites().is(b.sites()));
  }
}

}  // namespace
}  // namespace sparseconv::two_networks_test
