#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "simulated_scan/random.hpp"
#include "simulated_scan/scene.hpp"
#include "simulated_scan/shapes.hpp"

namespace simulated_scan {

inline constexpr Material paving{0.45};
inline constexpr Material plaster{0.65};
inline constexpr Material brick{0.5};
inline constexpr Material paint{0.8};
inline constexpr Material glass{0.15};
inline constexpr Material metal{0.7};
inline constexpr Material bark{0.35};
inline constexpr Material leaves{0.4};
inline constexpr Material cloth{0.55};

/// Builds a street along the x axis, which a car drives up in its right-hand lane, at y = 0.
class StreetBuilder {
 public:
  static constexpr double section_length = 100;

  StreetBuilder(std::uint64_t seed, double ground) : seed_(seed), random_(seed), scene_{.ground = ground} {}

  /// Adds the hundred metres about x = 100 * index, with a crossing just beyond their middle.
  ///
  /// A section depends on seed and index alone, so a longer street begins like a shorter one. No two numbers are drawn
  /// within one call's arguments, whose order is the compiler's choice.
  void add_section(std::int64_t index) {
    random_ = Random(seed_, static_cast<std::uint64_t>(index));
    double const middle = section_length * static_cast<double>(index);
    double const begin = middle - section_length / 2;
    double const end = middle + section_length / 2;
    double const crossing = middle + random_.uniform(13, 18);
    for (const Side side : {Side{right_kerb, -1}, Side{left_kerb, 1}}) {
      add_block(side, begin, crossing - crossing_half);
      add_block(side, crossing + crossing_half, end);
      add_side_street(side, crossing);
    }
    add_car(middle + random_.uniform(22, 40), 0, {1, 0});
    add_car(middle - random_.uniform(10, 40), lane_width, {-1, 0});
    add_car(middle + random_.uniform(6, 40), lane_width, {-1, 0});
  }

  Scene const& scene() const { return scene_; }

 private:
  /// One side of the street: where its kerb lies, and which way y grows towards the houses.
  struct Side {
    double kerb;
    double outward;
    double at(double distance) const { return kerb + outward * distance; }
  };

  static constexpr double lane_width = 3.5;
  static constexpr double parking_width = 2.2;
  static constexpr double right_kerb = -lane_width / 2 - parking_width;
  static constexpr double left_kerb = 1.5 * lane_width + parking_width;
  static constexpr double pavement_width = 3;
  static constexpr double crossing_half = 5;

  /// Adds a box that stands `bottom` metres above the ground.
  void add_box(double x, double y, Vector size, Material material, double bottom = 0, Heading heading = {}) {
    const Vector half{size.x / 2, size.y / 2, size.z / 2};
    scene_.objects.push_back({Box{{x, y, scene_.ground + bottom + half.z}, half, heading}, material});
  }

  void add_cylinder(double x, double y, double radius, double height, Material material) {
    scene_.objects.push_back({Cylinder{x, y, radius, scene_.ground, scene_.ground + height}, material});
  }

  void add_crown(double x, double y, double radius, double half_height, double centre_height) {
    constexpr double mean_depth = 1.2;
    scene_.objects.push_back({Crown{{x, y, scene_.ground + centre_height}, radius, half_height, mean_depth}, leaves});
  }

  /// All that stands along one side of the street, from one corner to the next.
  void add_block(Side side, double begin, double end) {
    add_pavement(side, begin, end);
    add_houses(side, begin + pavement_width, end - pavement_width);
    add_parked_cars(side, begin + 4, end - 4);
    add_trees_and_poles(side, begin, end);
    add_people(side, begin, end);
  }

  void add_pavement(Side side, double begin, double end) {
    add_box((begin + end) / 2, side.at(pavement_width / 2), {end - begin, pavement_width, 0.12}, paving);
  }

  void add_houses(Side side, double begin, double end) {
    for (double x = begin; x < end - 8;) {
      double const width = std::min(random_.uniform(9, 18), end - x);
      double const depth = random_.uniform(8, 12);
      double const setback = pavement_width + (random_.chance(0.4) ? 0.2 : random_.uniform(2.5, 7));
      double const height = random_.uniform(5, 12);
      add_box(x + width / 2, side.at(setback + depth / 2), {width, depth, height},
              random_.chance(0.5) ? plaster : brick);
      if (setback > pavement_width + 1) {
        add_front_garden(side, x, width);
      } else {
        add_box(x + width / 2, side.at(setback - 0.5), {1.6, 1, 0.4}, paving);  // the steps to the door
      }
      double const gap = random_.chance(0.25) ? 0 : random_.uniform(3, 10);
      if (gap > 4) {
        add_crown(x + width + gap / 2, side.at(random_.uniform(6, 14)), 1.5, 1.5, 1.4);
      }
      x += width + gap;
    }
  }

