#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>

#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/primitive/row.hpp"
#include "sparseconv/tensor/coordinate.hpp"

namespace sparseconv::inline v0_1::on_seq {

/// The points in canonical order of their coordinates, points of one site in the caller's order.
template <int D>
Buffer<Row> canonical_order(std::span<Coordinate<D> const> points) {
  Buffer<Row> order(static_cast<std::int64_t>(points.size()));
  std::iota(order.begin(), order.end(), Row{0});
  std::stable_sort(order.begin(), order.end(), [&](Row a, Row b) {
    return points[static_cast<std::size_t>(a)] < points[static_cast<std::size_t>(b)];
  });
  return order;
}

}  // namespace sparseconv::inline v0_1::on_seq
