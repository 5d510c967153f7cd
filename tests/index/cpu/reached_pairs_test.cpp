#include "sparseconv/index/cpu/reached_pairs.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "sparseconv/index/build_rulebook.hpp"
#include "sparseconv/index/output_sites.hpp"
#include "support/finder_check.hpp"
#include "support/instruction_sets.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::cpu_reached_pairs_test {
namespace {

template <int D>
void expect_reaches(SiteSet<D> const& inputs, SiteSet<D> const& outputs, KernelGeometry<D> const& geometry) {
  ASSERT_TRUE(on_cpu::ReachedLines<D>::serves(geometry));
  // All elements, and rows of the kernel that are cut short.
  for (std::int64_t elements = geometry.element_count(); elements > 0; elements -= 1 + elements / 3) {
    for (auto const set : test::instruction_sets()) {
      on_cpu::ReachedPairs<D> const finder(test::OnCpu<2>::policy(), inputs, outputs, geometry, set);
      test::expect_finds_pairs(finder, inputs, outputs, geometry, elements, &test::RulePair::input);
    }
  }
}

TEST(ReachedPairs, FindsThePairsOfItsOutputsAndOfOthers) {
  Grid<2> const grid{.shape = {}, .batch_size = 2};
  auto const inputs = test::sites_of(grid, test::random_coordinates<2>({{-9, -70}, {9, 90}, {0, 1}}, 700, 1));
  auto const others = test::sites_of(grid, test::random_coordinates<2>({{-6, -40}, {5, 50}, {0, 1}}, 300, 2));
  for (KernelGeometry<2> const& geometry : {KernelGeometry<2>{.kernel_size = 3, .stride = 2, .padding = 1},
                                            {.kernel_size = 2, .stride = 2},
                                            {.kernel_size = {3, 1}, .stride = {2, 1}},
                                            {.kernel_size = {2, 5}, .stride = {1, 2}, .padding = 4},
                                            {.kernel_size = {1, 4}, .stride = {2, 3}, .padding = {0, 5}},
                                            {.kernel_size = {2, 3}, .stride = {3, 7}, .padding = {1, 0}},
                                            {.kernel_size = {5, 1}, .stride = 4, .padding = 2, .dilation = {1, 9}}}) {
    expect_reaches(inputs, output_sites(seq, inputs, geometry, OutputDefinition::regular), geometry);
    expect_reaches(inputs, output_sites(seq, inputs, geometry, OutputDefinition::floor), geometry);
    expect_reaches(inputs, others, geometry);
  }
}

TEST(ReachedPairs, FindsThePairsInEveryDimension) {
  auto const line = test::sites_of(Grid<1>{}, test::random_coordinates<1>({{-300}, {300}, {0, 0}}, 200, 3));
  KernelGeometry<1> const along{.kernel_size = 3, .stride = 2, .padding = 1};
  expect_reaches(line, output_sites(seq, line, along, OutputDefinition::regular), along);
  auto const space = test::sites_of(Grid<4>{.shape = {}, .batch_size = 2},
                                    test::random_coordinates<4>({{0, 0, 0, 0}, {5, 6, 4, 9}, {0, 1}}, 300, 4));
  KernelGeometry<4> const in{.kernel_size = {3, 2, 1, 3}, .stride = {2, 2, 1, 2}, .padding = {1, 0, 0, 1}};
  expect_reaches(space, output_sites(seq, space, in, OutputDefinition::regular), in);
}

TEST(ReachedPairs, MayFindNone) {
  test::for_each_empty_finder_case([](auto const& inputs, auto const& outputs, auto geometry) {
    geometry.stride = 2;
    expect_reaches(inputs, outputs, geometry);
  });
}

TEST(ReachedPairs, AreTakenWhereTheStrideIsAboveOneAndTheMapIsSmall) {
  auto const inputs = test::sites_of(Grid<2>{}, test::random_coordinates<2>({{0, 0}, {40, 40}, {0, 0}}, 400, 5));
  KernelGeometry<2> const strided{.kernel_size = 3, .stride = 2, .padding = 1};
  auto const outputs = output_sites(seq, inputs, strided, OutputDefinition::regular);
  EXPECT_TRUE(on_cpu::is_found_from_inputs(inputs, outputs, strided));
  EXPECT_FALSE(on_cpu::is_found_from_inputs(inputs, inputs, KernelGeometry<2>{.kernel_size = 3, .padding = 1}));
  EXPECT_FALSE(on_cpu::is_found_from_inputs(
      inputs, outputs, KernelGeometry<2>{.kernel_size = 3, .stride = 2, .padding = 1, .dilation = 2}));
  EXPECT_FALSE(on_cpu::is_found_from_inputs(inputs, outputs, KernelGeometry<2>{.kernel_size = {1, 17}, .stride = 2}));
  EXPECT_FALSE(on_cpu::is_found_from_inputs(inputs, outputs, KernelGeometry<2>{.kernel_size = {40, 16}, .stride = 2}));
  std::vector<Coordinate<2>> const corners{{0, {0, 0}}, {0, {1 << 20, 1 << 20}}};
  EXPECT_FALSE(on_cpu::is_found_from_inputs(inputs, test::sites_of(Grid<2>{}, corners), strided));
}

}  // namespace
}  // namespace sparseconv::cpu_reached_pairs_test
