#pragma once

#include <bit>
#include <cstdint>

#include "sparseconv/config.hpp"
#include "sparseconv/number/arithmetic.hpp"
#include "sparseconv/number/elementary.hpp"

namespace sparseconv::inline v0_1 {

// The smooth activations of the field, as PyTorch defines them, in double. Small results of large negative numbers keep their
// digits: nothing is taken from 1.
//
// Bits:  those of number/elementary.hpp.
// Error: of float at most 0.501 units in the last place, of double at most 4 (sigmoid, silu), 6 (gelu) and, as its exponent
//        2 u is a rounded number, 3 (1 + |2 u|) (gelu_tanh). NaN stays NaN; infinities give the limits.

/// x / (1 + e^-z) for x and z of one sign, or x = 1: silu where z is x, sigmoid where x is 1, and gelu_tanh.
SPARSECONV_HOST_DEVICE constexpr double times_sigmoid(double x, double z) {
  if (z < -1600) return x < 0 ? -0.0 : 0.0;
  bool const is_tail = z < -40;  // e^z is nothing beside 1, and may be out of range where x e^z is not: in two steps
  double const power = exp_in_double(z > 0 ? -z : is_tail ? z / 2 : z);
  if (is_tail) return rounded_product(rounded_product(x, power), power);
  return (z > 0 ? x : rounded_product(x, power)) / (1 + power);
}

/// 2 u with u = sqrt(2 / pi) (x + 0.044715 x^3): x (1 + tanh(u)) / 2 = x / (1 + e^-2u).
SPARSECONV_HOST_DEVICE constexpr double gelu_tanh_exponent(double x) {
  constexpr double of_x = 1.5957691216057308;
  constexpr double of_cube = 0.07135481627260025;
  return rounded_product(x, product_then_sum(rounded_product(x, x), of_cube, of_x));
}

/// x times the share of a normal distribution that lies below x: x (1 + erf(x / sqrt(2))) / 2.
///
/// Beyond 1 by the share that lies beyond a = |x|, e^(-a^2/2) / (a + 4.5) times a polynomial in (a - 4.5) / (a + 4.5), which up to
/// 40 is nearly the best of its degree in the sense of the largest error, below 1e-16 of the value.
SPARSECONV_HOST_DEVICE constexpr double gelu_in_double(double x) {
  double const a = x < 0 ? -x : x;
  if (a < 1)
    return rounded_product(x, 0.5 + rounded_product(0.5, erf_in_double(rounded_product(x, 0.7071067811865476))));
  if (a > 40) return x < 0 ? -0.0 : x;
  if (x != x) return x;
  // a^2 = head^2 + (a - head) (a + head), where the square of the head is exact.
  double const head = std::bit_cast<double>(std::bit_cast<std::uint64_t>(a) >> 27 << 27);
  double const rest = rounded_product(rounded_product(a - head, a + head), -0.5);
  constexpr double rest_series[] = {1 / 6.0, 1 / 2.0, 1.0, 1.0};  // of e^x, as |x| < 4e-5
  double const rest_power = polynomial(rest_series, rest);
  double const power = rounded_product(exp_in_double(rounded_product(rounded_product(head, head), -0.5)), rest_power);
  constexpr double series[] = {
      -1.8410677516706018e-08, 5.637720780618434e-08,  8.987472828819879e-08,  -3.741064770047498e-07,
      -5.228354791654188e-07,  2.1441812257018525e-06, 3.2002987834467824e-06, -1.4237577096726178e-05,
      -1.5935790387011136e-05, 0.00011204327462484435, 6.381593367167035e-06,  -0.0009177465995395239,
      0.0017488305250965988,   0.00422361338883536,    -0.033871326174892566,  0.11138259656984459,
      -0.2531417999510235,     0.44645251705568434,    -0.6402577602526167,    0.7632305289702032};
  double const share = polynomial(series, (a - 4.5) / (a + 4.5)) / (a + 4.5);
  return x > 0 ? rounded_product(x, 1 - rounded_product(share, power))
               : rounded_product(rounded_product(x, share), power);
}

}  // namespace sparseconv::inline v0_1
