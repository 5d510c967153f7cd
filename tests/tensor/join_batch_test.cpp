#include "sparseconv/tensor/join_batch.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "support/at_policy.hpp"
#include "support/emulated_gpu.hpp"
#include "support/error_message.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::join_batch_test {
namespace {

using test::message_of;

/// A tensor of 2 channels whose numbers tell where they come from.
SparseTensor<float, 2> tensor_of(Grid<2> const& grid, std::vector<Coordinate<2>> const& list, float first) {
  SiteSet<2> const sites = test::sites_of(grid, list);
  Buffer<float> features(2 * sites.size());
  for (std::int64_t i = 0; i < features.size(); ++i) features[i] = first + static_cast<float>(i);
  return {sites, 2, std::move(features)};
}

/// By hand: items 0 and 1 of the first, none of the second's one, item 0 of the third's three, become items 0, 1, 2 and 3 to 5.
template <class Policy>
void expect_joined_by_hand(Policy const& where) {
  using Tensor = SparseTensor<float, 2, typename Policy::Memory>;
  Shape<2> const shape{4, 5};
  std::vector<Tensor> tensors;
  tensors.push_back(test::there(where, tensor_of({shape, 2}, {{0, {1, 1}}, {1, {0, 2}}, {1, {3, 4}}}, 10)));
  tensors.push_back(test::there(where, tensor_of({shape, 1}, {}, 20)));
  tensors.push_back(test::there(where, tensor_of({shape, 3}, {{0, {2, 0}}}, 30)));
  SparseTensor<float, 2> const joined = test::here(where, join_batch(where, tensors));
  std::vector<Coordinate<2>> const expected{{0, {1, 1}}, {1, {0, 2}}, {1, {3, 4}}, {3, {2, 0}}};
  EXPECT_EQ(std::vector<Coordinate<2>>(joined.sites().coordinates().begin(), joined.sites().coordinates().end()),
            expected);
  EXPECT_EQ(joined.grid(), (Grid<2>{shape, 6}));
  auto const numbers = std::as_const(joined).features().values();
  EXPECT_EQ(std::vector<float>(numbers.begin(), numbers.end()), (std::vector<float>{10, 11, 12, 13, 14, 15, 30, 31}));
  SiteSet<2> const looked_at(joined.grid(), Buffer<Coordinate<2>>(joined.sites().coordinates()));
  EXPECT_EQ(joined.sites().bounding_box().low, looked_at.bounding_box().low);
  EXPECT_EQ(joined.sites().bounding_box().high, looked_at.bounding_box().high);
}

TEST(JoinBatch, PutsItemsBehindOneAnother) {
  test::for_each_host_policy([](auto const& where) { expect_joined_by_hand(where); });
  expect_joined_by_hand(test::EmulatedGpu{});
}

TEST(JoinBatch, OfOneIsItsCopy) {
  std::vector<SparseTensor<float, 2>> const one{tensor_of({.batch_size = 2}, {{1, {-7, 9}}}, 1)};
  SparseTensor<float, 2> const joined = join_batch(seq, one);
  EXPECT_EQ(joined.grid(), one[0].grid());
  EXPECT_EQ(joined.sites().coordinates()[0], (Coordinate<2>{1, {-7, 9}}));
  EXPECT_FALSE(joined.sites().is(one[0].sites()));
}

TEST(JoinBatch, OfNoSitesHasAnEmptyBox) {
  std::vector<SparseTensor<float, 2>> const none(3, tensor_of({.shape = {2, 2}}, {}, 0));
  SparseTensor<float, 2> const joined = join_batch(seq, none);
  EXPECT_EQ(joined.grid().batch_size, 3);
  EXPECT_TRUE(joined.sites().bounding_box().empty());
}

TEST(JoinBatch, TakesManySitesOnSeveralThreads) {
  Grid<3> const grid{.shape = {40, 40, 40}, .batch_size = 2};
  std::vector<SparseTensor<double, 3>> tensors;
  std::vector<Coordinate<3>> sites;
  std::vector<double> numbers;
  for (std::int32_t i = 0; i < 3; ++i) {
    auto const set = test::sites_of(grid, test::random_coordinates<3>(test::range_of(grid), 9'001, 7U));
    Buffer<double> features(set.size());
    for (std::int64_t row = 0; row < set.size(); ++row) {
      features[row] = static_cast<double>(100'000 * i + row);
      Coordinate<3> site = set.coordinates()[static_cast<std::size_t>(row)];
      site.batch += 2 * i;
      sites.push_back(site);
      numbers.push_back(features[row]);
    }
    tensors.emplace_back(set, 1, std::move(features));
  }
  test::for_each_host_policy([&](auto const& where) {
    SparseTensor<double, 3> const joined = join_batch(where, tensors);
    EXPECT_TRUE(std::ranges::equal(joined.sites().coordinates(), sites));
    EXPECT_TRUE(std::ranges::equal(joined.features().values(), numbers));
  });
}

TEST(JoinBatch, SaysWhatDoesNotFit) {
  std::vector<SparseTensor<float, 2>> tensors;
  EXPECT_EQ(message_of<ShapeError>([&] { return join_batch(seq, tensors); }),
            "join_batch: there are no tensors; give one at least");
  tensors.assign(2, tensor_of({.shape = {2, 3}}, {}, 0));
  tensors[1] = SparseTensor<float, 2>(tensors[0].sites(), 3);
  EXPECT_EQ(
      message_of<ShapeError>([&] { return join_batch(seq, tensors); }),
      "join_batch: tensor 1 has 3 channels on the shape 2 x 3, tensor 0 has 2 on 2 x 3; a batch has one number of "
      "channels and one shape");
  tensors[1] = tensor_of({}, {}, 0);
  EXPECT_EQ(
      message_of<ShapeError>([&] { return join_batch(seq, tensors); }),
      "join_batch: tensor 1 has 2 channels on the shape unbounded, tensor 0 has 2 on 2 x 3; a batch has one number "
      "of channels and one shape");
  tensors.assign(2, tensor_of({.shape = {2, 3}, .batch_size = std::numeric_limits<std::int32_t>::max()}, {}, 0));
  EXPECT_EQ(message_of<CapacityError>([&] { return join_batch(seq, tensors); }),
            "join_batch: 4294967294 batch items; they are numbered up to 2^31 - 1, so join fewer");
}

}  // namespace
}  // namespace sparseconv::join_batch_test
