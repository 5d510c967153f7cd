// expect: the call has no policy, which says where it runs; put one first
// errors: 1
#include "sparseconv/layers/scale_sites.hpp"

auto scaled(sparseconv::SparseTensor<float, 2> const& input, sparseconv::Grid<2> const& finer) {
  return sparseconv::scale_sites(input, sparseconv::PerAxis<2>(2), finer).size();
}
