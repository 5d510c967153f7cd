#pragma once

#include <cstdint>
#include <span>

#include "sparseconv/execute/seq/layer_norm_rows.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/cpu_policy.hpp"
#include "sparseconv/primitive/for_each.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// sparseconv::layer_norm_rows: threads share the rows.
template <Element T>
void layer_norm_rows(CpuPolicy const& where, MatrixView<T const> input, std::span<double const> scale,
                     std::span<double const> shift, double epsilon, MatrixView<T> output) {
  for_each_range(where, output.rows, 256, [&](std::int64_t begin, std::int64_t end) {
    on_seq::layer_norm_rows<T>({input.row_data(begin), end - begin, input.columns, input.stride}, scale, shift, epsilon,
                               {output.row_data(begin), end - begin, output.columns, output.stride});
  });
}

}  // namespace sparseconv::inline v0_1::on_cpu
