// A warm network and a warm voxelization ask nothing of the heap or the system: every allocation is counted.

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

#include "sparseconv/config.hpp"
#include "sparseconv/models/pooled_encoder.hpp"
#include "sparseconv/models/second_encoder.hpp"
#include "sparseconv/points/voxelize.hpp"
#include "support/point_clouds.hpp"
#include "support/random_sites.hpp"

namespace {

std::atomic<std::int64_t> allocations{0};

void* counted(std::size_t bytes, std::size_t alignment) {
  ++allocations;
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
SPARSECONV_NOINLINE void operator delete(void* data) noexcept {
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

namespace sparseconv {
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
  SecondEncoder<float> const encoder(4);
  for (int const threads : {1, 2, 4}) {
    CpuPolicy const where = cpu.threads(threads);
    EXPECT_TRUE(comes_to_ask_nothing([&] { (void)encoder(where, input); })) << threads;
  }
}

TEST(WarmCalls, OfNarrowFeaturesAskNothingOfTheHeap) {
  auto const sites = test::random_site_set(Grid<3>{.shape = {64, 64, 64}}, 3000, 1);
  auto const input = test::random_tensor<half>(sites, 3, 2);
  PooledEncoder<half> const encoder(3);
  CpuPolicy const where = cpu.threads(2);
  EXPECT_TRUE(comes_to_ask_nothing([&] { (void)encoder(where, input); }));
}

TEST(WarmCalls, OfVoxelizeAskNothingOfTheHeap) {
  PointCloud const cloud = test::random_cloud(20000);
  for (int const threads : {1, 2, 4}) {
    CpuPolicy const where = cpu.threads(threads);
    for (VoxelLimits const& limits : {VoxelLimits{}, VoxelLimits{.points_per_voxel = 1, .voxels = 100}}) {
      EXPECT_TRUE(comes_to_ask_nothing([&] { (void)voxelize(where, cloud, test::fine_grid, limits); })) << threads;
    }
  }
}

}  // namespace
}  // namespace sparseconv
