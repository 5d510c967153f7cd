#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "sparseconv/execute/pooling.hpp"
#include "sparseconv/index/rulebook.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/for_each.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// sparseconv::pool_rows by blocks of output rows, each of which one thread takes through all elements.
template <Element T>
void pool_rows(CpuPolicy const& where, RulebookView<> const& rules, MatrixView<T const> input, MatrixView<T> output,
               Pooling pooling) {
  using Pooled = PooledNumber<T>;
  constexpr std::int64_t block = 512;  // outputs that one thread takes at a time
  for_each_range(where, output.rows, block, [&](std::int64_t begin, std::int64_t end) {
    Buffer<Pooled> pooled(where.memory(), (end - begin) * output.columns);
    std::fill(pooled.begin(), pooled.end(), Pooled{});
    for (std::int64_t k = 0; k < rules.element_count(); ++k) {
      auto const outputs = rules.outputs_of(k);
      auto const first = std::lower_bound(outputs.begin(), outputs.end(), static_cast<Row>(begin));
      for (auto place = first; place != outputs.end() && *place < end; ++place) {
        T const* const from = input.row_data(rules.inputs_of(k)[static_cast<std::size_t>(place - outputs.begin())]);
        Pooled* const to = pooled.data() + (*place - begin) * output.columns;
        for (std::int64_t c = 0; c < output.columns; ++c) to[c].include(pooling, from[c]);
      }
    }
    for (std::int64_t row = begin; row < end; ++row) {
      Pooled const* const from = pooled.data() + (row - begin) * output.columns;
      T* const to = output.row_data(row);
      for (std::int64_t c = 0; c < output.columns; ++c) to[c] = from[c].result(pooling, rules.element_count());
    }
  });
}

}  // namespace sparseconv::inline v0_1::on_cpu
