#include "sparseconv/memory/pool_allocator.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace sparseconv::pool_allocator_test {
namespace {

template <class Container>
void expect_all_comes_back(Container const& fill) {
  auto const pool = std::make_shared<MemoryPool>();
  fill(pool);
  EXPECT_GT(pool->bytes_from_system(), 0);
  EXPECT_EQ(pool->bytes_in_use(), 0);
}

TEST(PoolAllocator, ServesContainersThatAreCopiedAndMoved) {
  expect_all_comes_back([](auto const& pool) {
    std::vector<int, PoolAllocator<int>> numbers{PoolAllocator<int>(pool)};
    for (int i = 0; i < 1000; ++i) numbers.push_back(i);
    auto moved = std::move(numbers);
    auto const copy = moved;
    EXPECT_EQ(copy[999], 999);
  });
  expect_all_comes_back([](auto const& pool) {
    std::deque<int, PoolAllocator<int>> numbers{PoolAllocator<int>(pool)};
    for (int i = 0; i < 1000; ++i) numbers.push_back(i);
    auto const moved = std::move(numbers);
    EXPECT_EQ(moved[999], 999);
  });
  expect_all_comes_back([](auto const& pool) {
    using Pair = std::pair<int const, int>;
    std::map<int, int, std::less<>, PoolAllocator<Pair>> numbers{PoolAllocator<Pair>(pool)};
    for (int i = 0; i < 100; ++i) numbers[i] = i;
    EXPECT_EQ(numbers.at(99), 99);
  });
}

TEST(PoolAllocator, TakesFromTheSystemWithoutAPool) {
  std::vector<int, PoolAllocator<int>> numbers{PoolAllocator<int>(nullptr)};
  for (int i = 0; i < 1000; ++i) numbers.push_back(i);
  EXPECT_EQ(numbers[999], 999);
}

TEST(PoolAllocator, DoesNotKeepThePoolAlive) {
  auto pool = std::make_shared<MemoryPool>();
  auto const number = std::allocate_shared<int>(PoolAllocator<int>(pool), 7);
  std::weak_ptr<int> const watched = number;
  std::weak_ptr<MemoryPool> const pool_watched = pool;
  pool.reset();
  EXPECT_TRUE(pool_watched.expired());
  EXPECT_EQ(*number, 7);
}

TEST(PoolAllocator, IsEqualToOthersOfItsPool) {
  auto const pool = std::make_shared<MemoryPool>();
  EXPECT_TRUE(PoolAllocator<int>(pool) == PoolAllocator<char>(pool));
  EXPECT_FALSE(PoolAllocator<int>(pool) == PoolAllocator<int>(nullptr));
  EXPECT_TRUE(PoolAllocator<int>(nullptr) == PoolAllocator<int>(nullptr));
}

}  // namespace
}  // namespace sparseconv::pool_allocator_test
