// Wrong calls, each in a process of its own: each ends in an error of the library that names the call and the cure,
// never in a crash, a hang or another exception. Calls that are legal though odd work.

#include "support/child_process.hpp"

#if SPARSECONV_POSIX
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <initializer_list>
#include <limits>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "sparseconv/execute/implicit_gemm.hpp"
#include "sparseconv/index/build_row_map.hpp"
#include "sparseconv/layers/activate.hpp"
#include "sparseconv/layers/batch_norm.hpp"
#include "sparseconv/layers/sparse_conv.hpp"
#include "sparseconv/layers/sparse_pool.hpp"
#include "sparseconv/layers/submanifold_conv.hpp"
#include "sparseconv/points/device_point_cloud.hpp"
#include "sparseconv/points/voxelize.hpp"
#include "sparseconv/tensor/dense.hpp"
#include "sparseconv/tensor/folded_to_map.hpp"
#include "sparseconv/tensor/make_sparse_tensor.hpp"
#include "support/at_policy.hpp"
#include "support/emulated_gpu.hpp"
#include "support/feature_view.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::wrong_calls_test {
namespace {

constexpr std::int64_t too_many = std::int64_t{1} << 62;
constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

/// What a call must be refused with: an error whose sentence begins with `call`, or has it somewhere, and then a cure.
struct WrongCall {
  char const* name;
  std::string call;
  std::function<void()> make;
};

/// Expects each of the calls to be refused, in a child of this process.
void expect_refused(std::vector<WrongCall> const& calls) {
  for (WrongCall const& wrong : calls) {
    std::string const outcome = test::outcome_in_child([&] {
      std::string sentence = "nothing was thrown";
      try {
        wrong.make();
      } catch (Error const& error) {
        sentence = error.what();
        if (sentence.find(wrong.call) != std::string::npos && sentence.find("; ") != std::string::npos) return true;
      }
      std::fprintf(stderr, "%s: %s\n", wrong.name, sentence.c_str());
      return false;
    });
    EXPECT_EQ(outcome, "") << wrong.name;
  }
}

/// The same with calls that start threads.
void expect_refused_on_threads(std::vector<WrongCall> const& calls) {
  if (!test::children_have_threads) GTEST_SKIP() << "the thread sanitizer lets no child start threads";
  expect_refused(calls);
}

/// What is left of something that was moved from.
template <class Thing>
Thing moved_from(Thing thing) {
  Thing const taken(std::move(thing));
  return thing;  // NOLINT: what is tested
}

constexpr Grid<2> plane{.shape = {4, 5}, .batch_size = 2};

std::span<Coordinate<2> const> coordinates_of(SiteSet<2> const& set) {
  return set.coordinates();
}

SiteSet<2> sites() {
  return test::sites_of(plane, std::vector<Coordinate<2>>{{0, {0, 1}}, {0, {3, 4}}, {1, {2, 2}}});
}

SparseTensor<float, 2> tensor(std::int64_t channels = 3) {
  return test::random_tensor<float>(sites(), channels, 1);
}

SparseTensor<float, 3> volume(std::int64_t channels) {
  auto const inside = test::sites_of(Grid<3>{.shape = {41, 40, 40}}, std::vector<Coordinate<3>>{{0, {20, 20, 20}}});
  return test::random_tensor<float>(inside, channels, 1);
}

SubmanifoldConv2D<float> layer() {
  return SubmanifoldConv2D<float>({.in_channels = 3, .out_channels = 5});
}

constexpr KernelGeometry<2> three_wide{.kernel_size = 3, .padding = 1};

Rulebook<> rules() {
  return build_rulebook(seq, sites(), sites(), three_wide);
}

Convolution<float, 2> of_parts(KernelGeometry<2> const& geometry, OutputDefinition definition,
                               Weights<float> weights = Weights<float>(9, 3, 5, Buffer<float>(135, 1.F)),
                               Buffer<float> bias = {}) {
  return {"parts", geometry, definition, no_activation, std::move(weights), std::move(bias)};
}

/// Calls a layer, or the like, and drops the result.
template <class... Arguments>
std::function<void()> call(Arguments... arguments) {
  return [=] {
    auto const apply = [](auto const& callee, auto const&... given) { (void)callee(given...); };
    apply(arguments...);
  };
}

TEST(WrongCalls, OfLayers) {
  using Parts = OutputDefinition;
  expect_refused({
      {"other channels", "SubmanifoldConv2D: input has 4", call(layer(), seq, tensor(4))},
      {"no channels", "SubmanifoldConv2D: input has 0", call(layer(), seq, tensor(0))},
      {"other channels on given sites", "SubmanifoldConv2D: input has 4", call(layer(), seq, tensor(4), sites())},
      {"other channels of a residual's layer", "SubmanifoldConv2D: input has 4",
       [] { (void)layer().with_residual(seq, tensor(4), tensor(5)); }},
      {"no input channels", "SparseConv2D: in_channels is 0", [] { SparseConv2D<float>({.out_channels = 1}); }},
      {"negative channels", "SparseConv2D: in_channels is -1",
       [] { SparseConv2D<float>({.in_channels = -1, .out_channels = 1}); }},
      {"negative output channels", "SubmanifoldConv2D: in_channels is 1",
       [] { SubmanifoldConv2D<float>({.in_channels = 1, .out_channels = -7}); }},
      {"too many channels", "SubmanifoldConv2D: weights of",
       [] { SubmanifoldConv2D<float>({.in_channels = too_many, .out_channels = too_many}); }},
      {"channels of more bytes than there are",
       "Buffer:", [] { SubmanifoldConv2D<float>({.in_channels = too_many / 9, .out_channels = 1}); }},
      {"no kernel", "SparseConv2D: kernel_size is 3 x 0",
       [] {
         SparseConv2D<float>({.in_channels = 1, .out_channels = 1, .kernel_size = {3, 0}});
       }},
      {"a kernel beyond int32", "PerAxis",
       [] { SparseConv2D<float>({.in_channels = 1, .out_channels = 1, .kernel_size = too_many}); }},
      {"a kernel of too many elements", "SparseConv2D: a kernel of",
       [] { SparseConv2D<float>({.in_channels = 1, .out_channels = 1, .kernel_size = 1 << 20}); }},
      {"a kernel that reaches too far", "SparseConv2D: a kernel of",
       [] { SparseConv2D<float>({.in_channels = 1, .out_channels = 1, .dilation = 1 << 30}); }},
      {"no stride", "SparseConv2D: stride is 0 x 1",
       [] {
         SparseConv2D<float>({.in_channels = 1, .out_channels = 1, .stride = {0, 1}});
       }},
      {"no dilation", "SparseConv2D: dilation is",
       [] { SparseConv2D<float>({.in_channels = 1, .out_channels = 1, .dilation = -3}); }},
      {"negative padding", "SparseConv2D: padding is",
       [] {
         SparseConv2D<float>({.in_channels = 1, .out_channels = 1, .padding = {0, -1}});
       }},
      {"a centre outside", "SubmanifoldConv2D: centre is 0 x 3",
       [] { SubmanifoldConv2D<float>({.in_channels = 1, .out_channels = 1, .centre = PerAxis<2>(0, 3)}); }},
      {"a strided submanifold layer", "parts: a submanifold",
       [] { of_parts({.kernel_size = 3, .stride = 2}, Parts::submanifold); }},
      {"a transposed floor layer", "parts: a transposed",
       [] { of_parts({.kernel_size = 3, .transposed = true}, Parts::floor); }},
      {"output_padding of its own", "parts: output_padding is",
       [] { of_parts({.kernel_size = 3, .output_padding = 1}, Parts::regular); }},
      {"too much output_padding", "parts: output_padding is",
       [] { of_parts({.kernel_size = 3, .transposed = true, .output_padding = 1}, Parts::regular); }},
      {"a kernel larger than the grid", "output_sites: no output is left",
       call(SparseConv2D<float>({.in_channels = 3, .out_channels = 1, .kernel_size = 6}), seq, tensor())},
      {"more padding than a transposed layer has cells", "output_sites: a transposed",
       call(of_parts({.kernel_size = 3, .padding = 9, .transposed = true}, Parts::regular), seq, tensor())},
      {"weights of other elements", "gather_gemm_scatter: the weights' kernel elements are 9",
       call(of_parts({.kernel_size = 2}, Parts::regular), seq, tensor())},
      {"weights of other elements by map", "implicit_gemm: the weights' kernel elements are 9",
       call(of_parts({.kernel_size = 2}, Parts::regular), seq, tensor(), dataflow::implicit_gemm)},
      {"a bias of another length", "gather_gemm_scatter: the bias has a length of 2",
       [] {
         auto const parts = of_parts(three_wide, Parts::regular, Weights<float>(9, 3, 5, Buffer<float>(135, 1.F)),
                                     Buffer<float>(2, 1.F));
         (void)parts(seq, tensor());
       }},
      {"weights of fewer values", "Weights: 3 values", [] { Weights<float>(1, 2, 2, Buffer<float>(3, 1.F)); }},
      {"weights of negative counts", "Weights: -1", [] { Weights<float>(-1, -2, 1, Buffer<float>(2, 1.F)); }},
      {"weights of too many", "Weights: ", [] { Weights<float>(too_many, 4, 4, {}); }},
      {"set_weights of another length", "SubmanifoldConv2D.set_weights: 1",
       [] { layer().set_weights(std::array<float, 1>{}); }},
      {"set_bias of another length", "SubmanifoldConv2D.set_bias: 1", [] { layer().set_bias(std::array<float, 1>{}); }},
      {"given sites out of reach", "SubmanifoldConv2D: the given sites (grid unbounded) lie",
       call(layer(), seq, tensor(), test::sites_of(Grid<2>{}, std::vector<Coordinate<2>>{{0, {9, 0}}}))},
      {"given sites of another item", "SubmanifoldConv2D: the given sites have batch items",
       call(layer(), seq, tensor(), test::sites_of(Grid<2>{.batch_size = 9}, std::vector<Coordinate<2>>{{2, {0, 0}}}))},
      {"a residual of other channels", "SubmanifoldConv2D.with_residual: the residual has 4",
       [] { (void)layer().with_residual(seq, tensor(), tensor(4)); }},
      {"a residual of other sites", "SubmanifoldConv2D.with_residual: the residual's 1",
       [] {
         auto const other = test::sites_of(plane, std::vector<Coordinate<2>>{{0, {0, 1}}});
         (void)layer().with_residual(seq, tensor(), SparseTensor<float, 2>(other, 5));
       }},
      {"outputs beyond int32", "output_sites: an output at position 2147483648",
       [] {
         auto const last =
             test::sites_of(Grid<1>{}, std::vector<Coordinate<1>>{{0, {std::numeric_limits<std::int32_t>::max()}}});
         SparseConv1D<float> const conv({.in_channels = 1, .out_channels = 1, .padding = 2});
         (void)conv(seq, SparseTensor<float, 1>(last, 1));
       }},
      {"a pool without a stride", "SparsePool2D: stride is", [] { SparsePool2D({.stride = 0}); }},
      {"a pool larger than the grid", "output_sites: no output is left",
       call(SparsePool2D({.kernel_size = 9}), seq, tensor())},
      {"a pool of given sites out of reach", "SparsePool2D: the given sites",
       call(SparsePool2D({}), seq, tensor(), test::sites_of(Grid<2>{}, std::vector<Coordinate<2>>{{0, {0, -3}}}))},
      {"a strided submanifold pool", "SparsePool2D: a submanifold",
       [] { SparsePool2D({.definition = OutputDefinition::submanifold}); }},
  });
}

TEST(WrongCalls, OfNorms) {
  auto const set = [](std::size_t scale, std::size_t shift, std::size_t mean, std::size_t variance, float number) {
    return [=] {
      std::vector<float> const a(scale, 1.F), b(shift, 1.F), c(mean, 1.F), d(variance, number);
      BatchNorm<float>(3).set(BatchNormStatistics<float>{a, b, c, d});
    };
  };
  expect_refused({
      {"no channels", "BatchNorm: 0", [] { BatchNorm<float>(0); }},
      {"negative channels", "BatchNorm: -5", [] { BatchNorm<float>(-5); }},
      {"more channels than can be", "Buffer:", [] { BatchNorm<float> const norm(too_many); }},
      {"negative epsilon", "BatchNorm: epsilon", [] { BatchNorm<float>(1, -1.0); }},
      {"no epsilon", "BatchNorm: epsilon", [] { BatchNorm<float>(1, std::nan("")); }},
      {"infinite epsilon", "BatchNorm: epsilon", [] { BatchNorm<float>(1, HUGE_VAL); }},
      {"fewer offsets", "BatchNorm: 2 factors", [] { BatchNorm<float>(Buffer<float>(2), Buffer<float>(1), 0.0); }},
      {"another scale", "BatchNorm.set: scale has 2", set(2, 3, 3, 3, 1)},
      {"another shift", "BatchNorm.set: shift has 4", set(3, 4, 3, 3, 1)},
      {"another mean", "BatchNorm.set: mean has 0", set(3, 3, 0, 3, 1)},
      {"another variance", "BatchNorm.set: variance has 1", set(3, 3, 3, 1, 1)},
      {"negative variance", "BatchNorm.set: variance + epsilon", set(3, 3, 3, 3, -1)},
      {"variance that is no number", "BatchNorm.set: variance + epsilon", set(3, 3, 3, 3, not_a_number)},
      {"other channels", "BatchNorm: input has 3", call(BatchNorm<float>(4), seq, tensor())},
      {"folding into other channels", "fold_batch_norm: the norm has 3",
       [] {
         auto conv = layer();
         fold_batch_norm(conv, BatchNorm<float>(3));
       }},
      {"folding behind an activation", "fold_batch_norm: the convolution",
       [] {
         auto conv = layer();
         conv.set_activation(relu);
         fold_batch_norm(conv, BatchNorm<float>(5));
       }},
      {"folding what does not fit", "fold_batch_norm: with the norm's factor",
       [] {
         SubmanifoldConv2D<half> conv({.in_channels = 1, .out_channels = 1});
         BatchNorm<half> norm(1);
         norm.set<float>({std::array{1e9F}, std::array{0.F}, std::array{0.F}, std::array{1.F}});
         fold_batch_norm(conv, norm);
       }},
  });
}

TEST(WrongCalls, OfWhatWasMovedFrom) {
  expect_refused({
      {"a tensor", "SiteSet: the set was moved from", call(layer(), seq, moved_from(tensor()))},
      {"a tensor on given sites", "SiteSet: the set was moved from", call(layer(), seq, moved_from(tensor()), sites())},
      {"a tensor by map", "SiteSet: the set was moved from",
       call(layer(), seq, moved_from(tensor()), dataflow::implicit_gemm)},
      {"a tensor on one thread", "SiteSet: the set was moved from",
       call(layer(), test::OnCpu<1>::policy(), moved_from(tensor()))},
      {"a tensor of a residual", "SiteSet: the set was moved from",
       [] { (void)layer().with_residual(seq, moved_from(tensor()), tensor(5)); }},
      {"a residual", "SubmanifoldConv2D.with_residual",
       [] { (void)layer().with_residual(seq, tensor(), moved_from(tensor(5))); }},
      {"a tensor of a pool", "SiteSet: the set was moved from",
       call(SparsePool2D({.kernel_size = 1}), seq, moved_from(tensor()))},
      {"a tensor as an array", "to_dense: the tensor's grid is unbounded",
       [] { (void)to_dense(seq, moved_from(tensor())); }},
      {"a layer", "the layer was moved from", call(moved_from(layer()), seq, tensor())},
      {"a layer and no channels", "the layer was moved from", call(moved_from(layer()), seq, tensor(0))},
      {"a layer on given sites", "the layer was moved from", call(moved_from(layer()), seq, tensor(), sites())},
      {"a layer with a residual", "the layer was moved from",
       [] { (void)moved_from(layer()).with_residual(seq, tensor(), tensor(5)); }},
      {"set_weights of a layer", ".set_weights", [] { moved_from(layer()).set_weights(std::array<float, 1>{}); }},
      {"set_bias of a layer", ".set_bias", [] { moved_from(layer()).set_bias(std::array<float, 1>{}); }},
      {"folding into a layer", "fold_batch_norm",
       [] {
         auto conv = moved_from(layer());
         fold_batch_norm(conv, BatchNorm<float>(5));
       }},
      {"a norm", "BatchNorm: ", call(moved_from(BatchNorm<float>(3)), seq, tensor())},
      {"set of a norm", "BatchNorm.set",
       [] {
         std::array<float, 3> const ones{1, 1, 1};
         moved_from(BatchNorm<float>(3)).set(BatchNormStatistics<float>{ones, ones, ones, ones});
       }},
      {"folding a norm", "fold_batch_norm: the norm has 0",
       [] {
         auto conv = layer();
         fold_batch_norm(conv, moved_from(BatchNorm<float>(5)));
       }},
      {"sites as inputs", "SiteSet: the set was moved from",
       [] { (void)cached_rulebook(seq, moved_from(sites()), sites(), three_wide); }},
      {"sites as inputs of a map", "SiteSet: the set was moved from",
       [] { (void)cached_row_map(seq, moved_from(sites()), sites(), three_wide); }},
      {"sites of a layer", "SiteSet: the set was moved from",
       [] { (void)layer().output_sites(seq, moved_from(sites())); }},
      {"a rulebook", "gather_gemm_scatter: ",
       [] {
         auto output = tensor(5);
         gather_gemm_scatter(seq, moved_from(rules()), test::feature_view(tensor()), layer().weights(),
                             output.features());
       }},
      {"a rulebook of a pool", "pool_rows: ",
       [] {
         auto output = tensor();
         pool_rows(seq, moved_from(rules()), test::feature_view(tensor()), output.features(),
                   Pooling::average_over_kernel);
       }},
      {"a rulebook of a map", "row_map_of: ", [] { (void)row_map_of(seq, moved_from(rules()).view(), three_wide); }},
      {"a map", "implicit_gemm: ",
       [] {
         auto output = tensor(5);
         auto const map = moved_from(build_row_map(seq, sites(), sites(), three_wide));
         implicit_gemm(seq, map, test::feature_view(tensor()), layer().weights(), output.features());
       }},
      {"weights", "gather_gemm_scatter: ",
       [] {
         auto output = tensor(5);
         auto const gone = moved_from(Weights<float>(9, 3, 5, Buffer<float>(135, 1.F)));
         gather_gemm_scatter(seq, rules(), test::feature_view(tensor()), gone, output.features());
       }},
      {"the points of sites", "features_to_sites: ",
       [] {
         auto points = build_site_set(seq, plane, coordinates_of(sites()));
         auto const taken = std::move(points);
         std::array<float, 3> const three{};
         (void)features_to_sites(seq, points, MatrixView<float const>{three.data(), 3, 1}, Duplicates::sum);
       }},
      {"a dense array", "from_dense: 0 values",
       [] {
         auto dense = to_dense(seq, tensor());
         auto const taken = std::move(dense);
         (void)from_dense(seq, dense);
       }},
      {"a map of a dense array", "folded_to_map: ",
       [] {
         auto dense = to_dense(seq, volume(2));
         auto const taken = std::move(dense);
         (void)folded_to_map(std::move(dense));
       }},
  });
}

TEST(WrongCalls, OfSitesAndTensors) {
  constexpr std::int32_t outside = 99;
  auto const site_set = [](Grid<2> const& grid, std::vector<Coordinate<2>> list) {
    return [=] { SiteSet<2>(grid, Buffer<Coordinate<2>>(list)); };
  };
  auto const made = [](std::vector<Coordinate<2>> list, std::int64_t features) {
    return [=] {
      std::vector<float> const numbers(static_cast<std::size_t>(features), 1.F);
      (void)make_sparse_tensor<float, 2>(seq, plane, std::span<Coordinate<2> const>(list),
                                         std::span<float const>(numbers));
    };
  };
  expect_refused({
      {"unsorted sites", "SiteSet: site (batch 0; 0, 1) comes after", site_set(plane, {{0, {0, 2}}, {0, {0, 1}}})},
      {"repeated sites", "SiteSet: site (batch 0; 0, 1) comes after", site_set(plane, {{0, {0, 1}}, {0, {0, 1}}})},
      {"a site outside", "SiteSet: site (batch 0; 0, 99)", site_set(plane, {{0, {0, outside}}})},
      {"a negative site", "SiteSet: site (batch 0; -1, 0)", site_set(plane, {{0, {-1, 0}}})},
      {"a batch item outside", "SiteSet: site (batch 2; 0, 0)", site_set(plane, {{2, {0, 0}}})},
      {"a negative batch item", "SiteSet: site (batch -1; 0, 0)", site_set({}, {{-1, {0, 0}}})},
      {"an empty extent", "SiteSet: the grid's shape is 4 x 0", site_set({.shape = {4, 0}}, {})},
      {"a negative batch", "SiteSet: the grid's batch_size is -1", site_set({.shape = {4, 4}, .batch_size = -1}, {})},
      {"an extent beyond int32", "PerAxis", [] { (void)Shape<2>(too_many, too_many); }},
      {"points outside", "build_site_set: site (batch 0; 0, 99)", made({{0, {0, outside}}}, 1)},
      {"points of an item outside", "build_site_set: site (batch 5; 0, 0)", made({{5, {0, 0}}}, 1)},
      {"repeated points", "make_sparse_tensor: points 0 and 2", made({{0, {0, 1}}, {0, {0, 2}}, {0, {0, 1}}}, 3)},
      {"features of another size", "make_sparse_tensor: 3 features", made({{0, {0, 1}}, {0, {0, 2}}}, 3)},
      {"features of no points", "make_sparse_tensor: 3 features", made({}, 3)},
      {"rows of another number", "features_to_sites: 2 rows",
       [] {
         std::array<float, 2> const two{};
         (void)make_sparse_tensor(seq, plane, coordinates_of(sites()), MatrixView<float const>{two.data(), 2, 1});
       }},
      {"a view of nothing", "features_to_sites: the points' view",
       [] {
         (void)make_sparse_tensor(seq, plane, coordinates_of(sites()), MatrixView<float const>{nullptr, 3, 2});
       }},
      {"a view of negative columns", "features_to_sites: the points' view",
       [] {
         (void)make_sparse_tensor(seq, plane, coordinates_of(sites()), MatrixView<float const>{nullptr, 3, -2});
       }},
      {"points without their lists", "features_to_sites: ",
       [] {
         PointSites<2> const partial{sites(), Buffer<Row>(3, 0), {}, {}};
         std::array<float, 3> const three{};
         (void)features_to_sites(seq, partial, MatrixView<float const>{three.data(), 3, 1}, Duplicates::sum);
       }},
      {"a tensor of fewer features", "SparseTensor: 2 features",
       [] { SparseTensor<float, 2>(sites(), 1, Buffer<float>(2, 1.F)); }},
      {"a tensor of negative channels", "SparseTensor: -1 channels", [] { SparseTensor<float, 2>(sites(), -1); }},
      {"a tensor of too many channels", "SparseTensor: 3 sites", [] { SparseTensor<float, 2>(sites(), too_many); }},
      {"a tensor of more bytes than there are", "Buffer: ", [] { SparseTensor<float, 2>(sites(), too_many / 3); }},
      {"a row above", "features_to_points: row 3",
       [] {
         (void)features_to_points(seq, tensor(), std::array<Row, 2>{0, 3});
       }},
      {"a row below", "features_to_points: row -2",
       [] {
         (void)features_to_points(seq, tensor(), std::array<Row, 2>{no_row, -2});
       }},
      {"an array of an unbounded grid",
       "to_dense: ", [] { (void)to_dense(seq, SparseTensor<float, 2>(SiteSet<2>{}, 1)); }},
      {"an array of too many cells", "to_dense: ",
       [] {
         constexpr std::int32_t most = std::numeric_limits<std::int32_t>::max();
         (void)to_dense(seq, SparseTensor<float, 3>(SiteSet<3>({.shape = {most, most, most}}, {}), 1));
       }},
      {"an array of fewer values", "from_dense: 3 values",
       [] {
         (void)from_dense(seq, DenseTensor<float, 1>{{1, 1, 4}, Buffer<float>(3, 1.F)});
       }},
      {"an array of negative extents", "from_dense: an extent of -1",
       [] {
         (void)from_dense(seq, DenseTensor<float, 1>{{-1, 1, -4}, Buffer<float>(4, 1.F)});
       }},
      {"an array of an empty extent", "from_dense: the grid's shape is 0",
       [] {
         (void)from_dense(seq, DenseTensor<float, 1>{{1, 1, 0}, {}});
       }},
      {"an array of a long extent", "from_dense: an extent of",
       [] {
         (void)from_dense(seq, DenseTensor<float, 1>{{1, 0, too_many}, {}});
       }},
      {"an array of too many items", "from_dense: a batch of",
       [] {
         (void)from_dense(seq, DenseTensor<float, 1>{{too_many, 0, 1}, {}});
       }},
      {"an array of too many values", "from_dense: the dense array has more",
       [] {
         (void)from_dense(seq, DenseTensor<float, 1>{{1, too_many, 4}, {}});
       }},
      {"a map of fewer values", "folded_to_map: ",
       [] {
         (void)folded_to_map(DenseTensor<float, 3>{{1, 2, 3, 4, 5}, Buffer<float>(3, 1.F)});
       }},
      {"a buffer of negative size", "Buffer: -1", [] { Buffer<float>(std::int64_t{-1}); }},
      {"a buffer of too many", "Buffer: ", [] { Buffer<float> const all(too_many); }},
      {"columns that are not there",
       "MatrixView.column_range: ", [] { (void)test::feature_view(tensor()).column_range(2, 2); }},
      {"a negative number of columns",
       "MatrixView.column_range: ", [] { (void)test::feature_view(tensor()).column_range(0, -1); }},
      {"values with gaps",
       "MatrixView.values: ", [] { (void)test::feature_view(tensor()).column_range(0, 2).values(); }},
  });
}

TEST(WrongCalls, OfRulebooksAndOperands) {
  auto const gathered = [](auto const& change) {
    return [=] {
      auto output = tensor(5);
      auto const input = tensor();
      auto const conv = layer();
      auto const pairs = rules();
      MatrixView<float const> from = input.features();
      WeightsView<float> weights = conv.weights();
      MatrixView<float> to = output.features();
      Epilogue<float> epilogue;
      change(from, weights, to, epilogue);
      gather_gemm_scatter(seq, pairs, from, weights, to, epilogue);
    };
  };
  using From = MatrixView<float const>&;
  using View = WeightsView<float>&;
  using To = MatrixView<float>&;
  using Last = Epilogue<float>&;
  static std::array<float, 64> const numbers{};
  expect_refused({
      {"fewer input rows", "gather_gemm_scatter: the input's rows", gathered([](From f, View, To, Last) { --f.rows; })},
      {"more output rows", "gather_gemm_scatter: the output's rows",
       gathered([](From, View, To t, Last) { ++t.rows; })},
      {"other input channels", "gather_gemm_scatter: the input's channels",
       gathered([](From f, View, To, Last) { f.columns = 2; })},
      {"other output channels", "gather_gemm_scatter: the output's channels",
       gathered([](From, View, To t, Last) { t.columns = 4; })},
      {"an input of nothing", "gather_gemm_scatter: the input's view",
       gathered([](From f, View, To, Last) { f.data = nullptr; })},
      {"an output of nothing", "gather_gemm_scatter: the output's view",
       gathered([](From, View, To t, Last) { t.data = nullptr; })},
      {"rows over one another", "gather_gemm_scatter: the input's rows of 3",
       gathered([](From f, View, To, Last) { f.stride = 2; })},
      {"weights of nothing", "gather_gemm_scatter: the weights",
       gathered([](From, View v, To, Last) { v.data = nullptr; })},
      {"weights of negative counts",
       "gather_gemm_scatter: ", gathered([](From, View v, To, Last) { v.elements = -9; })},
      {"a bias of another length", "gather_gemm_scatter: the bias",
       gathered([](From, View, To, Last e) { e.bias = std::span(numbers).first(4); })},
      {"a residual of other rows", "gather_gemm_scatter: the residual's rows", gathered([](From, View, To, Last e) {
         e.residual = {numbers.data(), 2, 5};
       })},
      {"a residual of other channels", "gather_gemm_scatter: the residual's channels",
       gathered([](From, View, To, Last e) {
         e.residual = {numbers.data(), 3, 4};
       })},
      {"a residual with rows over one another", "gather_gemm_scatter: the residual's rows of 5",
       gathered([](From, View, To, Last e) {
         e.residual = {numbers.data(), 3, 5, -5};
       })},
      {"no rulebook", "gather_gemm_scatter: ",
       [] {
         auto output = tensor(5);
         gather_gemm_scatter(seq, RulebookView<>{}, test::feature_view(tensor()), layer().weights(), output.features());
       }},
      {"a pool without a rulebook", "pool_rows: ",
       [] {
         auto output = tensor(3);
         pool_rows(seq, RulebookView<>{}, test::feature_view(tensor()), output.features(),
                   Pooling::average_over_kernel);
       }},
      {"a pool of no input", "pool_rows: the input's view",
       [] {
         auto output = tensor(3);
         pool_rows(seq, rules(), MatrixView<float const>{nullptr, 3, 3}, output.features(), Pooling::max);
       }},
      {"a pool into other channels", "pool_rows: the input's channels",
       [] {
         auto output = tensor(4);
         pool_rows(seq, rules(), test::feature_view(tensor()), output.features(), Pooling::max);
       }},
      {"finished rows of nothing", "finish_rows: the input's view",
       [] {
         auto output = tensor(3);
         finish_rows(seq, MatrixView<float const>{nullptr, 3, 3}, {}, Epilogue<float>{}, output.features());
       }},
      {"fewer factors", "finish_rows: the factors",
       [] {
         auto output = tensor(3);
         finish_rows(seq, test::feature_view(tensor()), std::span(numbers).first(2), Epilogue<float>{},
                     output.features());
       }},
      {"a geometry out of range", "build_rulebook: kernel_size is",
       [] {
         (void)build_rulebook(seq, sites(), sites(), KernelGeometry<2>{.kernel_size = {0, 3}});
       }},
      {"a geometry of another map", "row_map_of: the rulebook has 9",
       [] { (void)row_map_of(seq, rules().view(), KernelGeometry<2>{.kernel_size = 2}); }},
      {"a map of a geometry out of range", "build_row_map: stride is",
       [] {
         (void)build_row_map(seq, sites(), sites(), KernelGeometry<2>{.stride = {1, -1}});
       }},
      {"sites of a geometry out of range", "output_sites: dilation is",
       [] { (void)output_sites(seq, sites(), KernelGeometry<2>{.dilation = 0}, OutputDefinition::regular); }},
  });
}

TEST(WrongCalls, OfClouds) {
  constexpr VoxelGrid unit{.voxel_size = {1, 1, 1}, .low = {0, 0, 0}, .high = {2, 2, 2}};
  auto const in_grid = [=](auto const& change) {
    return [=] {
      VoxelGrid grid = unit;
      change(grid);
      (void)voxelize(seq, PointCloud{.columns = 3, .values = {0.5F, 0.5F, 0.5F}}, grid);
    };
  };
  auto const of = [=](std::int64_t columns, std::size_t count, VoxelLimits const& limits = {}) {
    return [=] {
      PointCloud const cloud{.columns = columns, .values = std::vector<float>(count, 0.5F)};
      (void)voxelize(seq, cloud, unit, limits);
    };
  };
  expect_refused({
      {"voxels of no size", "voxelize: along x", in_grid([](VoxelGrid& g) { g.voxel_size[0] = 0; })},
      {"voxels of a negative size", "voxelize: along y", in_grid([](VoxelGrid& g) { g.voxel_size[1] = -1; })},
      {"voxels whose size is no number", "voxelize: along z",
       in_grid([](VoxelGrid& g) { g.voxel_size[2] = not_a_number; })},
      {"infinite voxels", "voxelize: along x", in_grid([](VoxelGrid& g) { g.voxel_size[0] = infinity; })},
      {"voxels too small", "voxelize: along x", in_grid([](VoxelGrid& g) { g.voxel_size[0] = 1e-30F; })},
      {"a range that is no number", "voxelize: along x", in_grid([](VoxelGrid& g) { g.low[0] = not_a_number; })},
      {"an infinite range", "voxelize: along y", in_grid([](VoxelGrid& g) { g.high[1] = infinity; })},
      {"a range infinite below", "voxelize: along y", in_grid([](VoxelGrid& g) { g.low[1] = -infinity; })},
      {"an empty range", "voxelize: along z", in_grid([](VoxelGrid& g) { g.high[2] = 0; })},
      {"a range that ends before it begins", "voxelize: along z", in_grid([](VoxelGrid& g) { g.high[2] = -9; })},
      {"negative slices", "voxelize: extra_slices", in_grid([](VoxelGrid& g) { g.extra_slices = -1; })},
      {"too many slices", "voxelize: along z",
       in_grid([](VoxelGrid& g) { g.extra_slices = std::numeric_limits<std::int32_t>::max(); })},
      {"no points a voxel", "voxelize: limits of 0", of(3, 3, {.points_per_voxel = 0})},
      {"a negative number of voxels", "voxelize: limits of", of(3, 3, {.voxels = -1})},
      {"an odd number of values", "PointCloud::view: ", of(3, 4)},
      {"two columns", "voxelize: the cloud has 2", of(2, 4)},
      {"no columns", "PointCloud::view: ", of(0, 4)},
      {"negative columns", "PointCloud::view: ", of(-1, 4)},
      {"negative columns of nothing", "voxelize: the cloud has -1", of(-1, 0)},
      {"the size of an odd number of values",
       "PointCloud::size: ", [] { (void)PointCloud{.columns = 3, .values = {1}}.size(); }},
      {"a view of nothing", "voxelize: the points' view",
       [=] {
         (void)voxelize(seq, MatrixView<float const>{nullptr, 2, 3}, unit);
       }},
      {"a view of negative rows", "voxelize: the points' view",
       [=] {
         (void)voxelize(seq, MatrixView<float const>{nullptr, -2, 3}, unit);
       }},
      {"more points than can be numbered", "voxelize: 4611686018427387904 points",
       [=] {
         (void)voxelize(seq, MatrixView<float const>{nullptr, too_many, 3}, unit);
       }},
      {"a column that is not there", "PointCloud::column: ", [] { (void)PointCloud{}.column("x"); }},
      {"names of other columns",
       "PointCloud::column: ", [] { (void)PointCloud{.columns = 3, .values = {}, .names = {"x"}}.column("x"); }},
  });
}

TEST(WrongCalls, OfPolicies) {
  expect_refused({
      {"no threads", "cpu.threads: 0", [] { (void)cpu.threads(0); }},
      {"a negative number of threads", "cpu.threads: -1", [] { (void)cpu.threads(-1); }},
      {"the fewest threads", "cpu.threads: -2147483648", [] { (void)cpu.threads(std::numeric_limits<int>::min()); }},
      {"no threads of what was moved from", "cpu.threads: 0", [] { (void)moved_from(cpu.threads(1)).threads(0); }},
  });
  if (best_instruction_set() != every_instruction_set.back()) {
    expect_refused(
        {{"instructions that the processor lacks", "cpu.instructions: " + to_string(every_instruction_set.back()),
          [] { (void)cpu.instructions(every_instruction_set.back()); }}});
  }
}

TEST(WrongCalls, OnADevice) {
  using Memory = test::EmulatedGpu::Memory;
  constexpr VoxelGrid unit{.voxel_size = {1, 1, 1}, .low = {0, 0, 0}, .high = {2, 2, 2}};
  // The policy starts its threads in the child.
  auto const on_device = [](auto const& body) { return [=] { body(test::EmulatedGpu{}); }; };
  using Gpu = test::EmulatedGpu const&;
  expect_refused_on_threads({
      {"other channels", "SubmanifoldConv2D: input has 4",
       on_device([](Gpu gpu) { (void)copy_to(gpu, layer())(gpu, copy_to(gpu, tensor(4))); })},
      {"a tensor that was moved from", "SiteSet: the set was moved from", on_device([](Gpu gpu) {
         auto input = copy_to(gpu, tensor());
         auto const taken = std::move(input);
         (void)copy_to(gpu, layer())(gpu, input);
       })},
      {"a layer that was moved from", "the layer was moved from",
       on_device([](Gpu gpu) { (void)copy_to(gpu, moved_from(layer()))(gpu, copy_to(gpu, tensor())); })},
      {"a norm that was moved from",
       "BatchNorm: ", on_device([](Gpu gpu) { (void)copy_to(gpu, moved_from(BatchNorm<float>(3))); })},
      {"a copy onto other sites", "SparseTensor: 9 features for 1 sites", on_device([](Gpu gpu) {
         auto const other = test::sites_of(plane, std::vector<Coordinate<2>>{{0, {0, 1}}});
         (void)copy_to(gpu, tensor(), copy_to(gpu, other));
       })},
      {"a copy back onto other sites", "SparseTensor: 9 features for 0 sites",
       on_device([](Gpu gpu) { (void)copy_to_host(gpu, copy_to(gpu, tensor()), SiteSet<2>{}); })},
      {"given sites out of reach", "SubmanifoldConv2D: the given sites", on_device([](Gpu gpu) {
         auto const far = test::sites_of(Grid<2>{}, std::vector<Coordinate<2>>{{0, {9, 0}}});
         (void)copy_to(gpu, layer())(gpu, copy_to(gpu, tensor()), copy_to(gpu, far));
       })},
      {"points outside", "build_site_set: site (batch 0; 9, 9)", on_device([](Gpu gpu) {
         std::vector<Coordinate<2>> const points{{0, {9, 9}}};
         (void)build_site_set(gpu, plane, copy_to(gpu, std::span<Coordinate<2> const>(points)));
       })},
      {"repeated points", "make_sparse_tensor: points 0 and 1", on_device([](Gpu gpu) {
         std::vector<Coordinate<2>> const points(2);
         (void)make_sparse_tensor<float, 2>(gpu, plane, copy_to(gpu, std::span<Coordinate<2> const>(points)),
                                            copy_to(gpu, Buffer<float>(2, 1.F)));
       })},
      {"features of another size", "make_sparse_tensor: 3 features", on_device([](Gpu gpu) {
         std::vector<Coordinate<2>> const points(2);
         (void)make_sparse_tensor<float, 2>(gpu, plane, copy_to(gpu, std::span<Coordinate<2> const>(points)),
                                            copy_to(gpu, Buffer<float>(3, 1.F)));
       })},
      {"points without their lists", "features_to_sites: ", on_device([](Gpu gpu) {
         PointSites<2, Memory> const partial{copy_to(gpu, sites()), copy_to(gpu, Buffer<Row>(3, 0)), {}, {}};
         auto const features = copy_to(gpu, Buffer<float>(3, 1.F));
         (void)features_to_sites(gpu, partial, MatrixView<float const, Memory>{features.data(), 3, 1}, Duplicates::sum);
       })},
      {"a row above", "features_to_points: row 7", on_device([](Gpu gpu) {
         (void)features_to_points(gpu, copy_to(gpu, tensor()), copy_to(gpu, Buffer<Row>(2, 7)));
       })},
      {"a view of nothing", "voxelize: the points' view", on_device([=](Gpu gpu) {
         (void)voxelize(gpu, MatrixView<float const, Memory>{nullptr, 2, 3}, unit);
       })},
      {"a limit of nothing", "voxelize: limits of 0", on_device([=](Gpu gpu) {
         PointCloud const cloud{.columns = 3, .values = {1, 1, 1}};
         (void)voxelize(gpu, copy_to(gpu, cloud), unit, {.points_per_voxel = 0});
       })},
      {"an odd number of values", "copy_to: ", on_device([](Gpu gpu) {
         (void)copy_to(gpu, PointCloud{.columns = 3, .values = {1, 1}});
       })},
      {"an array of fewer values", "from_dense: 3 values", on_device([](Gpu gpu) {
         (void)from_dense(gpu, copy_to(gpu, DenseTensor<float, 1>{{1, 1, 4}, Buffer<float>(3, 1.F)}));
       })},
      {"weights of nothing", "implicit_gemm: the weights", on_device([](Gpu gpu) {
         auto const input = copy_to(gpu, tensor());
         auto output = copy_to(gpu, tensor(5));
         auto const map = build_row_map(gpu, input.sites(), input.sites(), three_wide);
         implicit_gemm(gpu, map, input.features(), WeightsView<float, Memory>{nullptr, 9, 3, 5}, output.features());
       })},
      {"a rulebook that was moved from", "pool_rows: ", on_device([](Gpu gpu) {
         auto const input = copy_to(gpu, tensor());
         auto output = copy_to(gpu, tensor());
         auto pairs = build_rulebook(gpu, input.sites(), input.sites(), three_wide);
         auto const taken = std::move(pairs);
         pool_rows(gpu, pairs, input.features(), output.features(), Pooling::max);
       })},
      {"memory of nowhere", "Buffer: ", [] { Buffer<float, Memory> const none(nullptr, 4); }},
  });
}

/// Calls body with `seq`, `cpu` of 1 and 3 threads, and the emulated device.
template <class Body>
void for_each_policy(Body const& body) {
  body(seq);
  body(test::OnCpu<1>::policy());
  body(test::OnCpu<3>::policy());
  static test::EmulatedGpu const device;
  body(device);
}

TEST(OddCalls, OfNoSitesGiveNoSites) {
  for_each_policy([](auto const& where) {
    auto const none = test::there(where, SparseTensor<float, 2>(SiteSet<2>(plane, {}), 3));
    auto const gone = test::there(where, moved_from(tensor()));
    auto const conv = test::there(where, layer());
    auto const by_pairs = conv(where, none, dataflow::gather_gemm_scatter);
    EXPECT_EQ(by_pairs.size(), 0);
    EXPECT_EQ(by_pairs.channels(), 5);
    EXPECT_EQ(conv(where, none, dataflow::implicit_gemm).channels(), 5);
    EXPECT_EQ(conv.with_residual(where, none, by_pairs).size(), 0);
    EXPECT_EQ(SparsePool2D({})(where, none).channels(), 3);
    auto const norm = test::there(where, BatchNorm<float>(3));
    EXPECT_EQ(norm(where, none).channels(), 3);
    EXPECT_EQ(norm(where, gone).size(), 0);
    EXPECT_EQ(activate(where, none, relu).channels(), 3);
    EXPECT_EQ(activate(where, gone, relu).size(), 0);
    auto const some = test::there(where, tensor());
    EXPECT_EQ(conv(where, some, none.sites()).size(), 0);
    EXPECT_EQ(conv(where, some, gone.sites()).size(), 0);
    EXPECT_EQ(SparsePool2D({})(where, some, gone.sites()).size(), 0);
    EXPECT_EQ(test::here(where, conv(where, none, some.sites())).size(), 3) << "the epilogue of 0";
    EXPECT_EQ(test::here(where, SparsePool2D({.kernel_size = 1})(where, none, some.sites())).size(), 3);
  });
}

TEST(OddCalls, OfNoPointsGiveNoVoxels) {
  constexpr VoxelGrid unit{.voxel_size = {1, 1, 1}, .low = {0, 0, 0}, .high = {2, 2, 2}};
  PointCloud const far{.columns = 4, .values = {9, 9, 9, 9, not_a_number, 0, 0, 0, infinity, 0, 0, 0}};
  for_each_policy([&](auto const& where) {
    EXPECT_EQ(voxelize(where, test::there(where, PointCloud{.columns = 4}), unit).tensor.channels(), 4);
    auto const dropped = voxelize(where, test::there(where, far), unit, {.points_per_voxel = 1, .voxels = 1});
    EXPECT_EQ(dropped.tensor.size(), 0);
    EXPECT_EQ(dropped.dropped.not_finite, 2);
    EXPECT_EQ(dropped.dropped.out_of_range, 1);
    EXPECT_EQ(dropped.row_of_point.size(), 3);
  });
}

TEST(OddCalls, OfNoPointsGiveNoTensor) {
  for (CpuPolicy const& where : {test::OnCpu<1>::policy(), test::OnCpu<3>::policy()}) {
    EXPECT_EQ((make_sparse_tensor<float, 2>(where, plane, std::initializer_list<Coordinate<2>>{}, {})).size(), 0);
    EXPECT_EQ(make_sparse_tensor(where, plane, {}, MatrixView<float const>{nullptr, 0, 7}).channels(), 7);
    EXPECT_EQ(make_sparse_tensor(where, plane, coordinates_of(sites()), MatrixView<float const>{nullptr, 3, 0}).size(),
              3);
    EXPECT_EQ(features_to_points(where, tensor(), {}).size(), 0);
    EXPECT_EQ(features_to_points(where, tensor(), std::array{no_row, no_row}).size(), 6);
    EXPECT_EQ(features_to_points(where, moved_from(tensor()), std::array{no_row}).size(), 3);
  }
  for_each_policy([](auto const& where) {
    auto const points = build_site_set(where, Grid<2>{.batch_size = 0}, test::there(where, Buffer<Coordinate<2>>{}));
    EXPECT_EQ(points.sites.size(), 0);
    EXPECT_EQ(points.row_of_point.size(), 0);
    auto const nothing = to_dense(where, test::there(where, SparseTensor<float, 2>(sites(), 0)));
    EXPECT_EQ(nothing.values.size(), 0);
    EXPECT_EQ(from_dense(where, nothing).size(), 0);
    auto const zeros = test::there(where, DenseTensor<float, 1>{{1, 2, 3}, Buffer<float>(6, 0.F)});
    EXPECT_EQ(from_dense(where, zeros).channels(), 2);
  });
}

TEST(OddCalls, OfNoRowsDoNothing) {
  for_each_policy([](auto const& where) {
    using Memory = typename std::remove_cvref_t<decltype(where)>::Memory;
    auto const none = test::there(where, SiteSet<2>(plane, {}));
    auto const pairs = build_rulebook(where, none, none, three_wide);
    auto const map = build_row_map(where, none, none, three_wide);
    auto const conv = test::there(where, layer());
    MatrixView<float, Memory> const output{nullptr, 0, 5};
    MatrixView<float const, Memory> const input{nullptr, 0, 3};
    gather_gemm_scatter(where, pairs, input, conv.weights(), output);
    implicit_gemm(where, map, input, conv.weights(), output);
    pool_rows(where, pairs, input, MatrixView<float, Memory>{nullptr, 0, 3}, Pooling::average);
    finish_rows(where, input, {}, Epilogue<float, Memory>{}, MatrixView<float, Memory>{nullptr, 0, 3});
    EXPECT_EQ(map.output_count(), 0);
  });
}

TEST(OddCalls, OfWhatWasMovedFromFindNothing) {
  SiteSet<2> const gone = moved_from(sites());
  EXPECT_EQ(gone.size(), 0);
  EXPECT_TRUE(gone.coordinates().empty());
  EXPECT_EQ(gone.derived_bytes(), 0);
  gone.release_derived();
  EXPECT_EQ(test::feature_view(moved_from(tensor())).size(), 0);
  EXPECT_EQ(moved_from(layer()).parameter_count(), 0);
  EXPECT_EQ(moved_from(BatchNorm<float>(3)).parameter_count(), 0);
  EXPECT_EQ(moved_from(rules()).element_count(), 0);
  EXPECT_EQ(moved_from(rules()).pair_count(), 0);
  CpuPolicy policy = test::OnCpu<3>::policy();
  CpuPolicy const taken = std::move(policy);
  EXPECT_EQ(layer()(policy, tensor()).size(), layer()(taken, tensor()).size());  // NOLINT: what is tested
}

}  // namespace
}  // namespace sparseconv::wrong_calls_test
#endif
