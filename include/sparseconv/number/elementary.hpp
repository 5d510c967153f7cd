#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "sparseconv/config.hpp"
#include "sparseconv/number/arithmetic.hpp"

namespace sparseconv::inline v0_1 {

// exp, log, tanh and erf of float and double, for results that promise bits: those of the C library differ from one machine to
// the next, and a device has others. All is done in double, every step rounded by itself.
//
// Bits:  the same for GCC, Clang and nvcc, for all flags and processors, on the host and on a device.
// Error: of float at most 0.501 units in the last place, of double at most 1 (exp, log) and 1.5 (tanh, erf). NaN stays NaN;
//        infinities, and what is out of range, give what they give in the C library.

/// The polynomial with these coefficients, the highest power's first, by Horner's rule.
template <std::size_t Count>
SPARSECONV_HOST_DEVICE constexpr double polynomial(double const (&coefficients)[Count], double x) {
  double sum = coefficients[0];
  for (std::size_t i = 1; i < Count; ++i) sum = product_then_sum(sum, x, coefficients[i]);
  return sum;
}

/// 2^exponent for an exponent from -1022 to 1023.
constexpr double power_of_two(int exponent) {
  return std::bit_cast<double>(static_cast<std::uint64_t>(exponent + 1023) << 52);
}

/// The natural logarithm of 2 in two parts.
inline constexpr double ln2_high = 0x1.62e42fefp-1;  // so few bits that a product with an exponent is exact
/// The other part of it.
inline constexpr double ln2_low = 0x1.473de6af278edp-34;

/// e^x = 2^k e^r with |r| <= ln(2) / 2, and e^r by its series.
SPARSECONV_HOST_DEVICE constexpr double exp_in_double(double x) {
  if (x != x) return x;
  if (x > 709.79) return std::numeric_limits<double>::infinity();
  if (x < -745.14) return 0;
  double const steps =
      product_then_sum(x, 0x1.71547652b82fep+0, 0x1.8p52) - 0x1.8p52;  // x / ln(2), rounded to an integer
  double const r = product_then_sum(-steps, ln2_high, x) - rounded_product(steps, ln2_low);
  constexpr double series[] = {1 / 6227020800.0, 1 / 479001600.0, 1 / 39916800.0, 1 / 3628800.0,
                               1 / 362880.0,     1 / 40320.0,     1 / 5040.0,     1 / 720.0,
                               1 / 120.0,        1 / 24.0,        1 / 6.0,        1 / 2.0};
  double const power = 1 + product_then_sum(rounded_product(r, r), polynomial(series, r), r);
  int const k = static_cast<int>(steps);
  int const part = k / 2;  // in two steps, as 2^k may be out of range where the result is not
  return rounded_product(rounded_product(power, power_of_two(part)), power_of_two(k - part));
}

/// log(x) = k ln(2) + log(1 + f) with 1 + f between sqrt(1/2) and sqrt(2), by the series of artanh(f / (2 + f)).
SPARSECONV_HOST_DEVICE constexpr double log_in_double(double x) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (x != x || x == infinity) return x;
  if (x < 0) return std::numeric_limits<double>::quiet_NaN();
  if (x == 0) return -infinity;
  int k = 0;
  if (x < std::numeric_limits<double>::min()) {
    x = rounded_product(x, 0x1p54);
    k = -54;
  }
  auto const bits = std::bit_cast<std::uint64_t>(x);
  k += static_cast<int>(bits >> 52) - 1023;
  constexpr std::uint64_t significand = (std::uint64_t{1} << 52) - 1;
  double m = std::bit_cast<double>((bits & significand) | (std::uint64_t{1023} << 52));
  if (m > 1.4142135623730951) {
    m = m / 2;
    ++k;
  }
  double const f = m - 1;
  double const s = f / (2 + f);
  double const z = rounded_product(s, s);
  constexpr double series[] = {2.0 / 25, 2.0 / 23, 2.0 / 21, 2.0 / 19, 2.0 / 17, 2.0 / 15,
                               2.0 / 13, 2.0 / 11, 2.0 / 9,  2.0 / 7,  2.0 / 5,  2.0 / 3};
  double const rest = rounded_product(z, polynomial(series, z));
  double const square = rounded_product(rounded_product(f, f), 0.5);
  // log(1 + f) = f - (f^2 / 2 - s (f^2 / 2 + rest)): what is small is added up first.
  double const tail = rounded_product(s, square + rest);
  double const steps = k;
  double const low = rounded_product(steps, ln2_low);
  return product_then_sum(steps, ln2_high, f - (square - (tail + low)));
}

