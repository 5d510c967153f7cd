#include "sparseconv/index/cpu/kernel_row_sweep.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "support/finder_check.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::cpu_kernel_row_sweep_test {
namespace {

constexpr std::int32_t least = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t most = std::numeric_limits<std::int32_t>::max();

template <int D>
void expect_sweeps(SiteSet<D> const& inputs, SiteSet<D> const& outputs, KernelGeometry<D> const& geometry) {
  KeyPacking<D, std::uint64_t> const packing(on_cpu::swept_box(inputs, outputs, geometry));
  // All elements, and rows of the kernel that are cut short.
  for (std::int64_t elements = geometry.element_count(); elements >= 0; elements -= 1 + elements / 3) {
    on_cpu::KernelRowSweep const sweep(test::OnCpu<2>::policy(), inputs, outputs, geometry, elements, packing);
    test::expect_finds_pairs(sweep, inputs, outputs, geometry, elements);
  }
}

TEST(KernelRowSweep, FindsThePairsOfEveryRowOfTheKernel) {
  Grid<2> const grid{.shape = {}, .batch_size = 2};
  auto const inputs = test::sites_of(grid, test::random_coordinates<2>({{-9, -7}, {9, 12}, {0, 1}}, 250, 1));
  auto const outputs = test::sites_of(grid, test::random_coordinates<2>({{-6, -9}, {9, 9}, {0, 1}}, 250, 2));
  for (KernelGeometry<2> const& geometry : {KernelGeometry<2>{.kernel_size = 3, .padding = 1},
                                            {.kernel_size = {2, 5}, .dilation = {1, 3}},
                                            {.kernel_size = {1, 4}, .stride = {2, 3}, .padding = {0, 5}, .dilation = 2},
                                            {.kernel_size = {3, 1}, .padding = 1, .dilation = 3},
                                            {.kernel_size = {2, 2}},
                                            {.kernel_size = {1, 4}, .padding = {0, 2}},
                                            {.kernel_size = {2, 5}, .stride = {1, 2}, .padding = 4},
                                            {.stride = 2}}) {
    expect_sweeps(inputs, outputs, geometry);
    expect_sweeps(inputs, inputs, geometry);
  }
}

TEST(KernelRowSweep, FindsThePairsOfLongRows) {
  auto const sites = test::sites_of(Grid<2>{}, test::random_coordinates<2>({{0, 0}, {5, 60}, {0, 0}}, 200, 8));
  for (KernelGeometry<2> const& geometry : {KernelGeometry<2>{.kernel_size = {1, 17}, .padding = {0, 8}},
                                            {.kernel_size = {3, 40}, .padding = {1, 7}},
                                            {.kernel_size = {3, 4}, .padding = {1, 7}, .dilation = {1, 5}}}) {
    expect_sweeps(sites, sites, geometry);
  }
}

TEST(KernelRowSweep, MovesOverInputsThatNoWindowHolds) {
  // Of 300 inputs on a line the windows hold only those around 100 and 250: a cursor moves further than it looks ahead.
  std::vector<Coordinate<1>> line;
  for (std::int32_t cell = 0; cell < 300; ++cell) line.push_back({0, {cell}});
  auto const inputs = test::sites_of(Grid<1>{}, line);
  auto const outputs = test::sites_of(Grid<1>{}, std::vector<Coordinate<1>>{{0, {100}}, {0, {101}}, {0, {250}}});
  expect_sweeps(inputs, outputs, {.kernel_size = 3, .padding = 1});
}

TEST(KernelRowSweep, DoesNotRunFromOneLineIntoTheNext) {
  // Each line is full to its end: with the window half over the edge, the next keys are those of the next line.
  std::vector<Coordinate<2>> full;
  for (std::int32_t cell = 0; cell < 16; ++cell) full.push_back({0, {cell / 4, cell % 4}});
  auto const sites = test::sites_of(Grid<2>{.shape = {4, 4}}, full);
  for (int const dilation : {1, 2, 3}) {
    expect_sweeps(sites, sites, {.kernel_size = {1, 3}, .padding = {0, dilation}, .dilation = dilation});
    expect_sweeps(sites, sites, {.kernel_size = {3, 4}, .padding = {2, 3}, .dilation = {2, dilation}});
  }
}

TEST(KernelRowSweep, EndsBehindTheLargestKey) {
  std::vector<Coordinate<1>> const ends{{0, {least}}, {0, {least + 1}}, {0, {most - 1}}, {0, {most}}};
  auto const sites = test::sites_of(Grid<1>{}, ends);
  expect_sweeps(sites, sites, {.kernel_size = 3, .padding = 1});
  expect_sweeps(sites, sites, {.kernel_size = 2, .stride = most, .padding = most, .dilation = most});
}

TEST(KernelRowSweep, TakesEmptySets) {
  test::for_each_empty_finder_case(
      [](auto const& inputs, auto const& outputs, auto const& geometry) { expect_sweeps(inputs, outputs, geometry); });
}

}  // namespace
}  // namespace sparseconv::cpu_kernel_row_sweep_test
