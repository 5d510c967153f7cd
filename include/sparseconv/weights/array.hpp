#pragma once

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/number/bfloat16.hpp"
#include "sparseconv/number/half.hpp"
#include "sparseconv/number/little_endian.hpp"
#include "sparseconv/number/scalar_loader.hpp"
#include "sparseconv/weights/shared_bytes.hpp"

namespace sparseconv::inline v0_1 {

/// A shape, or the place of a number in an array, as Python writes it: "(2, 3)", "(5,)", "()".
[[nodiscard]] inline std::string tuple_text(std::span<const std::int64_t> extents) {
  std::string text = "(";
  for (std::size_t axis = 0; axis < extents.size(); ++axis)
    text += (axis > 0 ? ", " : "") + std::to_string(extents[axis]);
  return text + (extents.size() == 1 ? ",)" : ")");
}

/// How many bytes an array of that shape takes; nothing if an extent is negative, or if they are more than memory can
/// address.
[[nodiscard]] inline std::optional<std::uint64_t> bytes_of_shape(ScalarType type, std::span<const std::int64_t> shape) {
  bool is_empty = false;
  for (std::int64_t const extent : shape) {
    if (extent < 0) return std::nullopt;
    is_empty = is_empty || extent == 0;
  }
  if (is_empty) return 0;
  std::int64_t bytes = static_cast<std::int64_t>(size_of(type));
  for (std::int64_t const extent : shape) {
    if (extent > std::numeric_limits<std::int64_t>::max() / bytes) return std::nullopt;
    bytes *= extent;
  }
  return static_cast<std::uint64_t>(bytes);
}

/// One number as a T: an integer only if T holds it, a real number rounded to the nearest real T; beyond T's range, to
/// infinity.
template <class T, class From>
[[nodiscard]] std::optional<T> convert_scalar(From value) {
  if constexpr (!std::integral<From>) {
    return static_cast<T>(value);
  } else if constexpr (std::integral<T>) {
    return std::in_range<T>(value) ? std::optional<T>(static_cast<T>(value)) : std::nullopt;
  } else {
    using Natural = std::make_unsigned_t<From>;
    auto const magnitude = static_cast<Natural>(std::cmp_less(value, 0) ? Natural{0} - static_cast<Natural>(value)
                                                                        : static_cast<Natural>(value));
    int const width = static_cast<int>(std::bit_width(magnitude));
    int const significant = magnitude == 0 ? 0 : width - std::countr_zero(magnitude);
    using Limits = std::numeric_limits<T>;
    if (significant > Limits::digits || width > Limits::max_exponent) return std::nullopt;
    return static_cast<T>(static_cast<double>(value));
  }
}

/// Numbers of one type on any number of axes, as files hold them. They may lie in the file that they come from.
struct Array {
  ScalarType type = ScalarType::float32;  ///< of each number
  std::vector<std::int64_t> shape = {0};  ///< no axis at all: one number
  SharedBytes bytes = {};                 ///< little-endian, in C order (the last axis fastest), without gaps

  /// Checks that there are as many bytes as type and shape say. `where` begins the message.
  ///
  /// Throws:  ShapeError if not, and if an extent is negative or the shape beyond what memory can address.
  void expect_whole(std::string_view where) const {
    const std::optional<std::uint64_t> needed = bytes_of_shape(type, shape);
    if (!needed)
      throw ShapeError(
          {where, ": no memory holds the shape ", tuple_text(shape), " of ", name_of(type), "; check Array::shape"});
    if (*needed != bytes.size())
      throw ShapeError({where, ": the shape ", tuple_text(shape), " of ", name_of(type), " takes ", *needed,
                        " bytes, the array has ", bytes.size(), "; make_array puts one together that fits"});
  }

