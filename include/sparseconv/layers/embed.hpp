#pragma once

#include <cstdint>
#include <type_traits>

#include "sparseconv/error.hpp"
#include "sparseconv/execute/embed_rows.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::inline v0_1 {

/// Features of integers: at each site the row of a table that its number says.
///
/// Shapes: integers N x 1; table count x C, in the policy's memory; result N x C on the same sites.
/// Order, Bits: as embed_rows.
/// Throws: as embed_rows: ShapeError names the first number that is no row of the table. A device gives NaN there.
template <ExecutionPolicy Policy, Element T, int D, MemorySpace Memory>
[[nodiscard]] SparseTensor<T, D, Memory> embed(Policy const& where, SparseTensor<T, D, Memory> const& integers,
                                               std::type_identity_t<MatrixView<T const, Memory>> table) {
  check_reach<Policy, Memory>();
  check_view(table, "the table's", "embed");
  std::int64_t const numbers = feature_count(integers.size(), table.columns, "embed");
  SparseTensor<T, D, Memory> result(integers.sites(), table.columns, Buffer<T, Memory>(where.memory(), numbers));
  embed_rows(where, integers.features(), table, result.features());
  return result;
}

}  // namespace sparseconv::inline v0_1
