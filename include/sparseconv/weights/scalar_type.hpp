#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "sparseconv/number/bfloat16.hpp"
#include "sparseconv/number/half.hpp"
#include "sparseconv/number/scalar_type.hpp"
#include "sparseconv/weights/little_endian.hpp"

namespace sparseconv::inline v0_1 {

/// Calls `visit` with a function that loads one little-endian number of `type` as it is (half and bfloat16 as a float).
template <class Visitor>
decltype(auto) with_loader(ScalarType type, Visitor&& visit) {
  switch (type) {
    case ScalarType::int8:
      return visit([](std::byte const* at) { return load_little_endian<std::int8_t>(at); });
    case ScalarType::uint8:
      return visit([](std::byte const* at) { return load_little_endian<std::uint8_t>(at); });
    case ScalarType::int16:
      return visit([](std::byte const* at) { return load_little_endian<std::int16_t>(at); });
    case ScalarType::uint16:
      return visit([](std::byte const* at) { return load_little_endian<std::uint16_t>(at); });
    case ScalarType::int32:
      return visit([](std::byte const* at) { return load_little_endian<std::int32_t>(at); });
    case ScalarType::uint32:
      return visit([](std::byte const* at) { return load_little_endian<std::uint32_t>(at); });
    case ScalarType::int64:
      return visit([](std::byte const* at) { return load_little_endian<std::int64_t>(at); });
    case ScalarType::uint64:
      return visit([](std::byte const* at) { return load_little_endian<std::uint64_t>(at); });
    case ScalarType::float16:
      return visit([](std::byte const* at) {
        return static_cast<float>(half::from_bits(load_little_endian<std::uint16_t>(at)));
      });
    case ScalarType::bf16:
      return visit([](std::byte const* at) {
        return static_cast<float>(bfloat16::from_bits(load_little_endian<std::uint16_t>(at)));
      });
    case ScalarType::float32:
      return visit([](std::byte const* at) { return load_little_endian<float>(at); });
    case ScalarType::float64:
      break;
  }
  return visit([](std::byte const* at) { return load_little_endian<double>(at); });
}

/// Writes `count` numbers of `type`, the first at `from` and each `from_step` bytes after the last, as floats to `to`,
/// each `to_step` floats after the last. A number that no float holds is rounded to the nearest; beyond float's range,
/// to infinity.
inline void copy_as_float(ScalarType type, std::byte const* from, std::size_t from_step, std::size_t count, float* to,
                          std::size_t to_step) {
  // What makes a double beyond float's range infinite, where the language alone leaves it undefined.
  static_assert(std::numeric_limits<float>::is_iec559, "sparseconv reads point files only where float is IEEE 754");
  with_loader(type, [=](auto load) {
    for (std::size_t i = 0; i < count; ++i) to[i * to_step] = static_cast<float>(load(from + i * from_step));
  });
}

/// One number of a packed record: its type, and the byte of the record that it begins at.
struct PackedField {
  ScalarType type;
  std::size_t offset;
};

/// Converts `rows` records of `record_bytes` bytes each to rows of fields.size() floats, in the order of `fields`.
inline void copy_records_as_float(std::span<const PackedField> fields, std::byte const* records,
                                  std::size_t record_bytes, std::size_t rows, float* to) {
  // Field by field, so that the type is looked up once; in blocks, so that a wide record is read from cache.
  constexpr std::size_t block = 256;
  for (std::size_t begin = 0; begin < rows; begin += block) {
    const std::size_t count = rows - begin < block ? rows - begin : block;
    for (std::size_t column = 0; column < fields.size(); ++column)
      copy_as_float(fields[column].type, records + begin * record_bytes + fields[column].offset, record_bytes, count,
                    to + begin * fields.size() + column, fields.size());
  }
}

}  // namespace sparseconv::inline v0_1
