#include "simulated_scan/simulated_scan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <optional>
#include <string>
#include <vector>

namespace simulated_scan::simulated_scan_test {
namespace {

/// Half a millimetre of rounding, and what a float of some 100 m cannot hold.
constexpr double rounding = 0.00051;

/// A scanner that measures without any error.
constexpr Scanner exact{.noise = 0, .dropout = 0, .weak_dropout = 0};

/// Ground so deep that no ray reaches it.
constexpr double no_ground = -1000;

double radians(double degrees) {
  return degrees * std::numbers::pi / 180;
}

sparseconv::PointCloud turn(Scanner const& scanner, Scene const& scene, std::uint64_t seed = 1) {
  sparseconv::PointCloud points{.columns = 4};
  Random random(seed);
  append_turn(scanner, scene, {}, random, points);
  return points;
}

std::optional<Hit> meet(Ray const& ray, auto const& shape) {
  Random random(1);
  return intersect(ray, shape, random);
}

TEST(Random, IsEvenlySpread) {
  Random random(7);
  constexpr int count = 100'000;
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < count; ++i) {
    double const value = random.uniform(-1, 3);
    ASSERT_GE(value, -1);
    ASSERT_LT(value, 3);
    sum += value;
    squares += value * value;
  }
  // Mean 1, variance 16 / 12; five standard errors.
  EXPECT_NEAR(sum / count, 1, 0.018);
  EXPECT_NEAR(squares / count - 1, 16.0 / 12, 0.04);
}

TEST(Random, BellHasUnitDeviationAndAnEnd) {
  Random random(7);
  constexpr int count = 100'000;
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < count; ++i) {
    double const value = random.bell();
    ASSERT_LE(std::abs(value), 3.47);
    sum += value;
    squares += value * value;
  }
  EXPECT_NEAR(sum / count, 0, 0.016);
  EXPECT_NEAR(squares / count, 1, 0.02);
}

TEST(Random, StreamsDiffer) {
  EXPECT_NE(Random(7, 0).uniform(), Random(7, 1).uniform());
}

TEST(Intersect, EntersABox) {
  // A face at x = 4, met head-on, then at 60 degrees to its normal: cosine 1/2, so twice as far.
  const Box box{.centre = {5, 0, 0}, .half = {1, 50, 50}};
  double const sine_60 = std::sqrt(0.75);
  EXPECT_DOUBLE_EQ(meet({{}, {1, 0, 0}}, box)->range, 4);
  EXPECT_DOUBLE_EQ(meet({{}, {1, 0, 0}}, box)->cosine, 1);
  EXPECT_DOUBLE_EQ(meet({{}, {0.5, sine_60, 0}}, box)->range, 8);
  EXPECT_DOUBLE_EQ(meet({{}, {0.5, 0, -sine_60}}, box)->cosine, 0.5);
  EXPECT_FALSE(meet({{}, {-1, 0, 0}}, box)) << "behind the ray";
  EXPECT_FALSE(meet({{5, 0, 0}, {1, 0, 0}}, box)) << "starts inside";
  EXPECT_FALSE(meet({{0, 51, 0}, {1, 0, 0}}, box)) << "passes beside it";
}

TEST(Intersect, EntersATurnedBox) {
  // The face lies 4 m along the heading of 30 degrees.
  const Heading heading{std::sqrt(0.75), 0.5};
  const Box box{.centre = {5 * heading.cosine, 5 * heading.sine, 0}, .half = {1, 2, 1}, .heading = heading};
  auto const hit = meet({{}, {heading.cosine, heading.sine, 0}}, box);
  EXPECT_NEAR(hit->range, 4, 1e-12);
  EXPECT_NEAR(hit->cosine, 1, 1e-12);
}

TEST(Intersect, EntersACylinderThroughItsSide) {
  // Radius 1 about (5, 0): met at 4 m; with 0.6 to the side the normal has x part 0.8, so at 4.2 m.
  const Cylinder cylinder{.x = 5, .y = 0, .radius = 1, .bottom = -1, .top = 2};
  EXPECT_DOUBLE_EQ(meet({{}, {1, 0, 0}}, cylinder)->range, 4);
  EXPECT_NEAR(meet({{0, 0.6, 0}, {1, 0, 0}}, cylinder)->range, 4.2, 1e-12);
  EXPECT_NEAR(meet({{0, 0.6, 0}, {1, 0, 0}}, cylinder)->cosine, 0.8, 1e-12);
  EXPECT_FALSE(meet({{0, 0, 2.1}, {1, 0, 0}}, cylinder)) << "above its top";
  EXPECT_FALSE(meet({{0, 0, -1.1}, {1, 0, 0}}, cylinder)) << "below its bottom";
  EXPECT_FALSE(meet({{0, 1.1, 0}, {1, 0, 0}}, cylinder)) << "beside it";
  EXPECT_FALSE(meet({{5, 0, 9}, {0, 0, -1}}, cylinder)) << "down through its open top";
}

