// expect: features and weights of a convolution are both double, or neither is
#include "sparseconv/execute/gather_gemm_scatter.hpp"

void convolve(sparseconv::Rulebook<> const& rules, sparseconv::MatrixView<float const> input,
              sparseconv::Weights<double> const& weights, sparseconv::MatrixView<float> output) {
  sparseconv::gather_gemm_scatter(sparseconv::seq, rules, input, weights, output);
}
