#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sparseconv/layers/convolution.hpp"
#include "support/dense_oracle.hpp"
#include "support/oracle_checks.hpp"
#include "support/oracle_conversion.hpp"
#include "support/rounding.hpp"

namespace sparseconv::test {

/// The features of one output row against what the oracle sums up, with the layer's bias and activation.
template <class Layer, class T>
void expect_row(Layer const& layer, T const* row, double const* sums, double const* magnitudes, std::int64_t terms) {
  for (std::int64_t c = 0; c < layer.out_channels(); ++c) {
    double const bias = layer.bias().empty() ? 0 : static_cast<double>(layer.bias()[static_cast<std::size_t>(c)]);
    auto const expected = static_cast<double>(activated(layer.activation(), sums[c] + bias));
    // A bias and a slope round once each.
    double const bound = rounding_bound<T>(terms + 2, magnitudes[c] + std::fabs(bias), expected);
    ASSERT_LE(std::fabs(static_cast<double>(row[c]) - expected), bound) << "channel " << c;
  }
}

/// Checks grid, sites and features of a layer's result against an oracle's.
template <class Layer, class T, int D>
void expect_image(Layer const& layer, SparseTensor<T, D> const& result, DenseImage const& expected) {
  ASSERT_EQ(result.channels(), layer.out_channels());
  for (int axis = 0; axis < D; ++axis) {
    ASSERT_EQ(result.grid().shape[axis], expected.shape[static_cast<std::size_t>(axis)]);
  }
  ASSERT_EQ(cells_of(result.sites()), active_cells(expected));
  for (std::int64_t row = 0; row < result.size(); ++row) {
    Coordinate<D> const& site = result.sites().coordinates()[static_cast<std::size_t>(row)];
    SCOPED_TRACE(to_string(site));
    std::size_t const cell = expected.cell(site.batch, position_of(site));
    std::size_t const first = cell * static_cast<std::size_t>(layer.out_channels());
    expect_row(layer, result.features().row_data(row), expected.values.data() + first,
               expected.magnitude.data() + first, expected.terms[cell]);
    if (::testing::Test::HasFatalFailure()) return;
  }
}

/// The same against the dense oracle; where an extent vanishes, the error.
template <class Policy, class T, int D, class W>
void expect_oracle(Policy const& where, Convolution<T, D, HostMemory, W> const& layer,
                   SparseTensor<T, D> const& input) {
  std::vector<double> const weights(layer.weights().data, layer.weights().data + layer.weights().size());
  auto const expected = convolve_dense(to_image(input), weights, layer.out_channels(), to_oracle(layer.geometry()),
                                       to_oracle(layer.definition()));
  if (!expected) {
    EXPECT_THROW(static_cast<void>(layer(where, input)), ShapeError);
    return;
  }
  expect_image(layer, layer(where, input), *expected);
}

/// A tensor's features as a list.
template <class T, int D>
std::vector<T> features_of(SparseTensor<T, D> const& tensor) {
  auto const values = tensor.features().values();
  return {values.begin(), values.end()};
}

/// Whether two tensors have the same sites and the same bits.
template <class T, int D>
void expect_same_tensor(SparseTensor<T, D> const& a, SparseTensor<T, D> const& b) {
  EXPECT_EQ(a.grid(), b.grid());
  EXPECT_TRUE(std::ranges::equal(a.sites().coordinates(), b.sites().coordinates()));
  EXPECT_TRUE(same_bits(a.features(), b.features()));
}

}  // namespace sparseconv::test
