// expect: the policy comes first: layer(sc::cpu, input), add(sc::cpu, a, b)
// errors: 1
#include "sparseconv/layers/scale_sites.hpp"

auto scaled(sparseconv::SparseTensor<float, 2> const& input, sparseconv::Grid<2> const& finer) {
  return sparseconv::scale_sites(input, sparseconv::PerAxis<2>(2), finer, sparseconv::cpu).size();
}
