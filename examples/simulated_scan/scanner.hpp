#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <variant>
#include <vector>

#include "simulated_scan/random.hpp"
#include "simulated_scan/scene.hpp"
#include "simulated_scan/shapes.hpp"
#include "sparseconv/points/point_cloud.hpp"

namespace simulated_scan {

/// A spinning lidar; what is set here resembles one of 64 beams. Lengths in metres, elevations in degrees.
struct Scanner {
  int beams = 64;
  int azimuth_steps = 2048;
  double top_elevation = 2.0;
  double bottom_elevation = -24.8;
  double max_range = 100;
  /// Standard deviation of the measured range.
  double noise = 0.02;
  /// Share of the returns that is lost, wherever they come from.
  double dropout = 0.05;
  /// Share of the rest that is lost where the light comes back weakest: from max_range, or from a surface seen edge-on.
  double weak_dropout = 0.35;
};

/// What a ray that the scanner sends out comes back with.
struct Return {
  Hit hit;
  Material material;
};

/// The first surface that the ray meets, among the ground and the objects named.
inline std::optional<Return> cast(Ray const& ray, Scene const& scene, std::vector<Object const*> const& objects,
                                  Random& random) {
  std::optional<Return> nearest;
  if (ray.direction.z < 0) {
    nearest = Return{{(scene.ground - ray.origin.z) / ray.direction.z, -ray.direction.z}, scene.ground_material};
  }
  for (Object const* object : objects) {
    auto const hit = std::visit([&](auto const& shape) { return intersect(ray, shape, random); }, object->shape);
    if (hit && (!nearest || hit->range < nearest->hit.range)) {
      nearest = Return{*hit, object->material};
    }
  }
  return nearest;
}

/// The objects that a ray from the origin may meet, whatever its elevation.
inline void find_objects_ahead(Scene const& scene, Vector const& origin, Heading heading, double max_range,
                               std::vector<Object const*>& ahead) {
  ahead.clear();
  for (Object const& object : scene.objects) {
    auto const [x, y, radius] = std::visit([](auto const& shape) { return footprint(shape); }, object.shape);
    double const along = (x - origin.x) * heading.cosine + (y - origin.y) * heading.sine;
    double const across = (y - origin.y) * heading.cosine - (x - origin.x) * heading.sine;
    if (std::abs(across) <= radius && along >= -radius && along <= max_range + radius) {
      ahead.push_back(&object);
    }
  }
}

/// Appends the returns of one turn of the scanner: x, y, z and an intensity from 0 to 1.
///
/// Coordinates are rounded to whole millimetres and intensities to hundredths, which hides the last bits of sine,
/// cosine and logarithm, where mathematical libraries differ.
inline void append_turn(Scanner const& scanner, Scene const& scene, Vector const& origin, Random& random,
                        sparseconv::PointCloud& points) {
  auto const radians = [](double degrees) { return degrees * std::numbers::pi / 180; };
  auto const round_to = [](double value, double parts) {
    return static_cast<float>(std::floor(value * parts + 0.5) / parts);
  };
  std::vector<Heading> elevations;
  for (int beam = 0; beam < scanner.beams; ++beam) {
    double const share = static_cast<double>(beam) / std::max(1, scanner.beams - 1);
    double const elevation =
        radians(scanner.top_elevation + share * (scanner.bottom_elevation - scanner.top_elevation));
    elevations.push_back({std::cos(elevation), std::sin(elevation)});
  }
  std::vector<Object const*> ahead;
  for (int step = 0; step < scanner.azimuth_steps; ++step) {
    double const azimuth = radians(360 * (step + 0.5) / scanner.azimuth_steps);
    const Heading heading{std::cos(azimuth), std::sin(azimuth)};
    find_objects_ahead(scene, origin, heading, scanner.max_range, ahead);
    for (auto const& [flat, up] : elevations) {
      const Ray ray{origin, {flat * heading.cosine, flat * heading.sine, up}};
      auto const found = cast(ray, scene, ahead, random);
      if (!found || found->hit.range > scanner.max_range) {
        continue;
      }
      auto const& [hit, material] = *found;
      double const reach = hit.range / scanner.max_range;
      double const weakness = 1 - hit.cosine * (1 - reach * reach);
      if (random.chance(1 - (1 - scanner.dropout) * (1 - scanner.weak_dropout * weakness))) {
        continue;
      }
      double const range = hit.range + scanner.noise * random.bell();
      double const intensity = material.reflectivity * (0.4 + 0.6 * hit.cosine) + 0.03 * random.bell();
      points.values.push_back(round_to(origin.x + range * ray.direction.x, 1000));
      points.values.push_back(round_to(origin.y + range * ray.direction.y, 1000));
      points.values.push_back(round_to(origin.z + range * ray.direction.z, 1000));
      points.values.push_back(round_to(std::clamp(intensity, 0.0, 1.0), 100));
    }
  }
}

}  // namespace simulated_scan
