// A whole network in a CUDA graph, replayed.
#include <gtest/gtest.h>

#include <algorithm>

#include "sparseconv/cuda.cuh"
#include "sparseconv/models/second.hpp"
#include "sparseconv/network/prepare.hpp"
#include "support/cuda_stream.hpp"
#include "support/random_numbers.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::network_graph_test {
namespace {

template <class T>
class NetworkGraph : public ::testing::Test {};
using Elements = ::testing::Types<float, half>;
TYPED_TEST_SUITE(NetworkGraph, Elements);

TYPED_TEST(NetworkGraph, GivesTheSameBitsAtEachReplay) {
  using T = TypeParam;
  test::CudaStream const stream;
  GpuPolicy const where = gpu.on(stream);
  auto const engine = prepare<T>(where, second(4, 1));
  SiteSet<3> const sites = test::random_site_set(Grid<3>{.shape = {41, 24, 24}}, 400, 2);
  auto const features = [&](std::uint32_t seed) { return test::random_numbers<float>(sites.size() * 4, seed); };
  auto const values = features(3);
  auto input = copy_to(where, SparseTensor<float, 3>(sites, 4, Buffer<float>(values)));
  auto const expected = copy_to_host(where, engine(where, input));

  SparseTensor<float, 3, DeviceMemory> result;
  test::CudaGraph const graph(stream, [&] { result = engine(where, input); });
  for (int replays = 0; replays < 3; ++replays) {
    graph.replay(stream);
    auto const actual = copy_to_host(where, result);
    EXPECT_TRUE(std::ranges::equal(actual.features().values(), expected.features().values())) << replays;
  }

  // Other numbers in the same place: a replay reads them anew.
  auto const others = features(4);
  where.copy_to_device(input.features().data, others.data(), others.bytes());
  graph.replay(stream);
  auto const actual = copy_to_host(where, result);
  auto const anew = copy_to_host(where, engine(where, input));
  EXPECT_TRUE(std::ranges::equal(actual.features().values(), anew.features().values()));
  EXPECT_FALSE(std::ranges::equal(actual.features().values(), expected.features().values()));
}

}  // namespace
}  // namespace sparseconv::network_graph_test
