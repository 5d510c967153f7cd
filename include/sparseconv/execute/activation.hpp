#pragma once

#include <string>

#include "sparseconv/config.hpp"
#include "sparseconv/error.hpp"
#include "sparseconv/number/activation_functions.hpp"
#include "sparseconv/number/elementary.hpp"
#include "sparseconv/policy/is_for_calls.hpp"

namespace sparseconv::inline v0_1 {

/// A function of one number that follows a layer. A NaN stays one.
///
/// Bits:  the same everywhere: the smooth kinds are computed in double, every step rounded by itself, and rounded once to T.
/// Error: of the smooth kinds see number/activation_functions.hpp and number/elementary.hpp: half a unit in the last place of a
///        float. The others are exact, but for the product of a slope.
/// Work:  of the smooth kinds about a hundred operations in double for each number, one by one on the host.
struct Activation {
  enum class Kind { none, relu, leaky_relu, relu6, gelu, gelu_tanh, silu, sigmoid, tanh };

  Kind kind = Kind::none;  ///< which function
  double slope = 0;        ///< of leaky_relu, for negative numbers

  /// Whether it is made of exp, tanh or erf. What finishes rows does these kinds apart, so that the others stay a few instructions.
  [[nodiscard]] constexpr bool is_smooth() const { return kind >= Kind::gelu; }

  template <class T>
  [[nodiscard]] constexpr T operator()(T value) const {
    return is_smooth() ? smooth(value) : piecewise(value);
  }

  /// The same for a kind that is not smooth: no instruction is spent on asking.
  template <class T>
  [[nodiscard]] constexpr T piecewise(T value) const {
    if (kind == Kind::relu6 && value > T{6}) return T{6};
    if (kind == Kind::none || !(value < T{0})) return value;
    return kind == Kind::leaky_relu ? value * static_cast<T>(slope) : T{0};
  }

  /// The same for a kind that is.
  template <class T>
  [[nodiscard]] SPARSECONV_HOST_DEVICE constexpr T smooth(T value) const {
    auto const x = static_cast<double>(value);
    if (kind == Kind::gelu) return static_cast<T>(gelu_in_double(x));
    if (kind == Kind::tanh) return static_cast<T>(tanh_in_double(x));
    double const exponent = kind == Kind::gelu_tanh ? gelu_tanh_exponent(x) : x;
    return static_cast<T>(times_sigmoid(kind == Kind::sigmoid ? 1.0 : x, exponent));
  }

  friend constexpr bool operator==(Activation const&, Activation const&) = default;
};

/// Functions that activate take one.
template <>
inline constexpr bool is_for_calls<Activation> = true;

/// Nothing follows.
inline constexpr Activation no_activation{};
/// max(x, 0).
inline constexpr Activation relu{Activation::Kind::relu, 0};
/// min(max(x, 0), 6).
inline constexpr Activation relu6{Activation::Kind::relu6, 0};
/// x (1 + erf(x / sqrt(2))) / 2.
inline constexpr Activation gelu{Activation::Kind::gelu, 0};
/// x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2: what networks have that were trained with the approximation.
inline constexpr Activation gelu_tanh{Activation::Kind::gelu_tanh, 0};
/// x / (1 + e^-x), also known as swish.
inline constexpr Activation silu{Activation::Kind::silu, 0};
/// 1 / (1 + e^-x).
inline constexpr Activation sigmoid{Activation::Kind::sigmoid, 0};
/// tanh(x).
inline constexpr Activation tanh_activation{Activation::Kind::tanh, 0};

/// max(x, 0) + slope * min(x, 0).
constexpr Activation leaky_relu(double slope) {
  return {Activation::Kind::leaky_relu, slope};
}

/// The name that the activation has in a program: "no_activation", "relu", "leaky_relu(0.1)", ...
SPARSECONV_COLD inline std::string to_string(Activation const& activation) {
  switch (activation.kind) {
    case Activation::Kind::none:
      return "no_activation";
    case Activation::Kind::relu:
      return "relu";
    case Activation::Kind::leaky_relu:
      return error_message({"leaky_relu(", activation.slope, ")"});
    case Activation::Kind::relu6:
      return "relu6";
    case Activation::Kind::gelu:
      return "gelu";
    case Activation::Kind::gelu_tanh:
      return "gelu_tanh";
    case Activation::Kind::silu:
      return "silu";
    case Activation::Kind::sigmoid:
      return "sigmoid";
    case Activation::Kind::tanh:
      return "tanh_activation";
  }
  return "unknown";
}

}  // namespace sparseconv::inline v0_1
