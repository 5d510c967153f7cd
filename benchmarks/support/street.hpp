#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "simulated_scan/simulated_scan.hpp"
#include "support/scenes.hpp"

namespace benchmark_support {

/// So many metres of a simulated street, on one grid and equally dense from end to end however long it is.
///
/// Each 100 m have houses, cars and trees of their own. The scanner turns every 100 m from the first end to beyond the last, and
/// sees 100 m: every place is seen by the turns before and behind it and by no other. What they see past the ends is left out.
inline Scene street(std::int64_t metres, std::string name) {
  auto const spacing = static_cast<std::int64_t>(simulated_scan::Options{}.turn_spacing);
  Scene scene{.name = std::move(name),
              .cloud = simulated_scan::simulate({.turns = (metres + spacing - 1) / spacing + 1}),
              .grid = {.voxel_size = {0.05F, 0.05F, 0.1F},
                       .low = {0, -40, -3},
                       .high = {static_cast<double>(metres), 40, 1},
                       .extra_slices = 1}};
  std::size_t kept = 0;
  auto& values = scene.cloud.values;
  auto const columns = static_cast<std::size_t>(scene.cloud.columns);
  for (std::size_t point = 0; point < values.size(); point += columns) {
    bool inside = true;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      double const at = values[point + axis];
      inside &= at >= scene.grid.low[axis] && at < scene.grid.high[axis];
    }
    if (!inside) continue;
    for (std::size_t column = 0; column < columns; ++column) values[kept++] = values[point + column];
  }
  values.resize(kept);
  return scene;
}

}  // namespace benchmark_support
