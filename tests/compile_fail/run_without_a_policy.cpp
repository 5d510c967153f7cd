// expect: the call has no policy, which says where it runs; put one first
// errors: 1
#include "sparseconv/networks.hpp"

auto run(sparseconv::Engine<float, sparseconv::HostMemory> const& engine,
         sparseconv::SparseTensor<float, 3> const& input) {
  auto const results = engine.run(input);
  return results.front();
}
