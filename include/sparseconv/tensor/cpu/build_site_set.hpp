#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/primitive/row.hpp"
#include "sparseconv/primitive/sort_by_key.hpp"
#include "sparseconv/tensor/key_packing.hpp"
#include "sparseconv/tensor/seq/build_site_set.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// The points in canonical order of their coordinates, points of one site in the caller's order: by keys, where they fit.
template <int D>
Buffer<Row> canonical_order(CpuPolicy const& where, std::span<Coordinate<D> const> points) {
  Box<D> box;
  for (Coordinate<D> const& point : points) box.include(widen(point));
  if (!fits_keys<WideKey>(box)) return on_seq::canonical_order(points);
  return with_key_packing(box, "build_site_set", [&]<class Key>(KeyPacking<D, Key> const& packing) {
    struct KeyedPoint {
      Key key;
      Row point;
    };
    Buffer<KeyedPoint> keyed(where.memory(), static_cast<std::int64_t>(points.size()));
    for_each_index(where, keyed.size(), [&](std::int64_t i) {
      keyed[i] = {packing.key(widen(points[static_cast<std::size_t>(i)])), static_cast<Row>(i)};
    });
    sort_by_key(where, keyed, packing.bits());
    Buffer<Row> order(where.memory(), keyed.size());
    for_each_index(where, keyed.size(), [&](std::int64_t i) { order[i] = keyed[i].point; });
    return order;
  });
}

}  // namespace sparseconv::inline v0_1::on_cpu
