#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "sparseconv/execute/take_rows.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/row.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::inline v0_1 {

/// A tensor on given sites, whose rows are taken from a matrix by their numbers: take_rows, or take_rows_or_zeros.
///
/// Shapes: N rows for N sites; from M x C; result N x C.
/// Throws: CapacityError, which `call` begins, if there are too many numbers; as take_rows.
template <ExecutionPolicy Policy, Element T, int D, MemorySpace Memory>
[[nodiscard]] SparseTensor<T, D, Memory> tensor_of_rows(Policy const& where, SiteSet<D, Memory> const& sites,
                                                        Buffer<Row, Memory> const& rows,
                                                        MatrixView<T const, Memory> from, char const* call,
                                                        OfNoRow of_no_row = OfNoRow::refused) {
  std::int64_t const numbers = feature_count(sites.size(), from.columns, call);
  SparseTensor<T, D, Memory> result(sites, from.columns, Buffer<T, Memory>(where.memory(), numbers));
  std::span<Row const> const list(rows.data(), static_cast<std::size_t>(rows.size()));
  take_rows_as(where, list, from, result.features(), of_no_row);
  return result;
}

}  // namespace sparseconv::inline v0_1
