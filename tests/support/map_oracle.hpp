#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "support/odometer.hpp"
#include "support/oracle_geometry.hpp"

namespace sparseconv::test {

/// The features of the active cells of an unbounded grid; a key is the batch item, then the position.
using CellMap = std::map<Indices, std::vector<double>>;

/// What a cell takes from, as sum_at of the dense oracle.
inline OracleSum sum_at(CellMap const& in, std::vector<double> const& weights, std::int64_t out_channels,
                        OracleGeometry const& g, Indices const& output) {
  OracleSum sum(out_channels);
  Indices k(g.kernel.size(), 0);
  std::int64_t element = 0;
  do {
    Indices input{output[0]};
    for (std::size_t a = 0; a < k.size(); ++a) {
      input.push_back(output[a + 1] * g.stride[a] - g.padding[a] + k[a] * g.dilation[a]);
    }
    if (auto const found = in.find(input); found != in.end()) {
      sum.reached = true;
      if (k == g.centre) sum.centred = true;
      sum.add(found->second.data(), static_cast<std::int64_t>(found->second.size()), weights, element);
    }
    ++element;
  } while (next_index(k, g.kernel));
  return sum;
}

/// The active outputs on an unbounded grid, found from the inputs.
inline std::set<Indices> active_outputs(CellMap const& in, OracleGeometry const& g, OracleDefinition definition) {
  std::set<Indices> outputs;
  for (auto const& [input, features] : in) {
    if (definition == OracleDefinition::floor) {
      Indices output{input[0]};
      for (std::size_t a = 0; a < g.stride.size(); ++a) output.push_back(floor_quotient(input[a + 1], g.stride[a]));
      outputs.insert(output);
      continue;
    }
    Indices k(g.kernel.size(), 0);
    do {
      if (definition == OracleDefinition::submanifold && k != g.centre) continue;
      Indices output{input[0]};
      bool divides = true;
      for (std::size_t a = 0; a < k.size(); ++a) {
        std::int64_t const scaled = input[a + 1] + g.padding[a] - k[a] * g.dilation[a];
        divides = divides && scaled % g.stride[a] == 0;
        output.push_back(floor_quotient(scaled, g.stride[a]));
      }
      if (divides) outputs.insert(output);
    } while (next_index(k, g.kernel));
  }
  return outputs;
}

}  // namespace sparseconv::test
