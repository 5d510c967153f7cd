#include <sparseconv/sparseconv.hpp>

#include <cstdio>
namespace sc = sparseconv;

int main() {
  // A 5 x 5 image with 3 channels, active at two sites: {batch, {y, x}}, then the features of each.
  auto image = sc::make_sparse_tensor<float, 2>(sc::cpu, {.shape = {5, 5}, .batch_size = 1}, {{0, {1, 2}}, {0, {2, 3}}},
                                                {.1f, .1f, .1f, .2f, .2f, .2f});
  sc::SparseConv2D<float> conv({.in_channels = 3, .out_channels = 2, .kernel_size = 3});
  auto out = conv(sc::cpu, image);          // on all cores; sc::seq is the reference on one
  auto dense = sc::to_dense(sc::cpu, out);  // [1, 2, 3, 3], batch x channels x y x x
  std::printf("%td active sites, %td x %td x %td x %td values\n", out.size(), dense.shape[0], dense.shape[1],
              dense.shape[2], dense.shape[3]);
}
