#include "sparseconv/index/cached_joined_sites.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <utility>

#include "support/error_message.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"
#include "support/same_index.hpp"

namespace sparseconv::cached_joined_sites_test {
namespace {

constexpr Grid<2> room{.shape = {19, 23}, .batch_size = 2};

TEST(CachedJoinedSites, AreFoundByTheIdentityOfBoth) {
  SiteSet<2> const a = test::random_site_set(room, 100, 1);
  SiteSet<2> const b = test::random_site_set(room, 100, 2);
  SiteSet<2> const like_b = test::random_site_set(room, 100, 2);
  test::for_each_host_policy([&](auto const& where) {
    SiteSet<2> const any = cached_joined_sites(where, a, b, SiteJoin::unite);
    EXPECT_TRUE(test::same_sites(any, unite_sites(where, a, b)));
    EXPECT_TRUE(cached_joined_sites(where, a, b, SiteJoin::unite).is(any));
    EXPECT_FALSE(cached_joined_sites(where, b, a, SiteJoin::unite).is(any)) << "kept with the first set";
    EXPECT_FALSE(cached_joined_sites(where, a, like_b, SiteJoin::unite).is(any)) << "an equal list is another set";
    SiteSet<2> const each = cached_joined_sites(where, a, b, SiteJoin::intersect);
    EXPECT_TRUE(test::same_sites(each, intersect_sites(where, a, b).sites));
    EXPECT_TRUE(cached_joined_sites(where, a, b, SiteJoin::intersect).is(each));
    EXPECT_TRUE(cached_joined_sites(where, a, a, SiteJoin::unite).is(a));
    EXPECT_TRUE(cached_joined_sites(where, a, a, SiteJoin::intersect).is(a));
  });
}

TEST(CachedJoinedSites, DoNotKeepTheOtherSetAlive) {
  SiteSet<2> const a = test::random_site_set(room, 100, 1);
  std::weak_ptr<void const> other;
  std::weak_ptr<void const> joined;
  {
    SiteSet<2> const b = test::random_site_set(room, 100, 2);
    other = b.identity();
    joined = cached_joined_sites(cpu, a, b, SiteJoin::unite).identity();
    EXPECT_FALSE(joined.expired());
  }
  EXPECT_TRUE(other.expired());
  SiteSet<2> const next = test::random_site_set(room, 10, 3);
  SiteSet<2> const with_next = cached_joined_sites(cpu, a, next, SiteJoin::unite);
  EXPECT_TRUE(joined.expired()) << "what was joined with a set that ended goes when the next is kept";
  EXPECT_EQ(a.derived_bytes(), with_next.bytes());
  for (int round = 0; round < 50; ++round) {  // the allocator gives many of them the same address
    SiteSet<2> const b = test::random_site_set(room, 100, static_cast<std::uint32_t>(round));
    ASSERT_TRUE(test::same_sites(cached_joined_sites(cpu, a, b, SiteJoin::unite), unite_sites(cpu, a, b)));
  }
}

TEST(CachedJoinedSites, OwnNothingInACircle) {
  std::weak_ptr<void const> first;
  std::weak_ptr<void const> second;
  std::weak_ptr<void const> third;
  {
    SiteSet<2> const a = test::random_site_set(room, 100, 1);
    SiteSet<2> const b = test::random_site_set(room, 100, 2);
    SiteSet<2> const any = cached_joined_sites(cpu, a, b, SiteJoin::unite);
    (void)cached_joined_sites(cpu, a, any, SiteJoin::intersect);
    (void)cached_joined_sites(cpu, any, a, SiteJoin::unite);
    (void)cached_joined_sites(cpu, b, a, SiteJoin::unite);
    (void)cached_joined_sites(cpu, any, cached_joined_sites(cpu, any, b, SiteJoin::intersect), SiteJoin::unite);
    first = a.identity();
    second = b.identity();
    third = any.identity();
  }
  EXPECT_TRUE(first.expired());
  EXPECT_TRUE(second.expired());
  EXPECT_TRUE(third.expired());
}

TEST(CachedJoinedSites, RefuseOtherGridsAndSetsThatWereMovedFrom) {
  SiteSet<2> a = test::random_site_set(room, 100, 1);
  SiteSet<2> const b = test::random_site_set(Grid<2>{.shape = {19, 24}, .batch_size = 2}, 100, 1);
  EXPECT_THROW((void)cached_joined_sites(cpu, a, b, SiteJoin::unite), ShapeError);
  EXPECT_THROW((void)cached_joined_sites(cpu, a, b, SiteJoin::intersect), ShapeError);
  EXPECT_EQ(a.derived_bytes(), 0);
  SiteSet<2> const taken = std::move(a);
  EXPECT_THROW((void)cached_joined_sites(cpu, a, taken, SiteJoin::unite), ShapeError);  // NOLINT: what is tested
}

}  // namespace
}  // namespace sparseconv::cached_joined_sites_test
