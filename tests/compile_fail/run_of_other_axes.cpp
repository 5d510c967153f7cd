// expect: the tensors of one call have the same number of axes
// errors: 1
#include "sparseconv/networks.hpp"

auto run(sparseconv::Engine<float, sparseconv::HostMemory> const& engine,
         sparseconv::SparseTensor<float, 3> const& first, sparseconv::SparseTensor<float, 2> const& second) {
  return engine.run(sparseconv::cpu, first, second).size();
}
