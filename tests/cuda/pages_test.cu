// What README.md and the pages of docs/ show for a GPU compiles, and gives the sites and numbers of the host.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "sparseconv/cuda.cuh"
#include "sparseconv/networks.hpp"
#include "support/cuda_stream.hpp"
#include "support/feature_view.hpp"
#include "support/random_numbers.hpp"
#include "support/random_sites.hpp"
#include "support/rounding.hpp"
#include "support/same_index.hpp"

namespace sc = sparseconv;

namespace sparseconv::pages_test {
namespace {

SparseTensor<float, 3> network_of_the_readme(PointCloud const& cloud, cudaStream_t stream) {
#include "README/on_a_gpu.cuda.inc"
  return result;
}

SparseTensor<float, 3> layer_of_the_guide(SubmanifoldConv3D<float> const& host_conv, SparseTensor<float, 3> const& x,
                                          cudaStream_t stream) {
#include "guide_policies/on_a_gpu.cuda.inc"
  return result;
}

void expect_result_of_the_host(SparseTensor<float, 3> const& result, SparseTensor<float, 3> const& expected) {
  ASSERT_TRUE(test::same_sites(result.sites(), expected.sites()));
  float largest = 0;
  for (float const number : expected.features().values()) largest = std::max(largest, std::fabs(number));
  EXPECT_GT(largest, 0);
  EXPECT_LE(test::largest_difference(result.features(), expected.features()), 1e-5 * static_cast<double>(largest));
}

TEST(Pages, TheNetworkOfTheReadmeIsThatOfTheHost) {
  test::RandomNumbers random(1);
  PointCloud cloud{.columns = 4};
  for (int point = 0; point < 3000; ++point) {
    cloud.values.insert(cloud.values.end(), {20 + 10 * random.number<float>(), 10 * random.number<float>(),
                                             -1 + random.number<float>(), random.number<float>()});
  }
  VoxelGrid const grid{.voxel_size = {.05F, .05F, .1F}, .low = {0, -40, -3}, .high = {70.4F, 40, 1}, .extra_slices = 1};
  auto const expected = prepare<float>(seq, second(4))(seq, voxelize(seq, cloud, grid).tensor);
  test::CudaStream const stream;
  expect_result_of_the_host(network_of_the_readme(cloud, stream), expected);
}

TEST(Pages, TheLayerOfTheGuideIsThatOfTheHost) {
  SubmanifoldConv3D<float> const conv({.in_channels = 8, .out_channels = 16});
  auto const x = test::random_tensor<float>(test::random_site_set(Grid<3>{.shape = {20, 20, 20}}, 600, 2), 8, 3);
  test::CudaStream const stream;
  expect_result_of_the_host(layer_of_the_guide(conv, x, stream), conv(seq, x));
}

}  // namespace
}  // namespace sparseconv::pages_test
