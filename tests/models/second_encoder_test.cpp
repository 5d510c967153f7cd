#include "sparseconv/models/second_encoder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "layers/layer_oracle.hpp"
#include "sparseconv/io/records.hpp"
#include "sparseconv/points/voxelize.hpp"
#include "support/error_message.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"
#include "support/shared_data.hpp"
#include "support/stored_as.hpp"

namespace sparseconv {
namespace {

using test::message_of;

/// A line of the network's description.
struct Described {
  std::string name;
  OutputDefinition definition;
  PerAxis<3> kernel, stride, padding;
  std::int64_t in_channels, out_channels;
};

std::vector<Described> described(std::int64_t in_channels) {
  using enum OutputDefinition;
  return {{"conv_input", submanifold, 3, 1, 1, in_channels, 16},
          {"conv1", submanifold, 3, 1, 1, 16, 16},
          {"conv2.0", regular, 3, 2, 1, 16, 32},
          {"conv2.1", submanifold, 3, 1, 1, 32, 32},
          {"conv2.2", submanifold, 3, 1, 1, 32, 32},
          {"conv3.0", regular, 3, 2, 1, 32, 64},
          {"conv3.1", submanifold, 3, 1, 1, 64, 64},
          {"conv3.2", submanifold, 3, 1, 1, 64, 64},
          {"conv4.0", regular, 3, 2, {0, 1, 1}, 64, 64},
          {"conv4.1", submanifold, 3, 1, 1, 64, 64},
          {"conv4.2", submanifold, 3, 1, 1, 64, 64},
          {"conv_out", regular, {3, 1, 1}, {2, 1, 1}, 0, 64, 128}};
}

/// Gives every norm numbers such as training leaves them.
template <class T, class W>
void train(SecondEncoder<T, HostMemory, W>& encoder) {
  using Number = Accumulator<T>;
  std::uint32_t seed = 100;
  for (auto& layer : encoder.layers()) {
    std::int64_t const channels = layer.norm->channels();
    Buffer<Number> scale = test::random_numbers<Number>(channels, ++seed);
    Buffer<Number> shift = test::random_numbers<Number>(channels, ++seed);
    Buffer<Number> mean = test::random_numbers<Number>(channels, ++seed);
    Buffer<Number> variance = test::random_numbers<Number>(channels, ++seed);
    for (std::int64_t c = 0; c < channels; ++c) {
      scale[c] = Number{1} + scale[c] / 2;
      shift[c] = shift[c] / 4;
      mean[c] = mean[c] / 4;
      variance[c] = Number{1} + variance[c] / 2;
    }
    layer.norm->set(BatchNormStatistics<Number>{scale, shift, mean, variance});
  }
}

/// Sites of two batch items on a grid as flat as the encoder takes it, plus one slice.
template <class T>
SparseTensor<T, 3> scene(std::int64_t sites, std::int64_t channels) {
  return test::random_tensor<T>(test::random_site_set<3>({.shape = {26, 14, 11}, .batch_size = 2}, sites, 3), channels,
                                4);
}

template <class T>
double largest(SparseTensor<T, 3> const& tensor) {
  double most = 0;
  for (T const value : tensor.features().values()) most = std::max(most, std::fabs(static_cast<double>(value)));
  return most;
}

TEST(SecondEncoder, HasTheLayersOfItsDescription) {
  SecondEncoder<float> const encoder(5);
  std::vector<Described> const expected = described(5);
  ASSERT_EQ(encoder.layers().size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EncoderLayer<float> const& layer = encoder.layers()[i];
    SCOPED_TRACE(expected[i].name);
    EXPECT_EQ(layer.name, expected[i].name);
    EXPECT_EQ(layer.convolution.definition(), expected[i].definition);
    EXPECT_EQ(layer.convolution.geometry(), (KernelGeometry<3>{.kernel_size = expected[i].kernel,
                                                               .stride = expected[i].stride,
                                                               .padding = expected[i].padding,
                                                               .dilation = 1}));
    EXPECT_EQ(layer.convolution.in_channels(), expected[i].in_channels);
    EXPECT_EQ(layer.convolution.out_channels(), expected[i].out_channels);
    EXPECT_TRUE(layer.convolution.bias().empty());
    ASSERT_TRUE(layer.norm.has_value());
    // Epsilon 1e-3, before training.
    EXPECT_EQ(layer.norm->factors()[0], static_cast<float>(1 / std::sqrt(1.001)));
  }
}

// Weights 27 (4 16 + 16 16) + 27 (16 32 + 2 32 32) + 27 (32 64 + 2 64 64) + 27 3 64 64 + 3 64 128 = 710592,
// channels 16 + 16 + 3 32 + 3 64 + 3 64 + 128 = 640: two numbers each in norms, one each in biases when folded.
TEST(SecondEncoder, Has711872Parameters) {
  SecondEncoder<float> encoder(4);
  EXPECT_EQ(encoder.parameter_count(), 711'872);
  encoder.fold_batch_norms();
  EXPECT_EQ(encoder.parameter_count(), 710'592 + 640);
}

TEST(SecondEncoder, RefusesToBeEmpty) {
  EXPECT_EQ(message_of<ShapeError>([] { return SecondEncoder<float>(std::vector<EncoderLayer<float>>{}); }),
            "SecondEncoder: no layers; give the layers of an encoder");
}

TEST(SecondEncoder, SaysThatItsLayersAreGone) {
  SecondEncoder<float> encoder(4);
  SecondEncoder<float> const taken = std::move(encoder);
  std::string const sentence = "SecondEncoder: the encoder has no layers any more; give it some";
  EXPECT_EQ(message_of<ShapeError>([&] { return encoder(cpu, scene<float>(10, 4)); }), sentence);  // NOLINT
  encoder = taken;
  encoder.layers().clear();
  EXPECT_EQ(message_of<ShapeError>([&] { return encoder(cpu, scene<float>(10, 4)); }), sentence);
}

TEST(SecondEncoder, IsAsItWasWhereANormDoesNotFit) {
  SecondEncoder<half> encoder(4);
  auto& layer = encoder.layers()[5];
  std::vector<half> const large(static_cast<std::size_t>(layer.norm->channels()), half(60000.F));
  std::vector<half> const none(large.size(), half(0.F));
  layer.norm->set(BatchNormStatistics<half>{large, none, none, none});
  std::string const said = message_of<CapacityError>([&] {
    encoder.fold_batch_norms();
    return 0;
  });
  EXPECT_TRUE(said.starts_with("SecondEncoder, conv3.0: fold_batch_norm: with the norm's factor of ")) << said;
  for (auto const& each : encoder.layers()) EXPECT_TRUE(each.norm) << each.name;
}

TEST(SecondEncoder, DrawsOtherWeightsForEachLayerAndSeed) {
  SecondEncoder<float> const a(4, 1);
  SecondEncoder<float> const again(4, 1);
  SecondEncoder<float> const b(4, 2);
  auto const weights = [](SecondEncoder<float> const& encoder, std::size_t layer) {
    auto const view = encoder.layers()[layer].convolution.weights();
    return std::vector<float>(view.data, view.data + view.size());
  };
  for (std::size_t layer = 0; layer < 12; ++layer) {
    EXPECT_EQ(weights(a, layer), weights(again, layer));
    EXPECT_NE(weights(a, layer), weights(b, layer));
  }
  EXPECT_NE(weights(a, 3), weights(a, 4));
}

template <class Where>
class SecondEncoderOn : public ::testing::Test {};
TYPED_TEST_SUITE(SecondEncoderOn, test::Policies);

/// The network as its description has it, with the oracle's convolution and a norm and ReLU written out.
test::DenseImage encode_dense(test::DenseImage image, SecondEncoder<double> const& encoder) {
  std::vector<Described> const lines = described(image.channels);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    EncoderLayer<double> const& layer = encoder.layers()[i];
    auto const view = layer.convolution.weights();
    KernelGeometry<3> const geometry{
        .kernel_size = lines[i].kernel, .stride = lines[i].stride, .padding = lines[i].padding};
    auto next =
        test::convolve_dense(image, std::vector<double>(view.data, view.data + view.size()), lines[i].out_channels,
                             test::to_oracle(geometry), test::to_oracle(lines[i].definition));
    image = next.value();
    auto const channels = static_cast<std::size_t>(image.channels);
    for (std::size_t cell = 0; cell < image.active.size(); ++cell) {
      for (std::size_t c = 0; image.active[cell] && c < channels; ++c) {
        double& value = image.values[cell * channels + c];
        value = std::max(0.0, value * layer.norm->factors()[c] + layer.norm->offsets()[c]);
      }
    }
  }
  return image;
}

// In double a layer rounds at most 27 x 64 terms, relative 4e-13 of their absolute values; 1e-10 of the largest result
// leaves room for the growth through twelve layers, and is nothing beside a wrong pair.
TYPED_TEST(SecondEncoderOn, AgreesWithTheOracleFromEndToEnd) {
  SecondEncoder<double> encoder(3, 9);
  train(encoder);
  SparseTensor<double, 3> const input = scene<double>(60, 3);
  test::DenseImage const expected = encode_dense(test::to_image(input), encoder);
  auto const result = encoder(TypeParam::policy(), input);
  EXPECT_EQ(result.grid().shape, (Shape<3>{1, 2, 2}));
  ASSERT_EQ(test::cells_of(result.sites()), test::active_cells(expected));
  ASSERT_GT(result.size(), 4);
  double const scale = largest(result);
  EXPECT_GT(scale, 0.01);
  for (std::int64_t row = 0; row < result.size(); ++row) {
    Coordinate<3> const& site = result.sites().coordinates()[static_cast<std::size_t>(row)];
    std::size_t const cell = expected.cell(site.batch, test::position_of(site));
    for (std::int64_t c = 0; c < 128; ++c) {
      ASSERT_NEAR(result.features()(row, c), expected.values[cell * 128 + static_cast<std::size_t>(c)], 1e-10 * scale)
          << to_string(site) << ", channel " << c;
    }
  }
}

TYPED_TEST(SecondEncoderOn, FoldedIsTheSameFunctionUpToRounding) {
  SecondEncoder<double> exact(4, 5);
  train(exact);
  SecondEncoder<double> exact_folded = exact;
  exact_folded.fold_batch_norms();
  SparseTensor<double, 3> const input = scene<double>(300, 4);
  auto const apart = exact(TypeParam::policy(), input);
  auto const folded = exact_folded(TypeParam::policy(), input);
  EXPECT_TRUE(folded.sites().is(apart.sites()));
  double const scale = largest(apart);
  EXPECT_GT(scale, 0.01);
  EXPECT_LE(test::largest_difference(apart.features(), folded.features()), 1e-10 * scale);
  for (auto const& layer : exact_folded.layers()) {
    EXPECT_FALSE(layer.norm.has_value());
    EXPECT_EQ(layer.convolution.activation(), relu);
  }
}

// A wrong factor or a lost term shows in the first digits. Rounding was measured as 4e-7 of the largest result; twelve
// layers of up to 1728 terms may come to more on another processor.
TEST(SecondEncoder, FoldedInFloatStaysCloseToDouble) {
  SecondEncoder<double> exact(4, 5);
  SecondEncoder<float> encoder(4, 5);
  train(exact);
  train(encoder);
  encoder.fold_batch_norms();
  auto const expected = exact(cpu, scene<double>(300, 4));
  auto const result = encoder(cpu, scene<float>(300, 4));
  EXPECT_LE(test::largest_difference(result.features(), expected.features()), 1e-5 * largest(expected));
}

/// An encoder's layers with the same numbers in double, folded where they are.
template <class T, class W>
SecondEncoder<double> in_double(SecondEncoder<T, HostMemory, W> const& encoder) {
  std::vector<EncoderLayer<double>> layers;
  for (auto const& layer : encoder.layers()) {
    std::optional<BatchNorm<double>> norm;
    if (layer.norm) {
      norm.emplace(test::stored_as<double>(layer.norm->factors()), test::stored_as<double>(layer.norm->offsets()),
                   layer.norm->epsilon());
    }
    layers.push_back({layer.name, test::stored_as<double>(layer.convolution), std::move(norm)});
  }
  return SecondEncoder<double>(std::move(layers));
}

/// The largest deviation from the encoder of the same numbers in double, apart and folded, as a share of the largest result.
template <class T, class W>
double error_of_mixed(CpuPolicy const& where) {
  SecondEncoder<T, HostMemory, W> encoder(4, 5);
  train(encoder);
  auto const input = scene<T>(300, 4);
  SparseTensor<double, 3> const exact_input(input.sites(), 4,
                                            test::stored_as<double>(std::as_const(input).features().values()));
  double error = 0;
  for (bool const folded : {false, true}) {
    if (folded) encoder.fold_batch_norms();
    auto const expected = in_double(encoder)(seq, exact_input);
    auto const result = encoder(where, input);
    EXPECT_TRUE(result.sites().is(expected.sites()));
    error = std::max(error, test::largest_difference(result.features(), expected.features()) / largest(expected));
  }
  return error;
}

// Weights that are stored narrow cost nothing beyond what they lost when they were stored. Features that are stored narrow
// are rounded in each of 36 steps, to 11 significant bits or to 8, up and down: the square root of 36 roundings is left.
TEST(SecondEncoder, StoresFeaturesAndWeightsApart) {
  CpuPolicy const& where = test::OnCpu<2>::policy();
  EXPECT_LE((error_of_mixed<float, half>(where)), 1e-5);
  EXPECT_LE((error_of_mixed<float, bfloat16>(where)), 1e-5);
  EXPECT_LE((error_of_mixed<half, float>(where)), 6 * 0x1p-11);
  EXPECT_LE((error_of_mixed<bfloat16, float>(where)), 6 * 0x1p-8);
}

TEST(SecondEncoder, FoldingTwiceIsFoldingOnce) {
  SecondEncoder<float> encoder(4, 5);
  train(encoder);
  encoder.fold_batch_norms();
  auto const once = encoder(cpu, scene<float>(100, 4));
  encoder.fold_batch_norms();
  test::expect_same_tensor(encoder(cpu, scene<float>(100, 4)), once);
}

TEST(SecondEncoder, HasTheSameBitsForAnyNumberOfThreads) {
  SecondEncoder<float> encoder(4, 5);
  train(encoder);
  encoder.fold_batch_norms();
  auto const expected = encoder(cpu.threads(1), scene<float>(500, 4));
  test::for_each_cpu_policy(
      [&](CpuPolicy const& where) { test::expect_same_tensor(encoder(where, scene<float>(500, 4)), expected); });
}

TEST(SecondEncoder, LayersOfAStageShareOneRulebook) {
  SecondEncoder<float> const encoder(4);
  SparseTensor<float, 3> features = scene<float>(200, 4);
  std::vector<Rulebook<> const*> rulebooks;
  std::vector<SiteSet<3>> outputs;
  for (auto const& layer : encoder.layers()) {
    SparseTensor<float, 3> const next = layer(cpu, features);
    rulebooks.push_back(layer.convolution.rulebook(cpu, features.sites(), next.sites()).get());
    EXPECT_EQ(next.sites().is(features.sites()), layer.convolution.definition() == OutputDefinition::submanifold);
    outputs.push_back(next.sites());  // keeps the set, and what was derived from it
    features = next;
  }
  auto const stage = [&](std::size_t first, std::size_t second) {
    EXPECT_EQ(rulebooks[first], rulebooks[second])
        << encoder.layers()[first].name << ", " << encoder.layers()[second].name;
  };
  stage(0, 1);
  stage(3, 4);
  stage(6, 7);
  stage(9, 10);
  std::vector<Rulebook<> const*> distinct = rulebooks;
  std::sort(distinct.begin(), distinct.end());
  EXPECT_EQ(std::unique(distinct.begin(), distinct.end()) - distinct.begin(), 8);
}

TEST(SecondEncoder, GivesTheSameBitsAfterWhatWasDerivedIsReleased) {
  SecondEncoder<float> const encoder(4);
  SparseTensor<float, 3> const input = scene<float>(200, 4);
  auto const before = encoder(cpu, input);
  EXPECT_GT(input.sites().derived_bytes(), 0);
  input.sites().release_derived();
  EXPECT_EQ(input.sites().derived_bytes(), 0);
  test::expect_same_tensor(encoder(cpu, input), before);
}

// What a run takes goes back to the policy's pool when its tensors end, and serves the next scan. The first run finds no
// block that is a little too large, the second may: from then on the blocks are there.
TEST(SecondEncoder, AsksTheSystemForNothingOnceThePoolIsFilled) {
  CpuPolicy const where = cpu.threads(1);
  SecondEncoder<float> encoder(4, 5);
  encoder.fold_batch_norms();
  for (int run = 0; run < 2; ++run) static_cast<void>(encoder(where, scene<float>(500, 4)));
  std::int64_t const filled = where.memory()->bytes_from_system();
  EXPECT_GT(filled, 0);
  for (int run = 0; run < 5; ++run) static_cast<void>(encoder(where, scene<float>(500, 4)));
  EXPECT_EQ(where.memory()->bytes_from_system(), filled);
}

TEST(SecondEncoder, TwoThreadsRunTwoNetworksOnOneSiteSet) {
  SecondEncoder<float> const one(4, 1);
  SecondEncoder<float> const other(4, 2);
  auto const expected_one = one(cpu, scene<float>(200, 4));
  auto const expected_other = other(cpu, scene<float>(200, 4));
  SparseTensor<float, 3> const input = scene<float>(200, 4);
  SparseTensor<float, 3> from_one;
  SparseTensor<float, 3> from_other;
  {
    std::jthread const first([&] { from_one = one(cpu, input); });
    std::jthread const second([&] { from_other = other(cpu.threads(2), input); });
  }
  test::expect_same_tensor(from_one, expected_one);
  test::expect_same_tensor(from_other, expected_other);
  EXPECT_TRUE(from_one.sites().is(from_other.sites()));
}

TYPED_TEST(SecondEncoderOn, TakesATensorWithoutSites) {
  SecondEncoder<float> encoder(4);
  SparseTensor<float, 3> const nothing(SiteSet<3>({.shape = {41, 1600, 1408}, .batch_size = 2}, {}), 4);
  for (bool const folded : {false, true}) {
    if (folded) encoder.fold_batch_norms();
    auto const result = encoder(TypeParam::policy(), nothing);
    EXPECT_EQ(result.size(), 0);
    EXPECT_EQ(result.channels(), 128);
    EXPECT_EQ(result.grid(), (Grid<3>{.shape = {2, 200, 176}, .batch_size = 2}));
  }
}

TYPED_TEST(SecondEncoderOn, AnEmptyBatchItemStaysEmptyAndChangesNothing) {
  SecondEncoder<float> const encoder(4);
  auto const points = test::random_coordinates<3>({{0, 0, 0}, {25, 13, 10}, {0}}, 150, 5);
  SiteSet<3> const alone = test::sites_of<3>({.shape = {26, 14, 11}, .batch_size = 1}, points);
  std::vector<Coordinate<3>> second = points;
  for (Coordinate<3>& point : second) point.batch = 1;
  SiteSet<3> const with_empty = test::sites_of<3>({.shape = {26, 14, 11}, .batch_size = 2}, second);
  auto const expected = encoder(TypeParam::policy(), test::random_tensor<float>(alone, 4, 6));
  auto const result = encoder(TypeParam::policy(), test::random_tensor<float>(with_empty, 4, 6));
  ASSERT_EQ(result.size(), expected.size());
  for (std::size_t row = 0; row < result.sites().coordinates().size(); ++row) {
    EXPECT_EQ(result.sites().coordinates()[row].batch, 1);
    EXPECT_EQ(result.sites().coordinates()[row].position, expected.sites().coordinates()[row].position);
  }
  EXPECT_TRUE(test::same_bits<float>(result.features(), expected.features()));
}

// 25 slices become 13, 7, 3 and 1; of 24 there are 12, 6, 2 left, which is less than the last kernel of 3.
TEST(SecondEncoder, NeedsTwentyFiveSlices) {
  SecondEncoder<float> const encoder(1);
  auto const run = [&](Shape<3> const& shape) {
    return encoder(cpu, SparseTensor<float, 3>(SiteSet<3>({.shape = shape, .batch_size = 1}, {}), 1)).grid().shape;
  };
  EXPECT_EQ(run({25, 1, 1}), (Shape<3>{1, 1, 1}));
  EXPECT_EQ(message_of<ShapeError>([&] {
              return run({24, 1, 1});
            }),
            "SecondEncoder, conv_out: output_sites: no output is left along axis 0: the kernel spans 3 cells, the grid "
            "with its padding 2; use a "
            "smaller kernel or dilation, or more padding");
}

TEST(SecondEncoder, RefusesOtherChannels) {
  EXPECT_EQ(message_of<ShapeError>([] { return SecondEncoder<float>(0).parameter_count(); }),
            "SubmanifoldConv3D: in_channels is 0, out_channels is 16; both must be at least 1");
  EXPECT_EQ(message_of<ShapeError>([] { return SecondEncoder<float>(4)(cpu, scene<float>(10, 3)); }),
            "SecondEncoder, conv_input: SubmanifoldConv3D: input has 3 channels, the layer takes 4; make the layer "
            "with in_channels = 3, or give it "
            "another input");
}

/// The KITTI scan in SECOND's grid of 41 slices, or nothing where it does not lie beside the checkout.
std::optional<SparseTensor<float, 3>> kitti_scan() {
  auto const path = test::shared_data("kitti_000008.bin");
  if (path.empty()) return std::nullopt;
  VoxelGrid const grid{
      .voxel_size = {0.05F, 0.05F, 0.1F}, .low = {0, -40, -3}, .high = {70.4F, 40, 1}, .extra_slices = 1};
  return voxelize(cpu, read_records(path, {.columns = 4}), grid).tensor;
}

TEST(SecondEncoderOnKitti, HasItsKnownSitesPairsAndWork) {
  auto const scan = kitti_scan();
  if (!scan) GTEST_SKIP() << "kitti_000008.bin does not lie beside the checkout";
  ASSERT_EQ(scan->grid().shape, (Shape<3>{41, 1600, 1408}));
  ASSERT_EQ(scan->size(), 13'092);
  SecondEncoder<float> const encoder(4);
  std::vector<std::int64_t> sites;
  std::vector<std::int64_t> submanifold_pairs;
  std::vector<std::int64_t> regular_pairs;
  std::int64_t operations = 0;
  SiteSet<3> inputs = scan->sites();
  for (auto const& layer : encoder.layers()) {
    Convolution<float, 3> const& convolution = layer.convolution;
    SiteSet<3> const outputs = convolution.output_sites(cpu, inputs);
    std::int64_t const pairs = convolution.rulebook(cpu, inputs, outputs)->pair_count();
    (convolution.definition() == OutputDefinition::regular ? regular_pairs : submanifold_pairs).push_back(pairs);
    sites.push_back(outputs.size());
    operations += 2 * pairs * convolution.in_channels() * convolution.out_channels();
    inputs = outputs;
  }
  EXPECT_EQ(sites, (std::vector<std::int64_t>{13'092, 13'092, 20'309, 20'309, 20'309, 12'361, 12'361, 12'361, 5'298,
                                              5'298, 5'298, 4'236}));
  EXPECT_EQ(submanifold_pairs,
            (std::vector<std::int64_t>{55'906, 55'906, 230'351, 230'351, 177'683, 177'683, 78'864, 78'864}));
  EXPECT_EQ(regular_pairs, (std::vector<std::int64_t>{44'136, 67'846, 39'986, 7'116}));
  EXPECT_NEAR(static_cast<double>(operations) * 1e-9, 5.95, 0.005);
  EXPECT_EQ(inputs.grid().shape, (Shape<3>{2, 200, 176}));
}

TEST(SecondEncoderOnKitti, HasTheSameBitsForAnyNumberOfThreads) {
  auto const scan = kitti_scan();
  if (!scan) GTEST_SKIP() << "kitti_000008.bin does not lie beside the checkout";
  SecondEncoder<float> encoder(4);
  encoder.fold_batch_norms();
  auto const one = encoder(cpu.threads(1), *scan);
  EXPECT_GT(largest(one), 0);
  scan->sites().release_derived();
  test::expect_same_tensor(encoder(cpu.threads(3), *scan), one);
}

}  // namespace
}  // namespace sparseconv
