#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>

#include "sparseconv/execute/cpu/for_each_run.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/cpu/narrow_numbers.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/number/rounded_to.hpp"
#include "sparseconv/policy/execution_policy.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// to[i] = from[i], each rounded once. Two-byte numbers go to and from float by vectors: all that they hold a float holds too.
template <Element To, Element From>
void cast_numbers(From const* from, To* to, std::int64_t count, InstructionSet set) {
  if constexpr (is_narrow<From> && std::same_as<To, float>) {
    widen_numbers(from, to, count, set);
  } else if constexpr (is_narrow<From>) {
    constexpr std::int64_t part = 512;
    float wide[part];
    for (std::int64_t i = 0; i < count; i += part) {
      std::int64_t const some = std::min(part, count - i);
      widen_numbers(from + i, wide, some, set);
      cast_numbers(wide, to + i, some, set);
    }
  } else if constexpr (is_narrow<To> && std::same_as<From, float>) {
    narrow_numbers(from, to, count, set);
  } else {
    std::transform(from, from + count, to, rounded_to<To, From>);
  }
}

/// sparseconv::cast_rows in runs.
template <Element To, Element From>
void cast_rows(CpuPolicy const& where, MatrixView<From const> input, MatrixView<To> output) {
  for_each_run(where, input, output, [&](From const* from, To* to, std::int64_t count) {
    cast_numbers(from, to, count, where.instruction_set());
  });
}

}  // namespace sparseconv::inline v0_1::on_cpu
