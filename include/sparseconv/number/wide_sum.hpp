#pragma once

#include <concepts>
#include <type_traits>

#include "sparseconv/number/arithmetic.hpp"
#include "sparseconv/number/element.hpp"

namespace sparseconv::inline v0_1 {

/// The larger of two numbers; NaN if one of them is.
template <class Number>
constexpr Number larger(Number a, Number b) {
  return a < b || b != b ? b : a;
}

/// The sum of many numbers of an element type, for means and statistics: its error does not grow with their count.
///
/// It is kept in double, or, for double, with what each addition rounds away beside it. A sum of n numbers x is so within n 2^-53
/// sum(|x|), or for double within 2^-52 |sum| + n^2 2^-105 sum(|x|), of the exact one; that is no more than the rounding to the
/// type for up to 2^28 numbers of one sign.
///
/// Bits:   the same for every compiler, flag and policy, for one order of the numbers.
/// Source: Neumaier, ZAMM 54 (1974), for double.
template <Element T>
class WideSum {
 public:
  constexpr WideSum() = default;
  constexpr explicit WideSum(T number) : sum_(static_cast<double>(number)) {}

  constexpr void add(T number) {
    auto const wide = static_cast<double>(number);
    double const sum = computed_alone(sum_ + wide);
    if constexpr (std::same_as<T, double>) {
      bool const is_smaller = magnitude(sum_) < magnitude(wide);
      double const lost = is_smaller ? computed_alone(wide - sum) + sum_ : computed_alone(sum_ - sum) + wide;
      if (lost - lost == 0) rounded_away_.value += lost;  // else the sum is infinite or NaN, and nothing was
    }
    sum_ = sum;
  }

  /// Adds what another sum has added.
  constexpr void add(WideSum const& other) {
    if constexpr (std::same_as<T, double>) {
      add(other.sum_);
      rounded_away_.value += other.rounded_away_.value;
    } else {
      sum_ = computed_alone(sum_ + other.sum_);
    }
  }

  /// The sum. Not rounded to T yet, so that a mean is rounded once.
  [[nodiscard]] constexpr double value() const {
    if constexpr (std::same_as<T, double>) {
      return rounded_away_.value == 0 ? sum_ : sum_ + rounded_away_.value;  // -0 stays
    } else {
      return sum_;
    }
  }

  /// The sum divided by a count, which must not be 0.
  [[nodiscard]] constexpr T mean(double count) const { return T(value() / count); }

 private:
  struct Kept {
    double value = 0;
  };
  struct Nothing {};

  static constexpr double magnitude(double number) { return number < 0 ? -number : number; }

  double sum_ = 0;
  [[no_unique_address]] std::conditional_t<std::same_as<T, double>, Kept, Nothing> rounded_away_{};
};

}  // namespace sparseconv::inline v0_1
