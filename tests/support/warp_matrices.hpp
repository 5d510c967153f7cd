#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

namespace sparseconv::test {

/// What one thread of a warp hands in when a warp works together, and where its part of the result goes.
struct WarpRequest {
  enum class Kind { load, half, bfloat16, tf32 };

  Kind kind;
  std::uint32_t* registers;  // of a load
  float* sums;               // of a product
  void const* row;           // of a load: 16 bytes
  std::array<std::uint32_t, 4> a;
  std::array<std::uint32_t, 2> b;
};

/// IEEE binary16 by its definition, not by the library's conversion.
inline float half_value(std::uint32_t bits) {
  static std::vector<float> const values = [] {
    std::vector<float> table(1u << 16);
    for (std::uint32_t i = 0; i < table.size(); ++i) {
      int const exponent = static_cast<int>(i >> 10 & 0x1fu);
      int const significand = static_cast<int>(i & 0x3ffu);
      double const magnitude = exponent == 0    ? std::ldexp(significand, -24)
                               : exponent == 31 ? (significand == 0 ? std::numeric_limits<double>::infinity()
                                                                    : std::numeric_limits<double>::quiet_NaN())
                                                : std::ldexp(significand + 1024, exponent - 25);
      table[i] = static_cast<float>((i >> 15) != 0 ? -magnitude : magnitude);
    }
    return table;
  }();
  return values[bits & 0xffffu];
}

/// A float to the nearest with 10 significand bits, ties away from zero. NaN stays NaN.
inline std::uint32_t nearest_tf32(std::uint32_t bits) {
  auto const value = std::bit_cast<float>(bits);
  if (!std::isfinite(value)) return std::isnan(value) ? 0x7fffffffu : bits;
  return (bits + 0x1000u) & ~0x1fffu;
}

/// The multiplication of a warp, in the letters of the PTX manual: groupID and threadID_in_group of a lane, the index i
/// of a matrix entry that it holds.
template <WarpRequest::Kind Kind>
struct WarpProduct {
  static constexpr bool wide = Kind == WarpRequest::Kind::tf32;
  static constexpr int depth = wide ? 8 : 16;
  using Warp = std::array<WarpRequest const*, 32>;

  /// Entry (row, k) of the 16 x depth matrix A: the lane and the index i that hold it.
  static float a(Warp const& warp, int row, int k) {
    int const group = row % 8;
    if constexpr (wide) {
      int const i = (row >= 8 ? 1 : 0) + (k >= 4 ? 2 : 0);
      return word(warp[at(4 * group + k % 4)]->a[at(i)]);
    } else {
      int const i = k % 2 + (row >= 8 ? 2 : 0) + (k >= 8 ? 4 : 0);
      return part(warp[at(4 * group + k % 8 / 2)]->a[at(i / 2)], i % 2);
    }
  }
  /// Entry (k, column) of the depth x 8 matrix B.
  static float b(Warp const& warp, int k, int column) {
    if constexpr (wide) {
      return word(warp[at(4 * column + k % 4)]->b[at(k / 4)]);
    } else {
      int const i = k % 2 + (k >= 8 ? 2 : 0);
      return part(warp[at(4 * column + k % 8 / 2)]->b[at(i / 2)], i % 2);
    }
  }

  /// Sum i of a lane stands for row groupID (+ 8 from i = 2 on), column 2 threadID_in_group + i % 2.
  static void add(Warp const& warp, int lane) {
    for (int i = 0; i < 4; ++i) {
      int const row = lane / 4 + (i < 2 ? 0 : 8);
      int const column = lane % 4 * 2 + i % 2;
      float sum = warp[at(lane)]->sums[i];
      for (int k = 0; k < depth; ++k) sum += a(warp, row, k) * b(warp, k, column);
      warp[at(lane)]->sums[i] = sum;
    }
  }

 private:
  static constexpr std::size_t at(int i) { return static_cast<std::size_t>(i); }
  static float word(std::uint32_t bits) { return std::bit_cast<float>(bits & ~0x1fffu); }
  static float part(std::uint32_t bits, int upper) {
    std::uint32_t const number = upper == 0 ? bits & 0xffffu : bits >> 16;
    return Kind == WarpRequest::Kind::half ? half_value(number) : std::bit_cast<float>(number << 16);
  }
};

/// One lane's part of the result of what the 32 lanes asked for; false if they asked for different things.
inline bool answer(std::array<WarpRequest const*, 32> const& warp, int lane) {
  using Kind = WarpRequest::Kind;
  WarpRequest const& own = *warp[static_cast<std::size_t>(lane)];
  for (WarpRequest const* other : warp) {
    if (other->kind != own.kind) return false;
  }
  switch (own.kind) {
    case Kind::load:
      for (int i = 0; i < 4; ++i) {
        auto const* const row = static_cast<std::byte const*>(warp[static_cast<std::size_t>(8 * i + lane / 4)]->row);
        std::memcpy(own.registers + i, row + lane % 4 * 4, 4);
      }
      break;
    case Kind::half:
      WarpProduct<Kind::half>::add(warp, lane);
      break;
    case Kind::bfloat16:
      WarpProduct<Kind::bfloat16>::add(warp, lane);
      break;
    case Kind::tf32:
      WarpProduct<Kind::tf32>::add(warp, lane);
      break;
  }
  return true;
}

}  // namespace sparseconv::test
