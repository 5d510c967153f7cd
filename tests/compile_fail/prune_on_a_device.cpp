// expect: an operand lies in a memory that this policy cannot reach
// errors: 1
#include "sparseconv/layers/prune.hpp"
#include "support/emulated_gpu.hpp"

using namespace sparseconv;

auto kept(SparseTensor<float, 2, test::EmulatedMemory> const& there,
          Buffer<std::uint8_t, test::EmulatedMemory> const& mask) {
  return prune(cpu, there, mask).size();
}
