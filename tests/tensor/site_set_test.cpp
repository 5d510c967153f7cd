#include "sparseconv/tensor/site_set.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <new>
#include <vector>

#include "support/error_message.hpp"

namespace sparseconv::site_set_test {
namespace {

using test::message_of;

SiteSet<2> set(Grid<2> const& grid, std::vector<Coordinate<2>> const& list) {
  return SiteSet<2>(grid, Buffer<Coordinate<2>>(std::span<Coordinate<2> const>(list)));
}

Grid<2> const grid_5x5{.shape = {5, 5}, .batch_size = 2};

TEST(SiteSet, TakesACanonicalList) {
  SiteSet<2> const sites = set(grid_5x5, {{0, {1, 4}}, {0, {2, 3}}, {1, {0, 0}}});
  EXPECT_EQ(sites.size(), 3);
  EXPECT_EQ(sites.coordinates()[1], (Coordinate<2>{0, {2, 3}}));
  EXPECT_EQ(sites.grid(), grid_5x5);
  EXPECT_EQ(sites.bytes(), 3 * 12);
  EXPECT_EQ(sites.bounding_box().low, (WideCoordinate<2>{0, 0, 0}));
  EXPECT_EQ(sites.bounding_box().high, (WideCoordinate<2>{1, 2, 4}));
}

TEST(SiteSet, MayBeEmpty) {
  SiteSet<2> const none;
  EXPECT_TRUE(none.empty());
  EXPECT_FALSE(none.grid().shape.bounded());
  EXPECT_TRUE(none.bounding_box().empty());
  EXPECT_TRUE(set({.shape = {5, 5}, .batch_size = 0}, {}).empty());
}

TEST(SiteSet, HasAnIdentityThatCopiesShare) {
  SiteSet<2> const sites = set(grid_5x5, {{0, {1, 2}}});
  SiteSet<2> const copy = sites;
  SiteSet<2> const twin = set(grid_5x5, {{0, {1, 2}}});
  EXPECT_TRUE(sites.is(copy));
  EXPECT_FALSE(sites.is(twin));
  EXPECT_EQ(copy.coordinates().data(), sites.coordinates().data());
}

TEST(SiteSet, LivesAsLongAsItsLastCopy) {
  std::weak_ptr<void const> identity;
  {
    SiteSet<2> copy;
    {
      SiteSet<2> const sites = set(grid_5x5, {{0, {1, 2}}});
      identity = sites.identity();
      copy = sites;
    }
    EXPECT_FALSE(identity.expired());
  }
  EXPECT_TRUE(identity.expired());
}

class TenBytes final : public Derived {
 public:
  std::int64_t bytes() const override { return size_; }
  void release() override { size_ = 0; }

 private:
  std::int64_t size_ = 10;
};

TEST(SiteSet, KeepsWhatIsDerivedFromItForAllCopies) {
  SiteSet<2> const sites = set(grid_5x5, {{0, {1, 2}}});
  SiteSet<2> const copy = sites;
  EXPECT_EQ(sites.derived_bytes(), 0);
  copy.derived().get<TenBytes>();
  EXPECT_EQ(sites.derived_bytes(), 10);
  sites.release_derived();
  EXPECT_EQ(copy.derived_bytes(), 0);
}

TEST(SiteSet, ThatWasMovedFromHasNoSites) {
  SiteSet<2> sites = set(grid_5x5, {{0, {1, 2}}});
  SiteSet<2> const taken = std::move(sites);
  EXPECT_EQ(taken.size(), 1);
  EXPECT_EQ(sites.size(), 0);  // NOLINT: what is tested
  EXPECT_TRUE(sites.empty());
  EXPECT_TRUE(sites.coordinates().empty());
  EXPECT_EQ(sites.data(), nullptr);
  EXPECT_EQ(sites.list(), nullptr);
  EXPECT_EQ(sites.grid(), Grid<2>{});
  EXPECT_TRUE(sites.bounding_box().empty());
  EXPECT_EQ(sites.bytes(), 0);
  EXPECT_EQ(sites.derived_bytes(), 0);
  sites.release_derived();
  EXPECT_FALSE(sites.is(taken));
  EXPECT_TRUE(sites.identity().expired());
  EXPECT_EQ(message_of<ShapeError>([&] { return &sites.derived(); }),
            "SiteSet: the set was moved from and has nothing to convolve; use the one that it was moved to");
  sites = taken;
  EXPECT_TRUE(sites.is(taken));
}

TEST(SiteSet, LeavesTheListWithWhoGaveAWrongOne) {
  Buffer<Coordinate<2>> list(std::int64_t{2}, Coordinate<2>{0, {1, 2}});
  EXPECT_THROW(SiteSet<2>(grid_5x5, std::move(list)), CoordinateError);
  EXPECT_EQ(list.size(), 2);  // NOLINT: what is tested
  EXPECT_THROW(SiteSet<2>(Grid<2>{.shape = {0, 1}}, std::move(list)), ShapeError);
  EXPECT_EQ(list.size(), 2);  // NOLINT: what is tested
}

TEST(SiteSet, SharesItsListForLongerThanItLives) {
  SiteSet<2>::List list;
  {
    SiteSet<2> const sites = set(grid_5x5, {{0, {1, 2}}});
    list = sites.list();
    EXPECT_EQ(list->data(), sites.data());
  }
  EXPECT_EQ((*list)[0], (Coordinate<2>{0, {1, 2}}));
}

TEST(SiteSet, RefusesAListThatIsNotCanonical) {
  EXPECT_EQ(message_of<CoordinateError>([] {
              return set(grid_5x5, {{0, {2, 3}}, {0, {1, 2}}});
            }),
            "SiteSet: site (batch 0; 1, 2) comes after (batch 0; 2, 3); sites must be unique and sorted, which "
            "build_site_set does for any list");
  EXPECT_EQ(message_of<CoordinateError>([] {
              return set(grid_5x5, {{1, {2, 3}}, {1, {2, 3}}});
            }),
            "SiteSet: site (batch 1; 2, 3) comes after (batch 1; 2, 3); sites must be unique and sorted, which "
            "build_site_set does for any list");
}

TEST(SiteSet, RefusesWhatIsOutsideItsGrid) {
  EXPECT_EQ(message_of<CoordinateError>([] {
              return set(grid_5x5, {{0, {1, 5}}});
            }),
            "SiteSet: site (batch 0; 1, 5) is outside the grid (shape 5 x 5, batch_size 2); enlarge the shape, leave "
            "it out for an unbounded grid, or drop the site");
  EXPECT_EQ(message_of<ShapeError>([] {
              return set({.shape = {5, 0}}, {});
            }),
            "SiteSet: the grid's shape is 5 x 0; every extent must be at least 1");
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST(SiteSet, RefusesMoreSitesThanRowsCanCount) {
  Buffer<Coordinate<1>> too_many;
  try {
    too_many = Buffer<Coordinate<1>>(std::int64_t{1} << 31);  // never written: addresses, hardly memory
  } catch (std::bad_alloc const&) {
    GTEST_SKIP() << "this machine does not give 16 GiB of addresses";
  }
  EXPECT_EQ(message_of<CapacityError>([&] { return SiteSet<1>(Grid<1>{}, std::move(too_many)); }),
            "SiteSet: 2147483648 sites; rows are numbered up to 2^31 - 1, so split the batch");
}
#endif

}  // namespace
}  // namespace sparseconv::site_set_test
