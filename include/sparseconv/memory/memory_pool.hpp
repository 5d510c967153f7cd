#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <mutex>
#include <new>

#include "sparseconv/config.hpp"
#include "sparseconv/error.hpp"

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
///
/// A pool keeps what its largest call needed. set_limit bounds what it holds, and release(keep) brings it down again. Where the
/// system has no memory left, what waits goes back to it before a request fails.
class MemoryPool {
 public:
  static constexpr std::size_t alignment = 64;

  MemoryPool() = default;
  MemoryPool(MemoryPool const&) = delete;
  MemoryPool& operator=(MemoryPool const&) = delete;
  ~MemoryPool() { free_waiting(0); }

  /// A block of at least `bytes` bytes, aligned to 64. Throws: CapacityError beyond the limit; std::bad_alloc.
  [[nodiscard]] MemoryBlock take(std::size_t bytes) { return take(bytes, 2); }

  /// A block of block_size(bytes) bytes and no more, for who does not keep the size until it gives the block back.
  /// Throws: CapacityError beyond the limit; std::bad_alloc.
  [[nodiscard]] MemoryBlock take_exactly(std::size_t bytes) { return take(bytes, 1); }

  /// Takes back what take() gave. It waits for reuse, or goes back to the system where the pool holds more than a limit that was set
  /// meanwhile.
  void give_back(MemoryBlock block) noexcept {
    std::scoped_lock lock(mutex_);
    used_bytes_ -= block.size;
    if (used_bytes_ + waiting_bytes_ + block.size > limit_) {
      ::operator delete(block.data, std::align_val_t(alignment));
      return;
    }
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

  /// From now on the pool holds at most so many bytes, in use and waiting together. Before it asks the system for more than that,
  /// it returns blocks that wait; a request that does not fit beside what is in use is refused. What is in use stays so, also
  /// where that is more.
  ///
  /// Throws: ShapeError if it is negative.
  void set_limit(std::int64_t bytes) {
    if (bytes < 0) {
      throw ShapeError({"MemoryPool::set_limit: ", bytes, " bytes; give 0 or more, no_limit for as many as there are"});
    }
    std::scoped_lock lock(mutex_);
    limit_ = static_cast<std::size_t>(bytes);
    free_waiting(limit_ > used_bytes_ ? limit_ - used_bytes_ : 0);
  }

  /// The most bytes that the pool may hold; no_limit at first.
  [[nodiscard]] std::int64_t limit() const {
    std::scoped_lock lock(mutex_);
    return static_cast<std::int64_t>(limit_);
  }
  static constexpr std::int64_t no_limit = std::numeric_limits<std::int64_t>::max();

  /// Returns what waits for reuse to the system, the largest blocks first, until at most `keep` bytes wait. With the GNU C
  /// library the whole heap of the process is trimmed too, which may take milliseconds: what is only freed stays with the process there.
  /// A call that keeps some, and finds no more waiting, does nothing.
  void release(std::int64_t keep = 0) {
    {
      std::scoped_lock lock(mutex_);
      bool const returned = free_waiting(static_cast<std::size_t>(std::max<std::int64_t>(keep, 0)));
      if (!returned && keep > 0) return;
    }
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

  /// Returns the largest blocks that wait to the system, until at most `keep` bytes wait; says whether there were any. Who calls
  /// holds the lock.
  bool free_waiting(std::size_t keep) {
    std::size_t const before = waiting_bytes_;
    for (std::size_t place = waiting_.size(); place-- > 0 && waiting_bytes_ > keep;) {
      while (waiting_[place] != nullptr && waiting_bytes_ > keep) {
        MemoryBlock const block = first_of(place);
        waiting_bytes_ -= block.size;
        ::operator delete(block.data, std::align_val_t(alignment));
      }
    }
    return waiting_bytes_ < before;
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
    promise(size);
    void* const data = ask_system(size);
    std::scoped_lock lock(mutex_);
    if (data == nullptr) {
      used_bytes_ -= size;
      throw std::bad_alloc();
    }
    system_bytes_ += size;
    peak_bytes_ = std::max(peak_bytes_, used_bytes_);
    return {data, size};
  }

  /// Counts a new block as used before there is one, so that several threads together keep to the limit.
  void promise(std::size_t size) {
    std::scoped_lock lock(mutex_);
    if (size > limit_ || used_bytes_ > limit_ - size) {
      throw CapacityError({"MemoryPool: ", size, " bytes are needed, ", used_bytes_, " are in use, and the limit is ",
                           limit_, "; raise it by set_limit, or give less at a time, as by VoxelLimits"});
    }
    free_waiting(limit_ - size - used_bytes_);
    used_bytes_ += size;
  }

  /// Memory of the system, which gets what waits first where it has none left; null where that is not enough.
  void* ask_system(std::size_t size) {
    try {
      return ::operator new(size, std::align_val_t(alignment));
    } catch (std::bad_alloc const&) {
      std::scoped_lock lock(mutex_);
      if (!free_waiting(0)) return nullptr;
    }
    try {
      return ::operator new(size, std::align_val_t(alignment));
    } catch (std::bad_alloc const&) {
      return nullptr;
    }
  }

  /// The smallest block that waits and is of `size` bytes, or up to so many times as large; or none.
  MemoryBlock take_waiting(std::size_t size, std::size_t times) {
    std::scoped_lock lock(mutex_);
    for (std::size_t place = class_of(size); place < waiting_.size() && size_of(place) / times <= size; ++place) {
      if (waiting_[place] == nullptr) continue;
      MemoryBlock const block = first_of(place);
      waiting_bytes_ -= block.size;
      used_bytes_ += block.size;
      peak_bytes_ = std::max(peak_bytes_, used_bytes_);
      return block;
    }
    return {};
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
  std::size_t limit_ = static_cast<std::size_t>(no_limit);
};

}  // namespace sparseconv::inline v0_1
