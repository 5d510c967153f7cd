#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "sparseconv/execute/cpu/for_each_run.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/execution_policy.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// sparseconv::copy_rows in runs.
template <Element T>
void copy_rows(CpuPolicy const& where, MatrixView<T const> input, MatrixView<T> output) {
  for_each_run(where, input, output, [](T const* from, T* to, std::int64_t count) {
    std::memcpy(to, from, static_cast<std::size_t>(count) * sizeof(T));
  });
}

}  // namespace sparseconv::inline v0_1::on_cpu
