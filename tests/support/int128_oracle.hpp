#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "support/odometer.hpp"
#include "support/oracle_geometry.hpp"

namespace sparseconv::test {

__extension__ using Int128 = __int128;

/// A number for each axis, or of a site its batch item and then its position: in 128 bits, so that nothing can wrap.
using WideIndices = std::vector<Int128>;

/// A kernel, told in the oracle's own words. Without a centre it is the default one.
struct WideGeometry {
  WideIndices kernel, stride, padding, dilation, centre, output_padding;
  bool transposed = false;
};

/// Without a shape it is unbounded.
struct WideGrid {
  Int128 batch_size = 1;
  std::optional<WideIndices> shape = std::nullopt;
};

/// Which errors a call may answer with; it has to answer with one of them if there is any.
struct Refusals {
  bool shape = false;
  bool coordinate = false;
  bool capacity = false;

  [[nodiscard]] bool any() const { return shape || coordinate || capacity; }
};

/// An element of the kernel, counted row-major, and the rows that it joins; in the order of a rulebook.
using WidePair = std::tuple<std::int64_t, std::int64_t, std::int64_t>;

inline constexpr Int128 int32_least = -(Int128{1} << 31);
inline constexpr Int128 int32_most = (Int128{1} << 31) - 1;

inline bool fits_int32(Int128 number) {
  return number >= int32_least && number <= int32_most;
}

inline Int128 floor_of_quotient(Int128 a, Int128 b) {
  Int128 const rest = ((a % b) + b) % b;
  return (a - rest) / b;
}

inline Int128 centre_of(WideGeometry const& g, std::size_t axis) {
  return g.centre.empty() ? floor_of_quotient(g.kernel[axis] - 1, 2) : g.centre[axis];
}

/// From the first element of the kernel to its last.
inline Int128 reach_of(WideGeometry const& g, std::size_t axis) {
  return (g.kernel[axis] - 1) * g.dilation[axis];
}

/// The elements of the kernel, or 2^31 if there are more than can be numbered.
inline Int128 elements_of(WideGeometry const& g) {
  Int128 count = 1;
  for (Int128 const extent : g.kernel) count = std::min(count * extent, int32_most + 1);
  return count;
}

inline Refusals refusals_of(WideGeometry const& g) {
  Refusals refusals;
  for (std::size_t a = 0; a < g.kernel.size(); ++a) {
    Int128 const longer = g.output_padding[a];
    bool const centre_outside = !g.centre.empty() && (g.centre[a] < 0 || g.centre[a] >= g.kernel[a]);
    refusals.shape |= g.kernel[a] < 1 || g.stride[a] < 1 || g.dilation[a] < 1 || g.padding[a] < 0 || centre_outside;
    refusals.shape |= longer < 0 || (longer > 0 && !g.transposed);
    refusals.shape |= longer >= g.stride[a] && longer >= g.dilation[a];
    refusals.capacity |= reach_of(g, a) > int32_most;
  }
  refusals.capacity |= elements_of(g) > int32_most;
  return refusals;
}

inline bool keeps_its_sites(WideGeometry const& g, OracleDefinition definition) {
  bool same = definition == OracleDefinition::submanifold && !g.transposed;
  for (std::size_t a = 0; a < g.kernel.size(); ++a) same &= g.padding[a] == centre_of(g, a) * g.dilation[a];
  return same;
}

/// The grid of the outputs, or why there is none.
inline WideGrid wide_output_grid(WideGrid const& grid, WideGeometry const& g, OracleDefinition definition,
                                 Refusals& refusals) {
  refusals = refusals_of(g);
  for (Int128 const stride : g.stride) refusals.shape |= definition == OracleDefinition::submanifold && stride != 1;
  refusals.shape |= g.transposed && definition != OracleDefinition::regular;
  if (refusals.any() || !grid.shape || keeps_its_sites(g, definition)) return grid;
  WideGrid outputs = grid;
  for (std::size_t a = 0; a < g.kernel.size(); ++a) {
    Int128 const n = (*grid.shape)[a];
    Int128 extent = floor_of_quotient(n + 2 * g.padding[a] - reach_of(g, a) - 1, g.stride[a]) + 1;
    if (definition == OracleDefinition::floor) extent = floor_of_quotient(n - 1, g.stride[a]) + 1;
    if (g.transposed) {
      extent = (n - 1) * g.stride[a] - 2 * g.padding[a] + reach_of(g, a) + 1 + g.output_padding[a];
    }
    (*outputs.shape)[a] = extent;
    refusals.shape |= extent < 1;
    refusals.capacity |= extent > int32_most;
  }
  return outputs;
}

inline bool is_inside(WideGrid const& grid, WideIndices const& site) {
  for (std::size_t a = 0; grid.shape && a < grid.shape->size(); ++a) {
    if (site[a + 1] < 0 || site[a + 1] >= (*grid.shape)[a]) return false;
  }
  return true;
}

/// The output that an input reaches by one element, if it reaches one.
inline std::optional<WideIndices> reached_by(WideGeometry const& g, WideIndices const& input, Indices const& element) {
  WideIndices output{input[0]};
  for (std::size_t a = 0; a < element.size(); ++a) {
    Int128 const offset = g.dilation[a] * element[a];
    if (g.transposed) {
      output.push_back(input[a + 1] * g.stride[a] - g.padding[a] + offset);
      continue;
    }
    Int128 const scaled = input[a + 1] + g.padding[a] - offset;
    if (scaled % g.stride[a] != 0) return std::nullopt;
    output.push_back(scaled / g.stride[a]);
  }
  return output;
}

/// Calls body(number of the element, its position) for each element of a kernel that has few.
template <class Body>
void for_each_element(WideGeometry const& g, Body const& body) {
  Indices extents;
  for (Int128 const extent : g.kernel) extents.push_back(static_cast<std::int64_t>(extent));
  Indices position(extents.size(), 0);
  std::int64_t number = 0;
  do {
    body(number++, position);
  } while (next_index(position, extents));
}

/// The outputs that inputs make active, in canonical order; one outside 32 bits is a refusal.
inline std::set<WideIndices> wide_output_sites(std::vector<WideIndices> const& inputs, WideGrid const& outputs,
                                               WideGeometry const& g, OracleDefinition definition, Refusals& refusals) {
  std::set<WideIndices> sites;
  auto const add = [&](WideIndices const& site) {
    if (!is_inside(outputs, site)) return;
    for (std::size_t a = 1; a < site.size(); ++a) refusals.coordinate |= !fits_int32(site[a]);
    sites.insert(site);
  };
  for (WideIndices const& input : inputs) {
    if (definition == OracleDefinition::regular) {
      for_each_element(g, [&](std::int64_t, Indices const& element) {
        if (auto const output = reached_by(g, input, element)) add(*output);
      });
      continue;
    }
    WideIndices output{input[0]};
    for (std::size_t a = 0; a < g.kernel.size(); ++a) {
      Int128 const c = input[a + 1];
      output.push_back(definition == OracleDefinition::floor ? floor_of_quotient(c, g.stride[a])
                                                             : c + g.padding[a] - centre_of(g, a) * g.dilation[a]);
    }
    add(output);
  }
  return sites;
}

/// The pairs between two lists in canonical order.
inline std::vector<WidePair> wide_pairs(std::vector<WideIndices> const& inputs, std::vector<WideIndices> const& outputs,
                                        WideGeometry const& g) {
  std::map<WideIndices, std::int64_t> row_of_output;
  for (WideIndices const& site : outputs) row_of_output.emplace(site, static_cast<std::int64_t>(row_of_output.size()));
  std::set<WidePair> pairs;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    for_each_element(g, [&](std::int64_t number, Indices const& element) {
      auto const output = reached_by(g, inputs[i], element);
      auto const found = output ? row_of_output.find(*output) : row_of_output.end();
      if (found != row_of_output.end()) pairs.emplace(number, found->second, static_cast<std::int64_t>(i));
    });
  }
  return {pairs.begin(), pairs.end()};
}

