#pragma once

#include <cstdint>

#include "sparseconv/config.hpp"

namespace sparseconv::inline v0_1 {

/// Writes one value everywhere: a body of for_each_index, and of a device's for_each.
template <class T>
struct Fill {
  T* places;
  T value;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t i) const { places[i] = value; }
};

}  // namespace sparseconv::inline v0_1
