#pragma once

#include <bit>
#include <cstdint>
#include <limits>

#include "sparseconv/config.hpp"

namespace sparseconv::inline v0_1 {

/// A binary floating-point number of 16 bits, laid out as IEEE 754 lays out its own: sign, exponent, significand.
///
/// It is for storage: arithmetic and comparisons happen in float, to which it converts by itself and without loss.
/// The way back loses digits, so it is written out: `half(x)`. It rounds to nearest, ties to even, once, from float as
/// from double; beyond the largest number lies infinity, and NaN stays NaN. The value is not set by default.
template <int ExponentBits>
class NarrowFloat {
 public:
  static constexpr int exponent_bits = ExponentBits;
  static constexpr int significand_bits = 15 - ExponentBits;  // those stored
  static constexpr int exponent_bias = (1 << (ExponentBits - 1)) - 1;

  NarrowFloat() = default;
  constexpr explicit NarrowFloat(float value) : bits_(rounded<float, std::uint32_t>(value)) {}
  constexpr explicit NarrowFloat(double value) : bits_(rounded<double, std::uint64_t>(value)) {}
  constexpr explicit NarrowFloat(int value) : NarrowFloat(static_cast<double>(value)) {}

  /// The number whose bits these are.
  [[nodiscard]] static constexpr NarrowFloat from_bits(std::uint16_t bits) {
    NarrowFloat result{};
    result.bits_ = bits;
    return result;
  }
  [[nodiscard]] constexpr std::uint16_t bits() const { return bits_; }

  constexpr operator float() const {  // NOLINT: lossless
    std::uint32_t const sign = static_cast<std::uint32_t>(bits_ >> 15) << 31;
    constexpr int shift = float_significand_bits - significand_bits;
    std::uint32_t const magnitude = (bits_ & 0x7fffu) << shift;
    if constexpr (exponent_bias == float_exponent_bias) return std::bit_cast<float>(sign | magnitude);

    constexpr std::uint32_t rebias = static_cast<std::uint32_t>(float_exponent_bias - exponent_bias)
                                     << float_significand_bits;
    constexpr std::uint32_t one = std::uint32_t{1} << float_significand_bits;  // in the exponent
    if (magnitude < one) {
      // A subnormal: with the exponent of the smallest normal number it has an implicit one too much.
      float const smallest = std::bit_cast<float>(rebias + one);
      float const value = std::bit_cast<float>(rebias + one + magnitude) - smallest;
      return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(value));
    }
    bool const finite = (bits_ & infinity_bits) != infinity_bits;
    return std::bit_cast<float>(sign | (magnitude + (finite ? rebias : 2 * rebias)));
  }

  static constexpr std::uint16_t infinity_bits = 0x7fffu >> significand_bits << significand_bits;
  static constexpr std::uint16_t quiet_bit = 1u << (significand_bits - 1);

 private:
  static constexpr int float_significand_bits = 23;
  static constexpr int float_exponent_bias = 127;

  /// In integers alone: the processor's modes for rounding and for subnormal numbers play no part.
  template <class Source, class Bits>
  static constexpr std::uint16_t rounded(Source value) {
    constexpr int source_significand_bits = std::numeric_limits<Source>::digits - 1;
    constexpr Bits source_infinity = ~Bits{0} >> 1 >> source_significand_bits << source_significand_bits;
    constexpr int rebias = std::numeric_limits<Source>::max_exponent - 1 - exponent_bias;
    constexpr int surplus = source_significand_bits - significand_bits;

    Bits const source = std::bit_cast<Bits>(value);
    Bits const magnitude = source & (~Bits{0} >> 1);
    auto const sign = static_cast<std::uint16_t>(source >> (sizeof(Bits) * 8 - 1) << 15);
    auto const with_sign = [sign](Bits bits) { return static_cast<std::uint16_t>(sign | bits); };

    if (magnitude > source_infinity) {
      return with_sign(infinity_bits | quiet_bit | ((magnitude - source_infinity) >> surplus));
    }
    // Same bias: subnormal numbers are the same too, and all bits are rounded as one integer.
    constexpr Bits smallest_normal = static_cast<Bits>(rebias + 1) << source_significand_bits;
    if (rebias == 0 || magnitude >= smallest_normal) {
      // What rounds up from the largest significand carries into the exponent, and from the largest number to infinity.
      Bits const bits = shifted_to_even(magnitude - (static_cast<Bits>(rebias) << source_significand_bits), surplus);
      return with_sign(bits < infinity_bits ? bits : infinity_bits);
    }
    int const shift = surplus + rebias + 1 - static_cast<int>(magnitude >> source_significand_bits);
    if (shift > source_significand_bits + 1) return sign;  // less than half of the smallest number
    constexpr Bits implicit_one = Bits{1} << source_significand_bits;
    return with_sign(shifted_to_even((magnitude & (implicit_one - 1)) | implicit_one, shift));
  }

