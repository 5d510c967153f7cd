#pragma once

#include <sparseconv/sparseconv.hpp>
#include <string>
#include <utility>
#include <vector>

namespace worked_example {

namespace sc = sparseconv;

/// A 5 x 5 image with 3 channels and two active sites, axes y, x.
sc::SparseTensor<float, 2> image(auto const& where) {
  return sc::make_sparse_tensor<float, 2>(where, {.shape = {5, 5}, .batch_size = 1},
                                          {{0, {1, 2}}, {0, {2, 3}}},       // coordinate list: batch, {y, x}
                                          {.1F, .1F, .1F, .2F, .2F, .2F});  // data list: N x C_in
}

/// Weights that can be read off the result. Output channel 0 adds up all that an output takes: 0.3 from the first input,
/// 0.6 from the second. Output channel 1 weighs input channel 0 by the number of the kernel element.
inline sc::Weights<float> readable_weights() {
  constexpr std::int64_t elements = 9;
  constexpr std::int64_t in_channels = 3;
  constexpr std::int64_t out_channels = 2;
  sc::Buffer<float> values(elements * in_channels * out_channels, 0.F);
  for (std::int64_t k = 0; k < elements; ++k) {
    for (std::int64_t c = 0; c < in_channels; ++c) values[(k * in_channels + c) * out_channels + 0] = 1;
    values[(k * in_channels + 0) * out_channels + 1] = static_cast<float>(k);
  }
  return {elements, in_channels, out_channels, std::move(values)};
}

/// One way to say which outputs a convolution has.
struct Definition {
  std::string name;
  sc::OutputDefinition outputs;
  sc::KernelGeometry<2> geometry;
};

inline std::vector<Definition> definitions() {
  using enum sc::OutputDefinition;
  return {{"regular, padding 0", regular, {.kernel_size = 3, .stride = 1, .padding = 0}},
          {"submanifold, padding 0", submanifold, {.kernel_size = 3, .stride = 1, .padding = 0}},
          {"submanifold, default padding (1, 1)", submanifold, {.kernel_size = 3, .stride = 1, .padding = 1}}};
}

/// What a convolution derives from its input on the way to its result.
struct Convolved {
  Definition definition;
  sc::HashTable<2> output_table;
  sc::Rulebook<> rules;
  sc::SparseTensor<float, 2> result;
};

/// The four steps of a layer, by hand: output sites, their hash table, rulebook, gather - GEMM - scatter.
Convolved convolve(auto const& where, sc::SparseTensor<float, 2> const& input, Definition const& definition) {
  sc::SiteSet<2> const outputs = sc::output_sites(where, input.sites(), definition.geometry, definition.outputs);
  sc::Rulebook<> rules = sc::build_rulebook(where, input.sites(), outputs, definition.geometry);
  sc::Weights<float> const weights = readable_weights();
  sc::SparseTensor<float, 2> result(outputs, weights.view().out_channels);
  sc::gather_gemm_scatter(where, rules, input.features(), weights, result.features());
  return {definition, sc::build_hash_table(where, outputs), std::move(rules), std::move(result)};
}

}  // namespace worked_example
