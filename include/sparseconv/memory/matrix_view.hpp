#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "sparseconv/error.hpp"
#include "sparseconv/memory/memory_space.hpp"

namespace sparseconv::inline v0_1 {

/// Rows x columns numbers that somebody else owns, row-major; read where their memory can be read.
///
/// Row i begins at data + i * stride. The stride is the number of columns unless told, so that rows follow one another without
/// gaps; who sets the members one by one sets it too. With a larger one a view is some columns of a wider matrix, which several producers can so write side by side.
template <class T, MemorySpace Memory = HostMemory>
struct MatrixView {
  T* data = nullptr;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::int64_t stride = columns;  ///< from a row to the next, in numbers

  /// How many numbers the view shows.
  [[nodiscard]] constexpr std::int64_t size() const { return rows * columns; }
  [[nodiscard]] constexpr bool has_gaps() const { return stride != columns && rows > 1 && columns > 0; }

  /// The numbers of row i, and the address of the first of them, which may lie in any memory.
  [[nodiscard]] constexpr std::span<T> row(std::int64_t i) const requires(Memory::host_reads) {
    return {row_data(i), static_cast<std::size_t>(columns)};
  }
  [[nodiscard]] constexpr T* row_data(std::int64_t i) const { return data + i * stride; }
  constexpr T& operator()(std::int64_t i, std::int64_t j) const requires(Memory::host_reads) { return row_data(i)[j]; }

  /// All numbers, one row after the other.
  /// Throws: ShapeError if there are gaps between the rows.
  [[nodiscard]] std::span<T> values() const requires(Memory::host_reads) {
    if (has_gaps()) {
      throw ShapeError(
          {"MatrixView.values: rows of ", columns, " columns lie ", stride, " numbers apart; read them row by row"});
    }
    return {data, static_cast<std::size_t>(size())};
  }

  /// Columns [first, first + count) of all rows.
  /// Throws: ShapeError if the matrix does not have them.
  [[nodiscard]] constexpr MatrixView column_range(std::int64_t first, std::int64_t count) const {
    if (first < 0 || count < 0 || first > columns - count) {
      throw ShapeError({"MatrixView.column_range: ", count, " columns from column ", first, " on, the matrix has ",
                        columns, "; ask for some of those"});
    }
    return {data == nullptr ? nullptr : data + first, rows, count, stride};
  }

  /// Reading is always allowed.
  template <std::same_as<T> Same = T>
  requires(!std::is_const_v<Same>) constexpr operator MatrixView<Same const, Memory>() const {  // NOLINT
    return {data, rows, columns, stride};
  }
};

/// Throws: ShapeError if a view has no numbers where it says that there are some, a count is negative, or its rows lie over one
///         another.
template <class T, MemorySpace Memory>
void check_view(MatrixView<T, Memory> const& view, char const* whose, std::string_view call) {
  if (view.rows < 0 || view.columns < 0) {
    throw ShapeError(
        {call, ": ", whose, " view has ", view.rows, " rows of ", view.columns, " columns; no count can be negative"});
  }
  if (view.data == nullptr && view.rows > 0 && view.columns > 0) {
    throw ShapeError({call, ": ", whose, " view of ", view.rows, " rows of ", view.columns,
                      " columns has no data; give the address of its first number"});
  }
  if (view.rows <= 1 || view.stride >= view.columns) return;
  throw ShapeError({call, ": ", whose, " rows of ", view.columns, " columns lie ", view.stride,
                    " numbers apart; give a stride of at least as many"});
}

}  // namespace sparseconv::inline v0_1
