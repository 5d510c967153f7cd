#pragma once

#include <cstdint>
#include <span>
#include <type_traits>

namespace sparseconv {

/// Rows x columns numbers that somebody else owns, row-major and without gaps.
template <class T>
struct MatrixView {
  T* data = nullptr;
  std::int64_t rows = 0;
  std::int64_t columns = 0;

  [[nodiscard]] std::int64_t size() const { return rows * columns; }
  [[nodiscard]] T* row(std::int64_t i) const { return data + i * columns; }
  T& operator()(std::int64_t i, std::int64_t j) const { return data[i * columns + j]; }
  [[nodiscard]] std::span<T> values() const { return {data, static_cast<std::size_t>(size())}; }

  operator MatrixView<T const>() const  // NOLINT: reading is always allowed
      requires(!std::is_const_v<T>) {
    return {data, rows, columns};
  }
};

}  // namespace sparseconv
