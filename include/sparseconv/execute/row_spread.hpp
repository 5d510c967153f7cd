#pragma once

#include <cmath>
#include <cstdint>

#include "sparseconv/config.hpp"
#include "sparseconv/number/arithmetic.hpp"
#include "sparseconv/number/element.hpp"

namespace sparseconv::inline v0_1 {

/// What layer norm takes from a row: y = (x - mean) * factor * scale + shift, with factor = 1 / sqrt(variance +
/// epsilon).
struct RowSpread {
  double mean = 0;
  double factor = 0;

  [[nodiscard]] SPARSECONV_HOST_DEVICE constexpr double normalized(double number, double scale, double shift) const {
    return product_then_sum(rounded_product(number - mean, factor), scale, shift);
  }
};

/// Sums beside one another: channel c goes to sum c % 8, and they are joined in their order. So a processor can work
/// on several channels at once, and the bits are the same for all.
struct RowSums {
  static constexpr std::int64_t lanes = 8;
  double sums[lanes] = {};

  [[nodiscard]] constexpr double joined() const {
    double sum = sums[0];
    for (std::int64_t lane = 1; lane < lanes; ++lane) sum += sums[lane];
    return sum;
  }
};

/// The mean and spread of a row, of which there is one channel at least, in double.
template <Element T>
SPARSECONV_HOST_DEVICE RowSpread row_spread(T const* row, std::int64_t channels, double epsilon) {
  auto const count = static_cast<double>(channels);
  RowSums sums;
  for (std::int64_t first = 0; first < channels; first += RowSums::lanes) {
    std::int64_t const lanes = channels - first < RowSums::lanes ? channels - first : RowSums::lanes;
    for (std::int64_t lane = 0; lane < lanes; ++lane) sums.sums[lane] += static_cast<double>(row[first + lane]);
  }
  double const mean = sums.joined() / count;
  RowSums squares;
  for (std::int64_t first = 0; first < channels; first += RowSums::lanes) {
    std::int64_t const lanes = channels - first < RowSums::lanes ? channels - first : RowSums::lanes;
    for (std::int64_t lane = 0; lane < lanes; ++lane) {
      double const deviation = static_cast<double>(row[first + lane]) - mean;
      squares.sums[lane] = product_then_sum(deviation, deviation, squares.sums[lane]);
    }
  }
  return {mean, 1 / std::sqrt(squares.joined() / count + epsilon)};
}

}  // namespace sparseconv::inline v0_1
