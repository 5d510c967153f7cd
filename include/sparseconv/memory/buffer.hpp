#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include "sparseconv/error.hpp"
#include "sparseconv/memory/memory_space.hpp"
#include "sparseconv/memory/owned_block.hpp"

namespace sparseconv::inline v0_1 {

/// Throws: ShapeError if a list has no elements where it says that there are some.
template <class T>
void check_list(std::span<T const> list, char const* whose, std::string_view call) {
  if (list.data() != nullptr || list.empty()) return;
  throw ShapeError(
      {call, ": ", whose, " list of ", list.size(), " has no data; give the address of its first element"});
}

/// An array of fixed length in some memory, aligned to 64 bytes. On the host a copy copies the elements, and it converts to
/// std::span; elsewhere it can only be moved, and copy_to copies it.
///
/// Unlike std::vector it leaves new elements unwritten: large results are written once, by the threads that compute
/// them.
template <class T, MemorySpace Memory = HostMemory>
requires std::is_trivially_copyable_v<T>
class Buffer {
 public:
  using Resource = typename Memory::Resource;
  static constexpr std::size_t alignment = OwnedBlock<Memory>::alignment;

  Buffer() = default;

  /// `size` elements that hold no value yet, from a resource (a policy's memory()), to which they return. On the host there
  /// may be none: then from the system.
  /// Throws: CapacityError if size is negative or its bytes exceed the address space; ShapeError if elements of a device have
  ///         no resource; std::bad_alloc.
  Buffer(std::shared_ptr<Resource> memory, std::int64_t size)
      : block_(std::move(memory), size, sizeof(T)), size_(size) {}

  explicit Buffer(std::int64_t size) requires(Memory::host_reads) : Buffer(nullptr, size) {}

  Buffer(std::int64_t size, T value) requires(Memory::host_reads) : Buffer(size) { std::fill_n(data(), size, value); }

  /// Throws: ShapeError for a list of nothing with a size; std::bad_alloc.
  explicit Buffer(std::span<T const> values) requires(Memory::host_reads)
      : Buffer(static_cast<std::int64_t>(values.size())) {
    check_list(values, "the values'", "Buffer");
    std::copy(values.begin(), values.end(), data());
  }

  Buffer(Buffer const& other) requires(Memory::host_reads) : Buffer(std::span<T const>(other)) {}
  Buffer(Buffer&& other) noexcept : block_(std::move(other.block_)), size_(std::exchange(other.size_, 0)) {}
  Buffer& operator=(Buffer other) noexcept {
    block_ = std::move(other.block_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~Buffer() = default;

  /// The resource that the elements came from, or none.
  [[nodiscard]] std::shared_ptr<Resource> const& memory() const { return block_.memory(); }

  [[nodiscard]] std::int64_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::int64_t bytes() const { return size_ * static_cast<std::int64_t>(sizeof(T)); }
  [[nodiscard]] T* data() { return static_cast<T*>(block_.data()); }
  [[nodiscard]] T const* data() const { return static_cast<T const*>(block_.data()); }
  T& operator[](std::int64_t i) requires(Memory::host_reads) { return data()[i]; }
  T const& operator[](std::int64_t i) const requires(Memory::host_reads) { return data()[i]; }
  [[nodiscard]] T* begin() requires(Memory::host_reads) { return data(); }
  [[nodiscard]] T* end() requires(Memory::host_reads) { return data() + size_; }
  [[nodiscard]] T const* begin() const requires(Memory::host_reads) { return data(); }
  [[nodiscard]] T const* end() const requires(Memory::host_reads) { return data() + size_; }

 private:
  OwnedBlock<Memory> block_;
  std::int64_t size_ = 0;
};

}  // namespace sparseconv::inline v0_1
