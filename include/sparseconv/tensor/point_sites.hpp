#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "sparseconv/error.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/primitive/row.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1 {

/// The sites of a list of points, and the way from one to the other.
///
/// Shapes: row_of_point: one row for each point of the caller's list, in its order.
///         points_by_site: the indices of all points, grouped by row and in the caller's order within a row;
///         those of row r are points_by_site[first_point[r]] to points_by_site[first_point[r + 1] - 1].
template <int D, MemorySpace Memory = HostMemory>
struct PointSites {
  SiteSet<D, Memory> sites;
  Buffer<Row, Memory> row_of_point;
  Buffer<Row, Memory> points_by_site;
  Buffer<Row, Memory> first_point;
};

/// Throws: CapacityError if there are more points than can be numbered.
inline void check_point_count(std::int64_t count) {
  if (count <= std::numeric_limits<Row>::max()) return;
  throw CapacityError({"build_site_set: ", count, " points; rows are numbered up to 2^31 - 1, so split the list"});
}

}  // namespace sparseconv::inline v0_1
