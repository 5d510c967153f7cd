#include "sparseconv/cuda/cuda_atomics.cuh"

#include <gtest/gtest.h>

#include <cstdint>

#include "sparseconv/cuda/gpu_policy.cuh"
#include "support/cuda_stream.hpp"

namespace sparseconv::cuda_atomics_test {
namespace {

struct Places {
  std::int64_t least;
  std::int64_t most;
  std::int64_t claims;  // of how many indices
  std::int32_t owner;
  std::uint32_t word;
  std::int64_t sum;
  std::uint64_t wide_word;
};

/// Every index claims the same place; one alone gets it.
struct Claim {
  Places* places;
  std::int64_t* won;
  __device__ void operator()(std::int64_t i) const {
    CudaAtomics::lower(places->least, -7 * i);
    CudaAtomics::add(places->sum, i);
    CudaAtomics::set_bits(places->word, i % 7 == 0 ? std::uint32_t{1} << (i % 32) : 0);
    CudaAtomics::set_bits(places->wide_word, std::uint64_t{1} << (i % 64));
    CudaAtomics::raise(places->most, (std::int64_t{1} << 40) + i);
    won[i] = CudaAtomics::replace(places->owner, -1, static_cast<std::int32_t>(i)) ? 1 : 0;
  }
};

TEST(CudaAtomics, ChangeAPlaceForOneAtATime) {
  test::CudaStream const stream;
  GpuPolicy const where = gpu.on(stream);
  constexpr std::int64_t count = 100'000;
  MemoryBlock const block = where.memory()->take(sizeof(Places));
  MemoryBlock const wins = where.memory()->take(count * 8);
  auto* const won = static_cast<std::int64_t*>(wins.data);
  Places places{0, 0, count, -1, 0, -5, 0};
  where.copy_to_device(block.data, &places, sizeof places);
  where.for_each(count, Claim{static_cast<Places*>(block.data), won});
  std::int64_t last_win = 0;
  where.copy_to_host(&last_win, won + count - 1, 8);
  where.exclusive_sum(won, won, count);
  std::int64_t sum = 0;
  where.copy_to_host(&sum, won + count - 1, 8);
  where.copy_to_host(&places, block.data, sizeof places);
  EXPECT_EQ(sum + last_win, 1);
  EXPECT_TRUE(places.owner >= 0 && places.owner < count);
  EXPECT_EQ(places.wide_word, ~std::uint64_t{0});
  EXPECT_EQ(places.sum, count * (count - 1) / 2 - 5);
  EXPECT_EQ(places.word, 0xffffffffu);
  EXPECT_EQ(places.least, -7 * (count - 1));
  EXPECT_EQ(places.most, (std::int64_t{1} << 40) + count - 1);
  where.memory()->give_back(block);
  where.memory()->give_back(wins);
}

}  // namespace
}  // namespace sparseconv::cuda_atomics_test
