#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <type_traits>
#include <utility>

#include "sparseconv/index/build_rulebook.hpp"
#include "sparseconv/layers/convolution.hpp"
#include "support/emulated_gpu.hpp"
#include "support/random_layer.hpp"
#include "support/test_rounds.hpp"

namespace sparseconv::test {

/// The result once more, of rules whose rows were found by bisection.
template <class T, class W, int D>
SparseTensor<T, D> result_by_bisection(EmulatedGpu const& where, RandomLayer<T, W, D> const& layer,
                                       SiteSet<D> const& sites) {
  auto const input = copy_to(where, layer.input());
  auto const operands = copy_to(where, layer.layer());
  auto const outputs = copy_to(where, sites);
  SparseTensor<T, D, EmulatedGpu::Memory> result(
      outputs, operands.out_channels(),
      Buffer<T, EmulatedGpu::Memory>(where.memory(), sites.size() * operands.out_channels()));
  auto const rules = build_rulebook(where, input.sites(), outputs, layer.options().geometry, lookup::sorted);
  gather_gemm_scatter(where, rules, input.features(), operands.weights(), result.features(),
                      {.bias = operands.bias(), .residual = {}, .activation = operands.activation()});
  return copy_to_host(where, result);
}

/// Both dataflows of the emulated device lead to the oracle's sites and numbers.
template <class T, class W, int D>
void expect_on_the_device(RandomLayer<T, W, D> const& layer, LayerTally& tally) {
  static EmulatedGpu const where;
  LayerSums const sums = layer.sums();
  auto const check = [&](EmulatedGpu const& policy, auto how, char const* which, double further = 0) {
    SCOPED_TRACE(which);
    auto const result = layer.result(policy, how);
    if (result) {
      ++tally.results;
      EXPECT_LE(largest_share<T>(std::as_const(*result).features().values(), sums, further), 1.0);
    }
    return result;
  };
  auto const by_map = check(where, dataflow::implicit_gemm, "by row map");
  auto const by_pairs = check(where, dataflow::gather_gemm_scatter, "by pairs");
  if (auto const again = check(where, dataflow::automatic, "once more"); again && by_map) {
    EXPECT_TRUE(
        same_bits_or_nan<T>(std::as_const(*again).features().values(), std::as_const(*by_map).features().values()));
  }
  if (by_pairs && !layer.options().has_residual) {
    auto const again = result_by_bisection(where, layer, by_pairs->sites());
    EXPECT_TRUE(same_bits_or_nan<T>(again.features().values(), std::as_const(*by_pairs).features().values()));
  }
  if constexpr (std::is_same_v<T, float>) {
    // Each of two factors keeps 11 significant bits.
    check(where.with_tf32(), dataflow::implicit_gemm, "by row map in tf32", 0x1p-10);
  }
}

/// Random layers in D dimensions, with features of T and weights of W.
template <int D, class T, class W>
void expect_random_layers_on_the_device(std::uint32_t number) {
  LayerTally tally;
  for_each_random_layer<T, W, D>(20 * test_rounds(), (64 + number) << 20, tally,
                                 [&](auto const& layer) { expect_on_the_device(layer, tally); });
  EXPECT_GT(tally.with_pairs, tally.cases / 4);
  EXPECT_GT(tally.results, tally.cases);
}

}  // namespace sparseconv::test
