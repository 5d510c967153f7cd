#include "sparseconv/tensor/make_sparse_tensor.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "support/error_message.hpp"
#include "support/feature_view.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::make_sparse_tensor_test {
namespace {

using test::message_of;

template <class Where>
class MakeSparseTensor : public ::testing::Test {};
TYPED_TEST_SUITE(MakeSparseTensor, test::Policies);

TYPED_TEST(MakeSparseTensor, SortsRowsWithTheirSites) {
  auto const tensor = make_sparse_tensor<float, 2>(TypeParam::policy(), {.shape = {5, 5}, .batch_size = 1},
                                                   {{0, {2, 3}}, {0, {1, 2}}}, {.3f, .4f, .1f, .2f});
  EXPECT_EQ(tensor.channels(), 2);
  EXPECT_EQ(tensor.sites().coordinates()[0], (Coordinate<2>{0, {1, 2}}));
  EXPECT_EQ(tensor.features()(0, 0), .1f);
  EXPECT_EQ(tensor.features()(1, 1), .4f);
}

TYPED_TEST(MakeSparseTensor, DoesNotDependOnTheOrderOfTheList) {
  std::vector<Coordinate<3>> const points = test::random_coordinates<3>({{0, 0, 0}, {30, 30, 30}, {0, 1}}, 7003, 1);
  auto const features = test::random_numbers<double>(7003 * 3, 2);
  Grid<3> const grid{.shape = {31, 31, 31}, .batch_size = 2};
  auto const expected = make_sparse_tensor<double, 3>(seq, grid, std::span<Coordinate<3> const>(points), features);

  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  test::RandomNumbers(3).shuffle(order);
  std::vector<Coordinate<3>> shuffled;
  std::vector<double> shuffled_features;
  for (std::size_t const i : order) {
    shuffled.push_back(points[i]);
    for (std::size_t c = 0; c < 3; ++c) shuffled_features.push_back(features.data()[i * 3 + c]);
  }
  auto const actual = make_sparse_tensor<double, 3>(TypeParam::policy(), grid, std::span<Coordinate<3> const>(shuffled),
                                                    std::span<double const>(shuffled_features));
  ASSERT_TRUE(std::ranges::equal(actual.sites().coordinates(), expected.sites().coordinates()));
  EXPECT_TRUE(std::ranges::equal(actual.features().values(), expected.features().values()));
}

TYPED_TEST(MakeSparseTensor, TakesNothing) {
  auto const none = make_sparse_tensor<float, 2>(TypeParam::policy(), {}, {}, {});
  EXPECT_EQ(none.size(), 0);
  EXPECT_EQ(none.channels(), 0);
  auto const bare = make_sparse_tensor<float, 2>(TypeParam::policy(), {}, {{0, {1, 1}}}, {});
  EXPECT_EQ(bare.size(), 1);
  EXPECT_EQ(bare.channels(), 0);
}

TEST(PeerFailures, Item8DuplicatesAreNeverLastWriterWins) {
  auto const make = [](auto const& where, Duplicates duplicates) {
    return make_sparse_tensor<float, 2>(where, {}, {{0, {0, 7}}, {0, {0, 7}}, {0, {0, 6}}}, {1.f, 2.f, 5.f},
                                        duplicates);
  };
  EXPECT_EQ(message_of<CoordinateError>([&] { return make(seq, Duplicates::reject); }),
            "make_sparse_tensor: points 0 and 1 are both at (batch 0; 0, 7); drop one, or say what to do with "
            "Duplicates::sum, mean, max or first");
  EXPECT_EQ(test::feature_view(make(cpu, Duplicates::sum))(1, 0), 3.f);
  EXPECT_EQ(test::feature_view(make(cpu, Duplicates::first))(1, 0), 1.f);
}

TEST(MakeSparseTensorErrors, NameCountsThatDoNotDivide) {
  EXPECT_EQ(message_of<ShapeError>([] {
              return make_sparse_tensor<float, 1>(seq, {}, {{0, {1}}, {0, {2}}}, {1.f, 2.f, 3.f});
            }),
            "make_sparse_tensor: 3 features for 2 coordinates; give the same number of channels for each");
  EXPECT_EQ(message_of<ShapeError>([] { return make_sparse_tensor<float, 1>(seq, {}, {}, {1.f}); }),
            "make_sparse_tensor: 1 features for 0 coordinates; give the same number of channels for each");
}

TEST(MakeSparseTensor, KeepsTheChannelsOfAnEmptyView) {
  auto const none = make_sparse_tensor(cpu, Grid<2>{.shape = {5, 5}}, {}, MatrixView<float const>{nullptr, 0, 4});
  EXPECT_EQ(none.size(), 0);
  EXPECT_EQ(none.channels(), 4);
  std::vector<float> values{1, 2, 3, 4};
  std::vector<Coordinate<2>> const points{{0, {3, 3}}, {0, {1, 1}}};
  auto const two = make_sparse_tensor(cpu, Grid<2>{.shape = {5, 5}}, points, MatrixView<float>{values.data(), 2, 2});
  EXPECT_EQ(two.features()(0, 1), 4);
  EXPECT_THROW(static_cast<void>(make_sparse_tensor(cpu, Grid<2>{}, points, MatrixView<float const>{nullptr, 2, 2})),
               ShapeError);
}

}  // namespace
}  // namespace sparseconv::make_sparse_tensor_test
