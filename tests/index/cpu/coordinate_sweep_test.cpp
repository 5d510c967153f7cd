#include "sparseconv/index/cpu/coordinate_sweep.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "support/finder_check.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::cpu_coordinate_sweep_test {
namespace {

constexpr std::int32_t least = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t most = std::numeric_limits<std::int32_t>::max();

template <int D>
void expect_sweeps(SiteSet<D> const& inputs, SiteSet<D> const& outputs, KernelGeometry<D> const& geometry) {
  for (std::int64_t const elements : {geometry.element_count(), geometry.element_count() / 2}) {
    test::expect_finds_pairs(on_cpu::CoordinateSweep<D>(inputs, outputs, geometry), inputs, outputs, geometry,
                             elements);
  }
}

TEST(CoordinateSweep, FindsThePairsOfEveryElementOfTheKernel) {
  test::for_each_finder_case([](auto const& inputs, auto const& outputs, auto const& geometry) {
    expect_sweeps(inputs, outputs, geometry);
    expect_sweeps(inputs, inputs, geometry);
  });
}

TEST(CoordinateSweep, SweepsBeyond32BitsWithoutWrapping) {
  std::vector<Coordinate<4>> ends;
  for (std::int32_t const z : {least, 0, most}) {
    for (std::int32_t const x : {least, least + 1, most - 1, most}) ends.push_back({0, {least, z, most, x}});
  }
  auto const sites = test::sites_of(Grid<4>{}, ends);
  expect_sweeps(sites, sites, {.kernel_size = 3, .padding = 1});
  expect_sweeps(sites, sites, {.kernel_size = 2, .stride = most, .padding = most, .dilation = most});
}

TEST(CoordinateSweep, TakesEmptySets) {
  test::for_each_empty_finder_case(
      [](auto const& inputs, auto const& outputs, auto const& geometry) { expect_sweeps(inputs, outputs, geometry); });
}

}  // namespace
}  // namespace sparseconv::cpu_coordinate_sweep_test
