#pragma once

#include <cmath>
#include <cstdint>
#include <string>

#include "simulated_scan/random.hpp"
#include "simulated_scan/scanner.hpp"
#include "simulated_scan/scene.hpp"
#include "simulated_scan/street.hpp"
#include "sparseconv/error.hpp"
#include "sparseconv/points/point_cloud.hpp"

/// Laser scans of a street that nobody drove: for examples, tests and benchmarks that need no file.
namespace simulated_scan {

struct Options {
  std::uint64_t seed = 1;
  /// Turns of the scanner, each further up the street; a turn gives about 100,000 points.
  std::int64_t turns = 1;
  /// Metres from one turn to the next. At 100 the points come at nearly the same density, however many turns.
  double turn_spacing = 100;
  /// Metres from the ground to the scanner.
  double sensor_height = 1.73;
  Scanner scanner = {};
};

/// The part of the street that a scanner at x may see; its ground lies at z = -sensor_height.
inline Scene street_about(double x, Options const& options) {
  auto const section = [](double position) { return std::llround(position / StreetBuilder::section_length); };
  double const reach = options.scanner.max_range;
  StreetBuilder street(options.seed, -options.sensor_height);
  for (std::int64_t i = section(x - reach); i <= section(x + reach); ++i) {
    street.add_section(i);
  }
  return street.scene();
}

/// Drives a spinning 64-beam lidar up a street, and returns the points of all turns in the frame of the first.
///
/// Shapes:  columns x, y, z, intensity; by turn, then azimuth, then beam from the top.
/// Units:   metres, x along the street, y to the left, z up, the scanner of turn i at (i * turn_spacing, 0, 0); intensity 0 to 1.
/// Bits:    the same from every compiler and machine, as far as double arithmetic with rounding to millimetres can be; fewer
///          turns give the beginning of what more turns give.
/// Throws:  Error if a count is negative, or max_range, turn_spacing or sensor_height is not above 0.
inline sparseconv::PointCloud simulate(Options const& options = {}) {
  Scanner const& scanner = options.scanner;
  if (options.turns < 0 || scanner.beams < 0 || scanner.azimuth_steps < 0) {
    throw sparseconv::Error("simulate: turns is " + std::to_string(options.turns) + ", beams " +
                            std::to_string(scanner.beams) + ", azimuth_steps " + std::to_string(scanner.azimuth_steps) +
                            "; none may be negative");
  }
  if (!(scanner.max_range > 0 && options.turn_spacing > 0 && options.sensor_height > 0)) {
    throw sparseconv::Error("simulate: max_range is " + std::to_string(scanner.max_range) + ", turn_spacing " +
                            std::to_string(options.turn_spacing) + ", sensor_height " +
                            std::to_string(options.sensor_height) + "; all must be above 0");
  }
  sparseconv::PointCloud points{.columns = 4, .names = {"x", "y", "z", "intensity"}};
  for (std::int64_t turn = 0; turn < options.turns; ++turn) {
    double const x = options.turn_spacing * static_cast<double>(turn);
    Random random(~options.seed, static_cast<std::uint64_t>(turn));
    append_turn(scanner, street_about(x, options), {x, 0, 0}, random, points);
  }
  return points;
}

}  // namespace simulated_scan
