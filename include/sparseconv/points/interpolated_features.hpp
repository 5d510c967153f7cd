#pragma once

#include <cstdint>

#include "sparseconv/config.hpp"
#include "sparseconv/number/arithmetic.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/primitive/row.hpp"

namespace sparseconv::inline v0_1 {

/// The features of points from those of the sites around them, in any memory.
template <Element T>
struct InterpolatedFeatures {
  using Sum = Accumulator<T>;

  T const* features;  ///< of the sites, N x channels
  std::int64_t channels;
  Row const* rows;  ///< of the points, P x cells
  Sum const* weights;
  std::int64_t cells;

  /// A channel of a point: the sum of weight times feature, over the cells in their order.
  [[nodiscard]] SPARSECONV_HOST_DEVICE T operator()(std::int64_t point, std::int64_t channel) const {
    Sum sum{0};
    for (std::int64_t at = point * cells; at < (point + 1) * cells; ++at) {
      Row const row = rows[at];
      if (row == no_row) continue;
      sum = product_then_sum(weights[at], static_cast<Sum>(features[row * channels + channel]), sum);
    }
    return T(sum);
  }
};

/// Writes a channel of a point.
template <Element T>
struct WriteInterpolated {
  InterpolatedFeatures<T> interpolated;
  T* points;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t point, std::int64_t channel) const {
    points[point * interpolated.channels + channel] = interpolated(point, channel);
  }
};

}  // namespace sparseconv::inline v0_1
