#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include "simulated_scan/random.hpp"
#include "simulated_scan/shapes.hpp"
#include "sparseconv/points/point_cloud.hpp"

/// The radius of a tree's branches, by a network that somebody trained.
namespace tree_radius {

using simulated_scan::Random;
using simulated_scan::Vector;

/// A straight piece of a branch, thinner to its end. Units: metres.
struct Piece {
  Vector begin;
  Vector end;
  double begin_radius;
  double end_radius;
};

/// A tree without leaves, made of a trunk and branches of branches.
struct TreeOptions {
  std::uint64_t seed = 1;
  double height = 3;               ///< of the trunk, in metres
  double radius = 0.1;             ///< of the trunk at its foot, in metres
  int generations = 3;             ///< the trunk is the first
  double points_per_cm2 = 12;      ///< of bark
  double thinnest_radius = 0.008;  ///< branches that would start thinner than that, in metres, do not grow
};

inline Vector sum(Vector const& a, Vector const& b, double times = 1) {
  return {a.x + times * b.x, a.y + times * b.y, a.z + times * b.z};
}
inline Vector cross(Vector const& a, Vector const& b) {
  return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
inline double length(Vector const& a) {
  return std::sqrt(a.x * a.x + a.y * a.y + a.z * a.z);
}
inline Vector unit(Vector const& a) {
  double const l = length(a);
  return {a.x / l, a.y / l, a.z / l};
}

/// The direction at `angle` from `axis`, turned by `turn` about it.
inline Vector tilted(Vector const& axis, double angle, double turn) {
  Vector const side = unit(cross(axis, std::abs(axis.z) < 0.9 ? Vector{0, 0, 1} : Vector{1, 0, 0}));
  Vector const other = cross(axis, side);
  Vector const across =
      sum({side.x * std::cos(turn), side.y * std::cos(turn), side.z * std::cos(turn)}, other, std::sin(turn));
  return unit(
      sum({axis.x * std::cos(angle), axis.y * std::cos(angle), axis.z * std::cos(angle)}, across, std::sin(angle)));
}

/// Where a branch starts, and how.
struct Shoot {
  Vector begin;
  Vector direction;
  double length;
  double radius;
  int generation = 1;  ///< the trunk's is 1
};

/// Adds a branch and all that grows on it.
inline void grow(std::vector<Piece>& pieces, TreeOptions const& options, Random& random, Shoot shoot) {
  constexpr int count = 10;
  constexpr double lost = 0.75;  // of the radius, from foot to tip
  auto const radius_after = [&](int piece) { return shoot.radius * (1 - lost * piece / count); };
  double turn = random.uniform(0, 2 * std::numbers::pi);
  for (int i = 0; i < count; ++i) {
    Vector const end = sum(shoot.begin, shoot.direction, shoot.length / count);
    pieces.push_back({shoot.begin, end, radius_after(i), radius_after(i + 1)});
    shoot.begin = end;
    bool const is_bare = i < (shoot.generation == 1 ? 3 : 1) || i + 1 == count;
    double const radius = radius_after(i + 1) * random.uniform(0.45, 0.65);
    if (!is_bare && shoot.generation < options.generations && radius >= options.thinnest_radius) {
      turn += 2.4;  // the golden angle: branches leave on all sides
      Vector const out = tilted(shoot.direction, random.uniform(0.7, 1.1), turn);
      double const length = shoot.length * random.uniform(0.35, 0.5);
      grow(pieces, options, random, {end, out, length, radius, shoot.generation + 1});
    }
    shoot.direction = tilted(shoot.direction, random.uniform(0, 0.15), random.uniform(0, 2 * std::numbers::pi));
  }
}

/// The pieces of a tree whose foot is the origin, z up.
inline std::vector<Piece> grow_tree(TreeOptions const& options = {}) {
  std::vector<Piece> pieces;
  Random random(options.seed);
  grow(pieces, options, random, {{0, 0, 0}, {0, 0, 1}, options.height, options.radius});
  return pieces;
}

/// Points spread evenly over the bark, with the radius that the branch has there.
///
/// Shapes:  columns x, y, z, radius.
/// Units:   metres, z up, the foot of the trunk at the origin.
/// Bits:    the same for a seed, as far as double arithmetic rounded to tenths of a millimetre can be.
inline sparseconv::PointCloud simulate_tree(TreeOptions const& options = {}) {
  sparseconv::PointCloud points{.columns = 4, .names = {"x", "y", "z", "radius"}};
  Random random(options.seed, 1);
  auto const push = [&](double metres) { points.values.push_back(static_cast<float>(std::round(metres * 1e4) / 1e4)); };
  for (Piece const& piece : grow_tree(options)) {
    Vector const way = sum(piece.end, piece.begin, -1);
    double const area = std::numbers::pi * (piece.begin_radius + piece.end_radius) * length(way);
    auto const count = std::llround(area * 1e4 * options.points_per_cm2);
    for (std::int64_t i = 0; i < count; ++i) {
      double const along = random.uniform();
      double const radius = piece.begin_radius + along * (piece.end_radius - piece.begin_radius);
      Vector const out = tilted(unit(way), std::numbers::pi / 2, random.uniform(0, 2 * std::numbers::pi));
      Vector const place = sum(sum(piece.begin, way, along), out, radius);
      push(place.x);
      push(place.y);
      push(place.z);
      push(radius);
    }
  }
  return points;
}

}  // namespace tree_radius
