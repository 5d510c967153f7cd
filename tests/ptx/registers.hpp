#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <type_traits>

#include "ptx/entries.hpp"
#include "sparseconv/number/half.hpp"
#include "support/emulated_block.hpp"

/// What the C++ that translate.py writes is made of: registers without a type, and instructions that give them one.
namespace sparseconv::ptx {

using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;
using i8 = std::int8_t;
using i16 = std::int16_t;
using i32 = std::int32_t;
using i64 = std::int64_t;

/// An integer that stands in an instruction.
struct Literal {
  i64 number;
};
constexpr Literal literal(i64 number) {
  return {number};
}

/// The bits of a register as T: as they are between integers and floating numbers, cut or filled between integers.
template <class T, class R>
constexpr T as(R bits) {
  if constexpr (std::is_same_v<R, Literal>) {
    return static_cast<T>(bits.number);
  } else if constexpr (std::is_same_v<T, R>) {
    return bits;
  } else if constexpr (std::is_same_v<T, bool>) {
    return bits != 0;
  } else if constexpr (std::is_floating_point_v<T> != std::is_floating_point_v<R>) {
    return std::bit_cast<T>(bits);
  } else {
    return static_cast<T>(bits);
  }
}

/// Writes a register; a narrower integer is extended by its own sign.
template <class R, class T>
constexpr void put(R& bits, T value) {
  bits = as<R>(value);
}

/// `into` with `count` bits from bit `at` on replaced by the lowest ones of `from`; what would lie behind the last bit is lost.
template <class T>
T bits_inserted(T from, T into, u32 at, u32 count) {
  constexpr u32 width = 8 * sizeof(T);
  at &= 255;
  count &= 255;
  if (at >= width) return into;
  T const all = ~T{0};
  T const mask = static_cast<T>((count >= width ? all : static_cast<T>(~(all << count))) << at);
  return static_cast<T>((into & ~mask) | (static_cast<T>(from << at) & mask));
}

template <class T>
constexpr T shifted_left(T a, u32 count) {
  return count >= sizeof(T) * 8 ? T{0} : static_cast<T>(static_cast<std::make_unsigned_t<T>>(a) << count);
}
template <class T>
constexpr T shifted_right(T a, u32 count) {
  if (count >= sizeof(T) * 8) return std::is_signed_v<T> && a < 0 ? static_cast<T>(-1) : T{0};
  return static_cast<T>(a >> count);
}

/// The upper half of a product.
template <class T>
constexpr T high_product(T a, T b) {
  if constexpr (sizeof(T) == 4) {
    using Wide = std::conditional_t<std::is_signed_v<T>, i64, u64>;
    return static_cast<T>((Wide{a} * b) >> 32);
  } else {
    using Wide = std::conditional_t<std::is_signed_v<T>, __int128, unsigned __int128>;
    return static_cast<T>((static_cast<Wide>(a) * b) >> 64);
  }
}

/// cvt: numbers beyond the range of an integer become its ends. NaN becomes 0, but where either has 64 bits: then the
/// highest bit alone.
template <class T, class F>
constexpr T converted(F number) {
  if constexpr (std::is_integral_v<T> && std::is_floating_point_v<F>) {
    if (number != number) return sizeof(T) == 8 || sizeof(F) == 8 ? static_cast<T>(T{1} << (sizeof(T) * 8 - 1)) : T{0};
    if (number <= static_cast<F>(std::numeric_limits<T>::min())) return std::numeric_limits<T>::min();
    if (number >= static_cast<F>(std::numeric_limits<T>::max())) return std::numeric_limits<T>::max();
  }
  return static_cast<T>(number);
}

inline float half_value(u16 bits) {
  return static_cast<float>(half::from_bits(bits));
}

/// The shared memory of a block has addresses of 32 bits; it begins here, so that 0 is not in it.
inline constexpr u32 shared_window = 0x1000;
inline std::byte* shared_at(test::EmulatedBlock const& block, u32 address, std::size_t bytes) {
  std::int64_t const at = i64{address} - shared_window;
  if (at < 0 || at + static_cast<i64>(bytes) > block.shared_bytes())
    throw test::BlockError("an access outside shared memory");
  return block.shared() + at;
}
inline std::byte* at_address(u64 address) {
  return reinterpret_cast<std::byte*>(static_cast<std::uintptr_t>(address));
}
inline void check_aligned(std::byte const* at, std::size_t bytes) {
  if (reinterpret_cast<std::uintptr_t>(at) % bytes != 0) throw test::BlockError("a misaligned access of the kernel");
}
template <class T>
T load(std::byte const* at, std::size_t i) {
  T value;
  std::memcpy(&value, at + i * sizeof(T), sizeof(T));
  return value;
}
template <class T>
void store(std::byte* at, std::size_t i, T value) {
  std::memcpy(at + i * sizeof(T), &value, sizeof(T));
}
inline void copy_async(test::EmulatedBlock& block, std::byte* to, std::byte const* from, u32 bytes) {
  if (bytes != 0 && bytes != 16) throw test::BlockError("cp.async of neither 0 nor 16 bytes");
  block.copy_async(to, from, bytes == 16);
}

// The threads of a for_each run one after the other, so these need not be atomic.
template <class T>
T exchange(std::byte* at, T before, T after) {
  store<T>(at, 0, after);
  return before;
}
template <class T>
T atomic_cas(std::byte* at, T expected, T desired) {
  T const seen = load<T>(at, 0);
  return exchange(at, seen, seen == expected ? desired : seen);
}
template <class T>
T atomic_or(std::byte* at, T bits) {
  T const seen = load<T>(at, 0);
  return exchange(at, seen, static_cast<T>(seen | bits));
}
template <class T>
T atomic_add(std::byte* at, T value) {
  T const seen = load<T>(at, 0);
  return exchange(at, seen, static_cast<T>(seen + value));
}
template <class T>
T atomic_min(std::byte* at, T value) {
  T const seen = load<T>(at, 0);
  return exchange(at, seen, std::min(seen, value));
}
template <class T>
T atomic_max(std::byte* at, T value) {
  T const seen = load<T>(at, 0);
  return exchange(at, seen, std::max(seen, value));
}

inline u32 tid_x(test::EmulatedBlock const& block) {
  return static_cast<u32>(block.thread());
}
inline u32 ctaid_x(test::EmulatedBlock const& block) {
  return static_cast<u32>(block.index());
}
inline u32 tid_x(ThreadPlace const& place) {
  return place.tid_x;
}
inline u32 tid_y(ThreadPlace const& place) {
  return place.tid_y;
}
inline u32 ctaid_x(ThreadPlace const& place) {
  return place.ctaid_x;
}
inline u32 ctaid_y(ThreadPlace const& place) {
  return place.ctaid_y;
}
inline u32 ntid_x(ThreadPlace const& place) {
  return place.ntid_x;
}
inline u32 ntid_y(ThreadPlace const& place) {
  return place.ntid_y;
}
inline u32 nctaid_x(ThreadPlace const& place) {
  return place.nctaid_x;
}
inline u32 nctaid_y(ThreadPlace const& place) {
  return place.nctaid_y;
}

}  // namespace sparseconv::ptx
