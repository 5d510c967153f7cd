// expect: the tensor has another element type than the layer or network takes; convert it with cast<float>(where, tensor)
// errors: 1
#include "sparseconv/networks.hpp"

auto run(sparseconv::Network const& network, sparseconv::SparseTensor<double, 3> const& input) {
  auto const engine = sparseconv::prepare<float>(sparseconv::cpu, network);
  return engine(sparseconv::cpu, input);
}
