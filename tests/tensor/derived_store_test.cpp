#include "sparseconv/tensor/derived_store.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <thread>
#include <vector>

namespace sparseconv::derived_store_test {
namespace {

template <int Bytes>
class Kept final : public Derived {
 public:
  Kept() { ++made; }
  std::int64_t bytes() const override { return released ? 0 : Bytes; }
  void release() override { released = true; }

  bool released = false;
  static inline std::atomic<int> made{0};
};

TEST(DerivedStore, HasOneObjectForEachType) {
  DerivedStore store;
  auto& small = store.get<Kept<3>>();
  auto& large = store.get<Kept<50>>();
  EXPECT_EQ(&store.get<Kept<3>>(), &small);
  EXPECT_EQ(&store.get<Kept<50>>(), &large);
  DerivedStore other;
  EXPECT_NE(&other.get<Kept<3>>(), &small);
}

TEST(DerivedStore, SumsBytesAndReleasesAll) {
  DerivedStore store;
  EXPECT_EQ(store.bytes(), 0);
  auto& small = store.get<Kept<3>>();
  auto& large = store.get<Kept<50>>();
  EXPECT_EQ(store.bytes(), 53);
  store.release();
  EXPECT_TRUE(small.released && large.released);
  EXPECT_EQ(store.bytes(), 0);
  EXPECT_EQ(&store.get<Kept<3>>(), &small) << "references stay good after a release";
}

TEST(DerivedStore, MakesAnObjectOnceForAllThreads) {
  DerivedStore store;
  int const before = Kept<7>::made;
  std::array<Kept<7>*, 4> seen{};
  std::vector<std::thread> threads;
  for (auto*& place : seen) threads.emplace_back([&store, &place] { place = &store.get<Kept<7>>(); });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(Kept<7>::made, before + 1);
  for (auto* place : seen) EXPECT_EQ(place, seen[0]);
}

}  // namespace
}  // namespace sparseconv::derived_store_test
