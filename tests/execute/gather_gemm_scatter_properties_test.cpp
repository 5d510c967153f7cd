#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <numeric>
#include <thread>
#include <vector>

#include "sparseconv/execute/gather_gemm_scatter.hpp"
#include "sparseconv/index/cached_rulebook.hpp"
#include "sparseconv/tensor/make_sparse_tensor.hpp"
#include "support/convolution.hpp"
#include "support/error_message.hpp"
#include "support/meeting.hpp"
#include "support/oracle_checks.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::gather_gemm_scatter_properties_test {
namespace {

using test::convolve;
using test::message_of;
using test::random_tensor;
using test::random_weights;
using test::same_bits;

constexpr auto regular = OutputDefinition::regular;

template <class Where>
class ConvolutionProperty : public ::testing::Test {};
TYPED_TEST_SUITE(ConvolutionProperty, test::Policies);

TYPED_TEST(ConvolutionProperty, PermutingTheInputListChangesNoBit) {
  auto const& where = TypeParam::policy();
  Grid<2> const grid{.shape = {40, 50}, .batch_size = 2};
  std::vector<Coordinate<2>> const points = test::random_coordinates<2>(test::range_of(grid), 500, 1);
  auto const features = test::random_numbers<float>(500 * 3, 2);
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  test::RandomNumbers(3).shuffle(order);
  std::vector<Coordinate<2>> shuffled;
  std::vector<float> shuffled_features;
  for (std::size_t const i : order) {
    shuffled.push_back(points[i]);
    shuffled_features.insert(shuffled_features.end(), features.data() + 3 * i, features.data() + 3 * i + 3);
  }
  auto const weights = random_weights<float>(9, 3, 4, 1);
  auto const one = make_sparse_tensor<float, 2>(where, grid, std::span<Coordinate<2> const>(points), features);
  auto const two = make_sparse_tensor<float, 2>(where, grid, std::span<Coordinate<2> const>(shuffled),
                                                std::span<float const>(shuffled_features));
  KernelGeometry<2> const geometry{.kernel_size = 3, .stride = {2, 1}, .padding = 1};
  auto const expected = convolve<float, 2>(where, one, weights, geometry, regular);
  auto const actual = convolve<float, 2>(where, two, weights, geometry, regular);
  ASSERT_EQ(test::cells_of(actual.sites()), test::cells_of(expected.sites()));
  EXPECT_TRUE(same_bits(actual.features(), expected.features()));
}

// Item 14 of the failures that peers have: an empty last item.
TYPED_TEST(ConvolutionProperty, Item14ABatchIsItsItemsOneByOneAlsoWhenTheLastIsEmpty) {
  auto const& where = TypeParam::policy();
  Grid<3> const grid{.shape = {9, 8, 7}, .batch_size = 4};  // items 1 and 3, the last, are empty
  auto const list = test::random_coordinates<3>(test::range_of(grid, {1, 3}), 200, 5);
  auto const input = random_tensor<double>(test::sites_of(grid, list), 3, 6);
  auto const weights = random_weights<double>(12, 3, 5, 7);
  KernelGeometry<3> const geometry{.kernel_size = {2, 3, 2}, .stride = {1, 2, 1}, .padding = {1, 1, 0}};
  auto const whole = convolve<double, 3>(where, input, weights, geometry, regular);
  std::int64_t next = 0;  // row of the whole output
  std::int64_t first = 0;
  for (std::int32_t item = 0; item < 4; ++item) {
    std::vector<Coordinate<3>> alone;
    for (auto const& site : input.sites().coordinates()) {
      if (site.batch == item) alone.push_back({0, site.position});
    }
    auto const count = static_cast<std::int64_t>(alone.size());
    Grid<3> const one{.shape = grid.shape, .batch_size = 1};
    Buffer<double> features(std::span<double const>(input.features().row_data(first), alone.size() * 3));
    SparseTensor<double, 3> const part(test::sites_of(one, alone), 3, std::move(features));
    auto const output = convolve<double, 3>(where, part, weights, geometry, regular);
    for (std::int64_t row = 0; row < output.size(); ++row, ++next) {
      Coordinate<3> site = output.sites().coordinates()[static_cast<std::size_t>(row)];
      site.batch = item;
      ASSERT_EQ(whole.sites().coordinates()[static_cast<std::size_t>(next)], site);
      ASSERT_TRUE(std::equal(output.features().row_data(row), output.features().row_data(row) + 5,
                             whole.features().row_data(next)));
    }
    first += count;
  }
  EXPECT_EQ(next, whole.size());
}

TYPED_TEST(ConvolutionProperty, MovingTheInputMovesTheOutput) {
  auto const& where = TypeParam::policy();
  auto list = test::random_coordinates<2>({{-15, -15}, {15, 15}, {0}}, 300, 8);
  auto const weights = random_weights<float>(6, 2, 3, 9);
  KernelGeometry<2> const geometry{.kernel_size = {3, 2}, .stride = {2, 3}, .dilation = {1, 2}};
  auto const run = [&] {
    return convolve<float, 2>(where, random_tensor<float>(test::sites_of(Grid<2>{}, list), 2, 1), weights, geometry,
                              regular);
  };
  auto const before = run();
  for (auto& site : list) site.position = {site.position[0] - 2 * 500000000, site.position[1] + 3 * 700000000};
  auto const after = run();
  EXPECT_TRUE(same_bits(after.features(), before.features()));
  for (std::size_t i = 0; i < before.sites().coordinates().size(); ++i) {
    auto const& from = before.sites().coordinates()[i].position;
    auto const& to = after.sites().coordinates()[i].position;
    ASSERT_TRUE(to[0] == from[0] - 500000000 && to[1] == from[1] + 700000000);
  }
}

// <A x, y> = <x, A^T y>: A^T is the transposed rulebook with each element's matrix transposed.
TYPED_TEST(ConvolutionProperty, TheTransposedRulebookIsTheAdjoint) {
  auto const& where = TypeParam::policy();
  auto const x = random_tensor<double>(test::random_site_set(Grid<3>{.shape = {12, 11, 10}}, 400, 1), 3, 2);
  KernelGeometry<3> const geometry{.kernel_size = {3, 2, 3}, .stride = {2, 1, 2}, .padding = 1};
  auto const weights = random_weights<double>(18, 3, 4, 3);
  SiteSet<3> const outputs = output_sites(where, x.sites(), geometry, regular);
  Rulebook<> const rules = build_rulebook(where, x.sites(), outputs, geometry);
  auto const y = random_tensor<double>(outputs, 4, 4);
  Buffer<double> swapped(18 * 4 * 3);
  for (std::int64_t k = 0; k < 18; ++k) {
    for (std::int64_t c = 0; c < 3; ++c) {
      for (std::int64_t j = 0; j < 4; ++j) swapped[(k * 4 + j) * 3 + c] = weights.view().element(k)(c, j);
    }
  }
  Weights<double> const transposed(18, 4, 3, std::move(swapped));
  SparseTensor<double, 3> ax(outputs, 4);
  SparseTensor<double, 3> aty(x.sites(), 3);
  gather_gemm_scatter(where, rules, x.features(), weights, ax.features());
  gather_gemm_scatter(where, rules.transposed(), y.features(), transposed, aty.features());
  double left = 0;
  double right = 0;
  double magnitude = 0;
  for (std::int64_t i = 0; i < ax.features().size(); ++i) left += ax.features().data[i] * y.features().data[i];
  for (std::int64_t i = 0; i < aty.features().size(); ++i) right += aty.features().data[i] * x.features().data[i];
  for (std::int64_t i = 0; i < ax.features().size(); ++i) {
    magnitude += std::fabs(ax.features().data[i] * y.features().data[i]);
  }
  // Each side adds one product for each pair, both channels and weight; magnitude is at least that of the outer sum.
  EXPECT_NEAR(left, right, test::rounding_bound<double>(rules.pair_count() * 12, magnitude));
  EXPECT_GT(std::fabs(left), 1e-3);
}

TYPED_TEST(ConvolutionProperty, Item14EmptyTensorsAndChannelsAreLegal) {
  auto const& where = TypeParam::policy();
  KernelGeometry<2> const geometry{.kernel_size = 3, .padding = 1};
  Grid<2> const grid{.shape = {5, 5}, .batch_size = 2};
  SparseTensor<float, 2> const nothing(SiteSet<2>(grid, {}), 3);
  EXPECT_EQ((convolve<float, 2>(where, nothing, random_weights<float>(9, 3, 4, 1), geometry, regular).size()), 0);

  auto const sites = test::random_site_set(grid, 10, 1);
  std::array<float, 2> const bias{3, -4};
  auto const no_inputs = convolve<float, 2>(where, SparseTensor<float, 2>(sites, 0), random_weights<float>(9, 0, 2, 1),
                                            geometry, regular, {.bias = bias});
  EXPECT_GT(no_inputs.size(), 10);
  for (std::int64_t row = 0; row < no_inputs.size(); ++row) {
    EXPECT_EQ(no_inputs.features()(row, 0), 3.f);
    EXPECT_EQ(no_inputs.features()(row, 1), -4.f);
  }
  auto const no_outputs = convolve<float, 2>(where, random_tensor<float>(sites, 2, 1),
                                             random_weights<float>(9, 2, 0, 1), geometry, regular);
  EXPECT_EQ(no_outputs.features().size(), 0);
}

TYPED_TEST(ConvolutionProperty, AllSitesActiveIsADenseConvolution) {
  Grid<2> const grid{.shape = {6, 7}, .batch_size = 2};
  std::vector<Coordinate<2>> all;
  for (std::int32_t cell = 0; cell < 2 * 42; ++cell) all.push_back({cell / 42, {cell % 42 / 7, cell % 7}});
  auto const input = random_tensor<float>(test::sites_of(grid, all), 5, 1);
  auto const weights = random_weights<float>(12, 5, 9, 2);
  KernelGeometry<2> const geometry{.kernel_size = {4, 3}, .stride = {1, 2}, .padding = 2};
  auto const expected = test::convolve_dense(test::to_image(input), test::to_doubles(weights.values()), 9,
                                             test::to_oracle(geometry), test::OracleDefinition::regular);
  test::expect_agrees(convolve<float, 2>(TypeParam::policy(), input, weights, geometry, regular), *expected);
}

TEST(PeerFailures, Item11KernelsOf125And343ElementsAreSummedWhole) {
  auto const input = random_tensor<float>(test::random_site_set(Grid<3>{.shape = {8, 9, 7}}, 120, 1), 3, 2);
  for (int const size : {5, 7}) {
    KernelGeometry<3> const geometry{.kernel_size = size, .padding = size / 2};
    auto const weights = random_weights<float>(geometry.element_count(), 3, 4, 3);
    auto const expected = test::convolve_dense(test::to_image(input), test::to_doubles(weights.values()), 4,
                                               test::to_oracle(geometry), test::OracleDefinition::submanifold);
    auto const definition = OutputDefinition::submanifold;
    test::expect_agrees(convolve<float, 3>(seq, input, weights, geometry, definition), *expected);
    test::expect_agrees(convolve<float, 3>(cpu, input, weights, geometry, definition), *expected);
  }
}

TEST(PeerFailures, Items10And12TheLargestErrorOfManyRowsIsThatOfFloat) {
  // 200,003 rows, one slice of 16 channels: in double nothing but float's own rounding may show, and no NaN.
  std::vector<Coordinate<1>> line(200003);
  for (std::size_t i = 0; i < line.size(); ++i) line[i].position[0] = static_cast<std::int32_t>(i * 2 - i % 3);
  SiteSet<1> const sites = test::sites_of(Grid<1>{}, line);
  KernelGeometry<1> const geometry{.kernel_size = 5, .padding = 2};
  Rulebook<> const rules = build_rulebook(cpu, sites, sites, geometry);
  auto const input = random_tensor<float>(sites, 16, 1);
  auto const weights = random_weights<float>(5, 16, 16, 2);
  SparseTensor<float, 1> output(sites, 16);
  output.features().values()[7] = std::numeric_limits<float>::quiet_NaN();  // what was there must not count
  gather_gemm_scatter(cpu, rules, input.features(), weights, output.features());
  auto const weight_values = test::to_doubles(weights.values());
  auto const view = rules.view();
  std::vector<test::OracleSum> expected(static_cast<std::size_t>(sites.size()), test::OracleSum(16));
  for (std::int64_t k = 0; k < 5; ++k) {
    for (std::size_t pair = 0; pair < view.inputs_of(k).size(); ++pair) {
      std::vector<double> const row(input.features().row_data(view.inputs_of(k)[pair]),
                                    input.features().row_data(view.inputs_of(k)[pair]) + 16);
      expected[static_cast<std::size_t>(view.outputs_of(k)[pair])].add(row.data(), 16, weight_values, k);
    }
  }
  double largest = 0;
  for (std::int64_t row = 0; row < sites.size(); ++row) {
    auto const& sum = expected[static_cast<std::size_t>(row)];
    largest = std::max(largest, test::largest_share(output.features().row_data(row), sum.value.data(),
                                                    sum.magnitude.data(), 16, sum.terms));
  }
  EXPECT_LE(largest, 1.0);
  EXPECT_GT(largest, 0.0) << "equal to double bit for bit: the test would not see an error";
}

TYPED_TEST(ConvolutionProperty, Item13BiasReachesRowsWithoutNeighboursAndNoOthers) {
  // Three given sites of which the middle one has no input near; the epilogue is relu(sum + bias + residual).
  auto const& where = TypeParam::policy();
  auto const inputs = test::sites_of(Grid<1>{}, std::vector<Coordinate<1>>{{0, {0}}, {0, {100}}});
  auto const given = test::sites_of(Grid<1>{}, std::vector<Coordinate<1>>{{0, {0}}, {0, {50}}, {0, {100}}});
  SparseTensor<float, 1> input(inputs, 1);
  input.features()(0, 0) = 1;
  input.features()(1, 0) = 2;
  Rulebook<> const rules = build_rulebook(where, inputs, given, KernelGeometry<1>{.kernel_size = 3, .padding = 1});
  Weights<float> const weights(3, 1, 2, Buffer<float>(6, 10.f));
  std::array<float, 2> const bias{5, -15};
  std::array<float, 6> const residual{0, 0, 1, 16, 0, 0};
  std::array<float, 6> output{};
  MatrixView<float> const rows{output.data(), 3, 2};
  gather_gemm_scatter(where, rules, input.features(), weights, rows, {.bias = bias, .activation = relu});
  EXPECT_EQ(output, (std::array<float, 6>{15, 0, 5, 0, 25, 5}));
  gather_gemm_scatter(where, rules, input.features(), weights, rows,
                      {.bias = bias, .residual = {residual.data(), 3, 2}, .activation = relu});
  EXPECT_EQ(output, (std::array<float, 6>{15, 0, 6, 1, 25, 5}));
  // 1 x 1 weights are C_in x C_out: input channel 0 goes to outputs by row 0 of the matrix.
  auto const point = build_rulebook(where, inputs, inputs, KernelGeometry<1>{});
  SparseTensor<float, 1> two(inputs, 2);
  two.features()(0, 0) = 1;
  Buffer<float> asymmetric(4);
  for (std::int64_t i = 0; i < 4; ++i) asymmetric[i] = static_cast<float>(i + 1);
  SparseTensor<float, 1> result(inputs, 2);
  gather_gemm_scatter(where, point, two.features(), Weights<float>(1, 2, 2, asymmetric), result.features());
  EXPECT_EQ(result.features()(0, 0), 1.f);
  EXPECT_EQ(result.features()(0, 1), 2.f);
}

TEST(ConvolutionThreads, MayShareASiteSetATeamAndEmptyCaches) {
  auto const weights = random_weights<float>(27, 4, 8, 1);
  KernelGeometry<3> const geometry{.kernel_size = 3, .padding = 1};
  for (int round = 0; round < 3; ++round) {
    auto const input = random_tensor<float>(test::random_site_set(Grid<3>{.shape = {20, 20, 20}}, 3000, 2), 4, 3);
    std::array<SparseTensor<float, 3>, 2> outputs;
    test::Meeting start(2);
    auto const run = [&](SparseTensor<float, 3>& output) {
      output = SparseTensor<float, 3>(input.sites(), 8);
      start.arrive_and_wait();
      auto const rules = cached_rulebook(test::OnCpu<2>::policy(), input.sites(), input.sites(), geometry);
      gather_gemm_scatter(test::OnCpu<2>::policy(), *rules, input.features(), weights, output.features());
    };
    std::thread beside([&] { run(outputs[1]); });
    run(outputs[0]);
    beside.join();
    auto const alone =
        convolve<float, 3>(test::OnCpu<1>::policy(), input, weights, geometry, OutputDefinition::submanifold);
    for (auto const& output : outputs) EXPECT_TRUE(same_bits(output.features(), alone.features()));
  }
}

TEST(GatherGemmScatterErrors, NameTheOperandThatDoesNotFitAndLeaveTheOutput) {
  // 3 inputs, 2 outputs, 4 elements, 5 -> 6 channels.
  Rulebook<> const rules({0, 0, 0, 0, 0}, {}, {}, 3, 2, std::nullopt);
  std::array<float, 64> const numbers{};
  std::array<float, 64> output;
  output.fill(7);
  auto const weights = [&](std::int64_t elements, std::int64_t in, std::int64_t out) {
    return WeightsView<float>{numbers.data(), elements, in, out};
  };
  auto const message = [&](MatrixView<float const> input, WeightsView<float> matrices, std::int64_t rows,
                           std::int64_t columns, Epilogue<float> const& epilogue = {}) {
    return message_of<ShapeError>([&] {
      gather_gemm_scatter(cpu, rules, input, matrices, MatrixView<float>{output.data(), rows, columns}, epilogue);
    });
  };
  MatrixView<float const> const input{numbers.data(), 3, 5};
  EXPECT_EQ(message(input, weights(9, 5, 6), 2, 6),
            "gather_gemm_scatter: the weights' kernel elements are 9, the rulebook's are 4; they must be equal");
  EXPECT_EQ(message({numbers.data(), 2, 5}, weights(4, 5, 6), 2, 6),
            "gather_gemm_scatter: the input's rows are 2, the rulebook's input sites are 3; they must be equal");
  EXPECT_EQ(message(input, weights(4, 5, 6), 3, 6),
            "gather_gemm_scatter: the output's rows are 3, the rulebook's output sites are 2; they must be equal");
  EXPECT_EQ(message({numbers.data(), 3, 4}, weights(4, 5, 6), 2, 6),
            "gather_gemm_scatter: the input's channels are 4, the weights' input channels are 5; they must be equal");
  EXPECT_EQ(message(input, weights(4, 5, 6), 2, 5),
            "gather_gemm_scatter: the output's channels are 5, the weights' output channels are 6; they must be equal");
  EXPECT_EQ(message(input, weights(4, 5, 6), 2, 6, {.bias = std::span(numbers).first(5)}),
            "gather_gemm_scatter: the bias has a length of 5, the output's channels are 6; they must be equal");
  EXPECT_EQ(message(input, weights(4, 5, 6), 2, 6, {.residual = {numbers.data(), 3, 6}}),
            "gather_gemm_scatter: the residual's rows are 3, the output's are 2; they must be equal");
  EXPECT_EQ(message(input, weights(4, 5, 6), 2, 6, {.residual = {numbers.data(), 2, 5}}),
            "gather_gemm_scatter: the residual's channels are 5, the output's are 6; they must be equal");
  EXPECT_EQ(
      message({numbers.data(), 3, 5, 4}, weights(4, 5, 6), 2, 6),
      "gather_gemm_scatter: the input's rows of 5 columns lie 4 numbers apart; give a stride of at least as many");
  EXPECT_EQ(
      message(input, weights(4, 5, 6), 2, 6, {.residual = {numbers.data(), 2, 6, 0}}),
      "gather_gemm_scatter: the residual's rows of 6 columns lie 0 numbers apart; give a stride of at least as many");
  for (float const untouched : output) EXPECT_EQ(untouched, 7.f);
}

}  // namespace
}  // namespace sparseconv::gather_gemm_scatter_properties_test
