#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "sparseconv/number/arithmetic.hpp"
#include "sparseconv/number/cpu/narrow_numbers.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/points/interpolated_features.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/cpu/fetch.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/primitive/row.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// As many numbers as 16 bytes hold, which are multiplied and added together; one where the compiler has no such vectors.
#if defined(__SSE2__) || defined(__aarch64__)
using FloatLanes = float __attribute__((vector_size(16)));
using DoubleLanes = double __attribute__((vector_size(16)));
#else
using FloatLanes = float;
using DoubleLanes = double;
#endif
template <BinaryFloat Number>
using Lanes = std::conditional_t<sizeof(Number) == 4, FloatLanes, DoubleLanes>;

/// The rows of one point that are there, and their weights.
template <class T, BinaryFloat Sum, std::size_t MostCells>
struct WeightedRows {
  std::array<T const*, MostCells> rows;
  std::array<Sum, MostCells> weights;
  std::size_t count = 0;
};

/// to[c] = the sum of weight * row[c], over the rows in their order, for `Vectors` times as many channels from c on as lanes.
template <std::size_t Vectors, BinaryFloat Sum, std::size_t MostCells>
void add_weighted(WeightedRows<Sum, Sum, MostCells> const& from, std::int64_t c, Sum* to) {
  constexpr auto lanes = static_cast<std::int64_t>(sizeof(Lanes<Sum>) / sizeof(Sum));
  std::array<Lanes<Sum>, Vectors> sums{};
  for (std::size_t i = 0; i < from.count; ++i) {
    Lanes<Sum> const weight = from.weights[i] + Lanes<Sum>{};
    for (std::size_t v = 0; v < Vectors; ++v) {
      Lanes<Sum> numbers;
      std::memcpy(&numbers, from.rows[i] + c + static_cast<std::int64_t>(v) * lanes, sizeof(numbers));
      sums[v] = computed_alone(weight * numbers) + sums[v];
    }
  }
  std::memcpy(to + c, sums.data(), sizeof(sums));
}

/// The same of all channels.
template <BinaryFloat Sum, std::size_t MostCells>
void add_weighted(WeightedRows<Sum, Sum, MostCells> const& from, std::int64_t channels, Sum* to) {
  constexpr auto lanes = static_cast<std::int64_t>(sizeof(Lanes<Sum>) / sizeof(Sum));
  std::int64_t c = 0;
  for (; c + 4 * lanes <= channels; c += 4 * lanes) add_weighted<4>(from, c, to);
  for (; c + lanes <= channels; c += lanes) add_weighted<1>(from, c, to);
  for (; c < channels; ++c) {
    Sum sum{0};
    for (std::size_t i = 0; i < from.count; ++i) sum = product_then_sum(from.weights[i], from.rows[i][c], sum);
    to[c] = sum;
  }
}

/// The same of rows of two-byte numbers, which are widened some channels at a time and rounded once.
template <class T, std::size_t MostCells>
requires(is_narrow<T>) void add_weighted(WeightedRows<T, float, MostCells> const& from, std::int64_t channels, T* to) {
  constexpr std::int64_t most_channels = 64;
  std::array<float, MostCells* static_cast<std::size_t>(most_channels)> widened;
  std::array<float, static_cast<std::size_t>(most_channels)> sums;
  for (std::int64_t first = 0; first < channels; first += most_channels) {
    std::int64_t const count = std::min(most_channels, channels - first);
    WeightedRows<float, float, MostCells> wide{{}, from.weights, from.count};
    for (std::size_t i = 0; i < from.count; ++i) {
      float* const row = widened.data() + i * static_cast<std::size_t>(most_channels);
      widen_numbers(from.rows[i] + first, row, count);
      wide.rows[i] = row;
    }
    add_weighted(wide, count, sums.data());
    narrow_numbers(sums.data(), to + first, count);
  }
}

/// What WriteInterpolated does for every channel of so many points, with the same bits. Cells is how many a point has.
template <std::size_t Cells, Element T>
void interpolate(CpuPolicy const& where, InterpolatedFeatures<T> const& interpolated, std::int64_t points, T* to) {
  constexpr std::int64_t ahead = 4;  // points whose rows are fetched before they are wanted
  std::int64_t const channels = interpolated.channels;
  for_each_range(where, points, 256, [&](std::int64_t begin, std::int64_t end) {
    auto const row_data = [&](Row row) { return interpolated.features + row * channels; };
    for (std::int64_t point = begin; point < end; ++point) {
      Row const* const rows = interpolated.rows + point * static_cast<std::int64_t>(Cells);
      auto const* const weights = interpolated.weights + point * static_cast<std::int64_t>(Cells);
      if (point + ahead < end) {
        for (std::size_t k = 0; k < Cells; ++k) {
          SPARSECONV_FETCH_NEAR(row_data(std::max(rows[ahead * Cells + k], Row{0})));
        }
      }
      WeightedRows<T, Accumulator<T>, Cells> from;
      for (std::size_t k = 0; k < Cells; ++k) {
        from.rows[from.count] = row_data(std::max(rows[k], Row{0}));
        from.weights[from.count] = weights[k];
        from.count += rows[k] != no_row;
      }
      add_weighted(from, channels, to + point * channels);
    }
  });
}

}  // namespace sparseconv::inline v0_1::on_cpu
