#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include "sparseconv/error.hpp"

namespace sparseconv {

/// An array of fixed length on the heap, aligned to 64 bytes. A copy copies the elements; it converts to std::span.
///
/// Unlike std::vector it leaves new elements unwritten: large results are written once, by the threads that compute
/// them.
template <class T>
requires std::is_trivially_copyable_v<T>
class Buffer {
 public:
  static constexpr std::size_t alignment = 64;

  Buffer() = default;

  /// `size` elements that hold no value yet.
  /// Throws: CapacityError if size is negative or its bytes exceed the address space; std::bad_alloc.
  explicit Buffer(std::int64_t size) : data_(allocate(size)), size_(size) {}

  Buffer(std::int64_t size, T value) : Buffer(size) { std::fill_n(data(), size, value); }

  explicit Buffer(std::span<T const> values) : Buffer(static_cast<std::int64_t>(values.size())) {
    std::copy(values.begin(), values.end(), data());
  }

  Buffer(Buffer const& other) : Buffer(std::span<T const>(other)) {}
  Buffer(Buffer&& other) noexcept : data_(std::move(other.data_)), size_(std::exchange(other.size_, 0)) {}
  Buffer& operator=(Buffer other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~Buffer() = default;

  [[nodiscard]] std::int64_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::int64_t bytes() const { return size_ * static_cast<std::int64_t>(sizeof(T)); }
  [[nodiscard]] T* data() { return data_.get(); }
  [[nodiscard]] T const* data() const { return data_.get(); }
  T& operator[](std::int64_t i) { return data_.get()[i]; }
  T const& operator[](std::int64_t i) const { return data_.get()[i]; }
  [[nodiscard]] T* begin() { return data(); }
  [[nodiscard]] T* end() { return data() + size_; }
  [[nodiscard]] T const* begin() const { return data(); }
  [[nodiscard]] T const* end() const { return data() + size_; }

 private:
  struct Free {
    void operator()(T* data) const { ::operator delete(data, std::align_val_t(alignment)); }
  };

  static T* allocate(std::int64_t size) {
    if (size < 0 || size > std::numeric_limits<std::int64_t>::max() / static_cast<std::int64_t>(sizeof(T))) {
      throw CapacityError("Buffer: " + std::to_string(size) + " elements of " + std::to_string(sizeof(T)) +
                          " bytes cannot be addressed");
    }
    if (size == 0) return nullptr;
    return static_cast<T*>(::operator new(static_cast<std::size_t>(size) * sizeof(T), std::align_val_t(alignment)));
  }

  std::unique_ptr<T, Free> data_;
  std::int64_t size_ = 0;
};

}  // namespace sparseconv
