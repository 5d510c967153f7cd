#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/io/ascii_rows.hpp"
#include "sparseconv/io/byte_window.hpp"
#include "sparseconv/io/column_order.hpp"
#include "sparseconv/io/point_blocks.hpp"
#include "sparseconv/io/point_rows.hpp"
#include "sparseconv/io/text_columns.hpp"
#include "sparseconv/number/little_endian.hpp"
#include "sparseconv/points/point_cloud.hpp"
#include "sparseconv/weights/number_text.hpp"

namespace sparseconv::inline v0_1 {

/// The columns of a text: those that have names in the order of order_columns, those without as they stand there.
///
/// Throws:  FormatError if there are not as many names as values, fewer than three columns, or no x, y and z among their names.
[[nodiscard]] inline ColumnOrder order_text_columns(TextColumns const& head, std::string_view where) {
  ColumnOrder order;
  if (head.names.empty()) {
    if (head.columns < 3)
      throw FormatError({where, ": line ", head.first_number, ", ", in_quotes(head.first_line), ", has ", head.columns,
                         " values; points need x, y and z. Where something else than a comma, a semicolon "
                         "or blanks stands between them, name it by TextFormat::separator"});
    for (std::size_t i = 0; i < head.columns; ++i) order.of_field.push_back({static_cast<std::int64_t>(i), 0});
    return order;
  }
  if (head.names.size() != head.columns)
    throw FormatError({where, ": ", head.names.size(), " columns have names, line ", head.first_number, ", ",
                       in_quotes(head.first_line), ", has ", head.columns,
                       " values; name all of them by TextFormat::names"});
  if (!have_axes(head.names)) {
    std::string listed;
    for (std::size_t i = 0; i < head.names.size() && i < 16; ++i)
      listed += error_message({i == 0 ? "" : ", ", in_quotes(head.names[i])});
    throw FormatError(
        {where, ": its columns are called ", listed,
         ", and points need one x, y and z each; name the columns by TextFormat::names, as in \"x y z _\""});
  }
  return order_columns(text_fields(head.names), where);
}

/// The points of a text of columns; the window stands at its beginning.
class TextRows : public PointRows {
 public:
  TextRows(ByteWindow window, TextFormat const& format)
      : PointRows(std::move(window)), lines_(window_), head_(read_text_head(lines_, format, window_.where())) {
    order_ = order_text_columns(head_, window_.where());
    std::size_t const columns = head_.names.empty() ? head_.columns : order_.names.size();
    set_layout(lay_out_text(order_.names, columns));
  }

  std::span<const std::byte> next(std::size_t most) override {
    records_.clear();
    std::string_view line = head_.first_line;
    for (std::size_t taken = 0; taken < most;) {
      bool const is_first = !head_.first_line.empty() && done_ == 0;
      if (!is_first && !lines_.next(line)) break;
      if (is_comment(line)) continue;
      split_values(line, head_.separator, values_);
      if (head_.points && values_.size() == 1 && add_scan()) continue;
      read_row(line, is_first ? head_.first_number : lines_.number());
      ++taken;
      ++done_;
    }
    if (records_.empty() && head_.points && done_ != *head_.points)
      throw FormatError({window_.where(), ": a line says that there are ", *head_.points, " points, and ", done_,
                         " are there; ", (done_ < *head_.points ? "the file is truncated" : "correct that line")});
    return records_;
  }

  std::uint64_t most_points() const noexcept override {
    // A value takes a digit and a separator.
    auto const there = window_.left();
    return there ? *there / (2 * head_.columns) + 1 : 0;
  }

 private:
  /// The line of one number before another scan of the same file. False if it is none.
  bool add_scan() {
    std::optional<std::uint64_t> const more = parse_count(values_.front());
    if (!more || *more > std::numeric_limits<std::uint64_t>::max() - *head_.points) return false;
    *head_.points += *more;
    return true;
  }

