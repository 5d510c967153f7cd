// Layers on a device: the same sites as on the host, and numbers within what rounding allows.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "sparseconv/layers/activate.hpp"
#include "sparseconv/layers/axis_pool.hpp"
#include "sparseconv/layers/batch_norm.hpp"
#include "sparseconv/layers/sparse_conv.hpp"
#include "sparseconv/layers/sparse_pool.hpp"
#include "sparseconv/layers/submanifold_conv.hpp"
#include "sparseconv/number/elementary.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/tensor/dense.hpp"
#include "support/device_policies.hpp"
#include "support/error_message.hpp"
#include "support/feature_view.hpp"
#include "support/option_cross.hpp"
#include "support/oracle_checks.hpp"
#include "support/random_numbers.hpp"
#include "support/random_sites.hpp"
#include "support/same_index.hpp"

namespace sparseconv::device_on_device_test {
namespace {

using test::message_of;

template <class Where>
class OnDevice : public test::DeviceTest<Where> {};
TYPED_TEST_SUITE(OnDevice, test::DevicePolicies);

constexpr Grid<3> room{.shape = {14, 15, 16}, .batch_size = 2};

/// The same numbers stored as T.
template <class T>
SparseTensor<T, 3> stored(SparseTensor<double, 3> const& tensor) {
  Buffer<T> values(tensor.features().size());
  std::ranges::transform(tensor.features().values(), values.begin(), [](double number) { return T(number); });
  return SparseTensor<T, 3>(tensor.sites(), tensor.channels(), std::move(values));
}

/// The largest difference of two results, as a share of the largest number.
template <class T, class U>
double difference_of(SparseTensor<T, 3> const& actual, SparseTensor<U, 3> const& expected) {
  double largest = 0;
  for (U const number : expected.features().values()) {
    largest = std::max(largest, std::fabs(static_cast<double>(number)));
  }
  return test::largest_difference(actual.features(), expected.features()) / largest;
}

/// A layer for features of T with its numbers as W, and its exact counterpart for those numbers.
template <class T, class W>
struct Twins {
  Convolution<T, 3, HostMemory, W> layer;
  Convolution<double, 3> exact;
};

template <class T, class W, template <class, int, class> class Layer, class Config>
Twins<T, W> twins(Config const& config) {
  Layer<T, 3, W> layer(config);
  Layer<double, 3, double> exact(config);
  auto const size = static_cast<std::int64_t>(layer.weights().size());
  std::vector<double> weights(static_cast<std::size_t>(size));
  for (std::int64_t i = 0; i < size; ++i)
    weights[static_cast<std::size_t>(i)] = static_cast<double>(layer.weights().data[i]);
  exact.set_weights(weights);
  if (config.bias) {
    auto const bias = test::random_numbers<W>(config.out_channels, 77);
    layer.set_bias(bias);
    exact.set_bias(std::vector<double>(bias.begin(), bias.end()));
  }
  return {layer, exact};
}

/// What a sum of C_in * 27 products in the type's sums, rounded once to the type, may be wrong by, of the largest output.
template <class T>
constexpr double tolerance() {
  return 4 * static_cast<double>(std::numeric_limits<T>::epsilon()) +
         200 * static_cast<double>(std::numeric_limits<Accumulator<T>>::epsilon());
}

template <class T, class W, class Policy>
void expect_layers_agree(Policy const& where) {
  auto const sites = test::random_site_set(room, 700, 1);
  for (std::int64_t const channels : {3, 16, 33}) {
    auto const input = stored<T>(test::random_tensor<double>(sites, channels, 2));
    auto const input_exact = [&] {
      Buffer<double> values(input.features().size());
      std::ranges::transform(input.features().values(), values.begin(),
                             [](T number) { return static_cast<double>(number); });
      return SparseTensor<double, 3>(sites, channels, std::move(values));
    }();
    auto const there = copy_to(where, input);
    auto const submanifold = twins<T, W, SubmanifoldConv>(SubmanifoldConvConfig<3>{
        .in_channels = channels, .out_channels = 24, .bias = true, .activation = relu, .seed = 3});
    auto const strided = twins<T, W, SparseConv>(SparseConvConfig<3>{.in_channels = channels,
                                                                     .out_channels = 40,
                                                                     .stride = 2,
                                                                     .padding = 1,
                                                                     .bias = true,
                                                                     .activation = leaky_relu(0.1),
                                                                     .seed = 4});
    for (auto const* const pair : {&submanifold, &strided}) {
      auto const exact = pair->exact(seq, input_exact);
      auto const layer = copy_to(where, pair->layer);
      auto const by_map = copy_to_host(where, layer(where, there));
      auto const by_pairs = copy_to_host(where, layer(where, there, dataflow::gather_gemm_scatter));
      ASSERT_TRUE(test::same_sites(by_map.sites(), exact.sites()));
      ASSERT_TRUE(test::same_sites(by_pairs.sites(), exact.sites()));
      EXPECT_LE(difference_of(by_map, exact), tolerance<T>()) << channels;
      EXPECT_LE(difference_of(by_pairs, exact), tolerance<T>()) << channels;
    }
  }
}

TYPED_TEST(OnDevice, LayersAgreeInFloat) {
  expect_layers_agree<float, float>(TypeParam::policy());
}
TYPED_TEST(OnDevice, LayersAgreeInDouble) {
  expect_layers_agree<double, double>(TypeParam::policy());
}
TYPED_TEST(OnDevice, LayersAgreeInHalf) {
  expect_layers_agree<half, half>(TypeParam::policy());
}
TYPED_TEST(OnDevice, LayersAgreeInBfloat16) {
  expect_layers_agree<bfloat16, bfloat16>(TypeParam::policy());
}
TYPED_TEST(OnDevice, LayersAgreeInFloatWithWeightsInHalfOrBfloat16) {
  expect_layers_agree<float, half>(TypeParam::policy());
  expect_layers_agree<float, bfloat16>(TypeParam::policy());
}

/// Weights and bias that are stored as W are multiplied and added as the float that they are.
template <class W, class Policy>
void expect_bits_of_float(Policy const& where) {
  SubmanifoldConv3D<float, W> narrow(
      {.in_channels = 13, .out_channels = 21, .bias = true, .activation = leaky_relu(0.25), .seed = 50});
  narrow.set_bias(test::random_numbers<W>(21, 51));
  SubmanifoldConv3D<float> wide({.in_channels = 13, .out_channels = 21, .activation = leaky_relu(0.25)});
  wide.set_weights(std::vector<float>(narrow.weights().data, narrow.weights().data + narrow.weights().size()));
  wide.set_bias(std::vector<float>(narrow.bias().begin(), narrow.bias().end()));
  auto const sites = test::random_site_set(room, 300, 52);
  auto const there = copy_to(where, test::random_tensor<float>(sites, 13, 53));
  auto const shortcut = copy_to(where, test::random_tensor<float>(sites, 21, 54), there.sites());
  auto const layer = copy_to(where, narrow);
  auto const layer_in_float = copy_to(where, wide);
  auto const check = [&](auto const& policy, auto how) {
    auto const result = copy_to_host(policy, layer.with_residual(policy, there, shortcut, how));
    auto const expected = copy_to_host(policy, layer_in_float.with_residual(policy, there, shortcut, how));
    EXPECT_TRUE(test::same_bits<float>(result.features(), expected.features()));
  };
  check(where, dataflow::implicit_gemm);
  check(where, dataflow::gather_gemm_scatter);
  check(where.with_tf32(), dataflow::implicit_gemm);
}

TYPED_TEST(OnDevice, NarrowWeightsGiveTheBitsOfFloat) {
  expect_bits_of_float<half>(TypeParam::policy());
  expect_bits_of_float<bfloat16>(TypeParam::policy());
}

TYPED_TEST(OnDevice, FloatIsFloatUnlessTf32IsAskedFor) {
  auto const& where = TypeParam::policy();
  auto const sites = test::random_site_set(room, 300, 5);
  auto const exact_input = test::random_tensor<double>(sites, 64, 6);
  auto const input = stored<float>(exact_input);
  auto const pair =
      twins<float, float, SubmanifoldConv>(SubmanifoldConvConfig<3>{.in_channels = 64, .out_channels = 64});
  auto const exact = pair.exact(seq, exact_input);
  auto const layer = copy_to(where, pair.layer);
  auto const there = copy_to(where, input);
  double const in_float = difference_of(copy_to_host(where, layer(where, there)), exact);
  double const in_tf32 = difference_of(copy_to_host(where, layer(where.with_tf32(), there)), exact);
  EXPECT_LT(in_float, 1e-6);
  EXPECT_LT(in_tf32, 1e-3);
  EXPECT_GT(in_tf32, 20 * in_float);
}

TYPED_TEST(OnDevice, ResidualsAreAddedBeforeTheActivation) {
  auto const& where = TypeParam::policy();
  auto const sites = test::random_site_set(room, 200, 7);
  auto const input = test::random_tensor<float>(sites, 8, 8);
  auto const shortcut = test::random_tensor<float>(sites, 12, 9);
  SubmanifoldConv3D<float> const conv({.in_channels = 8, .out_channels = 12, .bias = true, .activation = relu});
  auto const expected = conv.with_residual(seq, input, shortcut);
  auto const there = copy_to(where, input);
  auto const result = copy_to(where, conv).with_residual(where, there, copy_to(where, shortcut, there.sites()));
  EXPECT_LE(test::largest_difference(test::feature_view(copy_to_host(where, result)), expected.features()), 1e-5);
}

TYPED_TEST(OnDevice, NormsAndActivationsAgree) {
  auto const& where = TypeParam::policy();
  auto const input = test::random_tensor<float>(test::random_site_set(room, 99, 10), 7, 11);
  BatchNorm<float> norm(7);
  auto const scale = test::random_numbers<float>(7, 12);
  Buffer<float> const variance(7, 0.5F);
  norm.set({.scale = scale, .shift = scale, .mean = scale, .variance = variance});
  auto const expected = activate(seq, norm(seq, input), leaky_relu(0.2));
  auto const result = activate(where, copy_to(where, norm)(where, copy_to(where, input)), leaky_relu(0.2));
  EXPECT_LE(test::largest_difference(test::feature_view(copy_to_host(where, result)), expected.features()), 1e-6);
}

template <class T, class Policy>
void expect_pools_agree(Policy const& where) {
  auto const input = test::random_tensor<T>(test::random_site_set(room, 900, 30), 6, 31);
  for (auto const pooling : {Pooling::max, Pooling::sum, Pooling::average, Pooling::average_over_kernel}) {
    SparsePool3D const pool({.kernel_size = 3, .stride = 2, .padding = 1, .pooling = pooling});
    auto const expected = pool(seq, input);
    auto const result = copy_to_host(where, pool(where, copy_to(where, input)));
    EXPECT_TRUE(test::same_sites(result.sites(), expected.sites()));
    EXPECT_TRUE(test::same_bits<T>(result.features(), expected.features()));
  }
  for (int axis = 0; axis < 3; ++axis) {
    AxisPool const pool(axis, axis == 0 ? Pooling::sum : Pooling::max);
    auto const expected = pool(seq, input);
    auto const there = copy_to(where, input);
    decltype(pool(where, there)) result;
    test::expect_waits(where, 1, [&] { result = pool(where, there); });  // for the new sites
    test::expect_waits(where, 0, [&] { result = pool(where, there); });
    auto const back = copy_to_host(where, result);
    EXPECT_TRUE(test::same_sites(back.sites(), expected.sites()));
    EXPECT_TRUE(test::same_bits<T>(back.features(), expected.features()));
  }
}

TYPED_TEST(OnDevice, PoolsHaveTheBitsOfTheHost) {
  expect_pools_agree<float>(TypeParam::policy());
  expect_pools_agree<bfloat16>(TypeParam::policy());
}

TYPED_TEST(OnDevice, OutputsWithoutPairsGetTheEpilogueOfZero) {
  auto const& where = TypeParam::policy();
  auto const sites = test::sites_of(Grid<3>{}, std::vector<Coordinate<3>>{{0, {0, 0, 0}}, {0, {50, 0, 0}}});
  auto const lonely = test::sites_of(Grid<3>{}, std::vector<Coordinate<3>>{{0, {9, 9, 9}}});
  SparseConv3D<float> conv({.in_channels = 2, .out_channels = 3, .padding = 1, .bias = true});
  conv.set_bias(std::vector<float>{1, 2, -3});
  auto const there = copy_to(where, test::random_tensor<float>(sites, 2, 13));
  auto const layer = copy_to(where, conv);
  auto const outputs = copy_to(where, lonely);
  for (auto const& result : {copy_to_host(where, layer(where, there, outputs)),
                             copy_to_host(where, layer(where, there, outputs, dataflow::gather_gemm_scatter))}) {
    EXPECT_EQ(test::list_of(result.features().data, 3), (std::vector<float>{1, 2, -3}));
  }
}

TYPED_TEST(OnDevice, NoSitesGiveNoSites) {
  auto const& where = TypeParam::policy();
  auto const there = copy_to(where, SparseTensor<float, 3>(SiteSet<3>(room, {}), 4));
  SparseConv3D<float> const conv({.in_channels = 4, .out_channels = 8, .stride = 2, .padding = 1});
  auto const result = copy_to(where, conv)(where, there);
  EXPECT_EQ(result.size(), 0);
  EXPECT_EQ(result.channels(), 8);
  EXPECT_EQ(copy_to(where, conv)(where, there, dataflow::gather_gemm_scatter).size(), 0);
}

TYPED_TEST(OnDevice, OperandsThatDoNotFitAreNamed) {
  auto const& where = TypeParam::policy();
  auto const there = copy_to(where, test::random_tensor<float>(test::random_site_set(room, 10, 19), 4, 20));
  SubmanifoldConv3D<float> const conv({.in_channels = 5, .out_channels = 8});
  EXPECT_EQ(
      message_of<ShapeError>([&] { (void)copy_to(where, conv)(where, there); }),
      "SubmanifoldConv3D: input has 4 channels, the layer takes 5; make the layer with in_channels = 4, or give it "
      "another input");
}

#if !defined(__CUDACC__) && !defined(SPARSECONV_TEST_PTX)
// What is built during a capture would be the graph's: it may not be kept with the sites, which outlive the graph.
TEST(OnEmulatedDevice, BuildsNothingThatItKeepsDuringACapture) {
  test::EmulatedGpu const where;
  auto const input = copy_to(where, test::random_tensor<float>(test::random_site_set(room, 50, 40), 4, 41));
  SubmanifoldConv3D<float> const conv({.in_channels = 4, .out_channels = 8});
  auto const layer = copy_to(where, conv);
  where.set_capturing(true);
  EXPECT_EQ(
      message_of<CudaError>([&] { (void)layer(where, input); }),
      "cached_row_map: the stream is being captured in a CUDA graph, to which all that is built now would belong; run "
      "once before the capture, so that sites, maps and packed weights are in place");
  EXPECT_THROW((void)layer(where, input, dataflow::gather_gemm_scatter), CudaError);
  EXPECT_THROW((void)SparsePool3D(SparsePoolConfig<3>{})(where, input), CudaError);
  EXPECT_EQ(input.sites().derived_bytes(), 0);

  where.set_capturing(false);
  auto const expected = copy_to_host(where, layer(where, input));
  where.set_capturing(true);
  auto const captured = layer(where, input);
  EXPECT_THROW((void)layer(where.with_tf32(), input), CudaError) << "its weights are packed otherwise";
  where.set_capturing(false);
  EXPECT_TRUE(test::same_bits<float>(test::feature_view(copy_to_host(where, captured)), expected.features()));
}

TEST(OnEmulatedDevice, KeepsWhatIsDerivedForEachStreamApart) {
  test::EmulatedGpu const one;
  test::EmulatedGpu const other;
  auto const sites = copy_to(one, test::random_site_set(room, 50, 42));
  KernelGeometry<3> const geometry{.kernel_size = 3, .stride = 2, .padding = 1};
  auto const outputs = cached_output_sites(one, sites, geometry, OutputDefinition::regular);
  EXPECT_TRUE(cached_output_sites(one.with_tf32(), sites, geometry, OutputDefinition::regular).is(outputs));
  auto const outputs_there = cached_output_sites(other, sites, geometry, OutputDefinition::regular);
  EXPECT_FALSE(outputs_there.is(outputs));
  EXPECT_NE(cached_row_map(other, sites, outputs, geometry), cached_row_map(one, sites, outputs, geometry));
}

TEST(OnEmulatedDevice, SaysWhereBfloat16IsMissing) {
  test::EmulatedGpu const where = test::EmulatedGpu{}.with_compute_capability(75);
  auto const input = copy_to(where, test::random_tensor<bfloat16>(test::random_site_set(room, 50, 43), 4, 44));
  SubmanifoldConv3D<bfloat16> const conv({.in_channels = 4, .out_channels = 8});
  EXPECT_EQ(
      message_of<CapacityError>([&] { (void)copy_to(where, conv)(where, input); }),
      "convolution: bfloat16 needs a device of compute capability 8.0 and a program that is compiled for such, here "
      "they have 7.5; use half or float, or name newer ones in CMAKE_CUDA_ARCHITECTURES");
}

// Beside float they are only storage.
TEST(OnEmulatedDevice, TakesWeightsInBfloat16WithoutItsArithmetic) {
  test::EmulatedGpu const where = test::EmulatedGpu{}.with_compute_capability(75);
  auto const input = test::random_tensor<float>(test::random_site_set(room, 50, 59), 4, 60);
  SubmanifoldConv3D<float, bfloat16> const conv({.in_channels = 4, .out_channels = 8});
  auto const result = copy_to_host(where, copy_to(where, conv)(where, copy_to(where, input)));
  EXPECT_LE(difference_of(result, conv(seq, input)), 1e-6);
}

// One set of weights serves features of either type, each with a packed form of its own.
TEST(OnEmulatedDevice, KeepsPackedWeightsForEachTypeOfFeatures) {
  test::EmulatedGpu const where;
  auto const sites = copy_to(where, test::random_site_set(room, 50, 61));
  KernelGeometry<3> const geometry{.kernel_size = 3, .padding = 1};
  auto const map = cached_row_map(where, sites, sites, geometry);
  auto const numbers = test::random_numbers<half>(27 * 8 * 8, 62);
  Weights<half, test::EmulatedMemory> const weights(27, 8, 8, copy_to(where, numbers));
  auto const packed_bytes = [&]<class T>(T) {
    auto const input = copy_to(where, test::random_numbers<T>(sites.size() * 8, 63));
    Buffer<T, test::EmulatedMemory> output(where.memory(), sites.size() * 8);
    implicit_gemm(where, *map, {input.data(), sites.size(), 8}, weights,
                  MatrixView<T, test::EmulatedMemory>{output.data(), sites.size(), 8});
    return weights.view().derived->bytes();
  };
  EXPECT_EQ(packed_bytes(half{}), 27 * 8 * 8 * 2);
  EXPECT_EQ(packed_bytes(float{}), 27 * 8 * 8 * (2 + 4));
  EXPECT_EQ(packed_bytes(half{}), 27 * 8 * 8 * (2 + 4));
}

TEST(OnEmulatedDevice, MultipliesFloatAsFloatWhereThereIsNoTf32) {
  test::EmulatedGpu const where;
  auto const old = where.with_compute_capability(75).with_tf32();
  auto const input = copy_to(where, test::random_tensor<float>(test::random_site_set(room, 50, 45), 8, 46));
  auto const layer = copy_to(where, SubmanifoldConv3D<float>({.in_channels = 8, .out_channels = 8}));
  EXPECT_TRUE(test::same_bits<float>(test::feature_view(copy_to_host(where, layer(old, input))),
                                     test::feature_view(copy_to_host(where, layer(where, input)))));
}

#endif

/// Each elementary function of a number.
template <class T>
struct ComputeElementary {
  T const* numbers;
  T* results;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t i) const {
    T const x = numbers[i];
    results[4 * i] = elementary::exp(80 * x);
    results[4 * i + 1] = elementary::log(1 + x);
    results[4 * i + 2] = elementary::tanh(4 * x);
    results[4 * i + 3] = elementary::erf(4 * x);
  }
};

template <class T, class Policy>
void expect_elementary_functions_of_the_host(Policy const& where) {
  Buffer<T> const numbers = test::random_numbers<T>(2000, 9);
  Buffer<T> expected(4 * numbers.size());
  for_each_index(seq, numbers.size(), ComputeElementary<T>{numbers.data(), expected.data()});
  auto const there = copy_to(where, numbers);
  Buffer<T, typename Policy::Memory> results(where.memory(), expected.size());
  where.for_each(numbers.size(), ComputeElementary<T>{there.data(), results.data()});
  Buffer<T> const actual = copy_to_host(where, results);
  for (std::int64_t i = 0; i < expected.size(); ++i) ASSERT_EQ(actual[i], expected[i]) << i;
}

TYPED_TEST(OnDevice, ElementaryFunctionsHaveTheBitsOfTheHost) {
  expect_elementary_functions_of_the_host<float>(TypeParam::policy());
  expect_elementary_functions_of_the_host<double>(TypeParam::policy());
}

}  // namespace
}  // namespace sparseconv::device_on_device_test