  /// value / 2^shift, rounded to nearest, ties to even.
  template <class Bits>
  static constexpr Bits shifted_to_even(Bits value, int shift) {
    Bits const below_half = (Bits{1} << (shift - 1)) - 1;
    return (value + below_half + ((value >> shift) & 1u)) >> shift;
  }

  std::uint16_t bits_;
};

}  // namespace sparseconv::inline v0_1

/// @cond  Doxygen loses its way in a class of std.
template <int ExponentBits>
struct std::numeric_limits<sparseconv::NarrowFloat<ExponentBits>> {
 private:
  using Number = sparseconv::NarrowFloat<ExponentBits>;
  static constexpr Number of(int bits) { return Number::from_bits(static_cast<std::uint16_t>(bits)); }
  static constexpr int significand_bits = Number::significand_bits;
  static constexpr int bias = Number::exponent_bias;

 public:
  static constexpr bool is_specialized = true;
  static constexpr bool is_signed = true;
  static constexpr bool is_integer = false;
  static constexpr bool is_exact = false;
  static constexpr bool has_infinity = true;
  static constexpr bool has_quiet_NaN = true;
  static constexpr bool has_signaling_NaN = true;
  static constexpr std::float_denorm_style has_denorm = std::denorm_present;
  static constexpr bool has_denorm_loss = false;
  static constexpr std::float_round_style round_style = std::round_to_nearest;
  static constexpr bool is_iec559 = true;
  static constexpr bool is_bounded = true;
  static constexpr bool is_modulo = false;
  static constexpr bool traps = false;
  static constexpr bool tinyness_before = false;
  static constexpr int radix = 2;
  static constexpr int digits = significand_bits + 1;
  static constexpr int digits10 = significand_bits * 30103 / 100000;
  static constexpr int max_digits10 = 2 + digits * 30103 / 100000;
  static constexpr int min_exponent = 2 - bias;
  static constexpr int max_exponent = bias + 1;
  static constexpr int min_exponent10 = (min_exponent - 1) * 30103 / 100000;
  static constexpr int max_exponent10 = max_exponent * 30103 / 100000;

  static constexpr Number min() noexcept { return of(1 << significand_bits); }
  static constexpr Number max() noexcept { return of(Number::infinity_bits - 1); }
  static constexpr Number lowest() noexcept { return of(0x8000 | (Number::infinity_bits - 1)); }
  static constexpr Number epsilon() noexcept { return of((bias - significand_bits) << significand_bits); }
  static constexpr Number round_error() noexcept { return of((bias - 1) << significand_bits); }
  static constexpr Number infinity() noexcept { return of(Number::infinity_bits); }
  static constexpr Number quiet_NaN() noexcept { return of(Number::infinity_bits | Number::quiet_bit); }
  static constexpr Number signaling_NaN() noexcept { return of(Number::infinity_bits | (Number::quiet_bit >> 1)); }
  static constexpr Number denorm_min() noexcept { return of(1); }
};
/// @endcond
