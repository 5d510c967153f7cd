#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include "sparseconv/io/byte_window.hpp"
#include "sparseconv/io/point_rows.hpp"
#include "sparseconv/io/record_layout.hpp"
#include "sparseconv/number/scalar_loader.hpp"
#include "sparseconv/weights/shared_bytes.hpp"

namespace sparseconv::inline v0_1 {

/// Records whose numbers lie apart: those of a column at equal steps, somewhere in bytes that are held as a whole.
class ColumnRows : public PointRows {
 public:
  /// Where the numbers of a column lie.
  struct Column {
    RecordNumber number;  ///< the first
    std::size_t step;     ///< in bytes
  };

  /// The bytes must hold `rows` numbers of each column. `window` is what was read of the file.
  ColumnRows(ByteWindow window, SharedBytes bytes, std::vector<Column> columns, std::vector<std::string> names,
             std::size_t rows)
      : PointRows(std::move(window)), bytes_(std::move(bytes)), columns_of_numbers_(std::move(columns)), rows_(rows) {
    RecordLayout layout{.names = std::move(names)};
    for (Column const& column : columns_of_numbers_) {
      layout.numbers.push_back({column.number.type, column.number.is_big_endian, layout.record_bytes});
      layout.record_bytes += size_of(column.number.type);
    }
    set_layout(std::move(layout));
  }

  std::span<const std::byte> next(std::size_t most) override {
    std::size_t const count = std::min(most, rows_ - done_);
    records_.resize(count * layout_.record_bytes);
    for (std::size_t column = 0; count > 0 && column < columns_of_numbers_.size(); ++column) {
      Column const& from = columns_of_numbers_[column];
      std::size_t const size = size_of(from.number.type);
      std::byte* to = records_.data() + layout_.numbers[column].begin;
      for (std::size_t i = 0; i < count; ++i, to += layout_.record_bytes)
        std::memcpy(to, bytes_.data() + from.number.begin + (done_ + i) * from.step, size);
    }
    done_ += count;
    return records_;
  }

  std::uint64_t most_points() const noexcept override { return rows_; }

 private:
  SharedBytes bytes_;
  std::vector<Column> columns_of_numbers_;
  std::vector<std::byte> records_;
  std::size_t rows_;
  std::size_t done_ = 0;
};

}  // namespace sparseconv::inline v0_1
