#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace sparseconv::test {

/// All magnitudes of a 16-bit floating-point format, found without its arithmetic, and a search for the nearest one.
class NearestNumber {
 public:
  NearestNumber(int exponent_bits, int significand_bits) {
    int const bias = (1 << (exponent_bits - 1)) - 1;
    int const exponents = (1 << exponent_bits) - 1;  // the last one is infinity's
    for (int exponent = 0; exponent < exponents; ++exponent) {
      for (int significand = 0; significand < (1 << significand_bits); ++significand) {
        int const whole = exponent == 0 ? significand : significand + (1 << significand_bits);
        magnitudes_.push_back(std::ldexp(whole, std::max(exponent, 1) - bias - significand_bits));
      }
    }
    // Rounding treats infinity as the number that would follow the largest one.
    magnitudes_.push_back(std::ldexp(1.0, bias + 1));
  }

  /// The magnitude whose bits are these; that of infinity is the number that would stand there.
  [[nodiscard]] double operator[](std::size_t bits) const { return magnitudes_[bits]; }
  [[nodiscard]] std::size_t infinity_bits() const { return magnitudes_.size() - 1; }

  /// Bits of the number next to a value that is no NaN; of two that are equally near, the one whose last bit is zero.
  [[nodiscard]] std::uint16_t bits_of(double value) const {
    double const magnitude = std::abs(value);
    auto const sign = static_cast<std::uint16_t>(std::signbit(value) ? 0x8000 : 0);
    auto const above = std::lower_bound(magnitudes_.begin(), magnitudes_.end(), magnitude);
    auto bits = static_cast<std::size_t>(above - magnitudes_.begin());
    if (bits == magnitudes_.size()) {
      bits = infinity_bits();
    } else if (bits > 0) {
      double const middle = magnitudes_[bits - 1] + (magnitudes_[bits] - magnitudes_[bits - 1]) / 2;
      if (magnitude < middle || (magnitude == middle && bits % 2 == 1)) --bits;
    }
    return static_cast<std::uint16_t>(sign | bits);
  }

 private:
  std::vector<double> magnitudes_;
};

}  // namespace sparseconv::test
