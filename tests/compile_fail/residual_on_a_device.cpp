// expect: an operand lies in a memory that this policy cannot reach; bring it there with copy_to(where, operand)
// errors: 1
#include "sparseconv/layers/submanifold_conv.hpp"
#include "support/emulated_gpu.hpp"

using namespace sparseconv;

auto convolve(test::EmulatedGpu const& gpu, Convolution<float, 2, test::EmulatedMemory> const& conv,
              SparseTensor<float, 2, test::EmulatedMemory> const& input, SparseTensor<float, 2> const& residual) {
  return conv.with_residual(gpu, input, residual);
}
