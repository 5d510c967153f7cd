#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <type_traits>

#include "sparseconv/error.hpp"
#include "sparseconv/index/row_map.hpp"
#include "sparseconv/index/rulebook.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/for_each.hpp"

namespace sparseconv {

/// What becomes of the inputs that an output covers. Cells without a site take no part; an output that covers none gets 0.
enum class Pooling {
  max,                 ///< the largest, also if it is negative; NaN if one is
  sum,                 ///< all together
  average,             ///< the sum divided by how many there are
  average_over_kernel  ///< the sum divided by the number of kernel elements, as dense libraries count padding
};

/// The pooled numbers of one output and channel, input by input. T is the type of the sums.
template <class T>
struct PooledNumber {
  T value{};
  std::int64_t count = 0;

  constexpr void include(Pooling pooling, T number) {
    if (pooling == Pooling::max) {
      bool const is_nan = number != number;
      value = count == 0 || value < number || is_nan ? number : value;
    } else {
      value += number;
    }
    ++count;
  }
  [[nodiscard]] constexpr T result(Pooling pooling, std::int64_t elements) const {
    if (pooling == Pooling::average && count > 0) return value / static_cast<T>(count);
    if (pooling == Pooling::average_over_kernel) return value / static_cast<T>(elements);
    return value;
  }
};

/// Throws: ShapeError names the first operand of a pooling that does not fit the others.
template <class T, MemorySpace Memory>
void check_pool_operands(std::int64_t input_count, std::int64_t output_count, MatrixView<T const, Memory> input,
                         MatrixView<T, Memory> output) {
  auto const require = [&](std::int64_t given, std::int64_t needed, char const* what, char const* whose) {
    if (given == needed) return;
    throw ShapeError(std::string("pool_rows: ") + what + " " + std::to_string(given) + ", " + whose + " " +
                     std::to_string(needed) + "; they must be equal");
  };
  require(input.rows, input_count, "the input's rows are", "the map's input sites are");
  require(output.rows, output_count, "the output's rows are", "the map's output sites are");
  require(input.columns, output.columns, "the input's channels are", "the output's are");
}

/// Pools the inputs of each output: a max, sum or average over the pairs of a rulebook.
///
/// Shapes: input N x C, output M x C, N and M as in the rulebook. Output must not overlap the input.
/// Order:  waits for the result.
/// Bits:   the same for every policy and number of threads: an output goes through its elements in rising order, in float for
///         half and bfloat16, and is rounded once.
/// Throws: ShapeError if an operand does not fit the others.
template <HostPolicy Policy, Element T>
void pool_rows(Policy const& where, RulebookView<> const& rules, std::type_identity_t<MatrixView<T const>> input,
               MatrixView<T> output, Pooling pooling) {
  check_pool_operands<T>(rules.input_count, rules.output_count, input, output);
  using Pooled = PooledNumber<Accumulator<T>>;
  constexpr std::int64_t block = 512;  // outputs that one thread takes at a time
  for_each_range(where, output.rows, block, [&](std::int64_t begin, std::int64_t end) {
    Buffer<Pooled> pooled(where.memory(), (end - begin) * output.columns);
    std::fill(pooled.begin(), pooled.end(), Pooled{});
    for (std::int64_t k = 0; k < rules.element_count(); ++k) {
      auto const outputs = rules.outputs_of(k);
      auto const first = std::lower_bound(outputs.begin(), outputs.end(), static_cast<Row>(begin));
      for (auto place = first; place != outputs.end() && *place < end; ++place) {
        T const* const from = input.row(rules.inputs_of(k)[static_cast<std::size_t>(place - outputs.begin())]);
        Pooled* const to = pooled.data() + (*place - begin) * output.columns;
        for (std::int64_t c = 0; c < output.columns; ++c) to[c].include(pooling, static_cast<Accumulator<T>>(from[c]));
      }
    }
    for (std::int64_t i = 0; i < pooled.size(); ++i) {
      output.data[begin * output.columns + i] = T(pooled[i].result(pooling, rules.element_count()));
    }
  });
}

}  // namespace sparseconv
