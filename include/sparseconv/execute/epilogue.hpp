#pragma once

#include <span>

#include "sparseconv/execute/activation.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"

namespace sparseconv::inline v0_1 {

/// What is done to an output row when its sum is complete: activation(sum + bias + residual).
///
/// Computed in the type of the sums, in this order, and rounded once, when it is stored.
///
/// T is the type of the features, W that of the learned numbers.
///
/// Shapes: bias C_out numbers or empty; residual M x C_out or without data; both in the memory of the output.
template <Element T, MemorySpace Memory = HostMemory, Element W = T>
struct Epilogue {
  std::span<W const> bias{};               ///< a number for each output channel, or none
  MatrixView<T const, Memory> residual{};  ///< numbers that are added to the sums, or none
  Activation activation = no_activation;   ///< what follows
};

}  // namespace sparseconv::inline v0_1
