#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/number/scalar_type.hpp"

namespace sparseconv::inline v0_1 {

/// One number of every point of StridedPoints: its name, the byte of a point that it begins at, and its type.
struct PointField {
  std::string name = {};                  ///< of the column
  std::int64_t byte = 0;                  ///< where it begins in a point
  ScalarType type = ScalarType::float32;  ///< of the number
};

/// Points that lie in memory already, in any arrangement: structs in a vector, or a message of a robot's middleware. They are read
/// where they lie, so the bytes must outlive the calls.
///
/// Shapes: height rows of width points; point (row, i) begins at byte row * row_step + i * point_step and is number row * width + i.
///         Each field becomes a column: x, y and z first, then others in any order; fields that are not named here are skipped.
/// Units:  numbers become the nearest float as they are; x, y and z are first taken relative to `offset`, in double, so that
///         double positions far from 0 keep their digits.
struct StridedPoints {
  std::span<std::byte const> bytes = {};         ///< all of the points
  std::vector<PointField> fields = {};           ///< x, y and z first
  std::int64_t width = 0;                        ///< points of a row
  std::int64_t height = 1;                       ///< 1 for points that are not organised in rows
  std::int64_t point_step = 0;                   ///< bytes from one point to the next
  std::int64_t row_step = 0;                     ///< 0: rows follow one another without gaps
  std::endian byte_order = std::endian::native;  ///< of the numbers
  std::array<double, 3> offset = {};             ///< x, y, z of the place that columns 0, 1 and 2 shall be relative to

  [[nodiscard]] std::int64_t size() const { return width * height; }
  [[nodiscard]] std::int64_t columns() const { return static_cast<std::int64_t>(fields.size()); }
};

/// The points of structs that follow one another, in a vector, an array or a span: fields by offsetof.
template <std::ranges::contiguous_range Structs>
[[nodiscard]] StridedPoints strided_points(Structs&& structs, std::vector<PointField> fields) {
  static_assert(std::ranges::borrowed_range<Structs>,
                "sparseconv: strided_points shows the structs where they lie, and these end with the statement: give "
                "them a name first");
  using Point = std::ranges::range_value_t<Structs>;
  std::span<Point const> const shown(structs);
  return {.bytes = std::as_bytes(shown),
          .fields = std::move(fields),
          .width = static_cast<std::int64_t>(shown.size()),
          .point_step = static_cast<std::int64_t>(sizeof(Point))};
}

/// Whether two names are one, capitals or not; `lower` has none.
[[nodiscard]] constexpr bool is_called(std::string_view name, std::string_view lower) {
  bool same = name.size() == lower.size();
  for (std::size_t i = 0; same && i < name.size(); ++i) {
    char const c = name[i];
    same = (c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c) == lower[i];
  }
  return same;
}

/// Throws: ShapeError if a field does not lie in its point, x, y and z are not the first ones, or one is a packed colour, whose mean
///         is none.
inline void check_fields(StridedPoints const& points, std::string_view call) {
  if (points.columns() < 3) {
    throw ShapeError({call, ": the points have ", points.columns(), " fields; they need x, y and z at least"});
  }
  for (PointField const& field : points.fields) {
    auto const size = static_cast<std::int64_t>(size_of(field.type));
    if (field.byte < 0 || field.byte > points.point_step - size) {
      throw ShapeError({call, ": field ", name_in_quotes(field.name), " of ", name_of(field.type), " at byte ",
                        field.byte, " does not lie in a point of ", points.point_step,
                        " bytes; correct its byte, its type, or point_step"});
    }
    if (size == 4 && (is_called(field.name, "rgb") || is_called(field.name, "rgba"))) {
      bool const little = points.byte_order == std::endian::little;
      throw ShapeError({call, ": field ", name_in_quotes(field.name),
                        " is a packed colour, whose mean is none; give its bytes as fields of uint8: red at byte ",
                        field.byte + (little ? 2 : 1), ", green at ", field.byte + (little ? 1 : 2), ", blue at ",
                        field.byte + (little ? 0 : 3)});
    }
  }
  std::array<std::string_view, 3> const names{points.fields[0].name, points.fields[1].name, points.fields[2].name};
  bool const named = !names[0].empty() || !names[1].empty() || !names[2].empty();
  if (named && !(is_called(names[0], "x") && is_called(names[1], "y") && is_called(names[2], "z"))) {
    throw ShapeError({call, ": the first fields are ", name_in_quotes(names[0]), ", ", name_in_quotes(names[1]), ", ",
                      name_in_quotes(names[2]), "; put x, y and z first, as columns 0 to 2 are the position"});
  }
}

/// Throws: ShapeError if a count is negative, steps do not fit the points, points end behind the bytes, or what check_fields throws.
inline void check_points(StridedPoints const& points, std::string_view call) {
  if (points.width < 0 || points.height < 0 || points.point_step < 0 || points.row_step < 0) {
    throw ShapeError({call, ": ", points.height, " rows of ", points.width, " points, steps of ", points.row_step,
                      " and ", points.point_step, " bytes; none can be negative"});
  }
  check_fields(points, call);
  if (points.width == 0 || points.height == 0) return;
  std::int64_t end = 0;  // of the last field in a point
  for (PointField const& field : points.fields) {
    end = std::max(end, field.byte + static_cast<std::int64_t>(size_of(field.type)));
  }
  // Nothing is multiplied before it is known to fit into the bytes.
  std::int64_t left = static_cast<std::int64_t>(points.bytes.size()) - end;
  bool fits = left >= 0 && points.width - 1 <= left / points.point_step;
  if (fits && points.height > 1) {
    std::int64_t const row = (points.width - 1) * points.point_step;
    std::int64_t const step = points.row_step == 0 ? row + points.point_step : points.row_step;
    if (step < row + points.point_step) {
      throw ShapeError({call, ": rows of ", points.width, " points, ", points.point_step, " bytes apart, are only ",
                        step, " bytes apart; correct row_step, or leave it 0 for rows without gaps"});
    }
    left -= row;
    fits = points.height - 1 <= left / step;
  }
  if (fits) return;
  throw ShapeError({call, ": ", points.height, " rows of ", points.width, " points, ", points.point_step,
                    " bytes apart, do not lie in ", points.bytes.size(),
                    " bytes; correct width, height or the steps, or give all bytes"});
}

}  // namespace sparseconv::inline v0_1
