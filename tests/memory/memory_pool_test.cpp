#include "sparseconv/memory/memory_pool.hpp"

#include <gtest/gtest.h>

#if __has_include(<sys/resource.h>)
#include <sys/resource.h>
#endif

#include <cstdint>
#include <cstring>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "support/child_process.hpp"
#include "support/error_message.hpp"
#include "support/thread_sanitizer.hpp"

namespace sparseconv::memory_pool_test {
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

TEST(MemoryPool, GivesABlockAgain) {
  MemoryPool pool;
  MemoryBlock const first = pool.take(1000);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(first.data) % MemoryPool::alignment, 0u);
  EXPECT_EQ(first.size, 1024u);
  EXPECT_EQ(pool.bytes(), 0);
  pool.give_back(first);
  EXPECT_EQ(pool.bytes(), 1024);
  MemoryBlock const second = pool.take(1020);
  EXPECT_EQ(second.data, first.data);
  EXPECT_EQ(pool.bytes(), 0);
  EXPECT_EQ(pool.bytes_from_system(), 1024);
  MemoryBlock const third = pool.take(1000);
  EXPECT_NE(third.data, second.data) << "one that is in use is not given twice";
  pool.give_back(second);
  pool.give_back(third);
  EXPECT_EQ(pool.bytes(), 2048);
  EXPECT_EQ(pool.bytes_from_system(), 2048);
  pool.release();
  EXPECT_EQ(pool.bytes(), 0);
}

TEST(MemoryPool, ServesARequestByABlockOfUpToTwiceItsSize) {
  MemoryPool pool;
  MemoryBlock const large = pool.take(4096);
  pool.give_back(large);
  MemoryBlock const tiny = pool.take(1024);
  EXPECT_NE(tiny.data, large.data) << "a block four times as large is kept for a larger request";
  MemoryBlock const half = pool.take(2048);
  EXPECT_EQ(half.data, large.data);
  EXPECT_EQ(half.size, 4096u) << "it goes back whole";
  pool.give_back(tiny);
  pool.give_back(half);
  EXPECT_EQ(pool.bytes(), 1024 + 4096);
}

TEST(MemoryPool, ServesEverySizeByItsOwnBlocks) {
  MemoryPool pool;
  std::vector<MemoryBlock> blocks;
  for (std::size_t size = 64; size <= std::size_t{1} << 24; size = MemoryPool::block_size(size + 1)) {
    blocks.push_back(pool.take(size));
    ASSERT_EQ(blocks.back().size, size);
  }
  std::int64_t const taken = pool.bytes_in_use();
  for (int round = 0; round < 2; ++round) {
    std::int64_t waiting = 0;
    for (MemoryBlock const& block : blocks) {
      std::memset(block.data, 0xff, block.size);  // nothing that the pool notes there survives
      pool.give_back(block);
      waiting += static_cast<std::int64_t>(block.size);
      ASSERT_EQ(pool.bytes(), waiting);
    }
    for (MemoryBlock const& block : blocks) {
      MemoryBlock const again = pool.take(block.size);
      ASSERT_EQ(again.data, block.data);
      ASSERT_EQ(again.size, block.size);
    }
    EXPECT_EQ(pool.bytes(), 0);
    EXPECT_EQ(pool.bytes_from_system(), taken);
  }
  for (MemoryBlock const& block : blocks) pool.give_back(block);
}

TEST(MemoryPool, GivesTheBlockThatCameBackLastFirst) {
  MemoryPool pool;
  MemoryBlock const a = pool.take(64);
  MemoryBlock const b = pool.take(64);
  pool.give_back(a);
  pool.give_back(b);
  EXPECT_EQ(pool.take(64).data, b.data);
  EXPECT_EQ(pool.take(64).data, a.data);
  pool.give_back(a);
  pool.give_back(b);
}

TEST(MemoryPool, RefusesWhatNoMachineHas) {
  MemoryPool pool;
  EXPECT_THROW((void)pool.take(~std::size_t{0}), std::bad_alloc);
  EXPECT_THROW((void)pool.take(std::size_t{1} << 63), std::bad_alloc);
  EXPECT_EQ(pool.bytes_in_use(), 0);
}

