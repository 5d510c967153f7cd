#pragma once

#include <cstdint>

namespace sparseconv::inline v0_1::on_device {

/// 16 bytes of numbers: what a thread of a device moves at once.
template <class T>
struct alignas(16) Chunk {
  static constexpr int size = 16 / sizeof(T);

  T numbers[16 / sizeof(T)];
};

/// The same 16 bytes as words.
struct alignas(16) ChunkWords {
  std::uint32_t words[4];
};

/// Whether rows that lie `stride` numbers apart, the first at a pointer, all begin at a multiple of 16 bytes.
template <class T>
bool rows_are_chunks(T const* rows, std::int64_t stride) {
  return stride % Chunk<T>::size == 0 && reinterpret_cast<std::uintptr_t>(rows) % sizeof(Chunk<T>) == 0;
}

}  // namespace sparseconv::inline v0_1::on_device
