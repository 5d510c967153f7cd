#include "sparseconv/primitive/sort_by_key.hpp"

#include <gtest/gtest.h>

#include <map>

#include "sparseconv/primitive/wide_key.hpp"
#include "support/policies.hpp"
#include "support/random_numbers.hpp"

namespace sparseconv::sort_by_key_test {
namespace {

template <class Where>
class SortByKey : public ::testing::Test {};
TYPED_TEST_SUITE(SortByKey, test::Policies);

template <class Key>
struct Record {
  Key key;
  std::int32_t place;  // in the list before it was sorted
};

TYPED_TEST(SortByKey, SortsByHandAndKeepsTheOrderOfEqualKeys) {
  // keys 3 1 2 1 3 at places 0 to 4
  Buffer<Record<std::uint64_t>> records(5);
  std::int32_t place = 0;
  for (std::uint64_t const key : {3U, 1U, 2U, 1U, 3U}) records[place] = {key, place}, ++place;
  sort_by_key(TypeParam::policy(), records, 2);
  std::vector<std::int32_t> places;
  for (auto const& record : records) places.push_back(record.place);
  EXPECT_EQ(places, (std::vector<std::int32_t>{1, 3, 2, 0, 4}));
}

// A multimap keeps equal keys in the order of insertion: another way to a stable order than the library's.
template <class Key>
void expect_sorted_like_a_multimap(auto const& where, Buffer<Record<Key>> records, int key_bits) {
  std::multimap<Key, std::int32_t> expected;
  for (auto const& record : records) expected.emplace(record.key, record.place);
  sort_by_key(where, records, key_bits);
  std::int64_t i = 0;
  for (auto const& [key, place] : expected) {
    ASSERT_TRUE(records[i].key == key && records[i].place == place) << "record " << i << " of " << records.size();
    ++i;
  }
}

TYPED_TEST(SortByKey, SortsAnySizeAndKeyWidthStably) {
  test::RandomNumbers random(11);
  for (std::int64_t const count : {0, 1, 2, 1000, 32768, 70001}) {
    for (int const bits : {1, 11, 12, 40, 63}) {
      if (count > 1000 && bits != 12 && bits != 40) continue;
      Buffer<Record<std::uint64_t>> records(count);
      for (std::int64_t i = 0; i < count; ++i) {
        auto const key = static_cast<std::uint64_t>(
            random.between(0, (std::int64_t{1} << (bits - 1)) - 1 + (std::int64_t{1} << (bits - 1))));
        records[i] = {key, static_cast<std::int32_t>(i)};
      }
      expect_sorted_like_a_multimap(TypeParam::policy(), records, bits);
    }
  }
}

TYPED_TEST(SortByKey, SortsKeysOf127Bits) {
  test::RandomNumbers random(12);
  Buffer<Record<WideKey>> records(3000);
  for (std::int64_t i = 0; i < records.size(); ++i) {
    auto const high = static_cast<std::uint64_t>(random.between(0, 3)) << 61;
    records[i] = {WideKey(high, static_cast<std::uint64_t>(random.between(-2, 2))), static_cast<std::int32_t>(i)};
  }
  expect_sorted_like_a_multimap(TypeParam::policy(), records, 127);
}

}  // namespace
}  // namespace sparseconv::sort_by_key_test