  /// The numbers in C order, as T: half, bfloat16, float, double or an integer of 8 to 64 bits. `where` begins every message, as in
  /// "run_network: sites.npy".
  ///
  /// No integer changes its value: one that T does not hold is an error. Real numbers are rounded to the nearest T, and
  /// beyond its range to infinity; an integer T takes none of them, whatever they are.
  /// Throws:  FormatError for a number or a type that T does not take; ShapeError as expect_whole.
  template <class T>
  [[nodiscard]] std::vector<T> values_as(std::string_view where) const {
    static_assert(std::numeric_limits<float>::is_iec559, "sparseconv reads arrays only where float is IEEE 754");
    constexpr std::string_view wanted = name_of(scalar_type_of<T>());
    expect_whole(where);
    std::vector<T> values(bytes.size() / size_of(type));
    if (std::endian::native == std::endian::little && type == scalar_type_of<T>()) {  // they lie as they will
      if (!values.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
      return values;
    }
    with_loader(type, [&](auto load) {
      using From = decltype(load(bytes.data()));
      if constexpr (std::integral<T> && !std::integral<From>) {
        throw FormatError({where, ": the array holds ", name_of(type), ", and ", wanted,
                           " was asked for; save a.astype('", wanted, "')"});
      } else {
        for (std::size_t i = 0; i < values.size(); ++i) {
          const From number = load(bytes.data() + i * size_of(type));
          const std::optional<T> value = convert_scalar<T>(number);
          if (!value)
            throw FormatError({where, ": the number at ", place_text(i), " is ", number, ", which ", wanted,
                               " does not hold; save numbers that it holds, or ask for another type"});
          values[i] = *value;
        }
      }
    });
    return values;
  }

 private:
  /// The place of the number that comes after `count` others.
  std::string place_text(std::size_t count) const {
    std::vector<std::int64_t> place(shape.size());
    for (std::size_t axis = shape.size(); axis-- > 0; count /= static_cast<std::size_t>(shape[axis]))
      place[axis] = static_cast<std::int64_t>(count % static_cast<std::size_t>(shape[axis]));
    return tuple_text(place);
  }
};

/// An array of `values`, a vector or span of half, bfloat16, float, double or an integer of 8 to 64 bits.
///
/// Shapes:  as many values as `shape` has places; they are taken in C order.
/// Throws:  ShapeError if they are not as many.
template <class Values>
[[nodiscard]] Array make_array(std::vector<std::int64_t> shape, Values const& values) {
  auto const from = std::span(values);
  using T = std::remove_cv_t<typename decltype(from)::element_type>;
  Array array{.type = scalar_type_of<T>(), .shape = std::move(shape)};
  const std::optional<std::uint64_t> needed = bytes_of_shape(array.type, array.shape);
  if (!needed || *needed / sizeof(T) != from.size())
    throw ShapeError({"make_array: the shape ", tuple_text(array.shape), " does not have the ", from.size(),
                      " places of the values; give it and them the same count"});
  std::vector<std::byte> bytes(from.size() * sizeof(T));
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::byte* const to = bytes.data() + i * sizeof(T);
    if constexpr (std::same_as<T, half> || std::same_as<T, bfloat16>) {
      store_little_endian(from[i].bits(), to);
    } else {
      store_little_endian(from[i], to);
    }
  }
  array.bytes = std::move(bytes);
  return array;
}

/// An array, and its name in a file. Of a .npz file that is the name without the ending .npy of its entry.
struct NamedArray {
  std::string name;  ///< each stands once in a file
  Array array;       ///< its numbers
};

/// A name that stands more than once in the list; null if each stands once.
[[nodiscard]] inline std::string const* repeated_name(std::vector<std::string const*> names) {
  auto const by_text = [](std::string const* left, std::string const* right) { return *left < *right; };
  std::sort(names.begin(), names.end(), by_text);
  for (std::size_t i = 1; i < names.size(); ++i)
    if (*names[i - 1] == *names[i]) return names[i];
  return nullptr;
}

}  // namespace sparseconv::inline v0_1
