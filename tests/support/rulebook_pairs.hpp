#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sparseconv/index/kernel_geometry.hpp"
#include "sparseconv/index/rulebook.hpp"
#include "support/map_oracle.hpp"
#include "support/oracle_conversion.hpp"

namespace sparseconv::test {

/// A pair of rows and the element that joins them.
struct RulePair {
  std::int64_t element;
  Row input;
  Row output;

  friend bool operator==(RulePair const&, RulePair const&) = default;
};

inline std::vector<RulePair> pairs_of(RulebookView<> const& rules) {
  std::vector<RulePair> pairs;
  for (std::int64_t k = 0; k < rules.element_count(); ++k) {
    for (std::size_t i = 0; i < rules.inputs_of(k).size(); ++i) {
      pairs.push_back({k, rules.inputs_of(k)[i], rules.outputs_of(k)[i]});
    }
  }
  return pairs;
}

/// The pairs by their definition: for each element and output, the input at o*stride - padding + k*dilation.
template <int D>
std::vector<RulePair> expected_pairs(SiteSet<D> const& inputs, SiteSet<D> const& outputs,
                                     KernelGeometry<D> const& geometry) {
  OracleGeometry const g = to_oracle(geometry);
  std::map<Indices, Row> rows;
  for (Coordinate<D> const& site : inputs.coordinates()) rows.emplace(cell_of(site), static_cast<Row>(rows.size()));
  std::vector<RulePair> pairs;
  Indices k(static_cast<std::size_t>(D), 0);
  std::int64_t element = 0;
  do {
    Row output = 0;
    for (Coordinate<D> const& site : outputs.coordinates()) {
      Indices cell = cell_of(site);
      for (std::size_t a = 0; a < k.size(); ++a)
        cell[a + 1] = cell[a + 1] * g.stride[a] - g.padding[a] + k[a] * g.dilation[a];
      if (auto const found = rows.find(cell); found != rows.end()) pairs.push_back({element, found->second, output});
      ++output;
    }
    ++element;
  } while (next_index(k, g.kernel));
  return pairs;
}

}  // namespace sparseconv::test
