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
  constexpr explicit WideSum(T number) : kept_{static_cast<double>(number)} {}

  constexpr void add(T number) {
    auto const wide = static_cast<double>(number);
    double const sum = computed_alone(kept_.sum + wide);
    if constexpr (std::same_as<T, double>) {
      bool const is_smaller = magnitude(kept_.sum) < magnitude(wide);
      double const lost = is_smaller ? computed_alone(wide - sum) + kept_.sum : computed_alone(kept_.sum - sum) + wide;
      if (lost - lost == 0) kept_.rounded_away += lost;  // else the sum is infinite or NaN, and nothing was
    }
    kept_.sum = sum;
  }

  /// Adds what another sum has added.
  constexpr void add(WideSum const& other) {
    if constexpr (std::same_as<T, double>) {
      add(other.kept_.sum);
      kept_.rounded_away += other.kept_.rounded_away;
    } else {
      kept_.sum = computed_alone(kept_.sum + other.kept_.sum);
    }
  }

  /// The sum. Not rounded to T yet, so that a mean is rounded once.
  [[nodiscard]] constexpr double value() const {
    if constexpr (std::same_as<T, double>) {
      return kept_.rounded_away == 0 ? kept_.sum : kept_.sum + kept_.rounded_away;  // -0 stays
    } else {
      return kept_.sum;
    }
  }

  /// The sum divided by a count, which must not be 0.
  [[nodiscard]] constexpr T mean(double count) const { return T(value() / count); }

 private:
  // Not a member that takes no room where it is not needed: nvcc (13.0) gives it a byte behind the sum when it copies one.
  struct Sum {
    double sum = 0;
  };
  struct SumAndRest {
    double sum = 0;
    double rounded_away = 0;
  };

  static constexpr double magnitude(double number) { return number < 0 ? -number : number; }

  std::conditional_t<std::same_as<T, double>, SumAndRest, Sum> kept_;
};

}  // namespace sparseconv::inline v0_1
