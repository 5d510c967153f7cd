#pragma once

#include <cstdint>
#include <optional>

#include "sparseconv/index/kernel_geometry.hpp"
#include "sparseconv/tensor/per_axis.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1 {

/// The element that takes every output to the input in the same cell, if the sets are one and the geometry has such an
/// element.
template <int D, MemorySpace Memory>
std::optional<std::int64_t> identity_element(SiteSet<D, Memory> const& inputs, SiteSet<D, Memory> const& outputs,
                                             KernelGeometry<D> const& geometry) {
  if (!inputs.is(outputs) || geometry.stride != PerAxis<D>(1)) return std::nullopt;
  std::int64_t element = 0;
  for (int axis = 0; axis < D; ++axis) {
    std::int32_t const position = geometry.padding[axis] / geometry.dilation[axis];
    if (geometry.padding[axis] % geometry.dilation[axis] != 0 || position >= geometry.kernel_size[axis]) {
      return std::nullopt;
    }
    element = element * geometry.kernel_size[axis] + position;
  }
  return element;
}

}  // namespace sparseconv::inline v0_1