TEST(Intersect, PassesACrownAsOftenAsItsDepthSays) {
  // 4 m through leaves that are met after 2 m on the average: exp(-2) of all rays pass.
  const Crown crown{.centre = {10, 0, 0}, .radius = 2, .half_height = 1, .mean_depth = 2};
  Random random(3);
  constexpr int count = 10'000;
  int passed = 0;
  for (int i = 0; i < count; ++i) {
    auto const hit = intersect({{}, {1, 0, 0}}, crown, random);
    passed += hit ? 0 : 1;
    if (hit) {
      ASSERT_GE(hit->range, 8);
      ASSERT_LE(hit->range, 12);
    }
  }
  // Standard deviation 0.0034.
  EXPECT_NEAR(static_cast<double>(passed) / count, std::exp(-2), 0.017);
}

TEST(AppendTurn, SeesAWallWhereItStands) {
  // A wall 100 m long and 100 m high with its face at x = 20, and nothing else: rays that point forward meet it at
  // (20, 20 tan(azimuth), 20 tan(elevation) / cos(azimuth)) where that is on the wall and within reach.
  const Scene scene{.ground = no_ground, .objects = {{Box{{21, 0, 0}, {1, 50, 50}}, {0.5}}}};
  Scanner scanner = exact;
  scanner.beams = 7;
  scanner.azimuth_steps = 90;
  const sparseconv::PointCloud points = turn(scanner, scene);
  std::int64_t seen = 0;
  for (int step = 0; step < scanner.azimuth_steps; ++step) {
    for (int beam = 0; beam < scanner.beams; ++beam) {
      double const azimuth = radians(4 * (step + 0.5));
      double const elevation = radians(2 - 26.8 / 6 * beam);
      double const y = 20 * std::tan(azimuth);
      double const z = 20 * std::tan(elevation) / std::cos(azimuth);
      if (std::cos(azimuth) > 0 && std::abs(y) < 50 && std::abs(z) < 50) {
        ASSERT_LT(seen, points.size());
        auto const point = points.row(seen++);
        EXPECT_NEAR(point[0], 20, rounding);
        EXPECT_NEAR(point[1], y, rounding);
        EXPECT_NEAR(point[2], z, rounding);
      }
    }
  }
  EXPECT_EQ(points.size(), seen);
  EXPECT_GT(seen, 200);
}

TEST(AppendTurn, SeesTheNearerOfTwo) {
  const Object wall{Box{{21, 0, 0}, {1, 50, 50}}, {0.5}};
  const Object nearer{Box{{11, 0, 0}, {1, 50, 50}}, {0.5}};
  for (auto const& objects : {std::vector{wall, nearer}, std::vector{nearer, wall}}) {
    Scanner scanner = exact;
    scanner.beams = 1;
    scanner.azimuth_steps = 360;
    auto const points = turn(scanner, {.ground = no_ground, .objects = objects});
    EXPECT_NEAR(points.row(0)[0], 10, rounding);
  }
}

TEST(AppendTurn, SeesTheGroundAlone) {
  // Beams look down by e below the horizon and meet the ground 1.73 / sin(e) away, if that is within 100 m.
  const sparseconv::PointCloud points = turn(exact, {.ground = -1.73});
  std::int64_t beams = 0;
  for (int beam = 0; beam < exact.beams; ++beam) {
    double const down = -radians(2 - 26.8 / 63 * beam);
    beams += down > 0 && 1.73 / std::sin(down) <= 100 ? 1 : 0;
  }
  EXPECT_EQ(points.size(), beams * exact.azimuth_steps);
  for (std::int64_t i = 0; i < points.size(); ++i) {
    ASSERT_NEAR(points.row(i)[2], -1.73, rounding);
  }
}

TEST(AppendTurn, NoiseStaysAlongTheRay) {
  // The noise is at most 3.47 deviations along the ray, of which the sine of its elevation is vertical.
  Scanner scanner = exact;
  scanner.noise = 0.02;
  const sparseconv::PointCloud points = turn(scanner, {.ground = -1.73});
  double squares = 0;
  for (std::int64_t i = 0; i < points.size(); ++i) {
    auto const point = points.row(i);
    double const sine = -point[2] / std::hypot(point[0], point[1], point[2]);
    double const error = (point[2] + 1.73) / sine;
    ASSERT_LE(std::abs(error), 3.47 * 0.02 + rounding / sine);
    squares += error * error;
  }
  EXPECT_NEAR(std::sqrt(squares / static_cast<double>(points.size())), 0.02, 0.001);
}

TEST(AppendTurn, LosesTheShareTold) {
  const Scene scene{.ground = -1.73};
  auto const all = static_cast<double>(turn(exact, scene).size());
  for (double const dropout : {0.0, 0.05, 0.3, 1.0}) {
    Scanner scanner = exact;
    scanner.dropout = dropout;
    auto const left = static_cast<double>(turn(scanner, scene).size());
    // Five standard deviations.
    EXPECT_NEAR(left, all * (1 - dropout), 5 * std::sqrt(all * dropout * (1 - dropout))) << dropout;
  }
}

