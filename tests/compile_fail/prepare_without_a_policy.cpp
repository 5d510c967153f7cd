// expect: the call has no policy, which says where it runs; put one first
// errors: 1
#include "sparseconv/networks.hpp"

auto ready(sparseconv::Network const& network) {
  auto const engine = sparseconv::prepare<float>(network);
  return engine.outputs().size();
}
