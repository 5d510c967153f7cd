// expect: site_rows() is a view of a tensor that ends with this statement; give the tensor a name first
// errors: 1
#include "sparseconv/layers/submanifold_conv.hpp"
#include "sparseconv/tensor/site_rows.hpp"

float sum(sparseconv::SubmanifoldConv2D<float> const& conv, sparseconv::SparseTensor<float, 2> const& input) {
  float sum = 0;
  for (auto const& [site, features] : site_rows(conv(sparseconv::cpu, input))) sum += features[0];
  return sum;
}
