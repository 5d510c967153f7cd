#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sparseconv::test {

/// One integer for each axis, slowest axis first, for a number of axes known only at run time.
using Indices = std::vector<std::int64_t>;

/// Steps to the next index array of a shape, last axis fastest; false (and all zeros) behind the last.
inline bool next_index(Indices& index, Indices const& shape) {
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    if (++index[axis] < shape[axis]) return true;
    index[axis] = 0;
  }
  return false;
}

inline std::int64_t product(Indices const& shape) {
  std::int64_t all = 1;
  for (std::int64_t const extent : shape) all *= extent;
  return all;
}

/// The place of an index array in a row-major array.
inline std::int64_t flat_index(Indices const& index, Indices const& shape) {
  std::int64_t place = 0;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) place = place * shape[axis] + index[axis];
  return place;
}

}  // namespace sparseconv::test
