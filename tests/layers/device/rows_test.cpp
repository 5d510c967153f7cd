// Layers and verbs that leave every row where it is, on a device: the bits of the host where they are promised, else numbers
// within what rounding allows.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "sparseconv/index/octree_level.hpp"
#include "sparseconv/layers/add.hpp"
#include "sparseconv/layers/cast.hpp"
#include "sparseconv/layers/channel_to_space.hpp"
#include "sparseconv/layers/concatenate.hpp"
#include "sparseconv/layers/linear.hpp"
#include "sparseconv/layers/occupancy_above.hpp"
#include "sparseconv/layers/onto_sites.hpp"
#include "sparseconv/layers/prune.hpp"
#include "sparseconv/layers/scale_sites.hpp"
#include "support/device_policies.hpp"
#include "support/error_message.hpp"
#include "support/feature_view.hpp"
#include "support/random_numbers.hpp"
#include "support/random_sites.hpp"
#include "support/rounding.hpp"

namespace sparseconv::device_rows_test {
namespace {

using test::message_of;

template <class Where>
class Rows : public test::DeviceTest<Where> {};
TYPED_TEST_SUITE(Rows, test::DevicePolicies);

constexpr Grid<3> room{.shape = {14, 15, 16}, .batch_size = 2};

/// What the sums of both sides, in orders of their own, and one rounding to T may differ by: features are at most 1, weights b =
/// sqrt(6 / terms), so sums are at most sqrt(6 terms); factors of tf32 have 11 significant bits.
template <class T>
double tolerance(std::int64_t terms, bool tf32) {
  double const magnitude = std::sqrt(6.0 * static_cast<double>(terms)) + 2;
  return 2 * test::rounding_bound<T>(terms + 3, magnitude) + (tf32 ? 0x1p-10 * magnitude : 0);
}

template <class T, class Policy>
void expect_linear_agrees(Policy const& where, std::int64_t sites, std::int64_t in_channels,
                          std::int64_t out_channels) {
  SCOPED_TRACE(::testing::Message() << sites << " sites, " << in_channels << " -> " << out_channels << " channels");
  Linear<T> layer({.in_channels = in_channels, .out_channels = out_channels, .activation = leaky_relu(0.25)});
  layer.set_bias(test::random_numbers<T>(out_channels, 5));
  auto const input = test::random_tensor<T>(test::random_site_set(room, sites, 1), in_channels, 2);
  auto const shortcut = test::random_tensor<T>(input.sites(), out_channels, 3);
  auto const there = copy_to(where, layer);
  auto const input_there = copy_to(where, input);
  auto const shortcut_there = copy_to(where, shortcut, input_there.sites());
  auto result = there(where, input_there);
  auto added = there.with_residual(where, input_there, shortcut_there);
  test::expect_waits(where, 0, [&] {
    result = there(where, input_there);
    added = there.with_residual(where, input_there, shortcut_there);
  });
  EXPECT_TRUE(result.sites().is(input_there.sites()));
  EXPECT_EQ(input_there.sites().derived_bytes(), 0);
  double const most = tolerance<T>(in_channels, where.tf32());
  EXPECT_LE(
      test::largest_difference(test::feature_view(copy_to_host(where, result)), test::feature_view(layer(seq, input))),
      most);
  EXPECT_LE(test::largest_difference(test::feature_view(copy_to_host(where, added)),
                                     test::feature_view(layer.with_residual(seq, input, shortcut))),
            most);
}

TYPED_TEST(Rows, LinearAgreesWithTheHost) {
  auto const& where = TypeParam::policy();
  auto const check = [&]<class T>(T) {
    for (auto const& [in_channels, out_channels] : {std::pair{1, 1}, {3, 5}, {17, 33}, {33, 17}, {16, 64}}) {
      expect_linear_agrees<T>(where, 70, in_channels, out_channels);
    }
    expect_linear_agrees<T>(where, 0, 3, 5);
  };
  check(float{});
  check(half{});
  check(double{});
}

/// A matrix on the device whose rows lie apart.
template <class T, class Policy>
struct WideRows {
  std::int64_t rows;
  std::int64_t columns;
  std::int64_t first;
  std::int64_t stride;
  Buffer<T> host;
  Buffer<T, typename Policy::Memory> numbers;

  WideRows(Policy const& where, std::int64_t row_count, std::int64_t column_count, std::int64_t gap, std::uint32_t seed)
      : rows(row_count),
        columns(column_count),
        first(gap / 2),
        stride(column_count + gap),
        host(test::random_numbers<T>(row_count * stride, seed)),
        numbers(copy_to(where, host)) {}

