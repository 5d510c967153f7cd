// Random lists of points with repetitions, NaN and infinity, joined in every way on every policy, against a map's loops.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sparseconv/tensor/dense.hpp"
#include "sparseconv/tensor/make_sparse_tensor.hpp"
#include "support/at_policy.hpp"
#include "support/emulated_gpu.hpp"
#include "support/layer_sums.hpp"
#include "support/policies.hpp"
#include "support/random_numbers.hpp"
#include "support/test_rounds.hpp"
#include "support/wide_sum_bound.hpp"

namespace sparseconv::random_points_test {
namespace {

using test::RandomNumbers;
using test::WideNumber;

/// Points in any order, of which many share a site.
template <class T, int D>
struct RandomPoints {
  Grid<D> grid;
  std::vector<Coordinate<D>> coordinates;
  std::int64_t channels = 0;
  Buffer<T> features;
  std::map<Coordinate<D>, std::vector<std::int64_t>> points_of;  // in the order of the list

  explicit RandomPoints(std::uint32_t seed) {
    RandomNumbers random(seed);
    auto const draw = [&](std::int64_t low, std::int64_t high) {
      return static_cast<std::int32_t>(random.between(low, high));
    };
    constexpr std::int32_t least = std::numeric_limits<std::int32_t>::min();
    constexpr std::int32_t most = std::numeric_limits<std::int32_t>::max();
    grid.batch_size = draw(0, 2) == 0 ? most : draw(1, 3);
    bool const bounded = draw(0, 1) == 0;
    PerAxis<D> extents = 1;
    for (int a = 0; a < D; ++a) extents[a] = draw(0, 9) == 0 ? most : draw(1, 6);
    if (bounded) grid.shape = extents;
    std::int64_t const count = draw(0, 9) == 0 ? 0 : draw(1, draw(0, 9) == 0 ? 3000 : 60);
    for (std::int64_t i = 0; i < count; ++i) {
      Coordinate<D> site{.batch = draw(0, 5) == 0 ? grid.batch_size - 1 : draw(0, std::min(grid.batch_size - 1, 2)),
                         .position = {}};
      for (int a = 0; a < D; ++a) {
        bool const far = draw(0, 9) == 0 && D < 4;  // four axes need more bits than keys have
        std::int32_t const last = bounded ? extents[a] - 1 : far ? most : 3;
        std::int32_t const first = bounded ? 0 : far ? least : -3;
        site.position[static_cast<std::size_t>(a)] = far               ? (draw(0, 1) == 0 ? first : last)
                                                     : draw(0, 1) == 0 ? first
                                                                       : draw(first, std::min(last, 5));
      }
      points_of[site].push_back(std::ssize(coordinates));
      coordinates.push_back(site);
    }
    channels = draw(0, 3) == 0 ? draw(0, 70) : draw(1, 4);
    features = test::numbers_with_holes<T>(random, count * channels, draw(0, 2) == 0);
    if (draw(0, 3) == 0) {
      int const exponent = draw(-300, 300);
      for (T& number : features) number = static_cast<T>(std::ldexp(static_cast<double>(number), exponent));
    }
  }

  [[nodiscard]] std::string text() const {
    return std::to_string(coordinates.size()) + " points on " + std::to_string(points_of.size()) + " sites, shape " +
           to_string(grid.shape) + ", batch " + std::to_string(grid.batch_size) + ", channels " +
           std::to_string(channels);
  }

