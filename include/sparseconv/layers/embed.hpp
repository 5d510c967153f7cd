#pragma once

#include <cstdint>
#include <type_traits>

#include "sparseconv/error.hpp"
#include "sparseconv/execute/embed_rows.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/refused_call.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::inline v0_1 {

/// Features of integers: at each site the row of a table that its number says.
///
/// Shapes: integers N x 1; table count x C, in the policy's memory; result N x C on the same sites.
/// Order, Bits: as embed_rows.
/// Throws: as embed_rows: ShapeError names the first number that is no row of the table. A device gives NaN there.
template <ExecutionPolicy Policy, Element T, int D, MemorySpace Memory>
requires reaches<Policy, Memory>
[[nodiscard]] SparseTensor<T, D, Memory> embed(Policy const& where, SparseTensor<T, D, Memory> const& integers,
                                               std::type_identity_t<MatrixView<T const, Memory>> table) {
  check_view(table, "the table's", "embed");
  std::int64_t const numbers = feature_count(integers.size(), table.columns, "embed");
  SparseTensor<T, D, Memory> result(integers.sites(), table.columns, Buffer<T, Memory>(where.memory(), numbers));
  embed_rows(where, integers.features(), table, result.features());
  return result;
}

/// Whatever else is called with a tensor says in one sentence what is wrong, and does not compile.
template <class... Arguments>
requires(names_a_tensor<Arguments...> &&
         !begins_as_wanted<AnyTensor, Arguments...>) RefusedTensor<AnyTensor, Arguments...> embed(Arguments const&...) {
  refuse_call<AnyTensor, Arguments...>();
  return {};
}

}  // namespace sparseconv::inline v0_1
