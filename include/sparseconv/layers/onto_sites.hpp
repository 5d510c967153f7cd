#pragma once

#include "sparseconv/index/check_one_grid.hpp"
#include "sparseconv/index/matching_rows.hpp"
#include "sparseconv/layers/tensor_of_rows.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/refused_call.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::inline v0_1 {

/// The features of a tensor on other sites: its row where it has the site, zeros where it has not. Rows whose site is not among the
/// others are left out. Two tensors on different sites are so brought onto their union or their intersection, and joined there.
///
/// Shapes: input N x C; result M x C on the M sites given.
/// Order:  `seq` and `cpu` wait for the result; a device policy does not.
/// Bits:   those of the input.
/// Throws: ShapeError if the grids have not one batch size and shape.
template <ExecutionPolicy Policy, Element T, int D, MemorySpace Memory>
requires reaches<Policy, Memory>
[[nodiscard]] SparseTensor<T, D, Memory> onto_sites(Policy const& where, SparseTensor<T, D, Memory> const& input,
                                                    SiteSet<D, Memory> const& sites) {
  check_one_grid(input.grid(), sites.grid(), "onto_sites");
  auto const rows = matching_rows(where, sites, input.sites());
  return tensor_of_rows(where, sites, rows, input.features(), "onto_sites", OfNoRow::zeros);
}

/// Whatever else is called with a tensor says in one sentence what is wrong, and does not compile.
template <class... Arguments>
requires(names_a_tensor<Arguments...> && !begins_as_wanted<AnyTensor, Arguments...>)
    RefusedTensor<AnyTensor, Arguments...> onto_sites(Arguments const&...) {
  refuse_call<AnyTensor, Arguments...>();
  return {};
}

}  // namespace sparseconv::inline v0_1