  /// What a row's channel deviates by, as a share of what is allowed.
  [[nodiscard]] double share(std::vector<std::int64_t> const& points, std::int64_t c, T actual,
                             Duplicates duplicates) const {
    WideNumber sum;
    double const first = static_cast<double>(features[points.front() * channels + c]);
    double largest = first;
    for (std::int64_t const point : points) {
      auto const number = static_cast<double>(features[point * channels + c]);
      sum.add(number);
      if (std::isnan(number) || number > largest) largest = std::isnan(largest) ? largest : number;
    }
    if (duplicates == Duplicates::max) return test::share_of_bound(actual, largest, 0);
    if (duplicates == Duplicates::first || points.size() == 1) return test::share_of_bound(actual, first, 0);
    return test::share_of_wide_bound(actual, sum,
                                     duplicates == Duplicates::mean ? static_cast<double>(points.size()) : 1.0);
  }
};

template <class T, int D>
void expect_joined(RandomPoints<T, D> const& points, SparseTensor<T, D> const& tensor, Duplicates duplicates) {
  ASSERT_EQ(tensor.size(), std::ssize(points.points_of));
  ASSERT_EQ(tensor.channels(), points.coordinates.empty() ? 0 : points.channels);
  std::int64_t row = 0;
  for (auto const& [site, members] : points.points_of) {
    ASSERT_EQ(tensor.sites().coordinates()[static_cast<std::size_t>(row)], site);
    for (std::int64_t c = 0; c < tensor.channels(); ++c) {
      ASSERT_LE(points.share(members, c, tensor.features()(row, c), duplicates), 1.0) << to_string(site) << ", " << c;
    }
    ++row;
  }
}

/// The tensor of the points by one policy, brought to the host.
template <class Policy, class T, int D>
SparseTensor<T, D> joined(Policy const& where, RandomPoints<T, D> const& points, Duplicates duplicates) {
  std::span<Coordinate<D> const> const list(points.coordinates);
  if constexpr (HostPolicy<Policy>) {
    return make_sparse_tensor<T, D>(where, points.grid, list, std::span<T const>(points.features), duplicates);
  } else {
    return copy_to_host(where, make_sparse_tensor<T, D>(where, points.grid, copy_to(where, list),
                                                        copy_to(where, points.features), duplicates));
  }
}

/// Each point gets the features of its site; one without a site zeros.
template <class Policy, class T, int D>
void expect_back(Policy const& where, RandomPoints<T, D> const& points, SparseTensor<T, D> const& tensor) {
  auto const sites = build_site_set(where, points.grid, test::there(where, Buffer<Coordinate<D>>(points.coordinates)));
  auto const back = test::here(where, features_to_points(where, test::there(where, tensor), sites.row_of_point));
  std::int64_t const channels = tensor.channels();
  ASSERT_EQ(back.size(), std::ssize(points.coordinates) * channels);
  std::int64_t row = 0;
  for (auto const& [site, members] : points.points_of) {
    for (std::int64_t const point : members) {
      std::span<T const> const actual(back.data() + point * channels, static_cast<std::size_t>(channels));
      std::span<T const> const expected(tensor.features().row_data(row), static_cast<std::size_t>(channels));
      ASSERT_TRUE(test::same_bits_or_nan<T>(actual, expected));
    }
    ++row;
  }
}

template <class T, int D>
void expect_points_of_the_oracle(std::uint32_t first_seed) {
  static test::EmulatedGpu const device;
  std::uint32_t const cases = 60 * test::test_rounds();
  for (std::uint32_t seed = first_seed; seed < first_seed + cases; ++seed) {
    RandomPoints<T, D> const points(seed);
    SCOPED_TRACE("seed " + std::to_string(seed) + ": " + points.text());
    for (auto const duplicates :
         {Duplicates::reject, Duplicates::sum, Duplicates::mean, Duplicates::max, Duplicates::first}) {
      std::optional<SparseTensor<T, D>> by_seq;
      auto const check = [&](auto const& where) {
        bool const repeated = points.points_of.size() < points.coordinates.size();
        if (duplicates == Duplicates::reject && repeated) {
          EXPECT_THROW((void)joined(where, points, duplicates), CoordinateError);
          return;
        }
        SparseTensor<T, D> const tensor = joined(where, points, duplicates);
        expect_joined(points, tensor, duplicates);
        if (!by_seq) by_seq = tensor;
        EXPECT_TRUE(test::same_bits_or_nan<T>(tensor.features().values(), std::as_const(*by_seq).features().values()));
        if (duplicates == Duplicates::max) expect_back(where, points, tensor);
      };
      check(seq);
      test::for_each_cpu_policy(check);
      check(device);
      if (::testing::Test::HasFailure()) return;
    }
  }
}

TEST(RandomPoints, OfFloatAreJoinedAsByTheOracle) {
  expect_points_of_the_oracle<float, 3>(1U << 20);
  expect_points_of_the_oracle<float, 1>(2U << 20);
}
TEST(RandomPoints, OfDoubleAreJoinedAsByTheOracle) {
  expect_points_of_the_oracle<double, 2>(3U << 20);
}
TEST(RandomPoints, OfHalfAreJoinedAsByTheOracle) {
  expect_points_of_the_oracle<half, 4>(4U << 20);
}
TEST(RandomPoints, OfBfloat16AreJoinedAsByTheOracle) {
  expect_points_of_the_oracle<bfloat16, 3>(5U << 20);
}

/// What is not zero comes back from a dense array, whichever policies wrote and read it.
template <class T, int D>
void expect_dense_and_back(std::uint32_t first_seed) {
  static test::EmulatedGpu const device;
  std::uint32_t const cases = 60 * test::test_rounds();
  for (std::uint32_t seed = first_seed; seed < first_seed + cases; ++seed) {
    RandomPoints<T, D> points(seed);
    std::array<std::int64_t, static_cast<std::size_t>(D)> longest{};
    for (auto const& [site, members] : points.points_of) {
      for (std::size_t a = 0; a < longest.size(); ++a)
        longest[a] = std::max<std::int64_t>(longest[a], site.position[a]);
    }
    double cells = 3;
    for (std::int64_t const last : longest) cells *= static_cast<double>(last + 1);
    if (cells > 10'000) continue;
    PerAxis<D> extents = 1;
    for (int a = 0; a < D; ++a) extents[a] = static_cast<std::int32_t>(longest[static_cast<std::size_t>(a)] + 1);
    points.grid = {.shape = extents, .batch_size = 3};
    bool const inside = std::all_of(points.coordinates.begin(), points.coordinates.end(),
                                    [&](Coordinate<D> const& c) { return points.grid.contains(c); });
    if (!inside) continue;
    SCOPED_TRACE("seed " + std::to_string(seed) + ": " + points.text());
    SparseTensor<T, D> const tensor = joined(seq, points, Duplicates::first);
    auto const check = [&](auto const& where) {
      auto const dense = to_dense(where, test::there(where, tensor));
      SparseTensor<T, D> const back = test::here(where, from_dense(where, dense));
      DenseTensor<T, D> const all = test::here(where, dense);
      std::int64_t row = 0;
      std::int64_t written = 0;
      for (std::int64_t i = 0; i < tensor.size(); ++i) {
        bool active = false;
        Coordinate<D> const& site = tensor.sites().coordinates()[static_cast<std::size_t>(i)];
        for (std::int64_t c = 0; c < tensor.channels(); ++c) {
          T const number = tensor.features()(i, c);
          EXPECT_TRUE(test::same_bits_or_nan<T>(std::array<T, 1>{all.at(c, site)}, std::array<T, 1>{number}));
          active = active || number != T{0};
          written += number != T{0};
        }
        if (!active) continue;
        ASSERT_LT(row, back.size());
        ASSERT_EQ(back.sites().coordinates()[static_cast<std::size_t>(row)], site);
        ++row;
      }
      EXPECT_EQ(row, back.size());
      EXPECT_EQ(std::count_if(all.values.begin(), all.values.end(), [](T number) { return number != T{0}; }), written);
    };
    check(seq);
    check(test::OnCpu<3>::policy());
    check(device);
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(RandomPoints, GoToADenseArrayAndBack) {
  expect_dense_and_back<float, 2>(6U << 20);
  expect_dense_and_back<half, 3>(7U << 20);
  expect_dense_and_back<double, 1>(8U << 20);
}

}  // namespace
}  // namespace sparseconv::random_points_test
