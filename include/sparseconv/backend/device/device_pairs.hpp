#pragma once

#include <cstdint>

#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv {

/// A rulebook as a device reads it; the host knows neither the offsets nor how many pairs there are.
///
/// Shapes: offsets K + 1; the pairs of element k are offsets[k] to offsets[k + 1] - 1.
/// Order:  within an element the output rows rise strictly.
struct DevicePairs {
  std::int64_t const* offsets = nullptr;
  Row const* input_rows = nullptr;
  Row const* output_rows = nullptr;
  std::int64_t elements = 0;
  std::int64_t input_count = 0;
  std::int64_t output_count = 0;
};

}  // namespace sparseconv
