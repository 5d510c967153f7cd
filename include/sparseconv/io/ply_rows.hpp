#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
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
#include "sparseconv/io/ply_header.hpp"
#include "sparseconv/io/point_rows.hpp"
#include "sparseconv/io/record_layout.hpp"
#include "sparseconv/number/scalar_loader.hpp"

namespace sparseconv::inline v0_1 {

/// The fields of a row of a PLY element without its lists, which get no name and take no place.
[[nodiscard]] inline std::vector<RowField> ply_fields(PlyHeader const& header, PlyElement const& element) {
  std::vector<RowField> fields;
  std::size_t begin = 0;
  for (PlyProperty const& property : element.properties) {
    fields.push_back({property.list_count ? std::string() : property.name, property.type, begin,
                      header.format == PlyFormat::binary_big_endian});
    if (!property.list_count) begin += size_of(property.type);
  }
  return fields;
}

/// Bytes that one row of a binary PLY element takes when its lists are empty.
[[nodiscard]] inline std::size_t least_row_bytes(PlyElement const& element) {
  std::size_t bytes = 0;
  for (PlyProperty const& property : element.properties) bytes += size_of(property.list_count.value_or(property.type));
  return bytes;
}

/// Whether one of its properties is a list.
[[nodiscard]] inline bool has_list(PlyElement const& element) {
  return std::any_of(element.properties.begin(), element.properties.end(),
                     [](PlyProperty const& property) { return property.list_count.has_value(); });
}

/// The error of a binary PLY file in which `left` bytes are left for an element that needs more.
[[nodiscard]] inline FormatError truncated_rows(PlyElement const& element, std::uint64_t left, std::string_view where) {
  return FormatError({where, ": the header asks for ", element.count, " ", in_quotes(element.name), " rows, ", left,
                      " bytes are left for them; the file is truncated"});
}

/// The error of a binary PLY file that goes on for `left` bytes after its last element.
[[nodiscard]] inline FormatError bytes_left_over(std::uint64_t left, std::string_view where) {
  return FormatError(
      {where, ": ", left, " bytes come after all that the header asks for; its counts or types are wrong"});
}

/// Checks whether the elements of a binary PLY file make the `there` bytes after its header, as far as the header can
/// tell: up to the first element with a list.
///
/// Throws:  FormatError if they do not.
inline void expect_ply_size(PlyHeader const& header, std::uint64_t there, std::string_view where) {
  for (PlyElement const& element : header.elements) {
    const std::size_t least = least_row_bytes(element);
    if (least > 0 && element.count > there / least) throw truncated_rows(element, there, where);
    if (has_list(element)) return;
    there -= element.count * least;
  }
  if (there > 0) throw bytes_left_over(there, where);
}

/// The vertices of an ascii PLY file; the window stands at its data.
class AsciiPlyRows : public PointRows {
 public:
  AsciiPlyRows(ByteWindow window, std::size_t line, PlyHeader header, std::size_t vertex, ColumnOrder order)
      : PointRows(std::move(window), lay_out_text(order.names, order.names.size())),
        header_(std::move(header)),
        vertex_(vertex),
        order_(std::move(order)),
        rows_(window_, line, true) {}

  std::span<const std::byte> next(std::size_t most) override {
    for (; element_ < vertex_; ++element_) skip_rows();
    records_.clear();
    PlyElement const& vertex = header_.elements[vertex_];
    for (std::size_t taken = 0; taken < most && done_ < vertex.count; ++taken, ++done_) {
      records_.resize(records_.size() + layout_.record_bytes);
      std::byte* const record = records_.data() + records_.size() - layout_.record_bytes;
      rows_.begin_row(done_, vertex.count, "vertex");
      for (std::size_t i = 0; i < vertex.properties.size(); ++i) {
        if (vertex.properties[i].list_count) {
          rows_.skip_list(vertex.properties[i].name);
        } else {
          rows_.read_field(vertex.properties[i].type, order_.of_field[i], layout_, record);
        }
      }
      rows_.end_row();
    }
    if (!records_.empty()) return records_;
    for (++element_; element_ < header_.elements.size(); ++element_) skip_rows();
    rows_.end_text();
    return {};
  }

  std::uint64_t most_points() const noexcept override {
    // A value takes a digit and a separator.
    PlyElement const& vertex = header_.elements[vertex_];
    auto const there = window_.left();
    return there ? std::min(vertex.count - done_, *there / (2 * vertex.properties.size()) + 1) : 0;
  }

 private:
  void skip_rows() {
    PlyElement const& element = header_.elements[element_];
    if (element.properties.empty()) return;
    std::string const name = in_quotes(element.name);
    for (std::uint64_t row = 0; row < element.count; ++row) {
      rows_.begin_row(row, element.count, name);
      for (PlyProperty const& property : element.properties) {
        if (property.list_count) {
          rows_.skip_list(property.name);
        } else {
          static_cast<void>(rows_.next_value());
        }
      }
    }
  }

