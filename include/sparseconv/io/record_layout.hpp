#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sparseconv/number/arithmetic.hpp"
#include "sparseconv/number/scalar_loader.hpp"

namespace sparseconv::inline v0_1 {

/// One number of a record: its type, the byte that it begins at, and the order of its bytes.
struct RecordNumber {
  ScalarType type = ScalarType::float32;
  bool is_big_endian = false;
  std::size_t begin = 0;
};

/// How records of a file become rows of a point cloud.
struct RecordLayout {
  std::vector<RecordNumber> numbers = {};  ///< one a column; those of x, y and z first
  std::vector<std::string> names = {};     ///< of the columns; none if the file has none
  std::size_t record_bytes = 0;
  std::array<double, 3> scale = {1, 1, 1};  ///< a position is scale * its number + shift
  std::array<double, 3> shift = {0, 0, 0};
};

/// Converts `rows` records to rows of floats; positions are taken relative to `offset` in double before they are rounded.
inline void copy_records(RecordLayout const& layout, std::byte const* records, std::size_t rows,
                         std::array<double, 3> const& offset, float* to) {
  // What makes a double beyond float's range infinite, where the language alone leaves it undefined.
  static_assert(std::numeric_limits<float>::is_iec559, "sparseconv reads point files only where float is IEEE 754");
  // Field by field, so that the type is looked up once; in blocks, so that a wide record is read from cache.
  constexpr std::size_t block = 256;
  std::size_t const columns = layout.numbers.size();
  for (std::size_t begin = 0; begin < rows; begin += block) {
    std::size_t const count = std::min(rows - begin, block);
    std::byte const* const first = records + begin * layout.record_bytes;
    for (std::size_t column = 0; column < columns; ++column) {
      std::byte const* const from = first + layout.numbers[column].begin;
      float* const into = to + begin * columns + column;
      double const scale = column < 3 ? layout.scale[column] : 1;
      double const shift = column < 3 ? layout.shift[column] - offset[column] : 0;
      // What needs no arithmetic has none, so that it is rounded once.
      bool const as_it_is = scale == 1 && shift == 0;
      RecordNumber const& number = layout.numbers[column];
      with_loader(number.type, number.is_big_endian, [&](auto load) {
        if (as_it_is) {
          for (std::size_t i = 0; i < count; ++i)
            into[i * columns] = static_cast<float>(load(from + i * layout.record_bytes));
        } else {
          for (std::size_t i = 0; i < count; ++i) {
            auto const stored = static_cast<double>(load(from + i * layout.record_bytes));
            into[i * columns] = static_cast<float>(product_then_sum(stored, scale, shift));
          }
        }
      });
    }
  }
}

/// The furthest from 0 that a position may be for float to tell it from another 2^-10 away.
inline constexpr double furthest_without_offset = 8192;

/// A position of a larger amount is none: something else was read as one.
inline constexpr double furthest_position = 1e10;

/// The offset that suits the first points of a file. On each axis it is 0, unless a position lies further than
/// furthest_without_offset from 0 and is no float: then it is the first such position, rounded to a whole number.
[[nodiscard]] inline std::array<double, 3> choose_offset(RecordLayout const& layout, std::byte const* records,
                                                         std::size_t rows) {
  std::array<double, 3> offset{};
  for (std::size_t axis = 0; axis < 3 && axis < layout.numbers.size(); ++axis) {
    RecordNumber const& number = layout.numbers[axis];
    with_loader(number.type, number.is_big_endian, [&](auto load) {
      for (std::size_t i = 0; i < rows; ++i) {
        auto const stored = static_cast<double>(load(records + i * layout.record_bytes + number.begin));
        double const position = product_then_sum(stored, layout.scale[axis], layout.shift[axis]);
        double const distance = std::abs(position);
        if (!(distance > furthest_without_offset && distance <= furthest_position)) continue;
        if (double{static_cast<float>(position)} == position) continue;
        offset[axis] = std::round(position);
        return;
      }
    });
  }
  return offset;
}

}  // namespace sparseconv::inline v0_1