  void read_row(std::string_view text, std::size_t line) {
    if (values_.size() == head_.columns + 1 && values_.back().empty()) values_.pop_back();
    // Some tabs that are one gap.
    if (values_.size() != head_.columns && head_.separator == '\t') split_values(text, ' ', values_);
    if (values_.size() != head_.columns)
      throw FormatError({window_.where(), ": line ", line, " has ", values_.size(), " values, line ",
                         head_.first_number, " has ", head_.columns, "; give every point all its numbers"});
    records_.resize(records_.size() + layout_.record_bytes);
    std::byte* const record = records_.data() + records_.size() - layout_.record_bytes;
    for (std::size_t i = 0; i < values_.size(); ++i) {
      std::int64_t const column = order_.of_field[i].first;
      if (column == no_column) continue;
      RecordNumber const& number = layout_.numbers[static_cast<std::size_t>(column)];
      std::optional<double> const value = parse_value(values_[i], column < 3);
      if (!value)
        throw FormatError({window_.where(), ": line ", line, " has ", in_quotes(values_[i]),
                           ", where a number stands; correct it, or "
                           "pass over that column, as _ in TextFormat::names"});
      if (column < 3) {
        store_little_endian(*value, record + number.begin);
      } else {
        store_little_endian(static_cast<float>(*value), record + number.begin);
      }
    }
  }

  LineStream lines_;
  TextColumns head_;
  ColumnOrder order_;
  std::vector<std::string_view> values_;
  std::vector<std::byte> records_;
  std::uint64_t done_ = 0;
};

/// The points of a text of columns; the window stands at its beginning.
///
/// Throws:  FormatError if its bytes say that its characters have 16 bits; what TextRows throws.
[[nodiscard]] inline std::unique_ptr<PointRows> open_text_rows(ByteWindow window, TextFormat const& format) {
  drop_byte_order_mark(window);
  std::span<const std::byte> const beginning = window.ahead(2);
  std::string_view const text(reinterpret_cast<char const*>(beginning.data()), beginning.size());
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF"))
    throw FormatError({window.where(), ": the text is UTF-16; save it as UTF-8, or ASCII"});
  return std::make_unique<TextRows>(std::move(window), format);
}

/// Reads points from a text in which each line is a point: .xyz, .txt, .csv, .asc, .pts.
///
/// `name` is what messages call the text. Commas, semicolons, tabs or blanks stand between the values of a line, with or without
/// quotes around them; lines of comment begin with #, //, % or !. A line of words above the numbers names the columns, and so does a
/// comment that names x, y and z; a line of one number there tells how many points come, as in .pts files. A value that is missing
/// between two separators, or is NA, N/A, null or None, is NaN.
/// Shapes:  as many columns as the first line of numbers has; with names x, y, z (or X, Y, Z) come first, then the others in their
///          order; without, the first three are x, y and z. A .pts file of 4, 6 or 7 columns has intensity, red, green, blue or both.
/// Units:   those of the file, rounded to the nearest float, positions relative to an offset (PointReading); integers exactly up to
///          2^24, so larger ids and times lose digits.
/// Throws:  FormatError if the text has no line of numbers, x, y or z is not among its names, a line has more or fewer values than
///          the first or something else than numbers, or there are not as many points as it tells.
[[nodiscard]] inline PointCloud parse_text(std::span<const std::byte> bytes, std::string_view name,
                                           TextFormat const& format = {}, PointReading const& reading = {}) {
  return PointBlocks(open_text_rows({bytes, "read_text: " + std::string(name)}, format), reading).rest();
}

/// The points of a text, block after block.
///
/// Throws:  what parse_text throws; FormatError if the file cannot be read.
[[nodiscard]] inline PointBlocks text_blocks(std::filesystem::path const& path, TextFormat const& format = {},
                                             PointReading const& reading = {}) {
  return PointBlocks(open_text_rows({path, "read_text"}, format), reading);
}

/// Reads the points of a text in which each line is a point.
///
/// Throws:  what parse_text throws; FormatError if the file cannot be read.
[[nodiscard]] inline PointCloud read_text(std::filesystem::path const& path, TextFormat const& format = {},
                                          PointReading const& reading = {}) {
  return text_blocks(path, format, reading).rest();
}

}  // namespace sparseconv::inline v0_1