  PlyHeader header_;
  std::size_t vertex_;
  ColumnOrder order_;
  AsciiRows rows_;
  std::size_t element_ = 0;
  std::uint64_t done_ = 0;
  std::vector<std::byte> records_;
};

/// The vertices of a binary PLY file; the window stands at its data.
class BinaryPlyRows : public PointRows {
 public:
  BinaryPlyRows(ByteWindow window, PlyHeader header, std::size_t vertex, ColumnOrder const& order)
      : PointRows(std::move(window)), header_(std::move(header)), vertex_(vertex) {
    PlyElement const& element = header_.elements[vertex_];
    std::size_t record_bytes = 0;
    for (PlyProperty const& property : element.properties)
      if (!property.list_count) record_bytes += size_of(property.type);
    set_layout(lay_out_records(ply_fields(header_, element), order, record_bytes));
  }

  std::span<const std::byte> next(std::size_t most) override {
    PlyElement const& vertex = header_.elements[vertex_];
    for (; element_ < vertex_; ++element_) skip_rows();
    if (done_ == 0) begin_element(vertex);
    auto const count = static_cast<std::size_t>(std::min<std::uint64_t>(most, vertex.count - done_));
    if (count > 0) {
      std::span<const std::byte> const records = has_list(vertex) ? gather(vertex, count) : whole(vertex, count);
      done_ += count;
      return records;
    }
    for (++element_; element_ < header_.elements.size(); ++element_) skip_rows();
    if (std::span<const std::byte> const behind = window_.ahead(1); !behind.empty())
      throw bytes_left_over(window_.left().value_or(behind.size()), window_.where());
    return {};
  }

  std::uint64_t most_points() const noexcept override {
    PlyElement const& vertex = header_.elements[vertex_];
    auto const there = window_.left();
    return there ? std::min(vertex.count - done_, *there / least_row_bytes(vertex)) : 0;
  }

 private:
  /// Notes where an element begins, and judges whether there is room for it.
  void begin_element(PlyElement const& element) {
    begin_ = window_.position();
    std::size_t const least = least_row_bytes(element);
    auto const there = window_.left();
    if (there && least > 0 && element.count > *there / least) throw truncated_rows(element, *there, window_.where());
  }

  [[nodiscard]] FormatError truncated(PlyElement const& element) {
    std::uint64_t const end = window_.position() + window_.left().value_or(window_.ahead(1).size());
    return truncated_rows(element, end - begin_, window_.where());
  }

  /// Shows the next `bytes` bytes, and passes over them.
  std::span<const std::byte> take(PlyElement const& element, std::size_t bytes) {
    std::span<const std::byte> const there = window_.ahead(bytes);
    if (there.size() < bytes) throw truncated(element);
    window_.drop(bytes);
    return there.first(bytes);
  }

  std::span<const std::byte> whole(PlyElement const& vertex, std::size_t count) {
    return take(vertex, count * layout_.record_bytes);
  }

  /// Rows that have lists, without them.
  std::span<const std::byte> gather(PlyElement const& vertex, std::size_t count) {
    records_.clear();
    for (std::size_t row = 0; row < count; ++row)
      for (PlyProperty const& property : vertex.properties) {
        if (property.list_count) {
          skip_list(vertex, property);
        } else {
          std::span<const std::byte> const number = take(vertex, size_of(property.type));
          records_.insert(records_.end(), number.begin(), number.end());
        }
      }
    return records_;
  }

  void skip_rows() {
    PlyElement const& element = header_.elements[element_];
    begin_element(element);
    std::size_t const least = least_row_bytes(element);
    if (least == 0) return;
    if (!has_list(element)) return skip(element, element.count, least);
    for (std::uint64_t row = 0; row < element.count; ++row)
      for (PlyProperty const& property : element.properties) {
        if (property.list_count) {
          skip_list(element, property);
        } else {
          take(element, size_of(property.type));
        }
      }
  }

  void skip_list(PlyElement const& element, PlyProperty const& property) {
    RecordNumber const number{*property.list_count, header_.format == PlyFormat::binary_big_endian, 0};
    std::span<const std::byte> const bytes = take(element, size_of(*property.list_count));
    std::int64_t length = 0;
    with_loader(number.type, number.is_big_endian, [&](auto load) {
      // NOLINTNEXTLINE: a list's length may be a signed byte, and then negative
      length = static_cast<std::int64_t>(load(bytes.data()));
    });
    if (length < 0)
      throw FormatError({window_.where(), ": a list ", in_quotes(property.name), " has the length ", length,
                         "; the file is damaged, or its types are wrong"});
    skip(element, static_cast<std::uint64_t>(length), size_of(property.type));
  }

  /// Passes over `count` things of `bytes` bytes each.
  void skip(PlyElement const& element, std::uint64_t count, std::size_t bytes) {
    bool const overflows = count > std::numeric_limits<std::uint64_t>::max() / bytes;
    if (overflows || window_.skip(count * bytes) < count * bytes) throw truncated(element);
  }

  PlyHeader header_;
  std::size_t vertex_;
  std::size_t element_ = 0;
  std::uint64_t done_ = 0;
  std::uint64_t begin_ = 0;  // of the element, in the file
  std::vector<std::byte> records_;
};

}  // namespace sparseconv::inline v0_1
