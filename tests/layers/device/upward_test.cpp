// Layers that lead to more sites, on a device: the sites and maps of the host, and numbers within what rounding allows.
// Not run as PTX: its kernels and bodies are those of index_test and on_device_test.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <type_traits>

#include "sparseconv/layers/inverse_conv.hpp"
#include "sparseconv/layers/sparse_conv.hpp"
#include "sparseconv/layers/submanifold_conv.hpp"
#include "sparseconv/layers/transposed_conv.hpp"
#include "support/device_policies.hpp"
#include "support/error_message.hpp"
#include "support/feature_view.hpp"
#include "support/random_numbers.hpp"
#include "support/random_sites.hpp"
#include "support/rounding.hpp"
#include "support/same_index.hpp"

namespace sparseconv::device_upward_test {
namespace {

using test::message_of;

template <class Where>
class Upward : public test::DeviceTest<Where> {};
TYPED_TEST_SUITE(Upward, test::DevicePolicies);

constexpr Grid<3> room{.shape = {14, 15, 16}, .batch_size = 2};

/// What the sums of both sides, in orders of their own, and one rounding to T may differ by: features are at most 1, weights b =
/// sqrt(6 / terms), so sums are at most sqrt(6 terms).
template <class T>
double tolerance(std::int64_t terms) {
  double const magnitude = std::sqrt(6.0 * static_cast<double>(terms)) + 1;
  return 2 * test::rounding_bound<T>(terms + 2, magnitude);
}

template <class T, class Policy, class Layer, class... Sites>
void expect_transposed_agrees(Policy const& where, Layer const& layer, SparseTensor<T, 3> const& input,
                              Sites const&... given) {
  auto const expected = layer(seq, input, given...);
  auto const there = copy_to(where, layer);
  auto const input_there = copy_to(where, input);
  auto const check = [&](auto how) {
    auto const result = copy_to_host(where, there(where, input_there, copy_to(where, given)..., how));
    ASSERT_TRUE(test::same_sites(result.sites(), expected.sites()));
    EXPECT_LE(test::largest_difference(result.features(), expected.features()),
              tolerance<T>(layer.weights().elements * layer.in_channels()));
  };
  check(dataflow::automatic);
  check(dataflow::gather_gemm_scatter);
}

TYPED_TEST(Upward, TransposedLayersAgreeWithTheHost) {
  auto const& where = TypeParam::policy();
  auto const check = [&]<class T>(T) {
    TransposedConv3D<T> layer({.in_channels = 12,
                               .out_channels = 17,
                               .stride = 2,
                               .padding = 1,
                               .output_padding = 1,
                               .bias = true,
                               .activation = leaky_relu(0.25),
                               .seed = 4});
    layer.set_bias(test::random_numbers<T>(17, 5));
    auto const input = test::random_tensor<T>(test::random_site_set(room, 150, 1), 12, 2);
    expect_transposed_agrees(where, layer, input);
    expect_transposed_agrees(where, layer, input,
                             test::random_site_set(Grid<3>{.shape = {28, 30, 32}, .batch_size = 2}, 400, 3));
  };
  check(float{});
  check(half{});
}

/// Undoes a layer that ran on the device: nothing is looked up again, and the map is that of the host.
template <class T, class Policy, class Down>
void expect_inverse_agrees(Policy const& where, Down const& down) {
  InverseConv3D<T> up(
      {.in_channels = 9, .out_channels = 12, .undoes = down, .bias = true, .activation = relu, .seed = 6});
  up.set_bias(test::random_numbers<T>(12, 7));
  auto const input = test::random_tensor<T>(test::random_site_set(room, 300, 8), 4, 9);
  auto const lower = test::random_tensor<T>(down.output_sites(seq, input.sites()), 9, 10);
  auto const expected = up(seq, lower, input.sites());
  Rulebook<> const rules = build_rulebook(seq, input.sites(), lower.sites(), down.geometry());
  RowMap<> const map = row_map_of(seq, rules.transposed(), down.geometry().exchanged());

  auto const down_there = copy_to(where, down);
  auto const up_there = copy_to(where, up);
  // The earlier layer leaves a row map, or a rulebook, or both.
  auto const check = [&](auto how_down, auto how_up) {
    auto const input_there = copy_to(where, input);
    auto const made = down_there(where, input_there, how_down);
    auto const lower_there = copy_to(where, lower, made.sites());
    std::int64_t const kept = input_there.sites().derived_bytes();
    auto result = up_there(where, lower_there, input_there.sites(), how_up);
    test::expect_waits(where, 0, [&] { result = up_there(where, lower_there, input_there.sites(), how_up); });
    EXPECT_TRUE(result.sites().is(input_there.sites()));
    if constexpr (std::is_same_v<decltype(how_down), decltype(how_up)>) {
      // Of the earlier layer's sites too, which the input's keep.
      std::int64_t const more = input_there.sites().derived_bytes() - kept;
      bool const by_map = !std::is_same_v<decltype(how_up), dataflow::GatherGemmScatter>;
      EXPECT_EQ(more, by_map ? map.bytes() : 0) << "nothing but the map that is turned round";
    }
    EXPECT_LE(test::largest_difference(test::feature_view(copy_to_host(where, result)), expected.features()),
              tolerance<T>(up.weights().elements * 9));
    auto const map_there = up_there.row_map(where, made.sites(), input_there.sites());
    EXPECT_TRUE(test::same_map(copy_to_host(where, *map_there).view(), map.view()));
  };
  check(dataflow::automatic, dataflow::automatic);
  check(dataflow::gather_gemm_scatter, dataflow::automatic);
  check(dataflow::gather_gemm_scatter, dataflow::gather_gemm_scatter);
  check(dataflow::automatic, dataflow::gather_gemm_scatter);
}

TYPED_TEST(Upward, InverseLayersAgreeWithTheHost) {
  auto const& where = TypeParam::policy();
  SparseConvConfig<3> config{.in_channels = 4, .out_channels = 9, .stride = 2, .padding = 1};
  expect_inverse_agrees<float>(where, SparseConv3D<float>(config));
  expect_inverse_agrees<half>(where, SparseConv3D<half>(config));
  config.kernel_size = {3, 2, 4};
  config.dilation = {1, 2, 1};
  config.definition = OutputDefinition::floor;
  expect_inverse_agrees<float>(where, SparseConv3D<float>(config));
  expect_inverse_agrees<float>(where, SubmanifoldConv3D<float>({.in_channels = 4, .out_channels = 9}));
  expect_inverse_agrees<float>(
      where, TransposedConv3D<float>(
                 {.in_channels = 4, .out_channels = 9, .kernel_size = 2, .stride = 2, .output_padding = 1}));
}

TYPED_TEST(Upward, InverseLayersTakeEqualSitesAndRefuseOthers) {
  auto const& where = TypeParam::policy();
  SparseConv3D<float> const down({.in_channels = 4, .out_channels = 9, .stride = 2, .padding = 1});
  auto const up = copy_to(where, InverseConv3D<float>({.in_channels = 9, .out_channels = 4, .undoes = down}));
  auto const input = copy_to(where, test::random_tensor<float>(test::random_site_set(room, 60, 8), 4, 9));
  auto const lower = copy_to(where, down)(where, input);
  auto const before = copy_to_host(where, up(where, lower, input.sites()));
  input.sites().release_derived();
  EXPECT_TRUE(test::same_bits<float>(test::feature_view(copy_to_host(where, up(where, lower, input.sites()))),
                                     before.features()));
  auto const wide = copy_to(where, test::random_tensor<float>(test::random_site_set(room, 60, 8), 9, 9));
  EXPECT_EQ(message_of<ShapeError>([&] { (void)up(where, wide, input.sites()); }).substr(0, 46),
            "InverseConv3D: the input's 60 sites are not th");
}

TYPED_TEST(Upward, InverseLayersAddResiduals) {
  auto const& where = TypeParam::policy();
  SparseConv3D<float> const down({.in_channels = 4, .out_channels = 9, .stride = 2, .padding = 1});
  InverseConv3D<float> const up({.in_channels = 9, .out_channels = 4, .undoes = down, .activation = relu});
  auto const input = test::random_tensor<float>(test::random_site_set(room, 60, 8), 4, 9);
  auto const expected = up.with_residual(seq, down(seq, input), input);
  auto const there = copy_to(where, input);
  auto const result = copy_to(where, up).with_residual(where, copy_to(where, down)(where, there), there);
  EXPECT_LE(test::largest_difference(test::feature_view(copy_to_host(where, result)), expected.features()), 1e-4);
}

TYPED_TEST(Upward, NoSitesGiveNoSites) {
  auto const& where = TypeParam::policy();
  auto const there = copy_to(where, SparseTensor<float, 3>(SiteSet<3>(room, {}), 4));
  TransposedConv3D<float> const spread({.in_channels = 4, .out_channels = 8, .stride = 2});
  EXPECT_EQ(copy_to(where, spread)(where, there).size(), 0);
  SparseConv3D<float> const down({.in_channels = 4, .out_channels = 9, .stride = 2, .padding = 1});
  InverseConv3D<float> const up({.in_channels = 9, .out_channels = 4, .undoes = down});
  auto const result = copy_to(where, up)(where, copy_to(where, down)(where, there), there.sites());
  EXPECT_TRUE(result.sites().is(there.sites()));
  EXPECT_EQ(result.channels(), 4);
}

#if !defined(__CUDACC__) && !defined(SPARSECONV_TEST_PTX)
TEST(UpwardOnEmulatedDevice, TurnsNoMapRoundDuringACapture) {
  test::EmulatedGpu const where;
  SparseConv3D<float> const down({.in_channels = 4, .out_channels = 9, .stride = 2, .padding = 1});
  auto const up = copy_to(where, InverseConv3D<float>({.in_channels = 9, .out_channels = 4, .undoes = down}));
  auto const input = copy_to(where, test::random_tensor<float>(test::random_site_set(room, 60, 8), 4, 9));
  auto const lower = copy_to(where, down)(where, input);
  where.set_capturing(true);
  EXPECT_EQ(
      message_of<CudaError>([&] { (void)up(where, lower, input.sites()); }),
      "cached_exchanged_row_map: the stream is being captured in a CUDA graph, to which all that is built now would "
      "belong; run once before the capture, so that sites, maps and packed weights are in place");
  EXPECT_EQ(lower.sites().derived_bytes(), 0);
  where.set_capturing(false);
  auto const expected = copy_to_host(where, up(where, lower, input.sites()));
  where.set_capturing(true);
  auto const captured = up(where, lower, input.sites());
  where.set_capturing(false);
  EXPECT_TRUE(test::same_bits<float>(test::feature_view(copy_to_host(where, captured)), expected.features()));
}
#endif

}  // namespace
}  // namespace sparseconv::device_upward_test
