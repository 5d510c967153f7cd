#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>

#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"

namespace sparseconv::test {

/// How far a sum of `terms` products in T may lie from the exact one: Higham's gamma_n times the sum of absolute
/// values is at most n u / (1 - n u), u = epsilon / 2; n counts a rounding of each product and each addition. The
/// double n leaves room for a reference that was itself rounded. Narrow types sum in float and round once more, in the end.
template <class T>
double rounding_bound(std::int64_t terms, double magnitude) {
  double bound =
      static_cast<double>(terms + 2) * static_cast<double>(std::numeric_limits<Accumulator<T>>::epsilon()) * magnitude;
  if constexpr (is_narrow<T>) {
    bound += static_cast<double>(std::numeric_limits<T>::epsilon()) * magnitude +
             static_cast<double>(std::numeric_limits<T>::denorm_min());
  }
  return bound;
}

/// The same for an exact value that is known: what is stored narrow is rounded with an error relative to the value, not to the
/// magnitude. So factors that were rounded before they were multiplied show, where products cancel.
template <class T>
double rounding_bound(std::int64_t terms, double magnitude, double value) {
  double const bound = rounding_bound<Accumulator<T>>(terms, magnitude);
  if constexpr (!is_narrow<T>) return bound;
  return bound + static_cast<double>(std::numeric_limits<T>::epsilon()) / 2 * (std::fabs(value) + bound) +
         static_cast<double>(std::numeric_limits<T>::denorm_min());
}

/// The largest deviation of two matrices of one shape. NaN anywhere makes it infinite.
template <class A, class B>
double largest_difference(MatrixView<A> a, MatrixView<B> b) {
  double largest = 0;
  for (std::int64_t i = 0; i < a.size(); ++i) {
    double const difference = std::fabs(static_cast<double>(a.data[i]) - static_cast<double>(b.data[i]));
    largest = std::isnan(difference) ? std::numeric_limits<double>::infinity() : std::max(largest, difference);
  }
  return largest;
}

/// Whether two matrices have one shape and the same bits, up to the sign of zero.
template <class T>
bool same_bits(MatrixView<T const> a, MatrixView<T const> b) {
  return a.rows == b.rows && a.columns == b.columns && std::equal(a.data, a.data + a.size(), b.data);
}

}  // namespace sparseconv::test
