#pragma once

#include <cstdint>
#include <type_traits>

#include "sparseconv/config.hpp"
#include "sparseconv/execute/pool_rows.hpp"
#include "sparseconv/index/row_map.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/execution_policy.hpp"

namespace sparseconv {

/// Pools a channel of a place of a row map.
template <Element T>
struct PoolPlace {
  RowMapView map;
  T const* input;
  T* output;
  std::int64_t channels;
  Pooling pooling;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t place, std::int64_t channel) const {
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
  where.for_each(output.rows, output.columns,
                 PoolPlace<T>{map.view(), input.data, output.data, output.columns, pooling});
}

}  // namespace sparseconv
