#include "sparseconv/points/seq/sorted_runs.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "support/policies.hpp"
#include "support/random_numbers.hpp"

namespace sparseconv::seq_sorted_runs_test {
namespace {

using on_seq::PlacedSite;
using on_seq::SortedRuns;

// Random blocks of sites, few and many, close together and far apart, against a map.
TEST(SortedRuns, FindWhatAMapFinds) {
  test::RandomNumbers random(5);
  SortedRuns runs;
  std::map<Coordinate<3>, Row> map;
  for (int block = 0; block < 60; ++block) {
    std::vector<Coordinate<3>> sites;
    auto const count = random.between(0, block % 7 == 0 ? 20'000 : 30);
    auto const from = static_cast<std::int32_t>(random.between(-20, 20));
    for (std::int64_t i = 0; i < count; ++i) {
      sites.push_back(
          {static_cast<std::int32_t>(random.between(0, 1)),
           {static_cast<std::int32_t>(from + random.between(0, 15)), static_cast<std::int32_t>(random.between(-20, 20)),
            static_cast<std::int32_t>(random.between(-40, 40))}});
    }
    std::sort(sites.begin(), sites.end());
    sites.erase(std::unique(sites.begin(), sites.end()), sites.end());
    std::vector<Row> expected;
    std::vector<PlacedSite> fresh;
    for (Coordinate<3> const& site : sites) {
      auto const found = map.find(site);
      expected.push_back(found == map.end() ? no_row : found->second);
      if (found == map.end()) fresh.push_back({site, static_cast<Row>(map.size() + fresh.size())});
    }
    test::for_each_host_policy([&](auto const& where) {
      std::vector<Row> places(sites.size(), -7);
      runs.find(where, sites, places.data());
      ASSERT_EQ(places, expected);
    });
    for (PlacedSite const& one : fresh) map.emplace(one.site, one.place);
    runs.add(runs.prepare(std::move(fresh)));
  }
  std::vector<PlacedSite> const all = runs.all();
  ASSERT_EQ(all.size(), map.size());
  ASSERT_GT(map.size(), 10'000U);
  std::size_t i = 0;
  for (auto const& [site, place] : map) {
    EXPECT_EQ(all[i].site, site);
    EXPECT_EQ(all[i++].place, place);
  }
}

// As many blocks of one site as there are sites, in the order that is worst for a sorted list: memory stays that of the sites.
TEST(SortedRuns, GrowByOneSiteAtATime) {
  SortedRuns runs;
  constexpr std::int32_t most = 20'000;
  for (std::int32_t i = most; i-- > 0;) runs.add(runs.prepare({{{0, {0, 0, i}}, static_cast<Row>(i)}}));
  EXPECT_EQ(runs.all().size(), static_cast<std::size_t>(most));
  EXPECT_EQ(runs.bytes(), most * static_cast<std::int64_t>(sizeof(PlacedSite)));
  std::vector<Coordinate<3>> const sites{{0, {0, 0, -1}}, {0, {0, 0, 0}}, {0, {0, 0, most - 1}}, {0, {0, 0, most}}};
  std::vector<Row> places(4);
  runs.find(seq, sites, places.data());
  EXPECT_EQ(places, (std::vector<Row>{no_row, 0, most - 1, no_row}));
}

TEST(SortedRuns, OfNothingFindNothing) {
  SortedRuns runs;
  runs.add(runs.prepare({}));
  EXPECT_TRUE(runs.all().empty());
  EXPECT_EQ(runs.bytes(), 0);
  std::vector<Coordinate<3>> const sites(2);
  std::vector<Row> places(2);
  runs.find(seq, sites, places.data());
  EXPECT_EQ(places, (std::vector<Row>{no_row, no_row}));
}

}  // namespace
}  // namespace sparseconv::seq_sorted_runs_test
