#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

namespace sparseconv::inline v0_1 {

/// A positive decimal number with all its digits, which powers of two multiply and divide without loss: 0.d0 d1 d2 ... times a power
/// of ten. It finds the nearest number of a floating-point type, whatever the C library and the locale.
class LongDecimal {
 public:
  /// Takes digits, '0' to '9', with the point before the first of them, times 10^point. Of very many the last stand as one that
  /// is not zero: no number halfway between two doubles has so many, so this changes no comparison with one.
  LongDecimal(std::string_view digits, std::int64_t point) {
    std::size_t const zeros = std::min(digits.find_first_not_of('0'), digits.size());
    digits.remove_prefix(zeros);
    digits = digits.substr(0, digits.find_last_not_of('0') + 1);
    point_ = digits.empty() ? 0 : point - static_cast<std::int64_t>(zeros);
    digits_ = digits.substr(0, most_digits);
    if (digits.size() > most_digits) digits_ += '1';
  }

  [[nodiscard]] bool is_zero() const { return digits_.empty(); }

  /// The nearest number of type T, of two equally near ones the even; infinity or zero beyond T's range.
  template <class T>
  [[nodiscard]] T nearest() && {
    using Limits = std::numeric_limits<T>;
    if (is_zero() || point_ < Limits::min_exponent10 - Limits::digits10 - 2) return 0;
    if (point_ > Limits::max_exponent10 + 1) return Limits::infinity();
    // The number becomes fraction * 2^exponent, with a fraction from 1/2 to less than 1.
    int exponent = 0;
    while (point_ > 0) exponent += divide(static_cast<int>(std::min<std::int64_t>(3 * point_ - 2, most_bits)));
    while (point_ < 0 || digits_.front() < '5')
      exponent -= multiply(static_cast<int>(std::clamp<std::int64_t>(-3 * point_, 1, most_bits)));
    // Numbers near zero have fewer bits.
    int const bits = Limits::digits - std::max(Limits::min_exponent - exponent, 0);
    if (bits < 0) return 0;
    if (bits > 0) multiply(bits);
    return std::ldexp(static_cast<T>(rounded()), exponent - bits);
  }

 private:
  static constexpr std::size_t most_digits = 800;  // 767 are the most of a number halfway between two doubles
  static constexpr int most_bits = 59;             // of a step: ten times as much is less than 2^64

  /// Divides by 2^bits, and returns `bits`.
  int divide(int bits) {
    std::string quotient;
    std::uint64_t rest = 0;
    std::uint64_t const below = (std::uint64_t{1} << bits) - 1;
    for (std::size_t i = 0; i < digits_.size() || rest != 0; ++i) {
      rest = 10 * rest + (i < digits_.size() ? static_cast<std::uint64_t>(digits_[i] - '0') : 0);
      std::uint64_t const digit = rest >> bits;
      rest &= below;
      if (quotient.empty() && digit == 0) {
        --point_;
      } else {
        quotient += static_cast<char>('0' + digit);
      }
    }
    digits_ = std::move(quotient);
    return bits;
  }

  /// Multiplies by 2^bits, and returns `bits`.
  int multiply(int bits) {
    std::uint64_t carried = 0;
    for (std::size_t i = digits_.size(); i-- > 0;) {
      carried += static_cast<std::uint64_t>(digits_[i] - '0') << bits;
      digits_[i] = static_cast<char>('0' + carried % 10);
      carried /= 10;
    }
    std::string before;
    for (; carried != 0; carried /= 10) before += static_cast<char>('0' + carried % 10);
    std::reverse(before.begin(), before.end());
    point_ += static_cast<std::int64_t>(before.size());
    digits_.insert(0, before);
    digits_.erase(digits_.find_last_not_of('0') + 1);
    return bits;
  }

  /// The nearest integer, of two equally near ones the even. The number is less than 2^53.
  [[nodiscard]] std::uint64_t rounded() const {
    auto const whole = static_cast<std::size_t>(std::max<std::int64_t>(point_, 0));
    std::uint64_t integer = 0;
    for (std::size_t i = 0; i < whole; ++i)
      integer = 10 * integer + (i < digits_.size() ? static_cast<std::uint64_t>(digits_[i] - '0') : 0);
    if (point_ < 0 || whole >= digits_.size() || digits_[whole] < '5') return integer;
    bool const is_halfway = digits_[whole] == '5' && whole + 1 == digits_.size();
    return integer + (is_halfway ? integer & 1 : 1);
  }

  std::string digits_;      // without zeros at either end
  std::int64_t point_ = 0;  // digits before the point
};

}  // namespace sparseconv::inline v0_1
