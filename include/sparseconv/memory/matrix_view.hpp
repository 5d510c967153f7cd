#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <type_traits>

#include "sparseconv/memory/memory_space.hpp"

namespace sparseconv {

/// Rows x columns numbers that somebody else owns, row-major and without gaps; read where their memory can be read.
template <class T, MemorySpace Memory = HostMemory>
struct MatrixView {
  T* data = nullptr;
  std::int64_t rows = 0;
  std::int64_t columns = 0;

  [[nodiscard]] constexpr std::int64_t size() const { return rows * columns; }
  [[nodiscard]] constexpr T* row(std::int64_t i) const { return data + i * columns; }
  constexpr T& operator()(std::int64_t i, std::int64_t j) const requires(Memory::host_reads) {
    return data[i * columns + j];
  }
  [[nodiscard]] std::span<T> values() const requires(Memory::host_reads) {
    return {data, static_cast<std::size_t>(size())};
  }

  /// Reading is always allowed.
  template <std::same_as<T> Same = T>
  requires(!std::is_const_v<Same>) constexpr operator MatrixView<Same const, Memory>() const {  // NOLINT
    return {data, rows, columns};
  }
};

}  // namespace sparseconv
