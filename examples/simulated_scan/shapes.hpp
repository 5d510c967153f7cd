#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>
#include <variant>

#include "simulated_scan/random.hpp"

namespace simulated_scan {

/// A place or a direction in metres: x along the street, y to the left, z up.
struct Vector {
  double x = 0;
  double y = 0;
  double z = 0;
};

/// A beam of light; the direction has length 1.
struct Ray {
  Vector origin;
  Vector direction;
};

/// Where a ray meets a surface: metres from its origin, and the cosine of the angle to the surface's normal.
struct Hit {
  double range;
  double cosine;
};

/// Which way something points as it is seen from above.
struct Heading {
  double cosine = 1;
  double sine = 0;
};

/// A box that stands upright, its x axis turned to the heading.
struct Box {
  Vector centre;
  Vector half;
  Heading heading = {};
};

/// An upright cylinder without lids: a pole, a trunk, a person.
struct Cylinder {
  double x;
  double y;
  double radius;
  double bottom;
  double top;
};

/// Leaves spread evenly through an ellipsoid: a ray meets one after a random depth, or passes between them all.
struct Crown {
  Vector centre;
  double radius;
  double half_height;
  double mean_depth;
};

using Shape = std::variant<Box, Cylinder, Crown>;

/// A circle about the shape as it is seen from above.
struct Footprint {
  double x;
  double y;
  double radius;
};

inline Footprint footprint(Box const& box) {
  return {box.centre.x, box.centre.y, std::sqrt(box.half.x * box.half.x + box.half.y * box.half.y)};
}
inline Footprint footprint(Cylinder const& cylinder) {
  return {cylinder.x, cylinder.y, cylinder.radius};
}
inline Footprint footprint(Crown const& crown) {
  return {crown.centre.x, crown.centre.y, crown.radius};
}

/// Where the ray enters the box; none if it starts inside.
inline std::optional<Hit> intersect(Ray const& ray, Box const& box, Random&) {
  auto const [c, s] = box.heading;
  double const x = ray.origin.x - box.centre.x;
  double const y = ray.origin.y - box.centre.y;
  double const origin[] = {c * x + s * y, c * y - s * x, ray.origin.z - box.centre.z};
  double const direction[] = {c * ray.direction.x + s * ray.direction.y, c * ray.direction.y - s * ray.direction.x,
                              ray.direction.z};
  double const half[] = {box.half.x, box.half.y, box.half.z};
  double enter = 0;
  double leave = std::numeric_limits<double>::infinity();
  double cosine = 0;
  for (int axis = 0; axis < 3; ++axis) {
    // A direction of 0 gives infinities of the right sign, or NaN on a face, which the comparisons below pass over.
    double const a = (-half[axis] - origin[axis]) / direction[axis];
    double const b = (half[axis] - origin[axis]) / direction[axis];
    if (std::min(a, b) > enter) {
      enter = std::min(a, b);
      cosine = std::abs(direction[axis]);
    }
    leave = std::min(leave, std::max(a, b));
  }
  if (cosine == 0 || enter > leave) {
    return std::nullopt;
  }
  return Hit{enter, cosine};
}

/// Both ends of the part of the ray that lies in |scaled position| < 1; none where that part starts behind the origin.
inline std::optional<std::pair<double, double>> chord(Vector const& origin, Vector const& direction) {
  double const a = direction.x * direction.x + direction.y * direction.y + direction.z * direction.z;
  double const b = direction.x * origin.x + direction.y * origin.y + direction.z * origin.z;
  double const c = origin.x * origin.x + origin.y * origin.y + origin.z * origin.z - 1;
  double const discriminant = b * b - a * c;
  if (discriminant <= 0 || b >= 0 || c <= 0) {
    return std::nullopt;
  }
  double const root = std::sqrt(discriminant);
  return std::pair{(-b - root) / a, (-b + root) / a};
}

/// Where the ray enters the cylinder through its side.
inline std::optional<Hit> intersect(Ray const& ray, Cylinder const& cylinder, Random&) {
  double const r = cylinder.radius;
  const Vector origin{(ray.origin.x - cylinder.x) / r, (ray.origin.y - cylinder.y) / r, 0};
  const Vector direction{ray.direction.x / r, ray.direction.y / r, 0};
  auto const inside = chord(origin, direction);
  if (!inside) {
    return std::nullopt;
  }
  double const range = inside->first;
  double const z = ray.origin.z + range * ray.direction.z;
  if (z < cylinder.bottom || z > cylinder.top) {
    return std::nullopt;
  }
  double const normal_x = origin.x + range * direction.x;
  double const normal_y = origin.y + range * direction.y;
  return Hit{range, std::abs(normal_x * ray.direction.x + normal_y * ray.direction.y)};
}

/// The first leaf on the ray's way through the crown, if there is one. Leaves face every way.
inline std::optional<Hit> intersect(Ray const& ray, Crown const& crown, Random& random) {
  double const r = crown.radius;
  double const h = crown.half_height;
  auto const inside = chord(
      {(ray.origin.x - crown.centre.x) / r, (ray.origin.y - crown.centre.y) / r, (ray.origin.z - crown.centre.z) / h},
      {ray.direction.x / r, ray.direction.y / r, ray.direction.z / h});
  if (!inside) {
    return std::nullopt;
  }
  double const range = inside->first - crown.mean_depth * std::log(1 - random.uniform());
  if (range > inside->second) {
    return std::nullopt;
  }
  return Hit{range, 1};
}

}  // namespace simulated_scan
