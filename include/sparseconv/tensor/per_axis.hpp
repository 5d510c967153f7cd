#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "sparseconv/error.hpp"
#include "sparseconv/primitive/device_words.hpp"

namespace sparseconv::inline v0_1 {

/// One integer for each axis, slowest axis first; made from one int (the same for all axes) or from D ints.
///
/// Throws: ShapeError if a value does not fit 32 bits.
template <int D>
requires(D >= 1) class PerAxis {
 public:
  template <std::integral Int>
  constexpr PerAxis(Int all) {  // NOLINT: `.stride = 2` is meant to read well
    values_.fill(checked(all));
  }

  template <std::integral... Ints>
  // NOLINTNEXTLINE: likewise `{3, 1, 1}`
  requires(D > 1 && sizeof...(Ints) == D) constexpr PerAxis(Ints... each) : values_{checked(each)...} {}

  // NOLINTNEXTLINE: the same without a list
  constexpr PerAxis(std::array<std::int32_t, static_cast<std::size_t>(D)> const& each) : values_(each) {}

  constexpr std::int32_t operator[](int axis) const { return values_[static_cast<std::size_t>(axis)]; }
  constexpr std::int32_t& operator[](int axis) { return values_[static_cast<std::size_t>(axis)]; }

  /// The D integers in a row.
  [[nodiscard]] constexpr std::array<std::int32_t, static_cast<std::size_t>(D)> const& all() const { return values_; }

  friend constexpr bool operator==(PerAxis const& a, PerAxis const& b) { return same_numbers(a.values_, b.values_); }

 private:
  template <std::integral Int>
  static constexpr std::int32_t checked(Int value) {
    if (!std::in_range<std::int32_t>(value)) {
      throw ShapeError({"PerAxis: ", value, " does not fit 32 bits; give a smaller value"});
    }
    return static_cast<std::int32_t>(value);
  }

  std::array<std::int32_t, static_cast<std::size_t>(D)> values_{};
};

/// One integer for each axis, or none told; made from what a PerAxis is made from.
template <int D>
class OptionalPerAxis {
 public:
  constexpr OptionalPerAxis() = default;
  template <std::integral... Ints>
  // NOLINTNEXTLINE: meant to be converted to, as `.stride = {2, 1}`
  requires(sizeof...(Ints) == 1 || sizeof...(Ints) == D) constexpr OptionalPerAxis(Ints... each)
      : told_(PerAxis<D>(each...)) {}
  constexpr OptionalPerAxis(PerAxis<D> const& each) : told_(each) {}  // NOLINT

  /// What was told, or else the fallback.
  [[nodiscard]] constexpr PerAxis<D> value_or(PerAxis<D> const& fallback) const { return told_.value_or(fallback); }

 private:
  std::optional<PerAxis<D>> told_;
};

/// "3 x 1 x 1", as messages and tables print it.
template <int D>
std::string to_string(PerAxis<D> const& values) {
  return joined_integers(values.all(), " x ");
}

}  // namespace sparseconv::inline v0_1
