// expect: an InverseConv leads back to sites that the call names: up(sc::cpu, x, target_sites)
// errors: 1
#include "sparseconv/layers/inverse_conv.hpp"

auto back(sparseconv::InverseConv2D<float> const& up, sparseconv::SparseTensor<float, 2> const& input) {
  return up(sparseconv::cpu, input);
}
