#pragma once

#include <cstdint>

#include "sparseconv/config.hpp"

namespace sparseconv {

/// Writes zeros.
template <class T>
struct Clear {
  T* numbers;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t i) const { numbers[i] = 0; }
};

}  // namespace sparseconv
