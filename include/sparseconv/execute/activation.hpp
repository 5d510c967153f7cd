#pragma once

#include <cstdint>

namespace sparseconv {

/// A function of one number that follows a layer.
struct Activation {
  enum class Kind { none, relu, leaky_relu };

  Kind kind = Kind::none;
  double slope = 0;  ///< of leaky_relu, for negative numbers

  template <class T>
  [[nodiscard]] constexpr T operator()(T value) const {
    apply(&value, 1);
    return value;
  }

  /// The same for `count` numbers, in place. A NaN stays one.
  template <class T>
  constexpr void apply(T* values, std::int64_t count) const {
    // One plain loop for each kind, which compilers turn into vector instructions.
    if (kind == Kind::relu) {
      for (std::int64_t i = 0; i < count; ++i) values[i] = values[i] < T{0} ? T{0} : values[i];
    } else if (kind == Kind::leaky_relu) {
      T const factor = static_cast<T>(slope);
      for (std::int64_t i = 0; i < count; ++i) values[i] = values[i] < T{0} ? values[i] * factor : values[i];
    }
  }

  friend constexpr bool operator==(Activation const&, Activation const&) = default;
};

inline constexpr Activation no_activation{};
inline constexpr Activation relu{Activation::Kind::relu, 0};

/// max(x, 0) + slope * min(x, 0).
constexpr Activation leaky_relu(double slope) {
  return {Activation::Kind::leaky_relu, slope};
}

}  // namespace sparseconv
