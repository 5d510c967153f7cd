#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "sparseconv/index/reached_outputs.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/tensor/coordinate.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1::on_seq {

/// The coordinates that inputs reach, canonical.
template <int D>
Buffer<Coordinate<D>> reached_coordinates(SiteSet<D> const& inputs, ReachedOutputs<D> const& reached_outputs) {
  std::vector<Coordinate<D>> reached;
  for (Coordinate<D> const& input : inputs.coordinates()) {
    reached_outputs(input,
                    [&](WideCoordinate<D> const& output) { reached.push_back(narrow<D>(output, "output_sites")); });
  }
  std::sort(reached.begin(), reached.end());
  reached.erase(std::unique(reached.begin(), reached.end()), reached.end());
  return Buffer<Coordinate<D>>(std::span<Coordinate<D> const>(reached));
}

}  // namespace sparseconv::inline v0_1::on_seq
