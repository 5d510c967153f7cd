#include "sparseconv/models/second.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <future>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "layers/layer_oracle.hpp"
#include "sparseconv/io/records.hpp"
#include "sparseconv/layers/cast.hpp"
#include "sparseconv/network/fold.hpp"
#include "sparseconv/network/prepare.hpp"
#include "sparseconv/network/profile.hpp"
#include "sparseconv/points/voxelize.hpp"
#include "support/error_message.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"
#include "support/shared_data.hpp"

namespace sparseconv::second_test {
namespace {

using test::message_of;

/// A convolution of the network's description, which a norm and a ReLU follow.
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

/// SECOND with norms such as training leaves them.
Network trained(std::int64_t in_channels, std::uint64_t seed) {
  Network network = second(in_channels, seed);
  std::uint32_t draw = 100;
  for (Described const& line : described(in_channels)) {
    auto const set = [&](char const* role, float base, float share) {
      std::vector<float>& values = network.parameter(line.name + ".norm." + role).values;
      Buffer<float> const random = test::random_numbers<float>(line.out_channels, ++draw);
      std::transform(random.begin(), random.end(), values.begin(), [&](float x) { return base + share * x; });
    };
    set("weight", 1, 0.5F);
    set("bias", 0, 0.25F);
    set("running_mean", 0, 0.25F);
    set("running_var", 1, 0.5F);
  }
  return network;
}

/// Nothing folded, nothing fused.
constexpr Preparation as_it_is{.fold_norms = false, .fuse = false, .concatenate_in_place = false};

/// Sites of two batch items on a grid as flat as the network takes it, plus one slice.
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

TEST(Second, HasTheLayersOfItsDescription) {
  Network const network = second(5);
  Graph const& graph = network.graph();
  std::vector<Described> const lines = described(5);
  ASSERT_EQ(graph.size(), 1 + 3 * std::ssize(lines));
  Value x{0};
  EXPECT_EQ(std::get<InputNode>(graph.node(x).operation).axes, 3);
  for (Described const& line : lines) {
    SCOPED_TRACE(line.name);
    Value const self{x.node + 1};
    EXPECT_EQ(graph.node(self).name, line.name);
    ConvNode const& conv = std::get<ConvNode>(graph.node(self).operation);
    EXPECT_EQ(conv.input, x);
    EXPECT_EQ(graph.type(x).channels, line.in_channels);
    EXPECT_EQ(conv.out_channels, line.out_channels);
    EXPECT_EQ(conv.geometry.definition, line.definition);
    EXPECT_EQ(
        conv.geometry.on_axes<3>(),
        (KernelGeometry<3>{.kernel_size = line.kernel, .stride = line.stride, .padding = line.padding, .dilation = 1}));
    EXPECT_FALSE(conv.bias);
    BatchNormNode const& norm = std::get<BatchNormNode>(graph.node({x.node + 2}).operation);
    EXPECT_EQ(norm.input, self);
    EXPECT_EQ(norm.epsilon, 1e-3);
    ActivationNode const& activation = std::get<ActivationNode>(graph.node({x.node + 3}).operation);
    EXPECT_EQ(activation.input, Value{x.node + 2});
    EXPECT_EQ(activation.activation, relu);
    x = {x.node + 3};
  }
  ASSERT_EQ(network.outputs().size(), 1U);
  EXPECT_EQ(network.outputs()[0].name, "features");
  EXPECT_EQ(network.outputs()[0].value, x);
}

// Weights 27 (4 16 + 16 16) + 27 (16 32 + 2 32 32) + 27 (32 64 + 2 64 64) + 27 3 64 64 + 3 64 128 = 710592,
// channels 16 + 16 + 3 32 + 3 64 + 3 64 + 128 = 640: two numbers each in norms, one each in biases when folded.
TEST(Second, Has711872Parameters) {
  EXPECT_EQ(second(4).parameter_count(), 711'872);
  EXPECT_EQ(fold_batch_norms(second(4)).parameter_count(), 710'592 + 640);
}

TEST(Second, DrawsOtherWeightsForEachLayerAndSeed) {
  Network const a = second(4, 1);
  Network const again = second(4, 1);
  Network const b = second(4, 2);
  for (Described const& line : described(4)) {
    std::string const name = line.name + ".weight";
    EXPECT_EQ(a.parameter(name).values, again.parameter(name).values);
    EXPECT_NE(a.parameter(name).values, b.parameter(name).values);
  }
  EXPECT_NE(a.parameter("conv2.1.weight").values, a.parameter("conv2.2.weight").values);
}

template <class Where>
class SecondOn : public ::testing::Test {};
TYPED_TEST_SUITE(SecondOn, test::Policies);

/// The network as its description has it, with the oracle's convolution and a norm and ReLU written out.
test::DenseImage encode_dense(test::DenseImage image, Network const& network) {
  for (Described const& line : described(image.channels)) {
    auto const numbers = [&](char const* name) {
      std::vector<float> const& values = network.parameter(line.name + name).values;
      return std::vector<double>(values.begin(), values.end());
    };
    KernelGeometry<3> const geometry{.kernel_size = line.kernel, .stride = line.stride, .padding = line.padding};
    image = test::convolve_dense(image, numbers(".weight"), line.out_channels, test::to_oracle(geometry),
                                 test::to_oracle(line.definition))
                .value();
    auto const scale = numbers(".norm.weight");
    auto const shift = numbers(".norm.bias");
    auto const mean = numbers(".norm.running_mean");
    auto const variance = numbers(".norm.running_var");
    auto const channels = static_cast<std::size_t>(image.channels);
    for (std::size_t cell = 0; cell < image.active.size(); ++cell) {
      for (std::size_t c = 0; image.active[cell] && c < channels; ++c) {
        double& value = image.values[cell * channels + c];
        value = std::max(0.0, (value - mean[c]) / std::sqrt(variance[c] + 1e-3) * scale[c] + shift[c]);
      }
    }
  }
  return image;
}

// In double a layer rounds at most 27 x 64 terms, relative 4e-13 of their absolute values; 1e-10 of the largest result
// leaves room for the growth through twelve layers, and is nothing beside a wrong pair.
TYPED_TEST(SecondOn, AgreesWithTheOracleFromEndToEnd) {
  Network const network = trained(3, 9);
  SparseTensor<double, 3> const input = scene<double>(60, 3);
  test::DenseImage const expected = encode_dense(test::to_image(input), network);
  for (Preparation const& how : {Preparation{}, as_it_is}) {
    auto const result = prepare<double>(TypeParam::policy(), network, how)(TypeParam::policy(), input);
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
}

/// A network whose kernels have the numbers that are left when they are stored as W.
template <class W>
Network stored_as(Network network) {
  for (Described const& line : described(network.graph().type({0}).channels)) {
    for (char const* const role : {".weight", ".bias"}) {
      if (!network.parameters().contains(line.name + role)) continue;
      for (float& value : network.parameter(line.name + role).values) value = static_cast<float>(W(value));
    }
  }
  return network;
}

/// The largest deviation from the network of the same numbers in double, apart and folded, as a share of the largest result.
template <class T, class W>
double error_of_stored() {
  CpuPolicy const& where = test::OnCpu<2>::policy();
  Network const network = trained(4, 5);
  // Each number is one of T, as that is what the network begins with.
  auto const input = cast<float>(where, cast<T>(where, scene<float>(300, 4)));
  auto const exact_input = cast<double>(where, input);
  double error = 0;
  for (bool const folded : {false, true}) {
    Network const stored = stored_as<W>(folded ? fold_batch_norms(network) : network);
    auto const expected = prepare<double>(seq, stored, as_it_is)(seq, exact_input);
    auto const result = prepare<T, W>(where, network, folded ? Preparation{} : as_it_is)(where, input);
    EXPECT_TRUE(result.sites().is(expected.sites()));
    EXPECT_GT(largest(expected), 0.01);
    error = std::max(error, test::largest_difference(result.features(), expected.features()) / largest(expected));
  }
  return error;
}

// A wrong factor or a lost term shows in the first digits. Rounding in float was measured as 4e-7 of the largest result; twelve
// layers of up to 1728 terms may come to more on another processor. Weights that are stored narrow cost nothing beyond what they
// lost when they were stored. Features that are stored narrow are rounded in each of 36 steps, to 11 significant bits or to 8, up and
// down: the square root of 36 roundings is left.
TEST(Second, StoresFeaturesAndWeightsApart) {
  EXPECT_LE((error_of_stored<float, float>()), 1e-5);
  EXPECT_LE((error_of_stored<float, half>()), 1e-5);
  EXPECT_LE((error_of_stored<float, bfloat16>()), 1e-5);
  EXPECT_LE((error_of_stored<half, float>()), 6 * 0x1p-11);
  EXPECT_LE((error_of_stored<bfloat16, float>()), 6 * 0x1p-8);
}

TEST(Second, FoldedStaysCloseToTheNormsApart) {
  Network const network = trained(4, 5);
  auto const apart = prepare<double>(cpu, network, as_it_is)(cpu, scene<double>(300, 4));
  auto const folded = prepare<float>(cpu, network)(cpu, scene<float>(300, 4));
  EXPECT_LE(test::largest_difference(folded.features(), apart.features()), 1e-5 * largest(apart));
}

TEST(Second, HasTheSameBitsForAnyNumberOfThreads) {
  auto const engine = prepare<float>(cpu, trained(4, 5));
  auto const expected = engine(cpu.threads(1), scene<float>(500, 4));
  test::for_each_cpu_policy(
      [&](CpuPolicy const& where) { test::expect_same_tensor(engine(where, scene<float>(500, 4)), expected); });
}

TEST(Second, LayersOfAStageShareOneRulebook) {
  Network const network = second(4);
  Graph const& graph = network.graph();
  auto const input = test::random_site_set<3>({.shape = {26, 14, 11}, .batch_size = 2}, 200, 3);
  NodeSites<CpuPolicy, 3> nodes(cpu, graph);
  nodes.set({0}, input);
  std::vector<Rulebook<> const*> rulebooks;
  for (Described const& line : described(4)) {
    Value const self = *graph.find(line.name);
    rulebooks.push_back(nodes.map(self).rules.get());
    Value const from = std::get<ConvNode>(graph.node(self).operation).input;
    EXPECT_EQ(nodes.of(self).is(nodes.of(from)), line.definition == OutputDefinition::submanifold) << line.name;
  }
  for (std::size_t const first : {0U, 3U, 6U, 9U}) EXPECT_EQ(rulebooks[first], rulebooks[first + 1]) << first;
  std::sort(rulebooks.begin(), rulebooks.end());
  EXPECT_EQ(std::unique(rulebooks.begin(), rulebooks.end()) - rulebooks.begin(), 8);
}

TEST(Second, GivesTheSameBitsAfterWhatWasDerivedIsReleased) {
  auto const engine = prepare<float>(cpu, second(4));
  SparseTensor<float, 3> const input = scene<float>(200, 4);
  auto const before = engine(cpu, input);
  EXPECT_GT(input.sites().derived_bytes(), 0);
  input.sites().release_derived();
  EXPECT_EQ(input.sites().derived_bytes(), 0);
  test::expect_same_tensor(engine(cpu, input), before);
}

// What a run takes goes back to the policy's pool when its tensors end, and serves the next scan. The first run finds no
// block that is a little too large, the second may: from then on the blocks are there.
TEST(Second, AsksTheSystemForNothingOnceThePoolIsFilled) {
  CpuPolicy const where = cpu.threads(1);
  auto const engine = prepare<float>(where, second(4, 5));
  for (int run = 0; run < 2; ++run) static_cast<void>(engine(where, scene<float>(500, 4)));
  std::int64_t const filled = where.memory()->bytes_from_system();
  EXPECT_GT(filled, 0);
  for (int run = 0; run < 5; ++run) static_cast<void>(engine(where, scene<float>(500, 4)));
  EXPECT_EQ(where.memory()->bytes_from_system(), filled);
}

TEST(Second, TwoThreadsRunTwoNetworksOnOneSiteSet) {
  auto const one = prepare<float>(cpu, second(4, 1));
  auto const other = prepare<float>(cpu, second(4, 2));
  auto const expected_one = one(cpu, scene<float>(200, 4));
  auto const expected_other = other(cpu, scene<float>(200, 4));
  SparseTensor<float, 3> const input = scene<float>(200, 4);
  SparseTensor<float, 3> from_one;
  SparseTensor<float, 3> from_other;
  {
    auto const first = std::async(std::launch::async, [&] { from_one = one(cpu, input); });  // waited for
    auto const second_thread =
        std::async(std::launch::async, [&] { from_other = other(cpu.threads(2), input); });  // waited for
  }
  test::expect_same_tensor(from_one, expected_one);
  test::expect_same_tensor(from_other, expected_other);
  EXPECT_TRUE(from_one.sites().is(from_other.sites()));
}

TYPED_TEST(SecondOn, TakesATensorWithoutSites) {
  SparseTensor<float, 3> const nothing(SiteSet<3>({.shape = {41, 1600, 1408}, .batch_size = 2}, {}), 4);
  for (Preparation const& how : {Preparation{}, as_it_is}) {
    auto const result = prepare<float>(TypeParam::policy(), second(4), how)(TypeParam::policy(), nothing);
    EXPECT_EQ(result.size(), 0);
    EXPECT_EQ(result.channels(), 128);
    EXPECT_EQ(result.grid(), (Grid<3>{.shape = {2, 200, 176}, .batch_size = 2}));
  }
}

TYPED_TEST(SecondOn, AnEmptyBatchItemStaysEmptyAndChangesNothing) {
  auto const& where = TypeParam::policy();
  auto const engine = prepare<float>(where, second(4));
  auto const points = test::random_coordinates<3>({{0, 0, 0}, {25, 13, 10}, {0}}, 150, 5);
  SiteSet<3> const alone = test::sites_of<3>({.shape = {26, 14, 11}, .batch_size = 1}, points);
  std::vector<Coordinate<3>> moved = points;
  for (Coordinate<3>& point : moved) point.batch = 1;
  SiteSet<3> const with_empty = test::sites_of<3>({.shape = {26, 14, 11}, .batch_size = 2}, moved);
  auto const expected = engine(where, test::random_tensor<float>(alone, 4, 6));
  auto const result = engine(where, test::random_tensor<float>(with_empty, 4, 6));
  ASSERT_EQ(result.size(), expected.size());
  for (std::size_t row = 0; row < result.sites().coordinates().size(); ++row) {
    EXPECT_EQ(result.sites().coordinates()[row].batch, 1);
    EXPECT_EQ(result.sites().coordinates()[row].position, expected.sites().coordinates()[row].position);
  }
  EXPECT_TRUE(test::same_bits<float>(result.features(), expected.features()));
}

// 25 slices become 13, 7, 3 and 1; of 24 there are 12, 6, 2 left, which is less than the last kernel of 3.
TEST(Second, NeedsTwentyFiveSlices) {
  auto const engine = prepare<float>(cpu, second(1));
  auto const run = [&](Shape<3> const& shape) {
    return engine(cpu, SparseTensor<float, 3>(SiteSet<3>({.shape = shape, .batch_size = 1}, {}), 1)).grid().shape;
  };
  EXPECT_EQ(run({25, 1, 1}), (Shape<3>{1, 1, 1}));
  EXPECT_EQ(message_of<ShapeError>([&] {
              return run({24, 1, 1});
            }),
            "SECOND, conv_out: output_sites: no output is left along axis 0: the kernel spans 3 cells, the grid "
            "with its padding 2; use a "
            "smaller kernel or dilation, or more padding");
}

TEST(Second, RefusesOtherChannels) {
  EXPECT_EQ(message_of<ShapeError>([] { return second(0).parameter_count(); }),
            "SECOND, voxels: 0 channels; give at least 1");
  EXPECT_EQ(message_of<ShapeError>([] { return prepare<float>(cpu, second(4))(cpu, scene<float>(10, 3)); }),
            "SECOND, voxels: input has 3 channels, the network takes 4; they must be equal");
}

TEST(Second, IsEmptyOnceItWasMovedFrom) {
  Network network = second(4);
  Network const taken = std::move(network);
  EXPECT_EQ(network.parameter_count(), 0);  // NOLINT: what is tested
  EXPECT_EQ(fold_batch_norms(network).graph().size(), 0);
  std::string const said = message_of<ShapeError>([&] { return prepare<float>(cpu, network).outputs().size(); });
  EXPECT_NE(said.find("the network has no output; name one with output(name, value)"), std::string::npos) << said;
}

/// The KITTI scan in SECOND's grid of 41 slices, or nothing where it does not lie beside the checkout.
std::optional<SparseTensor<float, 3>> kitti_scan() {
  auto const path = test::shared_data("kitti_000008.bin");
  if (path.empty()) return std::nullopt;
  VoxelGrid const grid{
      .voxel_size = {0.05F, 0.05F, 0.1F}, .low = {0, -40, -3}, .high = {70.4F, 40, 1}, .extra_slices = 1};
  return voxelize(cpu, read_records(path, {.columns = 4}), grid).tensor;
}

TEST(SecondOnKitti, HasItsKnownSitesPairsAndWork) {
  auto const scan = kitti_scan();
  if (!scan) GTEST_SKIP() << "kitti_000008.bin does not lie beside the checkout";
  ASSERT_EQ(scan->grid().shape, (Shape<3>{41, 1600, 1408}));
  ASSERT_EQ(scan->size(), 13'092);
  std::vector<SparseTensor<float, 3>> results;
  NetworkProfile const measured = profile(cpu, prepare<float>(cpu, second(4)), *scan, &results);
  std::vector<std::int64_t> sites;
  std::vector<std::int64_t> pairs;
  for (NodeProfile const& node : measured.nodes) {
    sites.push_back(node.sites);
    pairs.push_back(node.pairs);
  }
  EXPECT_EQ(sites, (std::vector<std::int64_t>{13'092, 13'092, 13'092, 20'309, 20'309, 20'309, 12'361, 12'361, 12'361,
                                              5'298, 5'298, 5'298, 4'236}));
  EXPECT_EQ(pairs, (std::vector<std::int64_t>{0, 55'906, 55'906, 44'136, 230'351, 230'351, 67'846, 177'683, 177'683,
                                              39'986, 78'864, 78'864, 7'116}));
  EXPECT_EQ(measured.total().pairs, 1'244'692);
  EXPECT_NEAR(measured.total().operations * 1e-9, 5.95, 0.005);
  ASSERT_EQ(results.size(), 1U);
  EXPECT_EQ(results[0].grid().shape, (Shape<3>{2, 200, 176}));
}

TEST(SecondOnKitti, HasTheSameBitsForAnyNumberOfThreads) {
  auto const scan = kitti_scan();
  if (!scan) GTEST_SKIP() << "kitti_000008.bin does not lie beside the checkout";
  auto const engine = prepare<float>(cpu, second(4));
  auto const one = engine(cpu.threads(1), *scan);
  EXPECT_GT(largest(one), 0);
  scan->sites().release_derived();
  test::expect_same_tensor(engine(cpu.threads(3), *scan), one);
}

}  // namespace
}  // namespace sparseconv::second_test
