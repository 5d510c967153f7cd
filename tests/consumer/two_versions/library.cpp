#include <sparseconv/sparseconv.hpp>

namespace sc = sparseconv;

/// A word that differs between the versions, by an inline function of the library.
extern "C" char const* NAME() {
  static std::string const name = sc::to_string(sc::InstructionSet::portable);
  return name.c_str();
}

/// A sum that does not differ, by much of the library.
extern "C" float CONVOLVE() {
  auto const image = sc::make_sparse_tensor<float, 2>(sc::cpu, {.shape = {5, 5}, .batch_size = 1},
                                                      {{0, {1, 2}}, {0, {2, 3}}}, {.1f, .1f, .1f, .2f, .2f, .2f});
  sc::SparseConv2D<float> layer({.in_channels = 3, .out_channels = 2, .kernel_size = 3});
  layer.set_weights(std::vector<float>(54, 1.f));
  auto const output = layer(sc::cpu, image);
  float sum = 0;
  for (float const number : output.features().values()) sum += number;
  return sum;
}
