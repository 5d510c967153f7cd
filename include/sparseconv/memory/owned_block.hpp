#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <new>
#include <utility>

#include "sparseconv/config.hpp"
#include "sparseconv/error.hpp"
#include "sparseconv/memory/memory_pool.hpp"
#include "sparseconv/memory/memory_space.hpp"

namespace sparseconv::inline v0_1 {

/// The memory of a Buffer, whatever its elements are: a block that goes back to where it came from.
///
/// Apart from Buffer, so that its code is compiled once and not for each element type.
template <MemorySpace Memory>
class OwnedBlock {
 public:
  using Resource = typename Memory::Resource;
  static constexpr std::size_t alignment = 64;

  OwnedBlock() = default;

  /// Room for `count` elements, from a resource; on the host there may be none: then from the system.
  /// Throws: CapacityError if count is negative or the bytes exceed the address space; ShapeError if elements of a device
  ///         have no resource; std::bad_alloc.
  SPARSECONV_NOINLINE OwnedBlock(std::shared_ptr<Resource> memory, std::int64_t count, std::size_t element_bytes)
      : memory_(std::move(memory)) {
    if (count < 0 || count > std::numeric_limits<std::int64_t>::max() / static_cast<std::int64_t>(element_bytes)) {
      throw CapacityError({"Buffer: ", count, " elements of ", element_bytes,
                           " bytes cannot be addressed; ask for 0 or more, and fewer than 2^63 bytes"});
    }
    if (count == 0) return;
    if (!Memory::host_reads && !memory_) {
      throw ShapeError({"Buffer: ", count, " elements of no memory; give the memory() of a policy"});
    }
    std::size_t const bytes = static_cast<std::size_t>(count) * element_bytes;
    if constexpr (Memory::host_reads) {
      if (!memory_) {
        block_ = {::operator new(bytes, std::align_val_t(alignment)), bytes};
        return;
      }
    }
    block_ = memory_->take(bytes);
  }

  OwnedBlock(OwnedBlock&& other) noexcept
      : block_(std::exchange(other.block_, {})), memory_(std::move(other.memory_)) {}
  OwnedBlock& operator=(OwnedBlock&& other) noexcept {
    std::swap(block_, other.block_);
    memory_.swap(other.memory_);
    return *this;
  }
  SPARSECONV_NOINLINE ~OwnedBlock() {
    if (block_.data == nullptr) return;
    if (memory_) {
      memory_->give_back(block_);
    } else if constexpr (Memory::host_reads) {
      ::operator delete(block_.data, std::align_val_t(alignment));
    }
  }

  [[nodiscard]] void* data() const { return block_.data; }

  /// Where the block goes back to, or none.
  [[nodiscard]] std::shared_ptr<Resource> const& memory() const { return memory_; }

 private:
  MemoryBlock block_;
  std::shared_ptr<Resource> memory_;
};

}  // namespace sparseconv::inline v0_1
