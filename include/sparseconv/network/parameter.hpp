#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "sparseconv/error.hpp"

namespace sparseconv::inline v0_1 {

/// Numbers of a network that it has by name; they may be changed freely before the network is prepared.
struct Parameter {
  std::vector<std::int64_t> shape;  ///< of a kernel K x C_in x C_out
  std::vector<float> values;        ///< row-major, as many as the shape says
  bool learned = true;              ///< statistics of a norm are not
};

/// "27 x 16 x 32", as messages and tables print it.
inline std::string shape_text(std::vector<std::int64_t> const& shape) {
  std::string text;
  for (std::int64_t const extent : shape) text += error_message({text.empty() ? "" : " x ", extent});
  return text;
}

/// How many numbers a shape of positive extents has. Throws: CapacityError if they cannot be addressed.
inline std::int64_t number_count(std::vector<std::int64_t> const& shape, std::string_view name) {
  std::int64_t count = 1;
  for (std::int64_t const extent : shape) {
    if (count > std::numeric_limits<std::int64_t>::max() / static_cast<std::int64_t>(sizeof(double)) / extent) {
      throw CapacityError(
          {name, ": ", shape_text(shape), " numbers cannot be addressed; take fewer channels or a smaller kernel"});
    }
    count *= extent;
  }
  return count;
}

}  // namespace sparseconv::inline v0_1
