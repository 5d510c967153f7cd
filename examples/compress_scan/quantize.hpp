#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "compress_scan/compressed_scan.hpp"
#include "sparseconv/error.hpp"
#include "sparseconv/number/arithmetic.hpp"
#include "sparseconv/points/point_cloud.hpp"
#include "sparseconv/tensor/coordinate.hpp"

namespace compress_scan {

/// What positions are counted in, in metres: one part of the step.
inline constexpr float unit = 0.001F;

/// The nearest integer, of two that are equally near the even one, as numpy and PyTorch round. Exact, whatever rounding mode is set:
/// a float and a half have room in a double.
inline double round_half_to_even(float value) {
  double const above = std::floor(double{value} + 0.5);
  bool const is_tie = above - double{value} == 0.5;
  return is_tie && std::fmod(above, 2) != 0 ? above - 1 : above;
}

/// Sites of points, in their order; a site may be there several times.
struct QuantizedPoints {
  std::vector<sparseconv::Coordinate<3>> sites;  ///< over z, y, x
  std::int64_t not_finite = 0;                   ///< points that have no site, as a position is infinite or no number
};

/// The sites of a scan: q = round((x / 0.001 + offset) / step) for each axis, in float, rounded after each operation.
///
/// Throws: CoordinateError if a site does not fit 32 bits, or floats at a position are more than half a step apart: points would then
///         share sites that they are not in.
inline QuantizedPoints quantize(sparseconv::PointCloud const& cloud, ScanHeader const& header) {
  QuantizedPoints points;
  auto const offset = static_cast<float>(header.offset);
  std::int64_t const count = cloud.size();
  points.sites.reserve(static_cast<std::size_t>(count));
  float farthest = 0;
  std::int64_t farthest_point = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    auto const position = cloud.row(i);
    if (!std::isfinite(position[0]) || !std::isfinite(position[1]) || !std::isfinite(position[2])) {
      ++points.not_finite;
      continue;
    }
    sparseconv::Coordinate<3> site;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      auto const along = static_cast<float>(cloud.offset[axis] + double{position[axis]});  // of most clouds it is 0
      float const units = along / unit + offset;
      double const number = round_half_to_even(units / header.step);
      if (!(number >= std::numeric_limits<std::int32_t>::min() && number <= std::numeric_limits<std::int32_t>::max())) {
        throw sparseconv::CoordinateError({"compress_scan: point ", i, " has the position ", along, " m along axis ",
                                           "xyz"[axis], ", which by the step ", header.step,
                                           " is no site of 32 bits; take a larger --step, or leave the point out"});
      }
      site.position[2 - axis] = static_cast<std::int32_t>(number);
      if (std::abs(units) > farthest) {
        farthest = std::abs(units);
        farthest_point = i;
      }
    }
    points.sites.push_back(site);
  }
  float const apart = std::nextafter(farthest, std::numeric_limits<float>::infinity()) - farthest;
  if (2 * apart > header.step) {
    throw sparseconv::CoordinateError(
        {"compress_scan: point ", farthest_point, " lies so far from 0 that floats there are ", apart,
         " mm apart, and the step is ", header.step,
         " mm; subtract a place near the scan from its positions, or take a larger --step"});
  }
  return points;
}

/// The way back, for one axis: the middle of what is rounded to the site, in metres. The same on every machine, also where a product
/// has more digits than a double.
inline double metres(std::int32_t site, ScanHeader const& header) {
  return sparseconv::fused(static_cast<double>(site), double{header.step}, -static_cast<double>(header.offset)) / 1000;
}

}  // namespace compress_scan
