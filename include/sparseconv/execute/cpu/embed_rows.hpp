#pragma once

#include <cstdint>
#include <mutex>

#include "sparseconv/execute/integer_number.hpp"
#include "sparseconv/execute/seq/embed_rows.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/for_each.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// sparseconv::embed_rows on several threads: the first row whose number is none of the table's, or the number of rows.
template <Element T, IntegerNumber Number>
std::int64_t embed_rows(CpuPolicy const& where, MatrixView<Number const> numbers, MatrixView<T const> table,
                        MatrixView<T> output) {
  std::mutex mutex;
  std::int64_t first_wrong = output.rows;
  for_each_range(where, output.rows, 1024, [&](std::int64_t begin, std::int64_t end) {
    std::int64_t const wrong = on_seq::embed_range<T>(begin, end, numbers, table, output);
    if (wrong == end) return;
    std::scoped_lock lock(mutex);
    if (wrong < first_wrong) first_wrong = wrong;
  });
  return first_wrong;
}

}  // namespace sparseconv::inline v0_1::on_cpu
