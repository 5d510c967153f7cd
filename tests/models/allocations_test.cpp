// Every allocation of this program is counted, and may be made to fail. A warm network and a warm voxelization ask nothing of the
// heap; a call that is refused memory, at whichever step, leaves what it was given as it was and works when it is called again.

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <new>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sparseconv/config.hpp"
#include "sparseconv/models/pooled.hpp"
#include "sparseconv/models/second.hpp"
#include "sparseconv/network/prepare.hpp"
#include "sparseconv/points/voxelize.hpp"
#include "sparseconv/points/voxelizer.hpp"
#include "support/every_kind_of_node.hpp"
#include "support/list_of.hpp"
#include "support/point_clouds.hpp"
#include "support/random_sites.hpp"
#include "support/small_unet.hpp"

namespace {

std::atomic<std::int64_t> allocations{0};
std::atomic<std::int64_t> until_failure{-1};  // allocations that still succeed; negative: all
std::atomic<bool> fails_on{false};            // whether those after the one that fails do, too

void* counted(std::size_t bytes, std::size_t alignment) {
  ++allocations;
  if (until_failure >= 0 && until_failure-- == 0) {
    if (fails_on) until_failure = 0;
    throw std::bad_alloc();
  }
  // aligned_alloc wants whole multiples.
  void* const data = std::aligned_alloc(alignment, (bytes + alignment) / alignment * alignment);
  if (data == nullptr) throw std::bad_alloc();
  return data;
}

}  // namespace

// For the whole program that this file is part of.
SPARSECONV_NOINLINE void* operator new(std::size_t bytes) {
  return counted(bytes, alignof(std::max_align_t));
}
SPARSECONV_NOINLINE void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return counted(bytes, static_cast<std::size_t>(alignment));
}
SPARSECONV_NOINLINE void* operator new(std::size_t bytes, std::nothrow_t const&) noexcept {
  try {
    return counted(bytes, alignof(std::max_align_t));
  } catch (std::bad_alloc const&) {
    return nullptr;
  }
}
SPARSECONV_NOINLINE void operator delete(void* data) noexcept {
  std::free(data);
}
SPARSECONV_NOINLINE void operator delete(void* data, std::nothrow_t const&) noexcept {
  std::free(data);
}
SPARSECONV_NOINLINE void operator delete(void* data, std::size_t) noexcept {
  std::free(data);
}
SPARSECONV_NOINLINE void operator delete(void* data, std::align_val_t) noexcept {
  std::free(data);
}
SPARSECONV_NOINLINE void operator delete(void* data, std::size_t, std::align_val_t) noexcept {
  std::free(data);
}

