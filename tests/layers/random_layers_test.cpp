// Random convolutions on the host, of every kind and element type, against sums in long double over an oracle's pairs.
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sparseconv/index/build_rulebook.hpp"
#include "sparseconv/layers/convolution.hpp"
#include "support/instruction_sets.hpp"
#include "support/policies.hpp"
#include "support/random_layer.hpp"
#include "support/test_rounds.hpp"

namespace sparseconv::random_layers_test {
namespace {

using test::LayerTally;
using test::OnCpu;
using test::RandomLayer;

/// Policies of one thread, one for each instruction set.
std::vector<CpuPolicy> const& policies_of_instruction_sets() {
  static std::vector<CpuPolicy> const kept = [] {
    std::vector<CpuPolicy> policies;
    for (InstructionSet const set : test::instruction_sets()) policies.push_back(cpu.threads(1).instructions(set));
    return policies;
  }();
  return kept;
}

template <class T, int D>
void expect_same(std::optional<SparseTensor<T, D>> const& actual, std::optional<SparseTensor<T, D>> const& expected) {
  if (!actual || !expected) return;  // the one that refused was looked at
  SparseTensor<T, D> const& a = *actual;
  SparseTensor<T, D> const& b = *expected;
  EXPECT_TRUE(test::same_bits_or_nan<T>(a.features().values(), b.features().values()));
}

/// The result once more, of a rulebook whose rows come from a hash table.
template <class Policy, class T, class W, int D>
void expect_same_by_hash(Policy const& where, RandomLayer<T, W, D> const& layer, SparseTensor<T, D> const& result) {
  if (layer.options().has_residual) return;
  auto const input = layer.input();
  auto const operands = layer.layer();
  SparseTensor<T, D> again(result.sites(), result.channels());
  try {
    auto const rules = build_rulebook(where, input.sites(), result.sites(), layer.options().geometry, lookup::hash);
    gather_gemm_scatter(where, rules, input.features(), operands.weights(), again.features(),
                        {.bias = operands.bias(), .residual = {}, .activation = operands.activation()});
  } catch (CapacityError const& error) {
    EXPECT_FALSE(layer.fits_keys()) << error.what();
    return;
  }
  EXPECT_TRUE(test::same_bits_or_nan<T>(std::as_const(again).features().values(), result.features().values()));
}

/// Every policy of the host leads to the oracle's sites and numbers, and to equal bits where they are promised.
template <class T, class W, int D>
void expect_on_every_host_policy(RandomLayer<T, W, D> const& layer, LayerTally& tally) {
  test::LayerSums const sums = layer.sums();
  auto const result_of = [&](auto const& where, auto how, char const* which) {
    SCOPED_TRACE(which);
    auto const result = layer.result(where, how);
    if (result) {
      ++tally.results;
      EXPECT_LE(test::largest_share<T>(std::as_const(*result).features().values(), sums), 1.0);
    }
    return result;
  };
  auto const by_seq = result_of(seq, dataflow::gather_gemm_scatter, "seq");
  expect_same(result_of(seq, dataflow::implicit_gemm, "seq by row map"), by_seq);
  expect_same(result_of(OnCpu<2>::policy(), dataflow::implicit_gemm, "cpu by row map"), by_seq);

  auto const by_cpu = result_of(OnCpu<1>::policy(), dataflow::gather_gemm_scatter, "cpu of one thread");
  expect_same(result_of(OnCpu<2>::policy(), dataflow::automatic, "cpu of 2 threads"), by_cpu);
  expect_same(result_of(OnCpu<3>::policy(), dataflow::gather_gemm_scatter, "cpu of 3 threads"), by_cpu);
  expect_same(result_of(OnCpu<8>::policy(), dataflow::gather_gemm_scatter, "cpu of 8 threads"), by_cpu);
  for (CpuPolicy const& where : policies_of_instruction_sets()) {
    std::string const set = to_string(where.instruction_set());
    bool const is_portable = where.instruction_set() == InstructionSet::portable;
    if (is_portable && SPARSECONV_NEON_KERNELS) continue;
    auto const result = result_of(where, dataflow::gather_gemm_scatter, set.c_str());
    if (test::takes_tiles<T, W>(where.instruction_set(), layer.input().channels())) continue;
    expect_same(result, is_portable ? by_seq : by_cpu);
  }
  if (by_seq) expect_same_by_hash(seq, layer, *by_seq);
  if (by_cpu) expect_same_by_hash(OnCpu<3>::policy(), layer, *by_cpu);
}

/// Layers in a number of dimensions with a pair of element types; each pair and each dimension is there.
template <std::uint32_t Number, int Axes, class T, class W>
struct LayersOf {
  static constexpr std::uint32_t number = Number;
  static constexpr int D = Axes;
  using Features = T;
  using Learned = W;
};

template <class Kind>
class RandomLayers : public ::testing::Test {};
using Kinds =
    ::testing::Types<LayersOf<0, 1, float, float>, LayersOf<1, 1, half, bfloat16>, LayersOf<2, 2, float, half>,
                     LayersOf<3, 2, double, double>, LayersOf<4, 2, bfloat16, float>, LayersOf<5, 3, float, float>,
                     LayersOf<6, 3, half, half>, LayersOf<7, 3, bfloat16, half>, LayersOf<8, 4, half, float>,
                     LayersOf<9, 4, float, bfloat16>, LayersOf<10, 4, bfloat16, bfloat16>,
                     LayersOf<11, 4, double, double>>;
TYPED_TEST_SUITE(RandomLayers, Kinds);

TYPED_TEST(RandomLayers, AgreeWithTheOracle) {
  constexpr int D = TypeParam::D;
  LayerTally tally;
  std::uint32_t const cases = 50 * test::test_rounds();
  auto const first_seed = static_cast<std::uint32_t>(TypeParam::number) << 20;
  test::for_each_random_layer<typename TypeParam::Features, typename TypeParam::Learned, D>(
      cases, first_seed, tally, [&](auto const& layer) { expect_on_every_host_policy(layer, tally); });
  EXPECT_GT(tally.with_pairs, tally.cases / 4);
  EXPECT_GT(tally.results, 4 * tally.cases);
}

}  // namespace
}  // namespace sparseconv::random_layers_test
