#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/io/byte_window.hpp"
#include "sparseconv/io/column_rows.hpp"
#include "sparseconv/io/fixed_rows.hpp"
#include "sparseconv/io/npy_points.hpp"
#include "sparseconv/io/point_blocks.hpp"
#include "sparseconv/io/point_rows.hpp"
#include "sparseconv/number/scalar_loader.hpp"
#include "sparseconv/points/point_cloud.hpp"
#include "sparseconv/weights/npy_header.hpp"
#include "sparseconv/weights/shared_bytes.hpp"

namespace sparseconv::inline v0_1 {

/// An array of no point, which may have any number of columns.
class NoRows : public PointRows {
 public:
  NoRows(ByteWindow window, NpyPoints points) : PointRows(std::move(window), std::move(points.layout)) {
    columns_ = points.columns;
  }
  std::span<const std::byte> next(std::size_t) override { return {}; }
};

/// The rest of a window as bytes of their own: `count` of them, which are not believed before they are there.
///
/// Throws:  FormatError if there are fewer, or more.
[[nodiscard]] inline std::vector<std::byte> take_npy_data(ByteWindow& window, NpyPoints const& points) {
  std::uint64_t const size = size_of(points.layout.numbers.front().type);
  auto const columns = static_cast<std::uint64_t>(points.columns);
  std::uint64_t const begin = window.position();
  std::vector<std::byte> data;
  for (;;) {
    std::span<const std::byte> const some = window.ahead(1);
    if (some.empty()) break;
    data.insert(data.end(), some.begin(), some.end());
    window.drop(some.size());
    // What has no end is read no further than the array.
    if (data.size() / size / columns > points.rows) break;
  }
  expect_npy_size(points.rows, columns, size, window.position() - begin, window.where());
  return data;
}

/// The points of a .npy file; the window stands at its beginning. What the header tells is judged before more is read.
[[nodiscard]] inline std::unique_ptr<PointRows> open_npy_rows(ByteWindow window) {
  NpyPoints points = parse_npy_points(window.ahead(longest_npy_header), window.left(), window.where());
  window.drop(points.data_begin);
  if (points.rows == 0) return std::make_unique<NoRows>(std::move(window), std::move(points));
  if (points.is_by_columns) {
    std::vector<std::byte> data = take_npy_data(window, points);
    std::vector<ColumnRows::Column> columns;
    std::size_t const rows = points.rows;
    for (RecordNumber number : points.layout.numbers) {
      number.begin *= rows;
      columns.push_back({number, size_of(number.type)});
    }
    return std::make_unique<ColumnRows>(std::move(window), std::move(data), std::move(columns),
                                        std::vector<std::string>(), rows);
  }
  std::uint64_t const rows = points.rows;
  return std::make_unique<FixedRows>(std::move(window), std::move(points.layout), rows, [](ByteWindow& behind) {
    if (std::size_t const count = behind.ahead(1).size(); count > 0)
      throw FormatError(
          {behind.where(), ": ", count, " bytes come after the array; something was appended to the file"});
  });
}

/// Reads points from the bytes of a .npy file of version 1 to 3, in C or Fortran order.
///
/// `name` is what messages call the bytes. Takes halves, floats, doubles, integers and booleans of either byte order, and structured
/// arrays of them, of any number of axes.
/// Shapes:  that of the array, N x C with C >= 3, and no column names. Of a structured array each record is a point, whose columns are
///          x, y, z (or X, Y, Z, or a field of three numbers called xyz, position, points and the like), then the other fields in
///          the file's order, under their names; a field f of 3 numbers makes f_0, f_1 and f_2. Fields that are no numbers make none.
/// Units:   those of the file, rounded to the nearest float, positions relative to an offset (PointReading); integers exactly up to
///          2^24, so larger ids and times lose digits.
/// Throws:  FormatError if the bytes are no such file, the array is no cloud, or values are missing or left over.
[[nodiscard]] inline PointCloud parse_npy(std::span<const std::byte> bytes, std::string_view name,
                                          PointReading const& reading = {}) {
  return PointBlocks(open_npy_rows({bytes, "read_npy: " + std::string(name)}), reading).rest();
}

/// The points of a .npy file, block after block. An array in Fortran order is held as a whole.
///
/// Throws:  what parse_npy throws; FormatError if the file cannot be read.
[[nodiscard]] inline PointBlocks npy_blocks(std::filesystem::path const& path, PointReading const& reading = {}) {
  return PointBlocks(open_npy_rows({path, "read_npy"}), reading);
}

/// Reads the points of a .npy file, as np.save writes it. Its header is judged before the rest is read.
///
/// Throws:  what parse_npy throws; FormatError if the file cannot be read.
[[nodiscard]] inline PointCloud read_npy(std::filesystem::path const& path, PointReading const& reading = {}) {
  return npy_blocks(path, reading).rest();
}

}  // namespace sparseconv::inline v0_1
