// expect: an operand lies in a memory that this policy cannot reach; bring it there with copy_to(where, operand)
// errors: 1
#include "sparseconv/layers/submanifold_conv.hpp"
#include "support/emulated_gpu.hpp"

using namespace sparseconv;

auto convolve(test::EmulatedGpu const& gpu, SubmanifoldConv2D<float> const& conv, SparseTensor<float, 2> const& input) {
  return conv(gpu, input);
}
