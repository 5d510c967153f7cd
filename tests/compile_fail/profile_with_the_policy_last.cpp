// expect: the policy comes first
// errors: 1
#include "sparseconv/networks.hpp"

auto measured(sparseconv::Engine<float, sparseconv::HostMemory> const& engine,
              sparseconv::SparseTensor<float, 3> const& input) {
  return to_string(sparseconv::profile(engine, input, sparseconv::cpu));
}
