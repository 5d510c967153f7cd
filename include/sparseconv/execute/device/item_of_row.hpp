#pragma once

#include <cstdint>

#include "sparseconv/config.hpp"
#include "sparseconv/primitive/row.hpp"

namespace sparseconv::inline v0_1::on_device {

/// The batch item that has a row: the last whose rows begin there or before.
SPARSECONV_HOST_DEVICE constexpr std::int64_t item_of_row(Row const* offsets, std::int64_t items, std::int64_t row) {
  std::int64_t begin = 0;
  std::int64_t end = items;
  while (end - begin > 1) {
    std::int64_t const middle = begin + (end - begin) / 2;
    if (offsets[middle] <= row) {
      begin = middle;
    } else {
      end = middle;
    }
  }
  return begin;
}

}  // namespace sparseconv::inline v0_1::on_device
