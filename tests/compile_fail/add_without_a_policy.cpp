// expect: the call has no policy, which says where it runs; put one first: layer(sc::cpu, input), add(sc::cpu, a, b)
// errors: 1
#include "sparseconv/layers/add.hpp"

auto sum(sparseconv::SparseTensor<float, 2> const& a, sparseconv::SparseTensor<float, 2> const& b) {
  return sparseconv::add(a, b).size();
}
