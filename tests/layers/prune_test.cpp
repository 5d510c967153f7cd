#include "sparseconv/layers/prune.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "sparseconv/layers/submanifold_conv.hpp"
#include "sparseconv/layers/transposed_conv.hpp"
#include "support/error_message.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"
#include "support/same_index.hpp"

namespace sparseconv::prune_test {
namespace {

using Mask = std::vector<std::uint8_t>;

SparseTensor<float, 2> four_sites() {
  SiteSet<2> const sites =
      test::sites_of(Grid<2>{.shape = {5, 9}, .batch_size = 2},
                     std::vector<Coordinate<2>>{{0, {0, 8}}, {0, {3, 1}}, {1, {2, 2}}, {1, {4, 4}}});
  return {sites, 2, Buffer<float>(std::span<float const>(std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8}))};
}

std::vector<float> numbers_of(SparseTensor<float, 2> const& tensor) {
  auto const values = tensor.features().values();
  return {values.begin(), values.end()};
}

TEST(Prune, KeepsTheMarkedRowsByHand) {
  auto const input = four_sites();
  test::for_each_host_policy([&](auto const& where) {
    auto const kept = prune(where, input, Mask{0, 1, 1, 0});
    EXPECT_EQ(numbers_of(kept), (std::vector<float>{3, 4, 5, 6}));
    EXPECT_TRUE(test::same_sites(kept.sites(),
                                 test::sites_of(input.grid(), std::vector<Coordinate<2>>{{0, {3, 1}}, {1, {2, 2}}})));
    auto const none = prune(where, input, Mask{0, 0, 0, 0});
    EXPECT_EQ(none.size(), 0);
    EXPECT_EQ(none.channels(), 2);
    EXPECT_EQ(none.grid(), input.grid());
  });
}

// Two tensors on one set lie on one set again, so that they can be joined.
TEST(Prune, KeepsTensorsTogether) {
  auto const a = four_sites();
  auto const b = test::random_tensor<float>(a.sites(), 3, 1);
  test::for_each_host_policy([&](auto const& where) {
    auto const selected = select_sites(where, a.sites(), Mask{1, 0, 0, 1});
    auto const pruned = prune(where, a, selected);
    EXPECT_TRUE(pruned.sites().is(prune(where, b, selected).sites()));
    EXPECT_EQ(numbers_of(pruned), (std::vector<float>{1, 2, 7, 8}));
  });
}

TEST(Prune, TakesEqualSitesAndRefusesOthers) {
  auto const input = four_sites();
  auto const again = four_sites();
  auto const selected = select_sites(cpu, input.sites(), Mask{1, 0, 0, 1});
  EXPECT_EQ(numbers_of(prune(cpu, again, selected)), (std::vector<float>{1, 2, 7, 8}));
  auto const other = prune(cpu, input, Mask{1, 1, 1, 0});
  EXPECT_EQ(test::message_of<CoordinateError>([&] { return prune(cpu, other, selected).size(); }),
            "prune: the tensor has 3 sites, and sites were selected from another set of 4; select from the sites of "
            "the tensor");
  EXPECT_EQ(test::message_of<ShapeError>([&] {
              return prune(cpu, other, Mask{1, 1}).size();
            }),
            "prune: the mask has 2 marks for 3 sites; give one for each");
}

TEST(Prune, KeepsWhatScoresSay) {
  auto const input = four_sites();
  SparseTensor<float, 2> const scores(input.sites(), 1,
                                      Buffer<float>(std::span<float const>(std::vector<float>{-1, 0.5F, 2, 0.25F})));
  test::for_each_host_policy([&](auto const& where) {
    EXPECT_EQ(numbers_of(prune(where, input, mask_above(where, scores, 0.25))), (std::vector<float>{3, 4, 5, 6}));
    EXPECT_EQ(numbers_of(prune(where, input, mask_largest(where, scores, std::vector<std::int64_t>{2, 1}))),
              (std::vector<float>{1, 2, 3, 4, 5, 6}));
  });
  EXPECT_EQ(test::message_of<ShapeError>([&] { return mask_above(cpu, input, 0).size(); }),
            "mark_rows_above: the columns of scores are 2, and it takes 1; they must be equal");
  EXPECT_EQ(
      test::message_of<ShapeError>([&] { return mask_largest(cpu, scores, std::vector<std::int64_t>{3}).size(); }),
      "mark_largest_rows: 1 counts for a batch of 2 items; give one for each");
}

// A level of a generative decoder: all that a transposed kernel reaches, of which the cells of the finer level are kept.
TEST(Prune, LeavesSitesToConvolveOn) {
  SiteSet<3> const fine = test::random_site_set(Grid<3>{.shape = {12, 12, 12}, .batch_size = 2}, 300, 4);
  SiteSet<3> const coarse = cached_output_sites(cpu, fine, {.kernel_size = 2, .stride = 2}, OutputDefinition::regular);
  auto const input = test::random_tensor<float>(coarse, 3, 5);
  TransposedConv3D<float> const up({.in_channels = 3, .out_channels = 4, .kernel_size = 2, .stride = 2});
  auto const grown = up(cpu, input);
  ASSERT_GT(grown.size(), fine.size());
  Mask mask;
  for (auto const& site : grown.sites().coordinates()) {
    auto const coordinates = fine.coordinates();
    mask.push_back(std::ranges::binary_search(coordinates, site) ? 1 : 0);
  }
  SubmanifoldConv3D<float> const layer({.in_channels = 4, .out_channels = 2});
  test::for_each_host_policy([&](auto const& where) {
    auto const kept = prune(where, up(where, input), mask);
    ASSERT_TRUE(test::same_sites(kept.sites(), fine));
    auto const onto_given = up(where, input, fine);
    ASSERT_TRUE(std::ranges::equal(kept.features().values(), onto_given.features().values()));
    auto const result = layer(where, kept);
    auto const expected = layer(where, onto_given);
    ASSERT_TRUE(std::ranges::equal(result.features().values(), expected.features().values()));
  });
}

}  // namespace
}  // namespace sparseconv::prune_test
