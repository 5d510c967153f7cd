// expect: an operand lies in a memory that this policy cannot reach
#include "sparseconv/layers/convolution.hpp"

struct Elsewhere {
  using Resource = sparseconv::MemoryPool;
  static constexpr bool host_reads = false;
};

sparseconv::SparseTensor<float, 2, Elsewhere> convolve(sparseconv::Convolution<float, 2, Elsewhere> const& layer,
                                                       sparseconv::SparseTensor<float, 2, Elsewhere> const& input) {
  return layer(sparseconv::cpu, input, input.sites());
}