/// Near 0 sinh(x) / cosh(x) by their series, elsewhere 1 - 2 / (e^2x + 1).
SPARSECONV_HOST_DEVICE constexpr double tanh_in_double(double x) {
  double const magnitude = x < 0 ? -x : x;
  if (magnitude < 0.55) {
    double const square = rounded_product(x, x);
    constexpr double sinh_series[] = {1 / 355687428096000.0, 1 / 1307674368000.0, 1 / 6227020800.0, 1 / 39916800.0,
                                      1 / 362880.0,          1 / 5040.0,          1 / 120.0,        1 / 6.0};
    constexpr double cosh_series[] = {1 / 20922789888000.0, 1 / 87178291200.0, 1 / 479001600.0, 1 / 3628800.0,
                                      1 / 40320.0,          1 / 720.0,         1 / 24.0,        1 / 2.0};
    // x (1 + a) / (1 + b) = x + x (a - b) / (1 + b)
    double const a = rounded_product(square, polynomial(sinh_series, square));
    double const b = rounded_product(square, polynomial(cosh_series, square));
    return x + rounded_product(x, (a - b) / (1 + b));
  }
  if (x != x) return x;
  double const tanh = 1 - 2 / (exp_in_double(2 * magnitude) + 1);
  return x < 0 ? -tanh : tanh;
}

/// Below 1 a polynomial in x^2 times x; above 1 - e^(-x^2) times a polynomial in (x - 2.5) / (x + 2.5). Both polynomials are
/// nearly the best of their degree in the sense of the largest error, below 1e-18.
SPARSECONV_HOST_DEVICE constexpr double erf_in_double(double x) {
  double const magnitude = x < 0 ? -x : x;
  double const square = rounded_product(x, x);
  if (magnitude < 1) {
    constexpr double inner[] = {5.957176147748911e-11,   -1.1372848856791674e-09, 1.4659775274047436e-08,
                                -1.6350312701054695e-07, 1.6461000484121368e-06,  -1.4925595266831182e-05,
                                0.0001205533111164271,   -0.000854832698083379,   0.0052239776248180145,
                                -0.026866170645076792,   0.11283791670954879,     -0.3761263890318375,
                                1.1283791670955126 - 1};
    return product_then_sum(x, polynomial(inner, square), x);
  }
  if (x != x) return x;
  if (magnitude >= 6) return x < 0 ? -1 : 1;
  constexpr double outer[] = {6.961191560229168e-08,   3.441892461295565e-07,   7.773331597404786e-08,
                              -1.8020038653448608e-06, -2.2981102519735954e-06, 7.552594323139502e-06,
                              1.8614457552080007e-05,  -3.418223813331523e-05,  -0.0001288771713312957,
                              0.00022838037890860082,  0.0008759154501337608,   -0.002642365964297403,
                              -0.003993701165858238,   0.03992253907558476,     -0.1250330523788293,
                              0.2517131932174493,      -0.37173673394897333,    0.2108063640611436};
  double const t = (magnitude - 2.5) / (magnitude + 2.5);
  double const erf = 1 - rounded_product(exp_in_double(-square), polynomial(outer, t));
  return x < 0 ? -erf : erf;
}

/// Functions under the names of the C library; in a namespace of their own, as a call without one means the C library's.
namespace elementary {

/// e^x, computed in double and rounded once.
template <BinaryFloat Number>
SPARSECONV_HOST_DEVICE constexpr Number exp(Number x) {
  return static_cast<Number>(exp_in_double(static_cast<double>(x)));
}
/// The natural logarithm, computed in double and rounded once.
template <BinaryFloat Number>
SPARSECONV_HOST_DEVICE constexpr Number log(Number x) {
  return static_cast<Number>(log_in_double(static_cast<double>(x)));
}
/// The hyperbolic tangent, computed in double and rounded once.
template <BinaryFloat Number>
SPARSECONV_HOST_DEVICE constexpr Number tanh(Number x) {
  return static_cast<Number>(tanh_in_double(static_cast<double>(x)));
}
/// The error function, computed in double and rounded once.
template <BinaryFloat Number>
SPARSECONV_HOST_DEVICE constexpr Number erf(Number x) {
  return static_cast<Number>(erf_in_double(static_cast<double>(x)));
}

}  // namespace elementary

}  // namespace sparseconv::inline v0_1
