// expect: the call has no policy, which says where it runs; put one first
// errors: 1
#include "sparseconv/layers/prune.hpp"

auto kept(sparseconv::SparseTensor<float, 2> const& input, sparseconv::SparseTensor<float, 2> const& scores) {
  return sparseconv::prune(input, sparseconv::mask_above(sparseconv::cpu, scores, 0)).size();
}
