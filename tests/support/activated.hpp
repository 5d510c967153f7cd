#pragma once

#include <cmath>
#include <limits>
#include <numbers>

#include "sparseconv/execute/activation.hpp"

namespace sparseconv::test {

/// An activation in the tests' own words: the definitions of the field in long double, by the C library.
inline long double activated(Activation const& activation, long double x) {
  using Kind = Activation::Kind;
  long double const inner = std::sqrt(2 / std::numbers::pi_v<long double>) * (x + 0.044715L * x * x * x);
  bool const is_gated =
      activation.kind == Kind::gelu || activation.kind == Kind::gelu_tanh || activation.kind == Kind::silu;
  if (is_gated && x == -std::numeric_limits<long double>::infinity()) return 0;  // the limit, not infinity times 0
  switch (activation.kind) {
    case Kind::none:
      return x;
    case Kind::relu:
      return x < 0 ? 0 : x;
    case Kind::leaky_relu:
      return x < 0 ? x * activation.slope : x;
    case Kind::relu6:
      return x < 0 ? 0 : x > 6 ? 6 : x;
    case Kind::gelu:
      return x / 2 * std::erfc(-x / std::numbers::sqrt2_v<long double>);
    case Kind::gelu_tanh:
      return x / (1 + std::exp(-2 * inner));  // x / 2 (1 + tanh(inner))
    case Kind::silu:
      return x / (1 + std::exp(-x));
    case Kind::sigmoid:
      return 1 / (1 + std::exp(-x));
    case Kind::tanh:
      return std::tanh(x);
  }
  return std::numeric_limits<long double>::quiet_NaN();
}

}  // namespace sparseconv::test
