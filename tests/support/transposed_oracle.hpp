#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "support/dense_oracle.hpp"
#include "support/map_oracle.hpp"
#include "support/odometer.hpp"
#include "support/oracle_geometry.hpp"

namespace sparseconv::test {

/// Where element k takes a cell the other way round: cell * stride - padding + k * dilation.
inline Indices taken_to(Indices const& cell, Indices const& k, OracleGeometry const& g) {
  Indices reached = cell;
  for (std::size_t a = 0; a < k.size(); ++a) reached[a] = cell[a] * g.stride[a] - g.padding[a] + k[a] * g.dilation[a];
  return reached;
}

/// A transposed convolution over dense cells: every active cell is spread by every element of the kernel. Nothing where
/// an extent vanishes.
inline std::optional<DenseImage> transpose_dense(DenseImage const& in, std::vector<double> const& weights,
                                                 std::int64_t out_channels, OracleGeometry const& g,
                                                 Indices const& output_padding) {
  // Without padding the first cell's window begins at 0; the last cell's ends at the last cell of the output.
  Indices shape;
  for (std::size_t a = 0; a < in.shape.size(); ++a) {
    std::int64_t const end = (in.shape[a] - 1) * g.stride[a] + (g.kernel[a] - 1) * g.dilation[a] + 1;
    shape.push_back(end - 2 * g.padding[a] + output_padding[a]);
    if (shape.back() < 1) return std::nullopt;
  }
  DenseImage out(in.batch, shape, out_channels);
  for (std::int64_t item = 0; item < in.batch; ++item) {
    Indices i(shape.size(), 0);
    do {
      if (!in.active[in.cell(item, i)]) continue;
      Indices k(shape.size(), 0);
      std::int64_t element = 0;
      do {
        Indices const o = taken_to(i, k, g);
        if (out.inside(o)) {
          OracleSum sum(out_channels);
          sum.add(in.values.data() + in.cell(item, i) * static_cast<std::size_t>(in.channels), in.channels, weights,
                  element);
          std::size_t const cell = out.cell(item, o);
          out.active[cell] = true;
          out.terms[cell] += sum.terms;
          for (std::size_t c = 0; c < sum.value.size(); ++c) {
            out.values[cell * sum.value.size() + c] += sum.value[c];
            out.magnitude[cell * sum.value.size() + c] += sum.magnitude[c];
          }
        }
        ++element;
      } while (next_index(k, g.kernel));
    } while (next_index(i, in.shape));
  }
  return out;
}

/// The sum at each target of an inverse convolution. Keys of both are cells with the batch item in front. Element k
/// joins a cell u of the input with target u*stride - padding + k*dilation; if the layer that is undone was transposed,
/// target t with the input cell t*stride - padding + k*dilation.
inline std::vector<OracleSum> invert_pairs(CellMap const& input, std::vector<Indices> const& targets,
                                           std::vector<double> const& weights, std::int64_t in_channels,
                                           std::int64_t out_channels, OracleGeometry const& g, bool undoes_transposed) {
  std::vector<OracleSum> sums(targets.size(), OracleSum(out_channels));
  std::map<Indices, std::size_t> rows;
  for (std::size_t t = 0; t < targets.size(); ++t) rows.emplace(targets[t], t);
  auto const moved = [&](Indices const& cell, Indices const& k) {
    Indices reached = taken_to(Indices(cell.begin() + 1, cell.end()), k, g);
    reached.insert(reached.begin(), cell[0]);
    return reached;
  };
  Indices k(g.kernel.size(), 0);
  std::int64_t element = 0;
  do {
    if (undoes_transposed) {
      for (std::size_t t = 0; t < targets.size(); ++t) {
        auto const found = input.find(moved(targets[t], k));
        if (found != input.end()) sums[t].add(found->second.data(), in_channels, weights, element);
      }
    } else {
      for (auto const& [cell, features] : input) {
        auto const found = rows.find(moved(cell, k));
        if (found != rows.end()) sums[found->second].add(features.data(), in_channels, weights, element);
      }
    }
    ++element;
  } while (next_index(k, g.kernel));
  return sums;
}

}  // namespace sparseconv::test
