// expect: coordinates() is a view of a site set that may end with this statement; give the set a name first
// errors: 1
#include "sparseconv/layers/submanifold_conv.hpp"

int first(sparseconv::SubmanifoldConv2D<float> const& conv, sparseconv::SparseTensor<float, 2> const& input) {
  auto const coordinates = conv(sparseconv::cpu, input).sites().coordinates();
  return coordinates[0].batch;
}