TEST(MemoryPool, CountsWhatIsInUseAndItsPeak) {
  MemoryPool pool;
  EXPECT_EQ(pool.bytes_in_use(), 0);
  EXPECT_EQ(pool.peak_bytes_in_use(), 0);
  MemoryBlock const first = pool.take(1000);   // a block of 1024
  MemoryBlock const second = pool.take(4000);  // of 4096
  EXPECT_EQ(pool.bytes_in_use(), 1024 + 4096);
  pool.give_back(second);
  EXPECT_EQ(pool.bytes_in_use(), 1024);
  EXPECT_EQ(pool.peak_bytes_in_use(), 1024 + 4096) << "it stays when less is in use";
  pool.reset_peak();
  EXPECT_EQ(pool.peak_bytes_in_use(), 1024) << "what is in use still counts";
  MemoryBlock const third = pool.take(2048);  // finds the block of 4096 that waits
  EXPECT_EQ(pool.bytes_in_use(), 1024 + 4096) << "a block that serves less counts whole";
  EXPECT_EQ(pool.peak_bytes_in_use(), 1024 + 4096);
  pool.give_back(first);
  pool.give_back(third);
  pool.release();
  EXPECT_EQ(pool.bytes_in_use(), 0);
  EXPECT_EQ(pool.peak_bytes_in_use(), 1024 + 4096) << "what waited was not in use";
}

TEST(MemoryPool, ReturnsTheLargestBlocksUntilSoManyBytesWait) {
  MemoryPool pool;
  std::vector<MemoryBlock> const blocks{pool.take(1024), pool.take(4096), pool.take(1024), pool.take(2048)};
  for (MemoryBlock const& block : blocks) pool.give_back(block);
  ASSERT_EQ(pool.bytes(), 8192);
  pool.release(8192);
  EXPECT_EQ(pool.bytes(), 8192) << "no more than that wait";
  pool.release(8191);
  EXPECT_EQ(pool.bytes(), 4096) << "blocks go whole";
  pool.release(2500);
  EXPECT_EQ(pool.bytes(), 2048);
  MemoryBlock const kept = pool.take(1024);
  EXPECT_TRUE(kept.data == blocks[0].data || kept.data == blocks[2].data) << "the smallest stay";
  EXPECT_EQ(pool.bytes_from_system(), 8192);
  pool.give_back(kept);
  pool.release(-1);
  EXPECT_EQ(pool.bytes(), 0);
}

TEST(MemoryPool, HoldsNoMoreThanItsLimit) {
  MemoryPool pool;
  EXPECT_EQ(pool.limit(), MemoryPool::no_limit);
  pool.set_limit(8192);
  EXPECT_EQ(pool.limit(), 8192);
  MemoryBlock const first = pool.take(4096);
  MemoryBlock const second = pool.take(4096);
  EXPECT_EQ(test::message_of<CapacityError>([&] { return pool.take(100); }),
            "MemoryPool: 128 bytes are needed, 8192 are in use, and the limit is 8192; raise it by set_limit, or give "
            "less at a time, as by VoxelLimits");
  EXPECT_EQ(pool.bytes_in_use(), 8192) << "what was refused does not count";
  EXPECT_EQ(pool.peak_bytes_in_use(), 8192);
  pool.give_back(first);
  EXPECT_EQ(pool.bytes(), 4096);
  MemoryBlock const third = pool.take(1024);  // no block of 1024 waits, so the one of 4096 makes room for one
  EXPECT_EQ(pool.bytes(), 0);
  EXPECT_EQ(pool.bytes_in_use(), 4096 + 1024);
  pool.give_back(second);
  MemoryBlock const again = pool.take(4096);
  EXPECT_EQ(again.data, second.data) << "what waits and fits is taken as without a limit";
  EXPECT_THROW((void)pool.take(8193), CapacityError);
  EXPECT_THROW((void)pool.take(std::size_t{1} << 40), CapacityError);
  pool.set_limit(MemoryPool::no_limit);
  MemoryBlock const large = pool.take(1 << 20);
  pool.give_back(large);
  pool.give_back(third);
  pool.set_limit(6000);
  EXPECT_EQ(pool.bytes(), 1024) << "what waits beyond a new limit goes";
  pool.set_limit(10);
  EXPECT_EQ(pool.bytes(), 0);
  EXPECT_EQ(pool.bytes_in_use(), 4096) << "what is in use stays";
  EXPECT_THROW((void)pool.take(1), CapacityError);
  pool.give_back(again);
  EXPECT_EQ(pool.bytes(), 0) << "what comes back beyond the limit does not wait";
  EXPECT_EQ(pool.bytes_in_use(), 0);
  EXPECT_THROW((void)pool.take(4096), CapacityError);
  EXPECT_EQ(test::message_of<ShapeError>([&] { return pool.set_limit(-5), 0; }),
            "MemoryPool::set_limit: -5 bytes; give 0 or more, no_limit for as many as there are");
  EXPECT_EQ(pool.limit(), 10);
}

