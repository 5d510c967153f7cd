#pragma once

#include <cstdint>
#include <type_traits>
#include <utility>

#include "sparseconv/execute/gather_gemm_scatter.hpp"
#include "sparseconv/execute/implicit_gemm.hpp"
#include "sparseconv/index/build_row_map.hpp"
#include "sparseconv/index/build_rulebook.hpp"
#include "sparseconv/index/output_sites.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"
#include "support/random_numbers.hpp"

namespace sparseconv::test {

template <class T>
Weights<T> random_weights(std::int64_t elements, std::int64_t in_channels, std::int64_t out_channels,
                          std::uint32_t seed) {
  return Weights<T>(elements, in_channels, out_channels,
                    random_numbers<T>(elements * in_channels * out_channels, seed + 1000));
}

/// Output sites, rulebook and arithmetic in one call, nothing cached.
template <class T, int D, class Policy, class W>
SparseTensor<T, D> convolve(Policy const& where, SparseTensor<T, D> const& input, Weights<W> const& weights,
                            KernelGeometry<D> const& geometry, OutputDefinition definition,
                            std::type_identity_t<Epilogue<T, HostMemory, W>> const& epilogue = {}) {
  SiteSet<D> const outputs = output_sites(where, input.sites(), geometry, definition);
  SparseTensor<T, D> output(outputs, weights.view().out_channels);
  Rulebook<> const rules = build_rulebook(where, input.sites(), outputs, geometry);
  gather_gemm_scatter(where, rules, input.features(), weights, output.features(), epilogue);
  return output;
}

/// The same by way of a row map.
template <class T, int D, class Policy, class W>
SparseTensor<T, D> convolve_by_map(Policy const& where, SparseTensor<T, D> const& input, Weights<W> const& weights,
                                   KernelGeometry<D> const& geometry, OutputDefinition definition,
                                   std::type_identity_t<Epilogue<T, HostMemory, W>> const& epilogue = {}) {
  SiteSet<D> const outputs = output_sites(where, input.sites(), geometry, definition);
  SparseTensor<T, D> output(outputs, weights.view().out_channels);
  implicit_gemm(where, build_row_map(where, input.sites(), outputs, geometry), input.features(), weights,
                output.features(), epilogue);
  return output;
}

}  // namespace sparseconv::test
