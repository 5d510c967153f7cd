#include "sparseconv/primitive/cpu/sort_by_key.hpp"

#include <gtest/gtest.h>

#include "support/policies.hpp"
#include "support/random_numbers.hpp"

namespace sparseconv::cpu_sort_by_key_test {
namespace {

struct Record {
  std::uint64_t key;
  std::int32_t place;
};

Buffer<Record> random_records(std::int64_t count, int key_bits) {
  test::RandomNumbers random(5);
  Buffer<Record> records(count);
  for (std::int64_t i = 0; i < count; ++i) {
    auto const bits = static_cast<std::uint64_t>(random.between(0, std::numeric_limits<std::int64_t>::max()));
    records[i] = {bits >> (63 - key_bits), static_cast<std::int32_t>(i)};
  }
  return records;
}

TEST(RadixSort, LeavesTheOrderWithoutKeyBits) {
  Buffer<Record> records(3);
  for (std::int32_t i = 0; i < 3; ++i) records[i] = {0, 2 - i};
  on_cpu::sort_by_key(cpu, records, 0);
  for (std::int32_t i = 0; i < 3; ++i) EXPECT_EQ(records[i].place, 2 - i);
}

TEST(RadixSort, SortsWhateverTheNumberOfPasses) {
  // A pass moves 11 bits: 1, 1, 2, 2, 3 and 6 passes, which end in either of its two buffers.
  for (int const bits : {3, 11, 12, 22, 23, 63}) {
    Buffer<Record> records = random_records(5000, bits);
    on_cpu::sort_by_key(cpu.threads(2), records, bits);
    for (std::int64_t i = 1; i < records.size(); ++i) {
      bool const rises = records[i - 1].key < records[i].key;
      bool const stays = records[i - 1].key == records[i].key && records[i - 1].place < records[i].place;
      ASSERT_TRUE(rises || stays) << bits << " bits, record " << i;
    }
  }
}

TEST(RadixSort, SortsBySomeOfTheBits) {
  // By bits 5 to 17 alone: those below and above them do not matter.
  Buffer<Record> records = random_records(5000, 40);
  on_cpu::sort_by_key(cpu.threads(2), records, 13, 5);
  auto const part = [](Record const& record) { return record.key >> 5 & 0x1fff; };
  for (std::int64_t i = 1; i < records.size(); ++i) {
    bool const rises = part(records[i - 1]) < part(records[i]);
    bool const stays = part(records[i - 1]) == part(records[i]) && records[i - 1].place < records[i].place;
    ASSERT_TRUE(rises || stays) << i;
  }
}

TEST(RadixSort, GivesTheSameWithAnyNumberOfThreads) {
  // 100003 records are four stretches of 32768, the last of them short.
  Buffer<Record> const records = random_records(100003, 13);
  Buffer<Record> alone = records;
  on_cpu::sort_by_key(test::OnCpu<1>::policy(), alone, 13);
  test::for_each_cpu_policy([&](CpuPolicy const& where) {
    Buffer<Record> sorted = records;
    on_cpu::sort_by_key(where, sorted, 13);
    for (std::int64_t i = 0; i < records.size(); ++i) {
      ASSERT_EQ(sorted[i].place, alone[i].place) << where.thread_count() << " threads, record " << i;
    }
  });
}

}  // namespace
}  // namespace sparseconv::cpu_sort_by_key_test
