#pragma once

#include <vector>

#include "simulated_scan/shapes.hpp"

namespace simulated_scan {

/// What a surface sends back of the light, from 0 (nothing) to 1 (a mirror to the sensor).
struct Material {
  double reflectivity;
};

struct Object {
  Shape shape;
  Material material;
};

/// Flat ground without end, and what stands on it.
struct Scene {
  double ground = 0;
  Material ground_material{0.25};
  std::vector<Object> objects = {};
};

}  // namespace simulated_scan
