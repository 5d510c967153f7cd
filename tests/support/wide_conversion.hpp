#pragma once

#include <vector>

#include "sparseconv/index/kernel_geometry.hpp"
#include "sparseconv/tensor/site_set.hpp"
#include "support/int128_oracle.hpp"

namespace sparseconv::test {

/// The library's numbers as the oracle in 128 bits takes them.
template <int D>
WideIndices wide(PerAxis<D> const& numbers) {
  return {numbers.all().begin(), numbers.all().end()};
}

template <int D>
WideGeometry wide(KernelGeometry<D> const& g) {
  return {wide(g.kernel_size),
          wide(g.stride),
          wide(g.padding),
          wide(g.dilation),
          g.centre ? wide(*g.centre) : WideIndices{},
          wide(g.output_padding),
          g.transposed};
}

template <int D>
WideGrid wide(Grid<D> const& grid) {
  WideGrid same{.batch_size = grid.batch_size};
  if (grid.shape.bounded()) same.shape = wide(grid.shape.extents());
  return same;
}

template <int D>
std::vector<WideIndices> wide(SiteSet<D> const& sites) {
  std::vector<WideIndices> list;
  for (Coordinate<D> const& site : sites.coordinates()) {
    list.push_back({site.batch});
    list.back().insert(list.back().end(), site.position.begin(), site.position.end());
  }
  return list;
}

}  // namespace sparseconv::test
