#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "support/odometer.hpp"
#include "support/oracle_geometry.hpp"

namespace sparseconv::test {

/// A dense array with a mask of its active cells: batch x cells x channels, zeros where a cell is not active.
struct DenseImage {
  std::int64_t batch = 0;
  Indices shape;
  std::int64_t channels = 0;
  std::vector<bool> active;
  std::vector<double> values;
  std::vector<double> magnitude;    ///< of outputs: see OracleSum
  std::vector<std::int64_t> terms;  ///< of outputs: one number a cell

  DenseImage(std::int64_t batch_size, Indices extents, std::int64_t channel_count)
      : batch(batch_size), shape(std::move(extents)), channels(channel_count) {
    auto const cells = static_cast<std::size_t>(batch * product(shape));
    active.assign(cells, false);
    terms.assign(cells, 0);
    values.assign(cells * static_cast<std::size_t>(channels), 0.0);
    magnitude.assign(cells * static_cast<std::size_t>(channels), 0.0);
  }

  [[nodiscard]] std::size_t cell(std::int64_t item, Indices const& position) const {
    return static_cast<std::size_t>(item * product(shape) + flat_index(position, shape));
  }
  [[nodiscard]] bool inside(Indices const& position) const {
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
      if (position[axis] < 0 || position[axis] >= shape[axis]) return false;
    }
    return true;
  }
};

/// The extents of the output, or nothing where one vanishes.
inline std::optional<Indices> oracle_output_shape(Indices const& shape, OracleGeometry const& g,
                                                  OracleDefinition definition) {
  Indices extents;
  bool same = true;
  for (std::size_t a = 0; a < shape.size(); ++a) same = same && g.padding[a] == g.centre[a] * g.dilation[a];
  if (definition == OracleDefinition::submanifold && same) return shape;
  for (std::size_t a = 0; a < shape.size(); ++a) {
    if (definition == OracleDefinition::floor) {
      extents.push_back((shape[a] + g.stride[a] - 1) / g.stride[a]);
      continue;
    }
    std::int64_t const last_start = shape[a] + 2 * g.padding[a] - (g.dilation[a] * (g.kernel[a] - 1) + 1);
    if (last_start < 0) return std::nullopt;
    extents.push_back(last_start / g.stride[a] + 1);
  }
  return extents;
}

/// out[o] = sum over k of W[k]^T in[o*stride - padding + k*dilation], over active inputs inside the array.
inline OracleSum sum_at(DenseImage const& in, std::vector<double> const& weights, std::int64_t out_channels,
                        OracleGeometry const& g, std::int64_t item, Indices const& o) {
  OracleSum sum(out_channels);
  Indices k(o.size(), 0);
  Indices i(o.size(), 0);
  std::int64_t element = 0;
  do {
    for (std::size_t a = 0; a < o.size(); ++a) i[a] = o[a] * g.stride[a] - g.padding[a] + k[a] * g.dilation[a];
    if (in.inside(i) && in.active[in.cell(item, i)]) {
      sum.reached = true;
      if (k == g.centre) sum.centred = true;
      sum.add(in.values.data() + in.cell(item, i) * static_cast<std::size_t>(in.channels), in.channels, weights,
              element);
    }
    ++element;
  } while (next_index(k, g.kernel));
  return sum;
}

/// Whether o = floor(c / stride) for an active input c.
inline bool floor_reaches(DenseImage const& in, OracleGeometry const& g, std::int64_t item, Indices const& o) {
  Indices within(o.size(), 0);
  Indices c(o.size(), 0);
  do {
    for (std::size_t a = 0; a < o.size(); ++a) c[a] = o[a] * g.stride[a] + within[a];
    if (in.inside(c) && in.active[in.cell(item, c)]) return true;
  } while (next_index(within, g.stride));
  return false;
}

/// Visits every cell of the output and every element of the kernel; nothing where an output extent vanishes.
inline std::optional<DenseImage> convolve_dense(DenseImage const& in, std::vector<double> const& weights,
                                                std::int64_t out_channels, OracleGeometry const& g,
                                                OracleDefinition definition) {
  auto const shape = oracle_output_shape(in.shape, g, definition);
  if (!shape) return std::nullopt;
  DenseImage out(in.batch, *shape, out_channels);
  for (std::int64_t item = 0; item < in.batch; ++item) {
    Indices o(shape->size(), 0);
    do {
      OracleSum const sum = sum_at(in, weights, out_channels, g, item, o);
      bool const active = definition == OracleDefinition::regular       ? sum.reached
                          : definition == OracleDefinition::submanifold ? sum.centred
                                                                        : floor_reaches(in, g, item, o);
      if (!active) continue;
      std::size_t const cell = out.cell(item, o);
      auto const first = static_cast<std::ptrdiff_t>(cell) * out_channels;
      out.active[cell] = true;
      out.terms[cell] = sum.terms;
      std::copy(sum.value.begin(), sum.value.end(), out.values.begin() + first);
      std::copy(sum.magnitude.begin(), sum.magnitude.end(), out.magnitude.begin() + first);
    } while (next_index(o, *shape));
  }
  return out;
}

}  // namespace sparseconv::test