TEST(AppendTurn, LosesMoreWhereLessLightComesBack) {
  // Two walls seen head-on, 10 m ahead and 90 m behind: the weakness is 1 - 0.99 and 1 - 0.19.
  const Scene scene{.ground = no_ground,
                    .objects = {{Box{{11, 0, 0}, {1, 1, 50}}, {0.5}}, {Box{{-91, 0, 0}, {1, 9, 50}}, {0.5}}}};
  Scanner scanner = exact;
  scanner.azimuth_steps = 8192;
  scanner.top_elevation = 1;
  scanner.bottom_elevation = -1;
  auto const ahead_of = [](sparseconv::PointCloud const& points) {
    std::int64_t ahead = 0;
    for (std::int64_t i = 0; i < points.size(); ++i) {
      ahead += points.row(i)[0] > 0 ? 1 : 0;
    }
    return ahead;
  };
  auto const all = turn(scanner, scene);
  scanner.weak_dropout = 0.5;
  auto const left = turn(scanner, scene);
  auto const share = [](std::int64_t part, std::int64_t whole) {
    return static_cast<double>(part) / static_cast<double>(whole);
  };
  EXPECT_NEAR(share(ahead_of(left), ahead_of(all)), 1 - 0.5 * 0.01, 0.01);
  EXPECT_NEAR(share(left.size() - ahead_of(left), all.size() - ahead_of(all)), 1 - 0.5 * 0.81, 0.02);
}

TEST(Simulate, GivesTheSamePointsForTheSameSeedOnly) {
  auto const first = simulate({.seed = 5});
  EXPECT_EQ(first.values, simulate({.seed = 5}).values);
  EXPECT_NE(first.values, simulate({.seed = 6}).values);
}

TEST(Simulate, GivesTheSamePointsFromEveryCompiler) {
  // FNV-1a over the bits of all values; changes with the street, not with the machine.
  std::uint64_t hash = 14695981039346656037u;
  for (float const value : simulate().values) {
    hash = (hash ^ std::bit_cast<std::uint32_t>(value)) * 1099511628211u;
  }
  EXPECT_EQ(hash, 16230643345371976170u);
}

TEST(Simulate, GivesAboutAHundredThousandPointsWithinReach) {
  for (const std::uint64_t seed : {0u, 1u, 2u, 3u, 4u, ~0u}) {
    auto const points = simulate({.seed = seed});
    EXPECT_GT(points.size(), 80'000) << "seed " << seed;
    EXPECT_LT(points.size(), 120'000) << "seed " << seed;
    for (std::int64_t i = 0; i < points.size(); ++i) {
      auto const point = points.row(i);
      ASSERT_TRUE(std::ranges::all_of(point, [](float value) { return std::isfinite(value); }));
      double const range = std::hypot(point[0], point[1], point[2]);
      ASSERT_GT(range, 1.5);
      ASSERT_LT(range, 100.1);
      ASSERT_GT(point[2], -1.73 - 0.05);
      ASSERT_GE(point[3], 0);
      ASSERT_LE(point[3], 1);
    }
  }
}

TEST(Simulate, HasFourNamedColumns) {
  auto const points = simulate({.scanner = {.beams = 4, .azimuth_steps = 16}});
  EXPECT_EQ(points.columns, 4);
  EXPECT_EQ(points.names, (std::vector<std::string>{"x", "y", "z", "intensity"}));
  EXPECT_EQ(points.values.size() % 4, 0u);
}

TEST(Simulate, GoesOnUpTheStreetAtTheSameDensity) {
  auto const one = simulate({.seed = 3, .turns = 1});
  auto const four = simulate({.seed = 3, .turns = 4});
  ASSERT_GT(four.values.size(), one.values.size());
  EXPECT_TRUE(std::equal(one.values.begin(), one.values.end(), four.values.begin()));
  EXPECT_NEAR(static_cast<double>(four.size()), 4 * static_cast<double>(one.size()), 0.1 * 4 * 100'000);
  float farthest = 0;
  for (std::int64_t i = 0; i < four.size(); ++i) {
    farthest = std::max(farthest, four.row(i)[0]);
  }
  EXPECT_GT(farthest, 340);
  EXPECT_LT(farthest, 401);
}

TEST(Simulate, MayBeEmpty) {
  EXPECT_TRUE(simulate({.turns = 0}).empty());
  EXPECT_TRUE(simulate({.scanner = {.beams = 0}}).empty());
  EXPECT_TRUE(simulate({.scanner = {.azimuth_steps = 0}}).empty());
}

TEST(Simulate, ErrorsAreSentences) {
  auto const message_of = [](Options const& options) -> std::string {
    try {
      simulate(options);
    } catch (const sparseconv::Error& error) {
      return error.what();
    }
    return "nothing was thrown";
  };
  EXPECT_EQ(message_of({.turns = -1}), "simulate: turns is -1, beams 64, azimuth_steps 2048; none may be negative");
  EXPECT_EQ(message_of({.turn_spacing = 0}),
            "simulate: max_range is 100.000000, turn_spacing 0.000000, sensor_height 1.730000; all must be above 0");
}

}  // namespace
}  // namespace simulated_scan::simulated_scan_test
