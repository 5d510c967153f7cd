#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "sparseconv/config.hpp"
#include "sparseconv/error.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/fill.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/tensor/dense_tensor.hpp"
#include "sparseconv/tensor/device/dense.hpp"
#include "sparseconv/tensor/refused_call.hpp"
#include "sparseconv/tensor/seq/dense.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::inline v0_1 {

/// Writes the channels of row i where the dense array has them.
template <Element T, int D>
struct WriteRowDense {
  Coordinate<D> const* sites;
  T const* features;
  std::int64_t channels;
  Shape<D> shape;
  std::int64_t cells;  // of one channel of one batch item
  T* values;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t i) const {
    Coordinate<D> const& site = sites[i];
    std::int64_t cell = 0;
    for (int axis = 0; axis < D; ++axis) cell = cell * shape[axis] + site.position[static_cast<std::size_t>(axis)];
    for (std::int64_t c = 0; c < channels; ++c) {
      values[(site.batch * channels + c) * cells + cell] = features[i * channels + c];
    }
  }
};

/// Writes a tensor out as a dense array, zeros where no site is.
///
/// Shapes: see DenseTensor; the grid must be bounded.
/// Order:  `seq` and `cpu` wait for the result, a device policy does not.
/// Throws: ShapeError if the grid is unbounded; CapacityError or std::bad_alloc if the array is too large.
template <ExecutionPolicy Policy, Element T, int D, MemorySpace Memory>
requires reaches<Policy, Memory> DenseTensor<T, D, Memory> to_dense(Policy const& where,
                                                                    SparseTensor<T, D, Memory> const& tensor) {
  Grid<D> const& grid = tensor.grid();
  if (!grid.shape.bounded()) {
    throw ShapeError("to_dense: the tensor's grid is unbounded; make it with a shape");
  }
  DenseTensor<T, D, Memory> dense;
  dense.shape[0] = grid.batch_size;
  dense.shape[1] = tensor.channels();
  std::int64_t cells = 1;  // the product is checked by dense_size
  for (int axis = 0; axis < D; ++axis) dense.shape[static_cast<std::size_t>(axis) + 2] = grid.shape[axis];
  dense.values = Buffer<T, Memory>(where.memory(), dense_size(dense.shape, "to_dense"));
  if (dense.values.empty()) return dense;
  for (int axis = 0; axis < D; ++axis) cells *= grid.shape[axis];

  for_each_index(where, dense.values.size(), Fill<T>{dense.values.data(), T{0}});
  for_each_index(where, tensor.size(),
                 WriteRowDense<T, D>{tensor.sites().data(), tensor.features().data, tensor.channels(), grid.shape,
                                     cells, dense.values.data()});
  return dense;
}

/// The sites of a dense array where at least one channel is not zero, with all their channels.
///
/// Shapes: see DenseTensor; the result's grid is bounded.
/// Order:  waits for the result; a device policy once, for the number of sites and their box.
/// Throws: ShapeError if values does not fit the shape, or an extent is not in [1, 2^31).
template <ExecutionPolicy Policy, Element T, int D, MemorySpace Memory>
SparseTensor<T, D, Memory> from_dense(Policy const& where, DenseTensor<T, D, Memory> const& dense) {
  check_reach<Policy, Memory>();
  if constexpr (HostPolicy<Policy>) {
    return on_seq::from_dense(where, dense);
  } else {
    return on_device::from_dense(where, dense);
  }
}

/// Whatever else is called with a tensor says in one sentence what is wrong, and does not compile.
template <class... Arguments>
requires(names_a_tensor<Arguments...> && !begins_as_wanted<AnyTensor, Arguments...>)
    DenseTensor<float, std::max({1, KindOf<Arguments>::axes...})> to_dense(Arguments const&...) {
  refuse_call<AnyTensor, Arguments...>();
  return {};
}

}  // namespace sparseconv::inline v0_1
