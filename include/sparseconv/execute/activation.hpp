#pragma once

namespace sparseconv::inline v0_1 {

/// A function of one number that follows a layer. A NaN stays one.
struct Activation {
  enum class Kind { none, relu, leaky_relu };

  Kind kind = Kind::none;
  double slope = 0;  ///< of leaky_relu, for negative numbers

  template <class T>
  [[nodiscard]] constexpr T operator()(T value) const {
    if (kind == Kind::none || !(value < T{0})) return value;
    return kind == Kind::relu ? T{0} : value * static_cast<T>(slope);
  }

  friend constexpr bool operator==(Activation const&, Activation const&) = default;
};

inline constexpr Activation no_activation{};
inline constexpr Activation relu{Activation::Kind::relu, 0};

/// max(x, 0) + slope * min(x, 0).
constexpr Activation leaky_relu(double slope) {
  return {Activation::Kind::leaky_relu, slope};
}

}  // namespace sparseconv::inline v0_1
