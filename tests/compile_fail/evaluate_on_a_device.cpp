// expect: an operand lies in a memory that this policy cannot reach; bring it there with copy_to(where, operand)
// errors: 1
#include "sparseconv/networks.hpp"
#include "support/emulated_gpu.hpp"

auto run(sparseconv::Network const& network, sparseconv::SparseTensor<float, 3> const& input) {
  return sparseconv::evaluate(sparseconv::test::EmulatedGpu{}, network, input);
}
