#pragma once

#include <cstdint>

#include "sparseconv/config.hpp"

namespace sparseconv {

/// Writes one number everywhere.
template <class T>
struct Fill {
  T* numbers;
  T number;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t i) const { numbers[i] = number; }
};

}  // namespace sparseconv
