#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sparseconv/error.hpp"
#include "sparseconv/execute/epilogue.hpp"
#include "sparseconv/execute/weights.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"

namespace sparseconv::inline v0_1 {

/// Throws: ShapeError unless a count of an operand is the one needed.
inline void check_equal(std::string_view call, std::int64_t given, std::int64_t needed, char const* what,
                        char const* whose) {
  if (given == needed) return;
  throw ShapeError({call, ": ", what, " ", given, ", ", whose, " ", needed, "; they must be equal"});
}

/// Throws: ShapeError unless two matrices, which are read and written number by number, have one shape and their numbers.
template <class From, class To, MemorySpace Memory>
void check_same_shape(MatrixView<From, Memory> const& input, MatrixView<To, Memory> const& output,
                      std::string_view call) {
  check_equal(call, input.rows, output.rows, "the input's rows are", "the output's are");
  check_equal(call, input.columns, output.columns, "the input's channels are", "the output's are");
  check_view(input, "the input's", call);
  check_view(output, "the output's", call);
}

/// Throws: ShapeError names the first operand of a convolution whose channels, data or epilogue do not fit the others.
template <Element T, Element W, MemorySpace Memory>
void check_matrices(MatrixView<T const, Memory> input, WeightsView<W, Memory> const& weights,
                    MatrixView<T const, Memory> output, Epilogue<T, Memory, W> const& epilogue, std::string_view call) {
  check_elements<T, W>();
  check_equal(call, input.columns, weights.in_channels, "the input's channels are", "the weights' input channels are");
  check_equal(call, output.columns, weights.out_channels, "the output's channels are",
              "the weights' output channels are");
  if (weights.data == nullptr && weights.size() > 0) {
    throw ShapeError({call, ": the weights' view of ", weights.elements, " kernel elements x ", weights.in_channels,
                      " x ", weights.out_channels, " channels has no data; give the address of its first number"});
  }
  check_view(input, "the input's", call);
  check_view(output, "the output's", call);
  check_list(epilogue.bias, "the bias's", call);
  if (!epilogue.bias.empty()) {
    check_equal(call, static_cast<std::int64_t>(epilogue.bias.size()), output.columns, "the bias has a length of",
                "the output's channels are");
  }
  if (epilogue.residual.data != nullptr) {
    check_equal(call, epilogue.residual.rows, output.rows, "the residual's rows are", "the output's are");
    check_equal(call, epilogue.residual.columns, output.columns, "the residual's channels are", "the output's are");
    check_view(epilogue.residual, "the residual's", call);
  }
}

/// The same of a convolution over a rulebook, whose counts come first.
template <Element T, Element W, MemorySpace Memory>
void check_operands(std::int64_t elements, std::int64_t input_count, std::int64_t output_count,
                    MatrixView<T const, Memory> input, WeightsView<W, Memory> const& weights,
                    MatrixView<T const, Memory> output, Epilogue<T, Memory, W> const& epilogue, std::string_view call) {
  check_elements<T, W>();
  check_equal(call, weights.elements, elements, "the weights' kernel elements are", "the rulebook's are");
  check_equal(call, input.rows, input_count, "the input's rows are", "the rulebook's input sites are");
  check_equal(call, output.rows, output_count, "the output's rows are", "the rulebook's output sites are");
  check_matrices(input, weights, output, epilogue, call);
}

}  // namespace sparseconv::inline v0_1