  MatrixView<T, typename Policy::Memory> view() { return {numbers.data() + first, rows, columns, stride}; }
  MatrixView<T> host_view() { return {host.data() + first, rows, columns, stride}; }
  /// How far the whole is from what the host has, gaps with it.
  double difference(Policy const& where) {
    Buffer<T> const copy = copy_to_host(where, numbers);
    return test::largest_difference(MatrixView<T const>{copy.data(), rows, stride},
                                    MatrixView<T const>{host.data(), rows, stride});
  }
};

TYPED_TEST(Rows, VerbsTakeRowsThatLieApart) {
  auto const& where = TypeParam::policy();
  using Policy = std::remove_cvref_t<decltype(where)>;
  for (std::int64_t const gap : {0, 3, 16}) {
    WideRows<float, Policy> input(where, 40, 5, gap, 1);
    WideRows<float, Policy> residual(where, 40, 12, gap, 2);
    WideRows<float, Policy> output(where, 40, 12, gap, 3);
    Weights<float> const weights(1, 5, 12, test::random_numbers<float>(60, 4));
    auto const weights_there = copy_to(where, weights.view());
    multiply_rows(where, input.view(), weights_there, output.view(), {.residual = residual.view(), .activation = relu});
    multiply_rows(seq, input.host_view(), weights, output.host_view(),
                  {.residual = residual.host_view(), .activation = relu});
    EXPECT_LE(output.difference(where), tolerance<float>(5, where.tf32())) << gap;

    WideRows<float, Policy> copy(where, 40, 5, 16 - gap, 5);
    copy_rows(where, input.view(), copy.view());
    copy_rows(seq, input.host_view(), copy.host_view());
    EXPECT_EQ(copy.difference(where), 0) << gap;

    WideRows<half, Policy> narrow(where, 40, 5, gap, 6);
    cast_rows(where, input.view(), narrow.view());
    cast_rows(seq, input.host_view(), narrow.host_view());
    EXPECT_EQ(narrow.difference(where), 0) << gap;
  }
}

template <class T, class Policy>
void expect_same_on_device(Policy const& where, SparseTensor<T, 3, typename Policy::Memory> const& there,
                           SparseTensor<T, 3> const& expected) {
  auto const result = copy_to_host(where, there);
  EXPECT_EQ(result.size(), expected.size());
  EXPECT_TRUE(test::same_bits(result.features(), expected.features()));
}

TYPED_TEST(Rows, ConcatenationsAndSumsHaveTheBitsOfTheHost) {
  auto const& where = TypeParam::policy();
  auto const check = [&]<class T>(T) {
    auto const a = test::random_tensor<T>(test::random_site_set(room, 60, 1), 3, 2);
    auto const b = test::random_tensor<T>(a.sites(), 17, 3);
    auto const c = test::random_tensor<T>(a.sites(), 3, 4);
    auto const a_there = copy_to(where, a);
    auto const b_there = copy_to(where, b, a_there.sites());
    auto const c_there = copy_to(where, c, a_there.sites());
    auto joined = concatenate(where, a_there, b_there, c_there);
    auto sum = add(where, a_there, c_there, leaky_relu(0.1));
    test::expect_waits(where, 0, [&] {
      joined = concatenate(where, a_there, b_there, c_there);
      sum = add(where, a_there, c_there, leaky_relu(0.1));
    });
    EXPECT_TRUE(joined.sites().is(a_there.sites()));
    EXPECT_TRUE(sum.sites().is(a_there.sites()));
    EXPECT_EQ(a_there.sites().derived_bytes(), 0);
    expect_same_on_device(where, joined, concatenate(seq, a, b, c));
    expect_same_on_device(where, sum, add(seq, a, c, leaky_relu(0.1)));
    // Equal sites of another set, which are compared, and others.
    auto const apart = copy_to(where, c);
    expect_same_on_device(where, add(where, a_there, apart), add(seq, a, c));
    expect_same_on_device(where, concatenate(where, a_there, apart), concatenate(seq, a, c));
    auto const others = copy_to(where, test::random_tensor<T>(test::random_site_set(room, 60, 5), 3, 4));
    EXPECT_EQ(message_of<ShapeError>([&] { (void)concatenate(where, a_there, others); }).substr(0, 55),
              "concatenate: the 60 sites of tensor 1 are not the first");
    EXPECT_EQ(message_of<ShapeError>([&] { (void)add(where, a_there, others); }).substr(0, 41),
              "add: the second tensor's 60 sites are not");
  };
  check(float{});
  check(double{});
  check(half{});
  check(bfloat16{});
}

TYPED_TEST(Rows, CastsHaveTheBitsOfTheHost) {
  auto const& where = TypeParam::policy();
  auto const check = [&]<class From>(From) {
    auto const sites = test::random_site_set(room, 60, 1);
    SparseTensor<From, 3> input(sites, 5);
    test::RandomNumbers random(3);
    for (From& number : input.features().values()) {  // from below the smallest half to beyond the largest
      number = From(std::ldexp(random.number<double>(), static_cast<int>(random.between(-28, 20))));
    }
    input.features()(0, 0) = From(1 + 0x1p-11 + 0x1p-40);
    auto const there = copy_to(where, input);
    test::expect_waits(where, 0, [&] { (void)cast<half>(where, there); });
    expect_same_on_device(where, cast<float>(where, there), cast<float>(seq, input));
    expect_same_on_device(where, cast<double>(where, there), cast<double>(seq, input));
    expect_same_on_device(where, cast<half>(where, there), cast<half>(seq, input));
    expect_same_on_device(where, cast<bfloat16>(where, there), cast<bfloat16>(seq, input));
  };
  check(float{});
  check(double{});
  check(half{});
  check(bfloat16{});
}

/// Masks and pruned rows, of scores of which many are equal and some are NaN.
template <class T, class Policy>
void expect_same_pruning(Policy const& where, SiteSet<3> const& sites, std::vector<std::int64_t> const& counts) {
  auto const input = test::random_tensor<T>(sites, 3, 1);
  auto const drawn = test::random_tensor<float>(sites, 1, 2);
  SparseTensor<T, 3> scores(sites, 1);
  for (std::int64_t row = 0; row < sites.size(); ++row) {
    float const score = std::floor(8 * drawn.features()(row, 0)) / 8;
    scores.features()(row, 0) = T(row % 13 == 5 ? std::numeric_limits<float>::quiet_NaN() : score);
  }
  auto const input_there = copy_to(where, input);
  auto const scores_there = copy_to(where, scores, input_there.sites());
  (void)item_offsets(where, input_there.sites());
  auto above_there = mask_above(where, scores_there, 0.25);
  auto largest_there = mask_largest(where, scores_there, counts);
  test::expect_waits(where, 0, [&] {
    above_there = mask_above(where, scores_there, 0.25);
    largest_there = mask_largest(where, scores_there, counts);
  });
  auto const expect_same = [&](Buffer<std::uint8_t, typename Policy::Memory> const& there,
                               Buffer<std::uint8_t> const& here) {
    EXPECT_TRUE(std::ranges::equal(copy_to_host(where, there), here));
    auto const pruned = copy_to_host(where, prune(where, input_there, there));
    auto const expected = prune(seq, input, here);
    EXPECT_TRUE(std::ranges::equal(pruned.sites().coordinates(), expected.sites().coordinates()));
    EXPECT_TRUE(std::ranges::equal(pruned.features().values(), expected.features().values()));
  };
  expect_same(above_there, mask_above(seq, scores, 0.25));
  expect_same(largest_there, mask_largest(seq, scores, counts));
}

TYPED_TEST(Rows, PrunesAsTheHostDoes) {
  auto const& where = TypeParam::policy();
  auto const check = [&]<class T>(T) {
    expect_same_pruning<T>(where, test::random_site_set(room, 900, 1), {100, 2000});
    // Nothing but item 1 of three, so that the first and the last are empty.
    expect_same_pruning<T>(where,
                           test::sites_of(Grid<3>{.shape = {14, 15, 16}, .batch_size = 3},
                                          test::random_coordinates<3>({{0, 0, 0}, {13, 14, 15}, {1}}, 300, 2)),
                           {7, 150, 0});
    expect_same_pruning<T>(where, test::random_site_set(room, 0, 1), {1, 1});
  };
  check(float{});
  check(half{});
  check(double{});
  check(bfloat16{});
}

// The counts of a large batch are carried piece by piece.
TYPED_TEST(Rows, AreMarkedWithoutAWaitInLargeBatches) {
  auto const& where = TypeParam::policy();
  Grid<1> const grid{.shape = Shape<1>(9), .batch_size = 1000};
  auto const scores = test::random_tensor<float>(test::random_site_set(grid, 4000, 1), 1, 2);
  std::vector<std::int64_t> counts;
  for (std::int64_t item = 0; item < grid.batch_size; ++item) counts.push_back(item % 5);
  auto const scores_there = copy_to(where, scores);
  (void)item_offsets(where, scores_there.sites());
  auto const staged = [&] {
    if constexpr (requires { where.staged_copies(); }) return where.staged_copies();
    return std::int64_t{0};
  };
  std::int64_t const before = staged();
  auto const mask = mask_largest(where, scores_there, counts);
  EXPECT_EQ(staged(), before);
  EXPECT_TRUE(std::ranges::equal(copy_to_host(where, mask), mask_largest(seq, scores, counts)));
}

TYPED_TEST(Rows, ArePrunedByASelectionFromEqualSites) {
  auto const& where = TypeParam::policy();
  auto const input = test::random_tensor<float>(test::random_site_set(room, 60, 1), 3, 2);
  Buffer<std::uint8_t> mask(input.size(), std::uint8_t{1});
  mask[7] = 0;
  auto const selected = select_sites(where, copy_to(where, input.sites()), copy_to(where, mask));
  auto const apart = copy_to(where, input);
  auto pruned = prune(where, apart, selected);
  test::expect_waits(where, 2, [&] { pruned = prune(where, apart, selected); });
  EXPECT_TRUE(pruned.sites().is(selected.sites));
  expect_same_on_device(where, pruned, prune(seq, input, mask));
  auto const others = copy_to(where, test::random_tensor<float>(test::random_site_set(room, 60, 5), 3, 4));
  EXPECT_EQ(message_of<CoordinateError>([&] { (void)prune(where, others, selected); }),
            "prune: the tensor has 60 sites, and sites were selected from another set of 60; select from the sites of "
            "the tensor");
}

TYPED_TEST(Rows, GoOntoOtherSitesAsOnTheHost) {
  auto const& where = TypeParam::policy();
  SiteSet<3> const onto = test::random_site_set(room, 400, 5);
  auto const onto_there = copy_to(where, onto);
  auto const check = [&]<class T>(T) {
    for (std::int64_t const size : {0, 900}) {
      auto const input = test::random_tensor<T>(test::random_site_set(room, size, 1), 3, 1);
      auto const input_there = copy_to(where, input);
      auto result = onto_sites(where, input_there, onto_there);
      test::expect_waits(where, 0, [&] { result = onto_sites(where, input_there, onto_there); });
      auto const back = copy_to_host(where, result);
      auto const expected = onto_sites(seq, input, onto);
      EXPECT_TRUE(result.sites().is(onto_there));
      EXPECT_TRUE(std::ranges::equal(back.features().values(), expected.features().values()));
    }
  };
  check(float{});
  check(half{});
  check(double{});
  check(bfloat16{});
}

TYPED_TEST(Rows, GoOntoAFinerGridAsOnTheHost) {
  auto const& where = TypeParam::policy();
  Grid<3> finer = room;
  finer.shape = PerAxis<3>(200);
  for (std::int64_t const size : {0, 900}) {
    auto const input = test::random_tensor<half>(test::random_site_set(room, size, 1), 3, 1);
    auto const there = copy_to(where, input);
    decltype(scale_sites(where, there, 2, finer)) result;
    test::expect_waits(where, 0, [&] { result = scale_sites(where, there, 2, finer); });
    auto const back = copy_to_host(where, result);
    auto const expected = scale_sites(seq, input, 2, finer);
    EXPECT_TRUE(std::ranges::equal(back.sites().list()->begin(), back.sites().list()->end(),
                                   expected.sites().list()->begin(), expected.sites().list()->end()));
    EXPECT_TRUE(std::ranges::equal(back.features().values(), expected.features().values()));
  }
}

TYPED_TEST(Rows, SubdivideAsOnTheHost) {
  auto const& where = TypeParam::policy();
  auto const check = [&]<class T>(T) {
    for (std::int64_t const size : {0, 200}) {
      SiteSet<3> const sites = test::random_site_set(room, size, 1);
      auto const input = test::random_tensor<T>(sites, 16, 1);
      auto const scores = test::random_tensor<T>(sites, 8, 2);
      auto const input_there = copy_to(where, input);
      auto const scores_there = copy_to(where, scores, input_there.sites());
      auto const level = octree_children(seq, sites, occupancy_above(seq, scores, 0.25));
      auto const level_there = octree_children(where, input_there.sites(), occupancy_above(where, scores_there, 0.25));
      auto children = channel_to_space(where, input_there, level_there);
      auto parents = space_to_channel(where, children, level_there);
      test::expect_waits(where, 0, [&] {
        (void)occupancy_above(where, scores_there, 0.25);
        children = channel_to_space(where, input_there, level_there);
        parents = space_to_channel(where, children, level_there);
      });
      auto const expected = channel_to_space(seq, input, level);
      auto const expected_back = space_to_channel(seq, expected, level);
      auto const result = copy_to_host(where, children);
      auto const back = copy_to_host(where, parents);
      EXPECT_TRUE(std::ranges::equal(result.sites().coordinates(), level.children.coordinates()));
      EXPECT_TRUE(std::ranges::equal(result.features().values(), expected.features().values()));
      EXPECT_TRUE(std::ranges::equal(back.features().values(), expected_back.features().values()));
    }
  };
  check(float{});
  check(half{});
  check(double{});
  check(bfloat16{});
}

}  // namespace
}  // namespace sparseconv::device_rows_test
