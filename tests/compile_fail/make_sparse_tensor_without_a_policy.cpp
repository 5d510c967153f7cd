// expect: make_sparse_tensor: the call has no policy in front, which says where it runs: make_sparse_tensor<float, 2>(sc::cpu, grid, points, features)
// errors: 1
#include "sparseconv/tensor/make_sparse_tensor.hpp"

auto image() {
  return sparseconv::make_sparse_tensor<float, 2>({.shape = {5, 5}}, {{0, {1, 2}}}, {.1F, .2F});
}