namespace sparseconv::allocations_test {
namespace {

/// Whether a call asks nothing of the heap once the pool holds all that it needs, five times in a row. How many calls it takes
/// until then depends on which threads happen to take part.
template <class Call>
bool comes_to_ask_nothing(Call const& call) {
  int quiet = 0;
  for (int i = 0; i < 60 && quiet < 5; ++i) {
    std::int64_t const before = allocations;
    call();
    quiet = allocations == before ? quiet + 1 : 0;
  }
  return quiet == 5;
}

TEST(WarmCalls, OfANetworkAskNothingOfTheHeap) {
  auto const sites = test::random_site_set(Grid<3>{.shape = {41, 64, 64}, .batch_size = 2}, 3000, 1);
  auto const input = test::random_tensor<float>(sites, 4, 2);
  auto const engine = prepare<float>(cpu, second(4));
  for (int const threads : {1, 2, 4}) {
    CpuPolicy const where = cpu.threads(threads);
    EXPECT_TRUE(comes_to_ask_nothing([&] { (void)engine(where, input); })) << threads;
  }
}

TEST(WarmCalls, OfNarrowFeaturesAskNothingOfTheHeap) {
  auto const sites = test::random_site_set(Grid<3>{.shape = {64, 64, 64}}, 3000, 1);
  auto const input = test::random_tensor<float>(sites, 3, 2);
  CpuPolicy const where = cpu.threads(2);
  auto const engine = prepare<half>(where, pooled(3));
  EXPECT_TRUE(comes_to_ask_nothing([&] { (void)engine(where, input); }));
}

/// An engine that gives one tensor; a list of several is the caller's.
template <class T>
void expect_engine_asks_nothing(Network const& net) {
  auto const sites = test::random_site_set(Grid<3>{.shape = {17, 20, 18}, .batch_size = 3}, 300, 1);
  auto const input = test::random_tensor<float>(sites, 4, 2);
  for (int const threads : {1, 2, 4}) {
    CpuPolicy const where = cpu.threads(threads);
    auto const engine = prepare<T>(where, net);
    EXPECT_TRUE(comes_to_ask_nothing([&] { (void)engine(where, input); })) << net.name() << ", " << threads;
  }
}

TEST(WarmCalls, OfAnEngineAskNothingOfTheHeap) {
  Network const net = test::every_kind_of_node(3, 4);
  expect_engine_asks_nothing<float>(net);
  expect_engine_asks_nothing<half>(net);
}

TEST(WarmCalls, OfAUNetAskNothingOfTheHeap) {
  Network const net = test::small_unet(4, 32, 5);
  expect_engine_asks_nothing<float>(net);
  expect_engine_asks_nothing<half>(net);
}

TEST(WarmCalls, OfVoxelizeAskNothingOfTheHeap) {
  PointCloud const cloud = test::random_cloud(20000);
  for (int const threads : {1, 2, 4}) {
    CpuPolicy const where = cpu.threads(threads);
    for (VoxelLimits const& limits : {VoxelLimits{}, VoxelLimits{.points_per_voxel = 1, .voxels = 100}}) {
      EXPECT_TRUE(comes_to_ask_nothing([&] { (void)voxelize(where, cloud, test::fine_grid, limits); })) << threads;
      StridedPoints const points{.bytes = std::as_bytes(std::span(cloud.values)),
                                 .fields = {{"x", 0}, {"y", 4}, {"z", 8}, {"a", 12}},
                                 .width = cloud.size(),
                                 .point_step = 20};
      EXPECT_TRUE(comes_to_ask_nothing([&] { (void)voxelize(where, points, test::fine_grid, limits); })) << threads;
    }
  }
}

/// Calls prepare() and then call(what it made), of which allocation 0 fails, then 1, and so on until none does; after each failure
/// calls check(what was made). Then (modes: true) the same with all allocations behind that one failing too, as a pool that is
/// refused memory gives back what waits in it and asks again. Returns how many failed.
template <class Prepare, class Call, class Check>
std::int64_t fail_each_allocation(Prepare const& prepare, Call const& call, Check const& check,
                                  std::initializer_list<bool> modes = {false, true}) {
  std::int64_t failures = 0;
  for (bool const on : modes) {
    fails_on = on;
    bool reached = true;
    for (std::int64_t n = 0; reached && !::testing::Test::HasFailure(); ++n) {
      auto made = prepare();
      until_failure = n;
      bool threw = false;
      try {
        call(made);
      } catch (std::bad_alloc const&) {
        threw = true;  // As it should be. A thread that cannot start is no error: the others work for it.
      }
      reached = threw || until_failure <= (on ? 0 : -1);
      until_failure = -1;
      failures += threw;
      SCOPED_TRACE("allocation " + std::to_string(n) + (on ? " and those behind it" : ""));
      check(made);
    }
  }
  return failures;
}

struct Scene {
  CpuPolicy where;
  SparseTensor<float, 3> input;
};

TEST(FailingAllocations, InANetworkLeaveItUsable) {
  auto const engine = prepare<float>(cpu, second(2, 3));
  for (int const threads : {1, 3}) {
    auto const prepare_scene = [&] {
      auto const sites = test::random_site_set(Grid<3>{.shape = {30, 20, 20}}, 25, 1);
      return Scene{cpu.threads(threads), test::random_tensor<float>(sites, 2, 2)};
    };
    Scene const scene = prepare_scene();
    std::vector<float> const expected = test::list_of(engine(scene.where, scene.input));
    std::int64_t const failures = fail_each_allocation(
        prepare_scene, [&](Scene const& made) { (void)engine(made.where, made.input); },
        [&](Scene const& made) { ASSERT_EQ(test::list_of(engine(made.where, made.input)), expected); });
    EXPECT_GT(failures, 50) << "a network that nothing is kept for asks for many things";
  }
}

TEST(FailingAllocations, InAnEngineLeaveItUsable) {
  auto const engine = prepare<float>(seq, test::every_kind_of_node(3, 2));
  auto const prepare_scene = [] {
    auto const sites = test::random_site_set(Grid<3>{.shape = {9, 8, 7}, .batch_size = 2}, 12, 1);
    return Scene{cpu.threads(1), test::random_tensor<float>(sites, 2, 2)};
  };
  Scene const scene = prepare_scene();
  std::vector<float> const expected = test::list_of(engine(scene.where, scene.input));
  std::int64_t const failures = fail_each_allocation(
      prepare_scene, [&](Scene const& made) { (void)engine(made.where, made.input); },
      [&](Scene const& made) { ASSERT_EQ(test::list_of(engine(made.where, made.input)), expected); });
  EXPECT_GT(failures, 50);
}

TEST(FailingAllocations, WhileSitesAreChosenLeaveTheEngineUsable) {
  Network net("Chosen", 3);
  Value const x = net.input("x", {.axes = 2, .channels = 2});
  Value const score = net.linear("score", x, {.out_channels = 1});
  Value const best = net.sites_of_largest(score, 4);
  Value const some = net.unite_sites({x, best, net.sites_above(score, 0.1)});
  Value const body =
      net.sparse_conv("body", net.onto_sites(x, best), {.out_channels = 3, .kernel_size = 3, .padding = 1});
  net.output("y", net.concatenate({net.onto_sites(body, some), net.onto_sites(x, some)}));
  auto const engine = prepare<float>(cpu, net);
  struct Map {
    CpuPolicy where;
    SparseTensor<float, 2> input;
  };
  for (int const threads : {1, 3}) {
    auto const prepare_map = [&] {
      auto const sites = test::random_site_set(Grid<2>{.shape = {9, 8}, .batch_size = 2}, 25, 1);
      return Map{cpu.threads(threads), test::random_tensor<float>(sites, 2, 2)};
    };
    Map const map = prepare_map();
    std::vector<float> const expected = test::list_of(engine(map.where, map.input));
    std::int64_t const failures = fail_each_allocation(
        prepare_map, [&](Map const& made) { (void)engine(made.where, made.input); },
        [&](Map const& made) { ASSERT_EQ(test::list_of(engine(made.where, made.input)), expected); });
    EXPECT_GT(failures, 50);
  }
}

TEST(FailingAllocations, InVoxelizeLeaveThePolicyUsable) {
  PointCloud const cloud = test::random_cloud(300);
  VoxelLimits const limits{.points_per_voxel = 2, .voxels = 50};
  std::vector<float> const expected = test::list_of(voxelize(seq, cloud, test::fine_grid, limits).tensor);
  std::int64_t const failures =
      fail_each_allocation([] { return cpu.threads(2); },
                           [&](CpuPolicy const& where) { (void)voxelize(where, cloud, test::fine_grid, limits); },
                           [&](CpuPolicy const& where) {
                             auto const voxels = voxelize(where, cloud, test::fine_grid, limits);
                             ASSERT_EQ(test::list_of(voxels.tensor), expected);
                           });
  EXPECT_GT(failures, 10);
}

// A block that could not be added is added again, and counts once.
TEST(FailingAllocations, InAVoxelizerLeaveItAsItWas) {
  PointCloud const cloud = test::random_cloud(300);
  auto const half = [&](std::int64_t begin) {
    return MatrixView<float const>{cloud.row(begin).data(), 150, cloud.columns};
  };
  VoxelLimits const limits{.points_per_voxel = 2, .voxels = 100};
  VoxelizedPoints<> const expected = voxelize(seq, cloud, test::fine_grid, limits);
  std::int64_t const failures = fail_each_allocation(
      [&] {
        Voxelizer voxelizer(test::fine_grid, limits);
        voxelizer.add(seq, half(0));
        return voxelizer;
      },
      [&](Voxelizer& voxelizer) { voxelizer.add(cpu.threads(2), half(150)); },
      [&](Voxelizer& voxelizer) {
        ASSERT_TRUE(voxelizer.points() == 150 || voxelizer.points() == 300);
        if (voxelizer.points() == 150) voxelizer.add(seq, half(150));
        ASSERT_EQ(test::list_of(voxelizer.tensor(seq)), test::list_of(expected.tensor));
        ASSERT_EQ(voxelizer.dropped().total(), expected.dropped.total());
      });
  EXPECT_GT(failures, 10);
}

TEST(FailingAllocations, WhileANetworkIsPreparedLeaveItAsItWas) {
  auto const sites = test::random_site_set(Grid<2>{.shape = {9, 8}}, 12, 1);
  auto const input = test::random_tensor<float>(sites, 2, 2);
  Network const original = test::every_kind_of_node(2, 2);
  std::vector<float> const expected = test::list_of(prepare<float>(seq, original)(seq, input));
  std::int64_t const failures =
      fail_each_allocation([&] { return original; }, [](Network const& network) { (void)prepare<float>(seq, network); },
                           [&](Network const& network) {
                             ASSERT_EQ(network.graph().size(), original.graph().size());
                             ASSERT_EQ(test::list_of(prepare<float>(seq, network)(seq, input)), expected);
                           },
                           {false});
  EXPECT_GT(failures, 100);
}

TEST(FailingAllocations, InAConstructorLeaveTheBufferWithTheCaller) {
  Grid<1> const grid{};
  fail_each_allocation([] { return Buffer<Coordinate<1>>(std::int64_t{3}, Coordinate<1>{}); },
                       [&](Buffer<Coordinate<1>>& list) {
                         for (std::int32_t i = 0; i < 3; ++i) list[i].position[0] = i;
                         (void)SiteSet<1>(grid, std::move(list));
                       },
                       [](Buffer<Coordinate<1>>& list) {
                         ASSERT_TRUE(list.size() == 3 || list.empty());  // NOLINT: what is tested
                         if (list.size() == 3) {
                           ASSERT_EQ(SiteSet<1>(Grid<1>{}, std::move(list)).size(), 3);
                         }
                       });
}

}  // namespace
}  // namespace sparseconv::allocations_test