/// The bits that tell the numbers of [low, high] apart.
inline int bits_between(Int128 low, Int128 high) {
  int bits = 0;
  for (Int128 span = high - low; span > 0; span /= 2) ++bits;
  return bits;
}

/// The lowest and the highest number of some sites in one field.
inline std::pair<Int128, Int128> ends_of(std::vector<WideIndices> const& sites, std::size_t field) {
  std::pair<Int128, Int128> ends{sites.front()[field], sites.front()[field]};
  for (WideIndices const& site : sites) {
    ends.first = std::min(ends.first, site[field]);
    ends.second = std::max(ends.second, site[field]);
  }
  return ends;
}

/// The bits of the box around some sites.
inline int bits_around(std::vector<WideIndices> const& sites) {
  int bits = 0;
  for (std::size_t field = 0; !sites.empty() && field < sites.front().size(); ++field) {
    auto const [low, high] = ends_of(sites, field);
    bits += bits_between(low, high);
  }
  return bits;
}

/// The bits of the box of all that the corners of the inputs' box reach, as far as the output grid goes.
inline int bits_around_outputs(std::vector<WideIndices> const& inputs, WideGrid const& outputs, WideGeometry const& g,
                               OracleDefinition definition) {
  if (inputs.empty()) return 0;
  auto const [first_item, last_item] = ends_of(inputs, 0);
  int bits = bits_between(first_item, last_item);
  for (std::size_t a = 0; a < g.kernel.size(); ++a) {
    auto [low, high] = ends_of(inputs, a + 1);
    if (definition == OracleDefinition::floor) {
      low = floor_of_quotient(low, g.stride[a]);
      high = floor_of_quotient(high, g.stride[a]);
    } else if (definition == OracleDefinition::submanifold) {
      low += g.padding[a] - centre_of(g, a) * g.dilation[a];
      high += g.padding[a] - centre_of(g, a) * g.dilation[a];
    } else if (g.transposed) {
      low = low * g.stride[a] - g.padding[a];
      high = high * g.stride[a] - g.padding[a] + reach_of(g, a);
    } else {
      low = -floor_of_quotient(-(low + g.padding[a] - reach_of(g, a)), g.stride[a]);
      high = floor_of_quotient(high + g.padding[a], g.stride[a]);
    }
    if (outputs.shape) {
      low = std::max<Int128>(low, 0);
      high = std::min<Int128>(high, (*outputs.shape)[a] - 1);
    }
    if (low > high) return 0;
    bits += bits_between(low, high);
  }
  return bits;
}

}  // namespace sparseconv::test
