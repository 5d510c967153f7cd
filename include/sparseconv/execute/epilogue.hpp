#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "sparseconv/execute/activation.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/cpu/narrow_numbers.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/instruction_set.hpp"

namespace sparseconv {

/// What is done to an output row when its sum is complete: activation(sum + bias + residual).
///
/// Computed in the type of the sums and rounded once, when it is stored.
///
/// T is the type of the features, W that of the learned numbers.
///
/// Shapes: bias C_out numbers or empty; residual M x C_out or without data; both in the memory of the output.
template <Element T, MemorySpace Memory = HostMemory, Element W = T>
struct Epilogue {
  std::span<W const> bias{};
  MatrixView<T const, Memory> residual{};
  Activation activation = no_activation;

  /// Finishes a row of sums in place and writes it; `sum` may be `output`, else they must not overlap. The bits are the same
  /// for every instruction set.
  void operator()(std::int64_t row, std::int64_t channels, Accumulator<T>* sum, T* output,
                  InstructionSet set = best_instruction_set()) const requires(Memory::host_reads) {
    if (!bias.empty()) {
      for (std::int64_t c = 0; c < channels; ++c)
        sum[c] += static_cast<Accumulator<T>>(bias[static_cast<std::size_t>(c)]);
    }
    if (residual.data != nullptr) {
      for (std::int64_t c = 0; c < channels; ++c) sum[c] += static_cast<Accumulator<T>>(residual(row, c));
    }
    activation.apply(sum, channels);
    if constexpr (is_narrow<T>) {
      narrow_numbers(sum, output, channels, set);
    } else if (sum != output) {
      std::copy_n(sum, channels, output);  // on the host
    }
  }
};

}  // namespace sparseconv
