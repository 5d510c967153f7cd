#include "sparseconv/index/hash_table.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <limits>
#include <vector>

#include "support/error_message.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::hash_table_test {
namespace {

using test::message_of;

constexpr std::int32_t least = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t most = std::numeric_limits<std::int32_t>::max();

template <class Where>
class HashTableBuild : public ::testing::Test {};
TYPED_TEST_SUITE(HashTableBuild, test::Policies);

template <int D>
void expect_every_row(HashTable<D> const& table, SiteSet<D> const& sites) {
  for (std::int64_t row = 0; row < sites.size(); ++row) {
    ASSERT_EQ(table.find(sites.coordinates()[static_cast<std::size_t>(row)]), row);
  }
}

TYPED_TEST(HashTableBuild, FindsEverySiteAndNothingElse) {
  Grid<3> const grid{.shape = {30, 40, 50}, .batch_size = 2};
  SiteSet<3> const sites = test::random_site_set(grid, 20011, 1);
  HashTable<3> const table = build_hash_table(TypeParam::policy(), sites);
  expect_every_row(table, sites);
  std::int64_t found = 0;
  for (int b = -1; b <= 2; ++b) {
    for (int z = -1; z <= 30; ++z) {
      for (int y = -1; y <= 40; ++y) {
        table.visit([&](auto const& view) {
          auto const line = view.line({b, z, y, 1 << 20});
          for (int x = -1; x <= 50; ++x) {
            Row const row = table.find({b, {z, y, x}});
            ASSERT_EQ(line.find(x), row);
            found += row != no_row;
          }
        });
      }
    }
  }
  EXPECT_EQ(found, sites.size());
}

TYPED_TEST(HashTableBuild, FindsTheExtremesInBothKeyWidths) {
  auto const check = [&]<int D>(std::size_t key_bytes) {
    auto list = test::random_coordinates<D>({test::Indices(D, least), test::Indices(D, most), {0}}, 500, 2);
    for (std::int32_t const corner : {least, most}) {
      list.push_back({});
      list.back().position.fill(corner);
    }
    SiteSet<D> const sites = test::sites_of(Grid<D>{}, list);
    HashTable<D> const table = build_hash_table(TypeParam::policy(), sites);
    EXPECT_EQ(table.visit([](auto const& view) { return sizeof(view.slots->key); }), key_bytes);
    expect_every_row(table, sites);
  };
  check.template operator()<1>(8);
  check.template operator()<2>(16);
  check.template operator()<3>(16);
}

TYPED_TEST(HashTableBuild, MayBeEmpty) {
  HashTable<2> const table = build_hash_table(TypeParam::policy(), SiteSet<2>());
  EXPECT_EQ(table.find({0, {0, 0}}), no_row);
  EXPECT_EQ(HashTable<2>().find({0, {0, 0}}), no_row);
}

TEST(PeerFailures, Item3AHashTableIsNeverFullSoThatProbingEnds) {
  // 2^n sites and one more or less: the load stays at 1/2 at most, and every chain of probes meets a free place.
  for (std::int64_t const count : {0, 1, 2, 3, 511, 512, 513, 4096}) {
    std::vector<Coordinate<1>> line;
    for (std::int64_t i = 0; i < count; ++i) line.push_back({0, {static_cast<std::int32_t>(i)}});
    HashTable<1> const table = build_hash_table(cpu, test::sites_of(Grid<1>{}, line));
    EXPECT_TRUE(std::has_single_bit(static_cast<std::uint64_t>(table.capacity()))) << count;
    EXPECT_GT(table.capacity(), 2 * count);
    EXPECT_EQ(table.bytes(), table.capacity() * 16);
    for (std::int32_t i = -5; i < count + 5; ++i) {
      EXPECT_EQ(table.find({0, {i}}), i >= 0 && i < count ? i : no_row);
    }
  }
}

TEST(PeerFailures, Item6AQueryOutOfTheBoxIsAMissAndNeverWraps) {
  // The box is 4 wide on each axis, 2 bits a field: shifted by whole fields, each query has a key of a present site.
  std::vector<Coordinate<2>> list;
  for (int y = 0; y < 4; ++y) {
    for (int x = 0; x < 4; ++x) list.push_back({0, {y, x}});
  }
  HashTable<2> const table = build_hash_table(cpu, test::sites_of(Grid<2>{}, list));
  for (auto const& outside : {Coordinate<2>{0, {0, 4}},
                              {0, {0, -4}},
                              {0, {1, -1}},
                              {0, {4, 0}},
                              {1, {0, 0}},
                              {-1, {3, 3}},
                              {0, {1 << 30, 0}},
                              {0, {0, least}},
                              {0, {most, most}}}) {
    EXPECT_EQ(table.find(outside), no_row) << to_string(outside);
  }
  auto const wide = [&](WideCoordinate<2> const& sought) {
    return table.visit([&](auto const& view) { return view.find(sought); });
  };
  EXPECT_EQ(wide({0, 1, 2}), 6);
  EXPECT_EQ(wide({0, 1, (std::int64_t{1} << 32) + 2}), no_row);
  EXPECT_EQ(wide({0, (std::int64_t{1} << 62) + 1, 2}), no_row);
}

std::uint64_t without_shift(std::uint64_t key, int shift) {
  std::uint64_t original = key;
  for (int known = shift; known < 64; known += shift) original = key ^ (original >> shift);
  return original;
}

/// The key whose hash this is.
std::uint64_t key_of_hash(std::uint64_t hash) {
  auto const inverse = [](std::uint64_t odd) {
    std::uint64_t x = odd;
    for (int i = 0; i < 6; ++i) x *= 2 - odd * x;
    return x;
  };
  hash = without_shift(hash, 31) * inverse(0x94d049bb133111ebU);
  hash = without_shift(hash, 27) * inverse(0xbf58476d1ce4e5b9U);
  return without_shift(hash, 30);
}

/// Sites whose keys all have place 0 in their table, and two corners by which the keys are known: 31 bits of y, 32 of x.
std::vector<Coordinate<2>> sites_of_one_place(std::int64_t count) {
  std::vector<Coordinate<2>> list{{0, {0, least}}, {0, {most, most}}};
  for (std::uint64_t hash = 1 << 20; static_cast<std::int64_t>(list.size()) < count; hash += std::uint64_t{1} << 20) {
    std::uint64_t const key = key_of_hash(hash);
    if (key >> 63 != 0) continue;
    auto const x = static_cast<std::int64_t>(key & 0xffffffffU) + least;
    list.push_back({0, {static_cast<std::int32_t>(key >> 32), static_cast<std::int32_t>(x)}});
  }
  return list;
}

// Without a bound each of them would look at all that came before.
TYPED_TEST(HashTableBuild, ChosenSitesTakeNoMoreThanAFewProbes) {
  SiteSet<2> const sites = test::sites_of(Grid<2>{}, sites_of_one_place(20000));
  HashTable<2> const table = build_hash_table(TypeParam::policy(), sites);
  std::int64_t at_place_0 = 0;
  std::int64_t in_table = 0;
  table.visit([&](auto const& view) {
    for (Coordinate<2> const& site : sites.coordinates()) at_place_0 += view.probe(widen(site)).place == 0;
    for (std::uint64_t place = 0; place <= view.mask; ++place) in_table += view.slots[place].row != no_row;
  });
  EXPECT_GE(at_place_0, sites.size() - 2) << "the sites were chosen well";
  EXPECT_LE(in_table, 66);
  expect_every_row(table, sites);
  for (Coordinate<2> site : sites.coordinates()) {
    if (site.position[1] == most) continue;
    ++site.position[1];
    Row const row = table.find(site);
    ASSERT_TRUE(row == no_row || sites.coordinates()[static_cast<std::size_t>(row)] == site);
  }
}

TEST(HashTable, OutlivesItsSites) {
  auto const table = [] { return build_hash_table(cpu, test::sites_of(Grid<2>{}, sites_of_one_place(200))); }();
  SiteSet<2> const same = test::sites_of(Grid<2>{}, sites_of_one_place(200));
  expect_every_row(table, same);
}

TEST(HashTable, SpreadsAPlaneOfSites) {
  // Keys in rows of consecutive numbers, the common case. At load 1/2 chains of random places stay short (Knuth: the
  // longest of 2^15 places has about 30); without a finaliser whole rows of 100 would stand side by side.
  std::vector<Coordinate<2>> list;
  for (int y = 0; y < 100; ++y) {
    for (int x = 0; x < 100; ++x) list.push_back({0, {y, x}});
  }
  HashTable<2> const table = build_hash_table(seq, test::sites_of(Grid<2>{}, list));
  std::int64_t longest = 0;
  table.visit([&](auto const& view) {
    std::int64_t chain = 0;
    for (std::uint64_t place = 0; place <= view.mask; ++place) {
      chain = view.slots[place].row == no_row ? 0 : chain + 1;
      longest = std::max(longest, chain);
    }
  });
  EXPECT_LE(longest, 60);
}

TEST(HashTableErrors, NameTheBitsThatAreMissing) {
  Coordinate<4> low;
  Coordinate<4> high;
  low.position.fill(least);
  high.position.fill(most);
  SiteSet<4> const sites = test::sites_of(Grid<4>{}, std::vector{low, high});
  EXPECT_EQ(message_of<CapacityError>([&] { return build_hash_table(cpu, sites); }),
            "build_hash_table: the sites span a box whose coordinates need 128 bits, keys have 127; split the sites "
            "into parts that lie closer together");
}

}  // namespace
}  // namespace sparseconv::hash_table_test
