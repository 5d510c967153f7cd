// expect: an operand lies in a memory that this policy cannot reach; bring it there with copy_to(where, operand)
// errors: 1
#include "sparseconv/layers/axis_pool.hpp"
#include "support/emulated_gpu.hpp"

auto pooled(sparseconv::SparseTensor<float, 2> const& input) {
  return sparseconv::AxisPool(0)(sparseconv::test::EmulatedGpu{}, input);
}
