#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "check_reader.hpp"
#include "sparseconv/weights/array.hpp"

namespace sparseconv::fuzz {

/// The numbers as a T are as many as there are, or an error.
template <class T>
void require_values(Array const& array) {
  try {
    require(array.values_as<T>("fuzz").size() == array.bytes.size() / size_of(array.type), "as many values as numbers");
  } catch (FormatError const& error) {
    require_sentence(error.what(), "fuzz: ");
  }
}

/// The parts of an array fit each other. It may be of no points.
inline void require_whole(Array const& array, ReaderBounds const& bounds) {
  array.expect_whole("fuzz");
  require(array.bytes.size() <= bounds.most_values, "no more numbers than the bytes have room for");
  require(array.shape.size() <= 8, "no more axes than are promised");
  require_values<float>(array);
  require_values<std::int32_t>(array);
}

}  // namespace sparseconv::fuzz
