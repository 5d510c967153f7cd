#include "sparseconv/index/index_cache.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::index_cache_test {
namespace {

constexpr auto regular = OutputDefinition::regular;

SiteSet<1> line(std::vector<Coordinate<1>> const& list) {
  return test::sites_of(Grid<1>{.shape = Shape<1>(9)}, list);
}

Rulebook<> rules_of(std::int64_t elements) {
  return Rulebook<>(std::vector<std::int64_t>(static_cast<std::size_t>(elements) + 1), {}, {}, 1, 1, std::nullopt);
}

TEST(IndexCache, KeepsTheFirstOfEach) {
  IndexCache<1> cache;
  KernelGeometry<1> const geometry{.kernel_size = 3};
  SiteSet<1> const target = line({{0, {1}}});
  EXPECT_EQ(cache.hash_table(), nullptr);
  EXPECT_EQ(cache.output_sites(geometry, regular), std::nullopt);
  EXPECT_EQ(cache.rulebook(target, geometry), nullptr);

  auto const table = cache.keep(build_hash_table(seq, target));
  EXPECT_EQ(cache.keep(build_hash_table(seq, target)), table) << "a slower thread gets what is there";
  EXPECT_EQ(cache.hash_table(), table);

  auto const rules = cache.keep(target, geometry, rules_of(3));
  EXPECT_EQ(cache.keep(target, geometry, rules_of(3)), rules);
  EXPECT_EQ(cache.rulebook(target, geometry), rules);

  SiteSet<1> const outputs = line({{0, {2}}});
  EXPECT_TRUE(cache.keep(geometry, regular, outputs).is(outputs));
  EXPECT_TRUE(cache.keep(geometry, regular, line({{0, {2}}})).is(outputs));
  EXPECT_TRUE(cache.output_sites(geometry, regular)->is(outputs));
}

TEST(IndexCache, AnswersOnlyTheSameQuestion) {
  IndexCache<1> cache;
  KernelGeometry<1> const geometry{.kernel_size = 3, .stride = 2, .padding = 1, .dilation = 2};
  SiteSet<1> const target = line({{0, {1}}});
  cache.keep(target, geometry, rules_of(3));
  cache.keep(geometry, regular, target);
  for (KernelGeometry<1> const& other : {KernelGeometry<1>{.kernel_size = 2, .stride = 2, .padding = 1, .dilation = 2},
                                         {.kernel_size = 3, .stride = 1, .padding = 1, .dilation = 2},
                                         {.kernel_size = 3, .stride = 2, .padding = 0, .dilation = 2},
                                         {.kernel_size = 3, .stride = 2, .padding = 1, .dilation = 1}}) {
    EXPECT_EQ(cache.rulebook(target, other), nullptr);
    EXPECT_EQ(cache.output_sites(other, regular), std::nullopt);
  }
  EXPECT_EQ(cache.output_sites(geometry, OutputDefinition::floor), std::nullopt);
  EXPECT_EQ(cache.rulebook(line({{0, {1}}}), geometry), nullptr) << "an equal list is another set";
}

TEST(IndexCache, DoesNotTakeANewTargetForOneThatIsGone) {
  IndexCache<1> cache;
  KernelGeometry<1> const geometry{.kernel_size = 3};
  for (int round = 0; round < 50; ++round) {  // the allocator gives many of them the same address
    SiteSet<1> const target = line({{0, {1}}});
    ASSERT_EQ(cache.rulebook(target, geometry), nullptr);
    cache.keep(target, geometry, rules_of(3));
  }
}

TEST(IndexCache, DropsRulebooksOfTargetsThatAreGone) {
  IndexCache<1> cache;
  KernelGeometry<1> const geometry{.kernel_size = 3};
  std::weak_ptr<Rulebook<> const> rules;
  { rules = cache.keep(line({{0, {1}}}), geometry, rules_of(3)); }
  SiteSet<1> const other = line({{0, {2}}});
  cache.keep(other, geometry, rules_of(3));
  EXPECT_TRUE(rules.expired());
  EXPECT_EQ(cache.bytes(), rules_of(3).bytes());
}

TEST(IndexCache, CountsItsBytesAndReleasesAll) {
  IndexCache<1> cache;
  EXPECT_EQ(cache.bytes(), 0);
  SiteSet<1> const target = line({{0, {1}}});
  std::int64_t const of_table = cache.keep(build_hash_table(seq, target))->bytes();
  EXPECT_EQ(cache.bytes(), of_table);
  auto const rules = cache.keep(target, {.kernel_size = 5}, rules_of(5));
  EXPECT_EQ(cache.bytes(), of_table + 6 * 8);
  cache.keep({}, regular, line({{0, {2}}, {0, {3}}}));
  EXPECT_EQ(cache.bytes(), of_table + 6 * 8 + 2 * 8);
  cache.release();
  EXPECT_EQ(cache.bytes(), 0);
  EXPECT_EQ(cache.hash_table(), nullptr);
  EXPECT_EQ(rules->element_count(), 5) << "who still uses one may go on";
}

TEST(IndexCache, KeepsOneHashTableForEachSet) {
  SiteSet<1> const sites = line({{0, {1}}, {0, {4}}});
  auto const table = cached_hash_table(cpu, sites);
  EXPECT_EQ(cached_hash_table(seq, sites), table);
  EXPECT_EQ(table->find({0, {4}}), 1);
  EXPECT_EQ(sites.derived_bytes(), table->bytes());
  EXPECT_NE(cached_hash_table(cpu, line({{0, {1}}, {0, {4}}})), table);
}

}  // namespace
}  // namespace sparseconv::index_cache_test
