#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "sparseconv/execute/epilogue.hpp"
#include "sparseconv/execute/weights.hpp"
#include "support/activated.hpp"
#include "support/oracle_conversion.hpp"
#include "support/rounding.hpp"

namespace sparseconv::test {

/// The largest deviation of a row from an oracle's, as a share of what rounding allows; infinite for a NaN.
template <class T>
double largest_share(T const* actual, double const* expected, double const* magnitude, std::int64_t channels,
                     std::int64_t terms) {
  double largest = 0;
  for (std::int64_t c = 0; c < channels; ++c) {
    double const difference = std::fabs(static_cast<double>(actual[c]) - expected[c]);
    if (difference == 0) continue;
    double const bound = rounding_bound<T>(terms, magnitude[c], expected[c]);
    double const share = bound > 0 ? difference / bound : std::numeric_limits<double>::infinity();
    largest = std::isnan(share) ? std::numeric_limits<double>::infinity() : std::max(largest, share);
  }
  return largest;
}

template <class T>
void expect_row_agrees(T const* actual, OracleSum const& expected) {
  EXPECT_LE(largest_share(actual, expected.value.data(), expected.magnitude.data(),
                          static_cast<std::int64_t>(expected.value.size()), expected.terms),
            1.0);
}

/// What an epilogue makes of an oracle's sums at these sites, exactly. Bias, residual and slope round once each.
template <class T, class W, int D>
void finish(DenseImage& sums, SiteSet<D> const& sites, Epilogue<T, HostMemory, W> const& epilogue) {
  for (std::int64_t row = 0; row < sites.size(); ++row) {
    Coordinate<D> const& site = sites.coordinates()[static_cast<std::size_t>(row)];
    std::size_t const cell = sums.cell(site.batch, position_of(site));
    for (std::int64_t c = 0; c < sums.channels; ++c) {
      std::size_t const i = cell * static_cast<std::size_t>(sums.channels) + static_cast<std::size_t>(c);
      double const bias = epilogue.bias.empty() ? 0 : static_cast<double>(epilogue.bias[static_cast<std::size_t>(c)]);
      double const residual = epilogue.residual.data == nullptr ? 0 : static_cast<double>(epilogue.residual(row, c));
      sums.values[i] = static_cast<double>(activated(epilogue.activation, sums.values[i] + bias + residual));
      sums.magnitude[i] += std::fabs(bias) + std::fabs(residual);
    }
    sums.terms[cell] += 3;
  }
}

/// The same active cells, and every number within its rounding bound.
template <class T, int D>
void expect_agrees(SparseTensor<T, D> const& actual, DenseImage const& expected) {
  ASSERT_EQ(cells_of(actual.sites()), active_cells(expected));
  double largest = 0;
  for (std::int64_t row = 0; row < actual.size(); ++row) {
    Coordinate<D> const& site = actual.sites().coordinates()[static_cast<std::size_t>(row)];
    std::size_t const cell = expected.cell(site.batch, position_of(site));
    std::size_t const first = cell * static_cast<std::size_t>(expected.channels);
    largest =
        std::max(largest, largest_share(actual.features().row_data(row), expected.values.data() + first,
                                        expected.magnitude.data() + first, expected.channels, expected.terms[cell]));
  }
  EXPECT_LE(largest, 1.0);
}

/// The same on an unbounded grid.
template <class T, int D, class W>
void expect_agrees(SparseTensor<T, D> const& actual, SparseTensor<T, D> const& input, Weights<W> const& weights,
                   KernelGeometry<D> const& geometry, OutputDefinition definition) {
  CellMap const map = to_cell_map(input);
  OracleGeometry const g = to_oracle(geometry);
  auto const cells = active_outputs(map, g, to_oracle(definition));
  ASSERT_EQ(cells_of(actual.sites()), std::vector<Indices>(cells.begin(), cells.end()));
  std::int64_t row = 0;
  for (Indices const& cell : cells) {
    expect_row_agrees(actual.features().row_data(row++),
                      sum_at(map, to_doubles(weights.values()), actual.channels(), g, cell));
  }
}

}  // namespace sparseconv::test
