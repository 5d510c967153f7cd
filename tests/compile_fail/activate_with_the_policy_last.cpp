// expect: the policy comes first: layer(sc::cpu, input), add(sc::cpu, a, b)
// errors: 1
#include "sparseconv/layers/activate.hpp"

auto active(sparseconv::SparseTensor<float, 2> const& input) {
  return activate(input, sparseconv::relu, sparseconv::cpu).size();
}
