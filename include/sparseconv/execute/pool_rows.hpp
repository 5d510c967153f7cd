#pragma once

#include <concepts>
#include <cstdint>
#include <type_traits>

#include "sparseconv/execute/check_operands.hpp"
#include "sparseconv/execute/cpu/pool_rows.hpp"
#include "sparseconv/execute/device/pool_rows.hpp"
#include "sparseconv/execute/pooling.hpp"
#include "sparseconv/execute/seq/pool_rows.hpp"
#include "sparseconv/index/rulebook.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/execution_policy.hpp"

namespace sparseconv::inline v0_1 {

/// Throws: ShapeError names the first operand of a pooling that does not fit the others.
template <class T, MemorySpace Memory>
void check_pool_operands(std::int64_t elements, std::int64_t input_count, std::int64_t output_count,
                         MatrixView<T const, Memory> input, MatrixView<T, Memory> output) {
  if (elements < 1) {
    throw ShapeError("pool_rows: the rulebook has no kernel elements; give one that was built and not moved from");
  }
  check_equal("pool_rows", input.rows, input_count, "the input's rows are", "the map's input sites are");
  check_equal("pool_rows", output.rows, output_count, "the output's rows are", "the map's output sites are");
  check_equal("pool_rows", input.columns, output.columns, "the input's channels are", "the output's are");
  check_view(input, "the input's", "pool_rows");
  check_view(output, "the output's", "pool_rows");
}

/// Pools the inputs of each output: a max, sum or average over the pairs of a rulebook.
///
/// Shapes: input N x C, output M x C, N and M as in the rulebook. Output must not overlap the input.
/// Order:  `seq` and `cpu` wait for the result; a device policy does not.
/// Bits:   the same for every policy and number of threads: an output goes through its elements in rising order, see
///         WideSum, and is rounded once.
/// Work:   P x C numbers; extra memory 16 bytes (24 for double) for each number of the output on `seq`, of 512 rows a thread on
///         `cpu`; on a device 4 K M bytes.
/// Throws: ShapeError if an operand does not fit the others.
template <ExecutionPolicy Policy, MemorySpace Memory, Element T>
void pool_rows(Policy const& where, RulebookView<Memory> const& rules,
               std::type_identity_t<MatrixView<T const, Memory>> input, MatrixView<T, Memory> output, Pooling pooling) {
  check_reach<Policy, Memory>();
  check_pool_operands<T, Memory>(rules.element_count(), rules.input_count, rules.output_count, input, output);
  if constexpr (std::derived_from<Policy, SequentialPolicy>) {
    on_seq::pool_rows<T>(rules, input, output, pooling);
  } else if constexpr (HostPolicy<Policy>) {
    on_cpu::pool_rows<T>(where, rules, input, output, pooling);
  } else {
    on_device::pool_rows<T>(where, rules, input, output, pooling);
  }
}

/// The same of a rulebook that is no view.
template <ExecutionPolicy Policy, MemorySpace Memory, Element T>
void pool_rows(Policy const& where, Rulebook<Memory> const& rules,
               std::type_identity_t<MatrixView<T const, Memory>> input, MatrixView<T, Memory> output, Pooling pooling) {
  pool_rows(where, rules.view(), input, output, pooling);
}

}  // namespace sparseconv::inline v0_1
