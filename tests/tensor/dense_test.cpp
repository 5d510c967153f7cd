#include "sparseconv/tensor/dense.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "support/error_message.hpp"
#include "support/oracle_conversion.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::dense_test {
namespace {

using test::message_of;

template <class Where>
class Dense : public ::testing::Test {};
TYPED_TEST_SUITE(Dense, test::Policies);

TYPED_TEST(Dense, WritesChannelsFirst) {
  // 2 x 3 grid, sites (0,1) and (1,2), channels a, b:  a = . 1 .    b = . 2 .
  //                                                        . . 3        . . 4
  auto const sites = test::sites_of(Grid<2>{.shape = {2, 3}}, std::vector<Coordinate<2>>{{0, {0, 1}}, {0, {1, 2}}});
  SparseTensor<float, 2> tensor(sites, 2);
  for (std::int64_t i = 0; i < 4; ++i) tensor.features().data[i] = static_cast<float>(i + 1);
  auto const dense = to_dense(TypeParam::policy(), tensor);
  EXPECT_EQ(dense.shape, (std::array<std::int64_t, 4>{1, 2, 2, 3}));
  EXPECT_EQ(test::to_doubles(dense.values), (std::vector<double>{0, 1, 0, 0, 0, 3, 0, 2, 0, 0, 0, 4}));
  EXPECT_EQ(dense.at(1, {0, {1, 2}}), 4.f);
}

TYPED_TEST(Dense, ComesBackFromDense) {
  auto const check = [&]<int D>(Shape<D> const& shape) {
    Grid<D> const grid{.shape = shape, .batch_size = 3};
    auto const sites = test::sites_of(grid, test::random_coordinates<D>(test::range_of(grid, {1}), 4500, 3));
    auto const tensor = test::random_tensor<double>(sites, 3, 8);
    auto const dense = to_dense(TypeParam::policy(), tensor);
    for (std::int64_t row = 0; row < tensor.size(); ++row) {
      for (std::int64_t c = 0; c < 3; ++c) {
        ASSERT_EQ(dense.at(c, sites.coordinates()[static_cast<std::size_t>(row)]), tensor.features()(row, c));
      }
    }
    auto const back = from_dense(TypeParam::policy(), dense);
    EXPECT_EQ(back.grid(), grid);
    ASSERT_TRUE(std::ranges::equal(back.sites().coordinates(), sites.coordinates()));
    EXPECT_TRUE(std::ranges::equal(back.features().values(), tensor.features().values()));
  };
  check(Shape<1>(50));
  check(Shape<2>(71, 93));
  check(Shape<3>(17, 29, 13));
  check(Shape<4>(5, 9, 6, 7));
}

TYPED_TEST(Dense, KeepsSitesWithOneChannelThatIsNotZero) {
  DenseTensor<float, 1> dense{{1, 2, 3}, Buffer<float>(6, 0.f)};
  dense.values[1] = 5;  // channel 0, position 1
  dense.values[5] = 7;  // channel 1, position 2
  auto const tensor = from_dense(TypeParam::policy(), dense);
  ASSERT_EQ(tensor.size(), 2);
  EXPECT_EQ(tensor.sites().coordinates()[0].position[0], 1);
  EXPECT_EQ(tensor.features()(0, 0), 5.f);
  EXPECT_EQ(tensor.features()(0, 1), 0.f);
  EXPECT_EQ(tensor.features()(1, 1), 7.f);
}

TYPED_TEST(Dense, MayBeEmpty) {
  auto const& where = TypeParam::policy();
  SparseTensor<float, 2> const no_sites(SiteSet<2>({.shape = {2, 2}, .batch_size = 1}, {}), 3);
  EXPECT_EQ(test::to_doubles(to_dense(where, no_sites).values), std::vector<double>(12));
  SparseTensor<float, 2> const no_batch(SiteSet<2>({.shape = {2, 2}, .batch_size = 0}, {}), 3);
  EXPECT_TRUE(to_dense(where, no_batch).values.empty());
  EXPECT_EQ(from_dense(where, to_dense(where, no_batch)).grid().batch_size, 0);
}

TYPED_TEST(Dense, WithoutChannelsHasNoSitesHoweverLargeItsGrid) {
  DenseTensor<float, 3> const dense{{1, 0, 2147483647, 2147483647, 2147483647}, {}};
  auto const tensor = from_dense(TypeParam::policy(), dense);
  EXPECT_EQ(tensor.size(), 0);
  EXPECT_EQ(tensor.channels(), 0);
  EXPECT_EQ(tensor.grid().shape, (Shape<3>{2147483647, 2147483647, 2147483647}));
}

TEST(DenseErrors, OfToDense) {
  EXPECT_EQ(message_of<ShapeError>([] { return to_dense(seq, SparseTensor<float, 2>(SiteSet<2>(), 1)); }),
            "to_dense: the tensor's grid is unbounded; make it with a shape");
  constexpr std::int32_t most = 2147483647;
  SiteSet<3> const large({.shape = {most, most, most}}, {});
  EXPECT_EQ(message_of<CapacityError>([&] { return to_dense(seq, SparseTensor<float, 3>(large, 1)); }),
            "to_dense: the dense array has more than 2^63 - 1 values; convert a part of the grid");
}

TEST(DenseErrors, OfFromDense) {
  auto const message = [](std::array<std::int64_t, 3> shape, std::int64_t values) {
    return message_of<ShapeError>([&] {
      return from_dense(seq, DenseTensor<float, 1>{shape, Buffer<float>(values, 1.f)});
    });
  };
  EXPECT_EQ(message({1, 2, 3}, 5), "from_dense: 5 values for a shape of 6; give one for each cell and channel");
  EXPECT_EQ(message({1, 2, -3}, 6), "from_dense: an extent of -3; extents cannot be negative");
  EXPECT_EQ(message({1, 1, 0}, 0), "from_dense: the grid's shape is 0; every extent must be at least 1");
  EXPECT_EQ(message({1, 0, std::int64_t{1} << 31}, 0),
            "from_dense: an extent of 2147483648; coordinates are 32 bits wide, so split the array");
  EXPECT_EQ(message({std::int64_t{1} << 31, 0, 1}, 0),
            "from_dense: a batch of 2147483648; batch indices are 32 bits wide");
}

}  // namespace
}  // namespace sparseconv::dense_test
