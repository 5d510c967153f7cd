// expect: the policy comes first: layer(sc::cpu, input), add(sc::cpu, a, b)
// errors: 1
#include "sparseconv/layers/prune.hpp"

auto kept(sparseconv::SparseTensor<float, 2> const& input, sparseconv::SelectedSites<2> const& selected) {
  return sparseconv::prune(input, selected, sparseconv::cpu).size();
}
