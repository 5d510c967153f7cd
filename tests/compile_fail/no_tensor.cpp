// expect: after the policy comes a SparseTensor
// errors: 1
#include "sparseconv/layers/submanifold_conv.hpp"

auto convolve(sparseconv::SubmanifoldConv2D<float> const& conv, sparseconv::SiteSet<2> const& sites) {
  return conv(sparseconv::cpu, sites);
}
