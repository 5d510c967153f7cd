// expect: features() is a view of a tensor that ends with this statement; give the tensor a name first
// errors: 1
#include "sparseconv/layers/submanifold_conv.hpp"

float first(sparseconv::SubmanifoldConv2D<float> const& conv, sparseconv::SparseTensor<float, 2> const& input) {
  auto const features = conv(sparseconv::cpu, input).features();
  return features(0, 0);
}
