#pragma once

#include <cmath>
#include <cstdint>
#include <string>

#include "sparseconv/error.hpp"
#include "sparseconv/points/point_cloud.hpp"

namespace scan_input {

/// What numbers that nobody measured look like, and how many there are.
struct ImplausibleNumbers {
  std::int64_t numbers = 0;  ///< all
  std::int64_t not_a_number = 0;
  std::int64_t tiny = 0;  ///< not 0, but closer to it than 1e-10; denormal ones among them
  std::int64_t huge = 0;  ///< beyond 1e10, infinity among them
};

/// Counts them over all columns. Positions count as they are in the file.
inline ImplausibleNumbers count_implausible(sparseconv::PointCloud const& cloud) {
  ImplausibleNumbers found{.numbers = static_cast<std::int64_t>(cloud.values.size())};
  for (float const value : cloud.values) {
    float const amount = std::abs(value);
    if (std::isnan(value)) {
      ++found.not_a_number;
    } else if (amount > 1e10F) {
      ++found.huge;
    } else if (amount < 1e-10F && amount != 0) {
      ++found.tiny;
    }
  }
  return found;
}

/// A warning, if so many numbers are implausible that the file seems to have other columns than it was read with; else nothing.
///
/// A tenth of the numbers is enough where they are tiny or huge: doubles that are read as floats make more, measured numbers next to
/// none. NaN must be most of the numbers: an organized scan has many.
inline std::string warn_of_implausible(sparseconv::PointCloud const& cloud) {
  ImplausibleNumbers const found = count_implausible(cloud);
  bool const is_plausible = 10 * (found.tiny + found.huge) <= found.numbers && 2 * found.not_a_number <= found.numbers;
  if (is_plausible) return {};
  return sparseconv::error_message(
      {"warning: of ", found.numbers, " numbers ", found.tiny, " lie closer to 0 than 1e-10, ", found.huge,
       " are beyond 1e10 and ", found.not_a_number,
       " are NaN; it seems that the file has other columns or types. For a .bin file they are told by --columns, "
       "--float16, --float64 or --fields"});
}

}  // namespace scan_input
