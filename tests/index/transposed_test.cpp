// Transposed geometries: the pairs, output sites and sums are those of the definition, taken literally.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "sparseconv/index/build_row_map.hpp"
#include "sparseconv/index/build_rulebook.hpp"
#include "sparseconv/index/cached_rulebook.hpp"
#include "sparseconv/index/output_sites.hpp"
#include "sparseconv/layers/convolution.hpp"
#include "support/error_message.hpp"
#include "support/odometer.hpp"
#include "support/policies.hpp"
#include "support/random_numbers.hpp"
#include "support/random_sites.hpp"
#include "support/rulebook_pairs.hpp"

namespace sparseconv::transposed_test {
namespace {

using test::message_of;

using test::pairs_of;
using test::RulePair;

/// The pairs by their definition: those of the oracle from the outputs to the inputs, with both exchanged.
template <int D>
std::vector<RulePair> pairs_by_definition(SiteSet<D> const& inputs, SiteSet<D> const& outputs,
                                          KernelGeometry<D> const& geometry) {
  std::vector<RulePair> pairs = test::expected_pairs(outputs, inputs, geometry);
  for (RulePair& pair : pairs) std::swap(pair.input, pair.output);
  return pairs;
}

/// Every cell of the output grid, as sites.
template <int D>
SiteSet<D> all_cells(Grid<D> const& grid) {
  test::Indices shape{grid.batch_size};
  for (int axis = 0; axis < D; ++axis) shape.push_back(grid.shape[axis]);
  test::Indices index(shape.size(), 0);
  std::vector<Coordinate<D>> cells;
  do {
    Coordinate<D> cell{.batch = static_cast<std::int32_t>(index[0]), .position = {}};
    for (std::size_t a = 0; a < cell.position.size(); ++a) cell.position[a] = static_cast<std::int32_t>(index[a + 1]);
    cells.push_back(cell);
  } while (test::next_index(index, shape));
  return test::sites_of(grid, std::move(cells));
}

template <int D>
void expect_the_definition(Grid<D> const& grid, std::int64_t sites, KernelGeometry<D> geometry) {
  geometry.transposed = true;
  SiteSet<D> const inputs = test::random_site_set(grid, sites, 5);
  Grid<D> const reached_grid = output_grid(grid, geometry, OutputDefinition::regular, "test");
  SiteSet<D> const cells = all_cells(reached_grid);
  std::set<Row> reached;
  for (auto const& [k, i, o] : pairs_by_definition(inputs, cells, geometry)) reached.insert(o);
  std::vector<Coordinate<D>> expected;
  for (Row const o : reached) expected.push_back(cells.coordinates()[static_cast<std::size_t>(o)]);

  auto const check = [&](auto const& where) {
    SiteSet<D> const outputs = output_sites(where, inputs, geometry, OutputDefinition::regular);
    ASSERT_EQ(outputs.grid().shape, reached_grid.shape);
    ASSERT_EQ(std::vector<Coordinate<D>>(outputs.coordinates().begin(), outputs.coordinates().end()), expected);
    auto const pairs = pairs_by_definition(inputs, outputs, geometry);
    ASSERT_EQ(pairs_of(build_rulebook(where, inputs, outputs, geometry)), pairs);
    ASSERT_EQ(pairs_of(build_rulebook(where, inputs, outputs, geometry, lookup::hash)), pairs);
    // Onto sites that the caller names, of which some are not reached.
    SiteSet<D> const named = test::random_site_set(reached_grid, std::min<std::int64_t>(cells.size(), 20), 6);
    ASSERT_EQ(pairs_of(build_rulebook(where, inputs, named, geometry)), pairs_by_definition(inputs, named, geometry));
  };
  check(seq);
  test::for_each_cpu_policy(check);
}

TEST(Transposed, PairsAndSitesAreThoseOfTheDefinition) {
  for (int const size : {1, 2, 3}) {
    for (int const stride : {1, 2, 3}) {
      for (int const dilation : {1, 2}) {
        for (int const padding : {0, 1}) {
          for (int const longer : {0, 1}) {
            if (longer >= stride && longer >= dilation) continue;
            if ((size - 1) * dilation + 1 + longer <= 2 * padding) continue;
            expect_the_definition<1>({.shape = {9}, .batch_size = 2}, 7,
                                     {.kernel_size = size,
                                      .stride = stride,
                                      .padding = padding,
                                      .dilation = dilation,
                                      .output_padding = longer});
            expect_the_definition<2>({.shape = {4, 5}, .batch_size = 2}, 9,
                                     {.kernel_size = {size, 2},
                                      .stride = {stride, 2},
                                      .padding = {padding, 0},
                                      .dilation = {dilation, 1},
                                      .output_padding = {longer, 0}});
          }
        }
      }
    }
  }
  expect_the_definition<3>({.shape = {3, 4, 3}, .batch_size = 2}, 12,
                           {.kernel_size = 3, .stride = 2, .padding = 1, .output_padding = 1});
  expect_the_definition<4>({.shape = {2, 3, 2, 2}, .batch_size = 1}, 6, {.kernel_size = 2, .stride = 2});
}

// With stride 1 and same padding the sites stay and one list serves both sides: the exchanged one is the mirrored one.
TEST(Transposed, ASymmetricMapIsReadTheOtherWayRound) {
  SiteSet<2> const sites = test::random_site_set(Grid<2>{.shape = {12, 13}}, 60, 3);
  KernelGeometry<2> const geometry{.kernel_size = 3, .padding = 1, .transposed = true};
  test::for_each_cpu_policy([&](CpuPolicy const& where) {
    Rulebook<> const rules = build_rulebook(where, sites, sites, geometry);
    EXPECT_TRUE(rules.is_exchanged());
    EXPECT_EQ(pairs_of(rules), pairs_by_definition(sites, sites, geometry));
  });
}

TEST(Transposed, IsKeptApartFromTheOtherDirection) {
  SiteSet<1> const sites = test::random_site_set(Grid<1>{.shape = {40}}, 20, 3);
  KernelGeometry<1> const forward{.kernel_size = 2};
  KernelGeometry<1> transposed = forward;
  transposed.transposed = true;
  EXPECT_NE(forward, transposed);
  EXPECT_EQ(transposed.exchanged(), forward);
  auto const one = cached_rulebook(cpu, sites, sites, forward);
  auto const other = cached_rulebook(cpu, sites, sites, transposed);
  EXPECT_NE(one, other);
  EXPECT_EQ(cached_rulebook(cpu, sites, sites, transposed), other);
  EXPECT_EQ(pairs_of(*other), pairs_by_definition(sites, sites, transposed));
  EXPECT_NE(pairs_of(*one), pairs_of(*other));
}

// A layer of parts: every policy and dataflow gives the sums of the definition.
TEST(Transposed, LayersAddWhatTheDefinitionSays) {
  KernelGeometry<2> const geometry{
      .kernel_size = 3, .stride = 2, .padding = 1, .transposed = true, .output_padding = 1};
  SiteSet<2> const inputs = test::random_site_set(Grid<2>{.shape = {7, 6}, .batch_size = 2}, 25, 8);
  SparseTensor<double, 2> const input(inputs, 3, test::random_numbers<double>(inputs.size() * 3, 1));
  Buffer<double> const weights = test::random_numbers<double>(9 * 3 * 5, 2);
  Convolution<double, 2> const layer("transposed", geometry, OutputDefinition::regular, no_activation,
                                     Weights<double>(9, 3, 5, weights), {});
  SiteSet<2> const outputs = output_sites(seq, inputs, geometry, OutputDefinition::regular);
  std::vector<double> expected(static_cast<std::size_t>(outputs.size() * 5), 0.0);
  for (auto const& [k, i, o] : pairs_by_definition(inputs, outputs, geometry)) {
    for (int c = 0; c < 3; ++c) {
      for (int j = 0; j < 5; ++j) {
        expected[static_cast<std::size_t>(o * 5 + j)] += input.features()(i, c) * weights[(k * 3 + c) * 5 + j];
      }
    }
  }
  auto const check = [&](auto const& where, auto how) {
    auto const result = layer(where, input, how);
    ASSERT_EQ(result.size(), outputs.size());
    for (std::size_t i = 0; i < expected.size(); ++i) ASSERT_NEAR(result.features().values()[i], expected[i], 1e-13);
  };
  check(seq, dataflow::gather_gemm_scatter);
  check(seq, dataflow::implicit_gemm);
  check(cpu, dataflow::gather_gemm_scatter);
  check(cpu, dataflow::implicit_gemm);
}

TEST(Transposed, RefusesWhatMeansNothing) {
  Grid<1> const grid{.shape = {4}};
  auto const message = [&](KernelGeometry<1> const& geometry, OutputDefinition definition) {
    return message_of<ShapeError>([&] { return output_grid(grid, geometry, definition, "call"); });
  };
  EXPECT_EQ(message({.kernel_size = 2, .output_padding = 1}, OutputDefinition::regular),
            "call: output_padding is 1; only a transposed convolution has one");
  EXPECT_EQ(
      message({.kernel_size = 2, .stride = 2, .transposed = true, .output_padding = 2}, OutputDefinition::regular),
      "call: output_padding is 2; it must be at least 0, and below the stride or the dilation");
  EXPECT_EQ(message({.kernel_size = 3, .transposed = true}, OutputDefinition::submanifold),
            "call: a transposed convolution has the regular definition alone; give it, or the sites themselves");
  EXPECT_EQ(
      message({.kernel_size = 1, .padding = 2, .transposed = true}, OutputDefinition::regular),
      "call: a transposed convolution of 4 cells along axis 0 would have 0; an extent is 1 to 2^31 - 1, so use less "
      "padding");
  EXPECT_EQ(
      message_of<CapacityError>([&] {
        return output_grid(grid, {.kernel_size = 1, .stride = 1'000'000'000, .transposed = true},
                           OutputDefinition::regular, "call");
      }),
      "call: a transposed convolution of 4 cells along axis 0 would have 3000000001; an extent is 1 to 2^31 - 1, so "
      "use a smaller stride");
}

}  // namespace
}  // namespace sparseconv::transposed_test
