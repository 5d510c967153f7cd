#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "sparseconv/error.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/number/wide_sum.hpp"
#include "sparseconv/primitive/row.hpp"
#include "sparseconv/tensor/coordinate.hpp"
#include "sparseconv/tensor/point_sites.hpp"

namespace sparseconv::inline v0_1 {

/// What becomes of points that share a site.
enum class Duplicates {
  reject,  ///< a CoordinateError that names the first two
  sum,     ///< their features are added, in the caller's order
  mean,    ///< the same, divided by their number
  max,     ///< the largest of each channel; NaN if one is
  first    ///< the first point of the caller's list counts
};

/// Throws: CoordinateError if two points share a site: it names the earliest repetition in the caller's list.
template <int D>
void check_no_duplicates(PointSites<D> const& points, std::string_view call) {
  if (points.sites.size() == points.row_of_point.size()) return;
  Row earliest = std::numeric_limits<Row>::max();
  Row before = 0;
  for (std::int64_t row = 0; row < points.sites.size(); ++row) {
    Row const begin = points.first_point[row];
    if (points.first_point[row + 1] - begin < 2 || points.points_by_site[begin + 1] >= earliest) continue;
    before = points.points_by_site[begin];
    earliest = points.points_by_site[begin + 1];
  }
  throw CoordinateError({call, ": points ", before, " and ", earliest, " are both at ",
                         to_string(points.sites.coordinates()[static_cast<std::size_t>(points.row_of_point[earliest])]),
                         "; drop one, or say what to do with Duplicates::sum, mean, max or first"});
}

/// The features of sites from those of their points, in any memory. Where a coordinate stands once, as nearly all do, it is a
/// copy.
template <Element T>
struct JoinedFeatures {
  T const* points;      ///< N x channels
  std::int64_t stride;  ///< from a point to the next
  std::int64_t channels;
  Row const* points_by_site;
  Row const* first_point;
  Duplicates duplicates;

  /// Channel c of a site.
  [[nodiscard]] constexpr T operator()(std::int64_t row, std::int64_t c) const {
    Row const begin = first_point[row];
    Row const end = first_point[row + 1];
    T const first = points[points_by_site[begin] * stride + c];
    if (duplicates == Duplicates::first || end == begin + 1) return first;
    auto const next = [&](Row i) { return points[points_by_site[i] * stride + c]; };
    if (duplicates == Duplicates::max) {
      T largest = first;
      for (Row i = begin + 1; i < end; ++i) largest = larger(largest, next(i));
      return largest;
    }
    WideSum<T> sum(first);
    for (Row i = begin + 1; i < end; ++i) sum.add(next(i));
    return duplicates == Duplicates::mean ? sum.mean(end - begin) : T(sum.value());
  }
};

/// Throws: ShapeError if there is not one row of features for each point.
inline void check_point_rows(std::int64_t rows, std::int64_t points) {
  if (rows == points) return;
  throw ShapeError(
      {"features_to_sites: ", rows, " rows of features for ", points, " points; give one row for each point"});
}

/// Throws: ShapeError if sites have not the lists that lead from them to their points, as build_site_set makes them.
template <int D, MemorySpace Memory>
void check_point_lists(PointSites<D, Memory> const& points) {
  bool const whole = points.first_point.size() == points.sites.size() + 1 &&
                     points.points_by_site.size() == points.row_of_point.size();
  if (points.sites.empty() || whole) return;
  throw ShapeError({"features_to_sites: ", points.sites.size(), " sites of ", points.row_of_point.size(),
                    " points have lists of ", points.first_point.size(), " places and ", points.points_by_site.size(),
                    " points; give what build_site_set made as a whole"});
}

/// Throws: ShapeError: a row is not one of a tensor's.
[[noreturn]] inline void refuse_row(Row row, std::int64_t size) {
  throw ShapeError({"features_to_points: row ", row, " of a tensor of ", size,
                    " sites; give the row_of_point that came with these sites"});
}

}  // namespace sparseconv::inline v0_1
