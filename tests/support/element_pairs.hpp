#pragma once

#include <gtest/gtest.h>

#include "sparseconv/number/element.hpp"

namespace sparseconv::test {

/// Features of T, weights and bias of W.
template <class T, class W>
struct Stored {
  using Features = T;
  using Learned = W;
};

/// All that one convolution may have, for typed tests.
using ElementPairs = ::testing::Types<Stored<float, float>, Stored<float, half>, Stored<float, bfloat16>,  //
                                      Stored<half, float>, Stored<half, half>, Stored<half, bfloat16>,     //
                                      Stored<bfloat16, float>, Stored<bfloat16, half>, Stored<bfloat16, bfloat16>,
                                      Stored<double, double>>;

}  // namespace sparseconv::test
