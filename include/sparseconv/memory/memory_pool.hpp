#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <new>

#include "sparseconv/config.hpp"

#if defined(__GLIBC__)  // which the headers above say
#include <malloc.h>
#endif
#if defined(__SANITIZE_ADDRESS__)
#define SPARSECONV_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SPARSECONV_ADDRESS_SANITIZER 1
#endif
#endif
#ifdef SPARSECONV_ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#endif

namespace sparseconv::inline v0_1 {

/// A piece of a pool's memory; its size may be larger than what was asked for.
struct MemoryBlock {
  void* data = nullptr;
  std::size_t size = 0;
};

/// Memory that is kept for reuse when it is given back: after one run a network finds all it needs here.
///
/// Fresh memory is dear: the system clears every page of it, when it is first touched. A request is served by the smallest
/// block that waits and is at most twice as large, else by a new one. What the pool notes of a block that waits stands in the
/// block itself, so that taking and giving back ask nothing of the heap. Safe from several threads.
class MemoryPool {
 public:
  static constexpr std::size_t alignment = 64;

  MemoryPool() = default;
  MemoryPool(MemoryPool const&) = delete;
  MemoryPool& operator=(MemoryPool const&) = delete;
  ~MemoryPool() { free_waiting(); }

  /// A block of at least `bytes` bytes, aligned to 64. Throws: std::bad_alloc.
  [[nodiscard]] MemoryBlock take(std::size_t bytes) { return take(bytes, 2); }

  /// A block of block_size(bytes) bytes and no more, for who does not keep the size until it gives the block back.
  /// Throws: std::bad_alloc.
  [[nodiscard]] MemoryBlock take_exactly(std::size_t bytes) { return take(bytes, 1); }

  /// Takes back what take() gave.
  void give_back(MemoryBlock block) noexcept {
    std::scoped_lock lock(mutex_);
    used_bytes_ -= block.size;
    waiting_bytes_ += block.size;
    Waiting*& first = waiting_[class_of(block.size)];
    first = ::new (block.data) Waiting{first};
    poison(block);
  }

  /// Bytes that wait for reuse.
  [[nodiscard]] std::int64_t bytes() const {
    std::scoped_lock lock(mutex_);
    return static_cast<std::int64_t>(waiting_bytes_);
  }

  /// Bytes that were ever asked of the system: what does not rise any more shows that all comes from reuse.
  [[nodiscard]] std::int64_t bytes_from_system() const {
    std::scoped_lock lock(mutex_);
    return static_cast<std::int64_t>(system_bytes_);
  }

  /// Bytes of the blocks that are taken and not yet given back; a block counts whole, whatever was asked for.
  [[nodiscard]] std::int64_t bytes_in_use() const {
    std::scoped_lock lock(mutex_);
    return static_cast<std::int64_t>(used_bytes_);
  }

  /// The most bytes that were in use at one time since reset_peak(), or ever.
  [[nodiscard]] std::int64_t peak_bytes_in_use() const {
    std::scoped_lock lock(mutex_);
    return static_cast<std::int64_t>(peak_bytes_);
  }

  /// The peak is from now on what is in use now, until more is.
  void reset_peak() {
    std::scoped_lock lock(mutex_);
    peak_bytes_ = used_bytes_;
  }

  /// Returns what waits for reuse to the system. With the GNU C library the whole heap of the process is trimmed too, which may
  /// take milliseconds: what is only freed stays with the process there.
  void release() {
    free_waiting();
#if defined(__GLIBC__)
    ::malloc_trim(0);
#endif
  }

  /// The size of a new block for a request: four sizes from each power of two to the next, at least 64 bytes.
  static constexpr std::size_t block_size(std::size_t bytes) {
    if (bytes <= 256) return (std::max<std::size_t>(bytes, 1) + 63) / 64 * 64;
    std::size_t const step = std::bit_floor(bytes - 1) / 4;
    return (bytes + step - 1) / step * step;
  }

 private:
  /// Stands at the beginning of a block that waits.
  struct Waiting {
    Waiting* next;
  };

  /// The place of a block size among all there are.
  static constexpr std::size_t class_of(std::size_t block) {
    if (block <= 256) return block / 64 - 1;
    std::size_t const power = 63 - static_cast<std::size_t>(std::countl_zero(std::uint64_t{block - 1}));
    return 4 * (power - 7) + (block - (std::size_t{1} << power)) / (std::size_t{1} << (power - 2)) - 1;
  }

  /// The block size of a place.
  static constexpr std::size_t size_of(std::size_t place) {
    if (place < 4) return (place + 1) * 64;
    return (4 + place % 4 + 1) << (place / 4 + 5);
  }

  void free_waiting() {
    std::scoped_lock lock(mutex_);
    for (std::size_t of_size = 0; of_size < waiting_.size(); ++of_size) {
      while (waiting_[of_size] != nullptr) {
        ::operator delete(first_of(of_size).data, std::align_val_t(alignment));
      }
    }
    waiting_bytes_ = 0;
  }

  /// Takes the first block of a size that waits out of its list; there must be one. Who calls holds the lock.
  MemoryBlock first_of(std::size_t place) {
    MemoryBlock const block{waiting_[place], size_of(place)};
    unpoison(block);
    waiting_[place] = waiting_[place]->next;
    return block;
  }

  MemoryBlock take(std::size_t bytes, std::size_t times) {
    if (bytes > std::size_t{PTRDIFF_MAX}) throw std::bad_alloc();  // no object is larger
    std::size_t const size = block_size(bytes);
    if (MemoryBlock const block = take_waiting(size, times); block.data != nullptr) return block;
    MemoryBlock const block{::operator new(size, std::align_val_t(alignment)), size};
    std::scoped_lock lock(mutex_);
    system_bytes_ += size;
    count_as_used(size);
    return block;
  }

  /// The smallest block that waits and is of `size` bytes, or up to so many times as large; or none.
  MemoryBlock take_waiting(std::size_t size, std::size_t times) {
    std::scoped_lock lock(mutex_);
    for (std::size_t place = class_of(size); place < waiting_.size() && size_of(place) / times <= size; ++place) {
      if (waiting_[place] == nullptr) continue;
      MemoryBlock const block = first_of(place);
      waiting_bytes_ -= block.size;
      count_as_used(block.size);
      return block;
    }
    return {};
  }

  /// Who calls holds the lock.
  void count_as_used(std::size_t bytes) {
    used_bytes_ += bytes;
    peak_bytes_ = std::max(peak_bytes_, used_bytes_);
  }

#ifdef SPARSECONV_ADDRESS_SANITIZER
  // Behind the note on the next block, which the leak sanitizer follows.
  static void poison(MemoryBlock block) {
    __asan_poison_memory_region(static_cast<char*>(block.data) + sizeof(Waiting), block.size - sizeof(Waiting));
  }
  static void unpoison(MemoryBlock block) {
    __asan_unpoison_memory_region(block.data, block.size);
  }
#else
  static void poison(MemoryBlock) {}
  static void unpoison(MemoryBlock) {}
#endif

  mutable std::mutex mutex_;
  std::array<Waiting*, 4 * (63 - 7)> waiting_{};  // by size
  std::size_t waiting_bytes_ = 0;
  std::size_t system_bytes_ = 0;
  std::size_t used_bytes_ = 0;
  std::size_t peak_bytes_ = 0;
};

}  // namespace sparseconv::inline v0_1
