#pragma once

#include <cstdint>
#include <type_traits>

#include "sparseconv/config.hpp"
#include "sparseconv/execute/pool_rows.hpp"
#include "sparseconv/index/row_map.hpp"
#include "sparseconv/policy.hpp"
#include "sparseconv/tensor/element.hpp"

namespace sparseconv {

/// Pools channel i % C of place i / C of a row map.
template <Element T>
struct PoolPlace {
  RowMapView map;
  T const* input;
  T* output;
  std::int64_t channels;
  Pooling pooling;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t i) const {
    std::int64_t const place = i / channels;
    std::int64_t const channel = i % channels;
    PooledNumber<Accumulator<T>> pooled;
    for (std::int64_t k = 0; k < map.elements; ++k) {
      Row const row = map.input_rows[k * map.output_count + place];
      if (row != no_row) pooled.include(pooling, static_cast<Accumulator<T>>(input[row * channels + channel]));
    }
    output[map.output_rows[place] * channels + channel] = T(pooled.result(pooling, map.elements));
  }
};

/// The function of this name for the host, on a device and over a row map. Does not wait.
template <DevicePolicy Policy, Element T>
void pool_rows(Policy const& where, RowMap<typename Policy::Memory> const& map,
               std::type_identity_t<MatrixView<T const, typename Policy::Memory>> input,
               MatrixView<T, typename Policy::Memory> output, Pooling pooling) {
  check_pool_operands<T>(map.input_count(), map.output_count(), input, output);
  where.for_each(output.size(), PoolPlace<T>{map.view(), input.data, output.data, output.columns, pooling});
}

}  // namespace sparseconv
