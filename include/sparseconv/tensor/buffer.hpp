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

#include "sparseconv/backend/cpu/memory_pool.hpp"
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
  static constexpr std::size_t alignment = MemoryPool::alignment;

  Buffer() = default;

  /// `size` elements that hold no value yet.
  /// Throws: CapacityError if size is negative or its bytes exceed the address space; std::bad_alloc.
  explicit Buffer(std::int64_t size) : Buffer(nullptr, size) {}

  /// The same from a pool of memory, to which it returns; from the system if there is no pool.
  Buffer(std::shared_ptr<MemoryPool> memory, std::int64_t size)
      : block_(allocate(memory.get(), size)), size_(size), memory_(std::move(memory)) {}

  Buffer(std::int64_t size, T value) : Buffer(size) { std::fill_n(data(), size, value); }

  explicit Buffer(std::span<T const> values) : Buffer(static_cast<std::int64_t>(values.size())) {
    std::copy(values.begin(), values.end(), data());
  }

  Buffer(Buffer const& other) : Buffer(std::span<T const>(other)) {}
  Buffer(Buffer&& other) noexcept
      : block_(std::exchange(other.block_, {})),
        size_(std::exchange(other.size_, 0)),
        memory_(std::move(other.memory_)) {}
  Buffer& operator=(Buffer other) noexcept {
    std::swap(block_, other.block_);
    std::swap(size_, other.size_);
    std::swap(memory_, other.memory_);
    return *this;
  }
  ~Buffer() {
    if (block_.data == nullptr) return;
    if (memory_) {
      memory_->give_back(block_);
    } else {
      ::operator delete(block_.data, std::align_val_t(alignment));
    }
  }

  [[nodiscard]] std::int64_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::int64_t bytes() const { return size_ * static_cast<std::int64_t>(sizeof(T)); }
  [[nodiscard]] T* data() { return static_cast<T*>(block_.data); }
  [[nodiscard]] T const* data() const { return static_cast<T const*>(block_.data); }
  T& operator[](std::int64_t i) { return data()[i]; }
  T const& operator[](std::int64_t i) const { return data()[i]; }
  [[nodiscard]] T* begin() { return data(); }
  [[nodiscard]] T* end() { return data() + size_; }
  [[nodiscard]] T const* begin() const { return data(); }
  [[nodiscard]] T const* end() const { return data() + size_; }

 private:
  static MemoryBlock allocate(MemoryPool* memory, std::int64_t size) {
    if (size < 0 || size > std::numeric_limits<std::int64_t>::max() / static_cast<std::int64_t>(sizeof(T))) {
      throw CapacityError("Buffer: " + std::to_string(size) + " elements of " + std::to_string(sizeof(T)) +
                          " bytes cannot be addressed");
    }
    if (size == 0) return {};
    std::size_t const bytes = static_cast<std::size_t>(size) * sizeof(T);
    if (memory != nullptr) return memory->take(bytes);
    return {::operator new(bytes, std::align_val_t(alignment)), bytes};
  }

  MemoryBlock block_;
  std::int64_t size_ = 0;
  std::shared_ptr<MemoryPool> memory_;
};

}  // namespace sparseconv