TEST(MemoryPool, KeepsToItsLimitInSeveralThreads) {
  MemoryPool pool;
  pool.set_limit(std::int64_t{3} * 1024);
  std::vector<std::thread> threads;
  std::vector<int> refused(4, 0);
  for (std::size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int round = 0; round < 500; ++round) {
        try {
          pool.give_back(pool.take(round % 2 == 0 ? 1024 : 512));
        } catch (CapacityError const&) {
          ++refused[t];
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_LE(pool.peak_bytes_in_use(), 3 * 1024);
  EXPECT_EQ(pool.bytes_in_use(), 0);
  EXPECT_LE(pool.bytes(), 3 * 1024);
  for (int const count : refused) EXPECT_LT(count, 500);
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
        MemoryBlock const taken = pool.take(128);
        auto* const block = static_cast<unsigned char*>(taken.data);
        std::memset(block, static_cast<int>(t), 128);
        for (int i = 0; i < 128; ++i) clashes[t] += block[i] != t;
        pool.give_back(taken);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(clashes, std::vector<int>(4, 0));
  EXPECT_EQ(pool.bytes_in_use(), 0);
  EXPECT_GE(pool.peak_bytes_in_use(), 128);
  EXPECT_LE(pool.peak_bytes_in_use(), 4 * 128);
}

/// Bytes of the process that lie in the machine's memory; 0 where the system does not say.
std::int64_t resident_bytes() {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("VmRSS:")) return 1024 * std::stoll(line.substr(6));
  }
  return 0;
}

TEST(MemoryPool, ReturnsMemoryToTheSystem) {
#if !defined(__GLIBC__) || defined(SPARSECONV_ADDRESS_SANITIZER) || SPARSECONV_THREAD_SANITIZER
  GTEST_SKIP() << "another heap, which keeps what is freed";
#endif
  if (resident_bytes() == 0) GTEST_SKIP() << "the system does not say what is resident";
  // Blocks that the heap serves from one piece, with a small one behind each, so that nothing is free at the end of the heap.
  constexpr std::int64_t count = 1000;
  constexpr std::size_t size = 96 * 1024;
  std::int64_t const before = resident_bytes();
  MemoryPool pool;
  std::vector<MemoryBlock> blocks;
  std::vector<std::unique_ptr<int>> between;
  for (std::int64_t i = 0; i < count; ++i) {
    blocks.push_back(pool.take(size));
    std::memset(blocks.back().data, 1, blocks.back().size);
    between.push_back(std::make_unique<int>(1));
  }
  for (MemoryBlock const& block : blocks) pool.give_back(block);
  std::int64_t const held = resident_bytes();
  ASSERT_GT(held - before, count * std::int64_t{size} * 9 / 10);
  pool.release();
  EXPECT_LT(resident_bytes() - before, (held - before) / 4);
}

#if __has_include(<sys/resource.h>)
TEST(MemoryPool, ReturnsWhatWaitsBeforeTheSystemRefuses) {
#if defined(SPARSECONV_ADDRESS_SANITIZER) || SPARSECONV_THREAD_SANITIZER
  GTEST_SKIP() << "the sanitizers need more addresses than any limit";
#endif
  constexpr std::size_t large = std::size_t{64} << 20;
  EXPECT_EQ(test::outcome_in_child([] {
              rlimit const limit{std::size_t{512} << 20, std::size_t{512} << 20};
              if (::setrlimit(RLIMIT_AS, &limit) != 0) return true;
              MemoryPool pool;
              std::vector<MemoryBlock> blocks;
              try {
                while (blocks.size() < 100) blocks.push_back(pool.take(large));
              } catch (std::bad_alloc const&) {
              }
              std::size_t const count = blocks.size();
              if (count == 100) return true;  // where the limit does not count
              bool const counted = pool.bytes_in_use() == static_cast<std::int64_t>(count * large);
              for (MemoryBlock const& block : blocks) pool.give_back(block);
              // One of another size: what waits is too small for it, and there is no room beside that.
              MemoryBlock const wide = pool.take(3 * large);
              std::memset(wide.data, 1, wide.size);
              bool const returned = pool.bytes() == 0;
              pool.give_back(wide);
              return counted && returned && count > 3;
            }),
            "");
}
#endif

}  // namespace
}  // namespace sparseconv::memory_pool_test
