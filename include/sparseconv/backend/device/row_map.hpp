#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "sparseconv/backend/device/find_neighbours.hpp"
#include "sparseconv/backend/device/key_order.hpp"
#include "sparseconv/config.hpp"
#include "sparseconv/index/build_rulebook.hpp"
#include "sparseconv/index/row_map.hpp"
#include "sparseconv/policy.hpp"
#include "sparseconv/tensor/buffer.hpp"

namespace sparseconv {

/// The input rows of K elements x M outputs, or no_row. In a symmetric map the element that mirrors another joins the same
/// two rows the other way round.
struct MirroredRows {
  Row* rows;
  std::int64_t output_count;
  std::int64_t mirror;  // of element 0, or -1 if the map is not symmetric

  /// What mirrors an element must have been no_row.
  SPARSECONV_HOST_DEVICE void put(std::int64_t element, std::int64_t output, Row input) const {
    rows[element * output_count + output] = input;
    if (mirror >= 0 && input != no_row) rows[(mirror - element) * output_count + input] = static_cast<Row>(output);
  }
};

/// Fills in the middle of a symmetric map and what is behind it: the middle joins each row with itself, the others join
/// none yet.
struct StartMirroredRows {
  Row* rows;  // of the middle
  std::int64_t outputs;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t element, std::int64_t output) const {
    rows[element * outputs + output] = element == 0 ? static_cast<Row>(output) : no_row;
  }
};

/// The input row of each element for each output, or no_row. Shapes: K x M, outputs in canonical order. Does not wait.
template <DevicePolicy Policy, int D, class Lookup>
Buffer<Row, typename Policy::Memory> neighbour_rows(Policy const& where,
                                                    SiteSet<D, typename Policy::Memory> const& inputs,
                                                    SiteSet<D, typename Policy::Memory> const& outputs,
                                                    KernelGeometry<D> const& geometry, Lookup how) {
  std::int64_t const elements = geometry.element_count();
  std::int64_t const count = outputs.size();
  Buffer<Row, typename Policy::Memory> rows(where.memory(), elements * count);
  std::optional<std::int64_t> const identity = identity_element(inputs, outputs, geometry);
  bool const symmetric = is_symmetric(identity, elements);
  std::int64_t const found = symmetric ? *identity : elements;
  where.for_each(elements - found, count, StartMirroredRows{rows.data() + found * count, count});
  find_neighbours(where, inputs, outputs, geometry, found, how,
                  MirroredRows{rows.data(), count, symmetric ? elements - 1 : -1});
  return rows;
}

/// Packs which elements each output has into words of 64 bits. Shapes: words x M.
struct PackMasks {
  Row const* rows;
  std::int64_t elements;
  std::int64_t output_count;
  std::uint64_t* words;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t word, std::int64_t output) const {
    std::int64_t const first = word * 64;
    std::uint64_t mask = 0;
    for (std::int64_t k = first; k < elements && k < first + 64; ++k) {
      if (rows[k * output_count + output] != no_row) mask |= std::uint64_t{1} << (k - first);
    }
    words[word * output_count + output] = mask;
  }
};

/// Puts the rows of each element in the order of places.
struct PlaceRows {
  Row const* rows;
  Row const* order;
  std::int64_t output_count;
  Row* placed;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t element, std::int64_t place) const {
    placed[element * output_count + place] = rows[element * output_count + order[place]];
  }
};

/// Joins the masks of a group of places.
struct JoinMasks {
  std::uint64_t const* masks;  // words of 64 bits x M, outputs in canonical order
  Row const* order;
  std::int64_t output_count;
  std::int64_t words;  // of 32 bits
  std::uint32_t* group_masks;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t group, std::int64_t word) const {
    std::int64_t const first = group * RowMapView::group;
    std::uint64_t joined = 0;
    for (std::int64_t p = first; p < first + RowMapView::group && p < output_count; ++p) {
      joined |= masks[word / 2 * output_count + order[p]];
    }
    group_masks[group * words + word] = static_cast<std::uint32_t>(joined >> (word % 2 * 32));
  }
};

template <DevicePolicy Policy, int D, class Lookup>
RowMap<typename Policy::Memory> build_row_map_with(Policy const& where,
                                                   SiteSet<D, typename Policy::Memory> const& inputs,
                                                   SiteSet<D, typename Policy::Memory> const& outputs,
                                                   KernelGeometry<D> const& geometry, Lookup how) {
  using Memory = typename Policy::Memory;
  std::int64_t const elements = geometry.element_count();
  std::int64_t const count = outputs.size();
  auto const rows = neighbour_rows(where, inputs, outputs, geometry, how);
  std::int64_t const words = (elements + 63) / 64;
  Buffer<std::uint64_t, Memory> masks(where.memory(), words * count);
  where.for_each(words, count, PackMasks{rows.data(), elements, count, masks.data()});

  // Word by word from the lowest, each sort stable: in the end by the masks as numbers, then by row.
  Buffer<Row, Memory> order(where.memory(), count);
  Buffer<Row, Memory> next(where.memory(), count);
  Buffer<std::uint64_t, Memory> keys(where.memory(), count);
  Buffer<std::uint64_t, Memory> sorted(where.memory(), count);
  where.for_each(count, NumberRows{order.data()});
  for (std::int64_t word = 0; word < words; ++word) {
    where.for_each(count, GatherEach<std::uint64_t>{masks.data() + word * count, order.data(), keys.data()});
    int const bits = static_cast<int>(std::min<std::int64_t>(elements - word * 64, 64));
    where.sort_pairs(keys.data(), sorted.data(), order.data(), next.data(), count, 0, bits);
    std::swap(order, next);
  }

  RowMapView const shape{.elements = elements, .output_count = count};
  Buffer<std::uint32_t, Memory> group_masks(where.memory(), shape.groups() * shape.mask_words());
  where.for_each(shape.groups(), shape.mask_words(),
                 JoinMasks{masks.data(), order.data(), count, shape.mask_words(), group_masks.data()});
  Buffer<Row, Memory> input_rows(where.memory(), elements * count);
  where.for_each(elements, count, PlaceRows{rows.data(), order.data(), count, input_rows.data()});
  return RowMap<Memory>(elements, inputs.size(), std::move(input_rows), std::move(order), std::move(group_masks));
}

}  // namespace sparseconv
