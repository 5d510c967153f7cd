#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "sparseconv/error.hpp"
#include "sparseconv/tensor/per_axis.hpp"

namespace sparseconv::inline v0_1 {

/// The most axes that a node of a network may have.
inline constexpr int most_axes = 8;

/// One integer for all axes, or one for each of up to 8, slowest axis first: a PerAxis whose number of axes is no part of its
/// type.
///
/// Throws: ShapeError if a value does not fit 32 bits.
class AxisNumbers {
 public:
  template <std::integral... Ints>
  // NOLINTNEXTLINE: `.stride = 2` is meant to read well
  requires(sizeof...(Ints) >= 1 && sizeof...(Ints) <= most_axes) constexpr AxisNumbers(Ints... each)
      : values_{checked(each)...}, count_(sizeof...(Ints)) {}

  template <int D>
  requires(D <= most_axes) constexpr AxisNumbers(PerAxis<D> const& each) : count_(D) {  // NOLINT
    for (int axis = 0; axis < D; ++axis) values_[static_cast<std::size_t>(axis)] = each[axis];
  }

  /// As many as a list has. Throws: ShapeError if these are none, or more than most_axes.
  constexpr explicit AxisNumbers(std::span<std::int32_t const> each) : count_(static_cast<int>(each.size())) {
    if (each.empty() || each.size() > most_axes) {
      throw ShapeError(
          {"AxisNumbers: ", each.size(), " numbers; give one for all axes, or one for each of up to ", most_axes});
    }
    std::ranges::copy(each, values_.begin());
  }

  /// The numbers that were told: one for all axes, or one for each.
  [[nodiscard]] constexpr std::span<std::int32_t const> told() const {
    return std::span(values_).first(static_cast<std::size_t>(count_));
  }

  /// One for each, or the same for all.
  [[nodiscard]] constexpr bool fits(int axes) const { return count_ == 1 || count_ == axes; }

  constexpr std::int32_t operator[](int axis) const {
    return values_[static_cast<std::size_t>(count_ == 1 ? 0 : axis)];
  }

  template <int D>
  [[nodiscard]] constexpr PerAxis<D> per_axis() const {
    PerAxis<D> numbers = 0;
    for (int axis = 0; axis < D; ++axis) numbers[axis] = (*this)[axis];
    return numbers;
  }

  /// "3 x 1 x 1", or "3" where all axes have it.
  friend std::string to_string(AxisNumbers const& numbers) {
    std::span<std::int32_t const> const told = numbers.told();
    bool const all_equal = std::ranges::all_of(told, [&](std::int32_t value) { return value == told[0]; });
    return joined_integers(all_equal ? told.first(1) : told, " x ");
  }

  /// Whether they mean the same for so many axes as either tells.
  friend constexpr bool operator==(AxisNumbers const& a, AxisNumbers const& b) {
    int const axes = std::max(a.count_, b.count_);
    if (!a.fits(axes) || !b.fits(axes)) return false;
    for (int axis = 0; axis < axes; ++axis) {
      if (a[axis] != b[axis]) return false;
    }
    return true;
  }

 private:
  template <std::integral Int>
  static constexpr std::int32_t checked(Int value) {
    return PerAxis<1>(value)[0];
  }

  std::array<std::int32_t, most_axes> values_{};
  int count_;
};

/// The same, or none told; made from what AxisNumbers are made from.
class OptionalAxisNumbers {
 public:
  constexpr OptionalAxisNumbers() = default;
  template <std::integral... Ints>
  // NOLINTNEXTLINE: meant to be converted to, as `.stride = {2, 1}`
  requires(sizeof...(Ints) >= 1 && sizeof...(Ints) <= most_axes) constexpr OptionalAxisNumbers(Ints... each)
      : told_(AxisNumbers(each...)) {}
  constexpr OptionalAxisNumbers(AxisNumbers const& each) : told_(each) {}  // NOLINT

  /// What was told, or else the fallback.
  [[nodiscard]] constexpr AxisNumbers value_or(AxisNumbers const& fallback) const { return told_.value_or(fallback); }

 private:
  std::optional<AxisNumbers> told_;
};

}  // namespace sparseconv::inline v0_1