  /// A low wall or hedge along the pavement, open at the gate, and a bush behind it.
  void add_front_garden(Side side, double x, double width) {
    bool const hedge = random_.chance(0.5);
    double const height = hedge ? random_.uniform(1.0, 1.5) : random_.uniform(0.6, 1.0);
    double const length = (width - 1.4) / 2;
    for (double const centre : {x + length / 2, x + width - length / 2}) {
      add_box(centre, side.at(pavement_width + 0.3), {length, hedge ? 0.6 : 0.25, height}, hedge ? leaves : brick);
    }
    add_crown(x + random_.uniform(2, width - 2), side.at(pavement_width + 1.4), 0.8, 0.8, 0.7);
  }

  void add_parked_cars(Side side, double begin, double end) {
    for (double x = begin + random_.uniform(2, 6); x < end - 5; x += random_.uniform(5.6, 7)) {
      if (random_.chance(0.65)) {
        double const y = side.at(-1.1 + random_.uniform(-0.15, 0.15));
        double const sine = random_.uniform(-0.04, 0.04);
        add_car(x + 2.3, y, {-side.outward * std::sqrt(1 - sine * sine), sine});
      }
    }
  }

  /// A car or, at times, a van, whose nose points along the heading.
  void add_car(double x, double y, Heading heading) {
    if (random_.chance(0.08)) {
      add_box(x, y, {5.4, 2.0, 2.1}, paint, 0.3, heading);
      return;
    }
    double const length = random_.uniform(3.8, 4.7);
    double const width = random_.uniform(1.7, 1.85);
    double const cabin_x = x - 0.08 * length * heading.cosine;
    double const cabin_y = y - 0.08 * length * heading.sine;
    add_box(x, y, {length, width, 0.6}, paint, 0.25, heading);
    add_box(cabin_x, cabin_y, {0.55 * length, width - 0.2, 0.6}, glass, 0.85, heading);
    add_box(cabin_x, cabin_y, {0.45 * length, width - 0.3, 0.06}, paint, 1.45, heading);
  }

  void add_trees_and_poles(Side side, double begin, double end) {
    bool tree = random_.chance(0.5);
    for (double x = begin + random_.uniform(3, 9); x < end; x += random_.uniform(8, 13), tree = !tree) {
      double const y = side.at(0.6);
      if (tree) {
        add_cylinder(x, y, random_.uniform(0.12, 0.22), 3.5, bark);
        double const half_height = random_.uniform(1.4, 2.2);
        add_crown(x, y, random_.uniform(1.5, 2.3), half_height, 2.1 + half_height);
      } else {
        add_cylinder(x, y, 0.08, 7, metal);
      }
    }
  }

  void add_people(Side side, double begin, double end) {
    for (double x = begin + random_.uniform(0, 30); x < end; x += random_.uniform(10, 45)) {
      double const y = side.at(random_.uniform(1.2, 2.6));
      double const height = random_.uniform(1.5, 1.9);
      add_cylinder(x, y, 0.14 * height, height, cloth);
    }
  }

  /// The side street beyond the kerb: houses along both sides, and a row of parked cars.
  void add_side_street(Side side, double crossing) {
    for (double distance = 20; distance < 80; distance += random_.uniform(14, 20)) {
      double const height = random_.uniform(5, 12);
      add_box(crossing - crossing_half - 8, side.at(distance + 6), {10, 12, height}, brick);
      add_box(crossing + crossing_half + 8, side.at(distance + 6), {10, 12, height}, plaster);
    }
    for (double distance = 7 + random_.uniform(0, 4); distance < 60; distance += random_.uniform(6, 12)) {
      add_car(crossing + crossing_half - 1.2, side.at(distance), {0, side.outward});
    }
  }

  std::uint64_t seed_;
  Random random_;
  Scene scene_;
};

}  // namespace simulated_scan
