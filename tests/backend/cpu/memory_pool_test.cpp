#include "sparseconv/backend/cpu/memory_pool.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <set>
#include <thread>
#include <vector>

#include "sparseconv/tensor/buffer.hpp"

namespace sparseconv {
namespace {

TEST(MemoryPool, RoundsUpByAQuarterAtMost) {
  EXPECT_EQ(MemoryPool::block_size(1), 64u);
  EXPECT_EQ(MemoryPool::block_size(65), 128u);
  EXPECT_EQ(MemoryPool::block_size(257), 320u);
  EXPECT_EQ(MemoryPool::block_size(512), 512u);
  EXPECT_EQ(MemoryPool::block_size(513), 640u);
  for (std::size_t bytes = 257; bytes < 100000; bytes += 13) {
    std::size_t const size = MemoryPool::block_size(bytes);
    ASSERT_TRUE(size >= bytes && size % 64 == 0 && size - bytes <= bytes / 4) << bytes;
    ASSERT_EQ(MemoryPool::block_size(size), size) << "a block serves its own size";
  }
}

TEST(MemoryPool, GivesABlockAgainForTheSameSize) {
  MemoryPool pool;
  void* const first = pool.take(1000);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(first) % MemoryPool::alignment, 0u);
  EXPECT_EQ(pool.bytes(), 0);
  pool.give_back(first, 1000);
  EXPECT_EQ(pool.bytes(), 1024);
  void* const second = pool.take(1020);
  EXPECT_EQ(second, first);
  EXPECT_EQ(pool.bytes(), 0);
  void* const third = pool.take(1000);
  EXPECT_NE(third, second) << "one that is in use is not given twice";
  pool.give_back(second, 1020);
  pool.give_back(third, 1000);
  EXPECT_EQ(pool.bytes(), 2048);
  pool.release();
  EXPECT_EQ(pool.bytes(), 0);
}

TEST(MemoryPool, ServesBuffersAndOutlivesItsOwner) {
  auto pool = std::make_shared<MemoryPool>();
  int const* place = nullptr;
  {
    Buffer<int> const buffer(pool, 100);
    place = buffer.data();
  }
  EXPECT_EQ(pool->bytes(), static_cast<std::int64_t>(MemoryPool::block_size(400)));
  Buffer<int> again(pool, 100);
  EXPECT_EQ(again.data(), place);
  Buffer<int> const moved = std::move(again);
  EXPECT_EQ(moved.data(), place);
  EXPECT_TRUE(Buffer<int>(pool, 0).empty());
  std::weak_ptr<MemoryPool> const watched = pool;
  pool.reset();
  EXPECT_FALSE(watched.expired()) << "a buffer keeps the pool that it returns to";
}

TEST(MemoryPool, NeverGivesOneBlockToTwoThreads) {
  MemoryPool pool;
  std::vector<std::thread> threads;
  std::vector<int> clashes(4, 0);
  for (std::size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int round = 0; round < 2000; ++round) {
        auto* const block = static_cast<unsigned char*>(pool.take(128));
        std::memset(block, static_cast<int>(t), 128);
        for (int i = 0; i < 128; ++i) clashes[t] += block[i] != t;
        pool.give_back(block, 128);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(clashes, std::vector<int>(4, 0));
}

}  // namespace
}  // namespace sparseconv
