#include "sparseconv/index/cpu/kernel_row_probes.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "support/finder_check.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::cpu_kernel_row_probes_test {
namespace {

template <int D>
void expect_probes(SiteSet<D> const& inputs, SiteSet<D> const& outputs, KernelGeometry<D> const& geometry) {
  HashTable<D> const table = build_hash_table(test::OnCpu<2>::policy(), inputs);
  table.visit([&](auto const& view) {
    for (std::int64_t const elements : {geometry.element_count(), geometry.element_count() / 2}) {
      test::expect_finds_pairs(on_cpu::KernelRowProbes(outputs, geometry, view), inputs, outputs, geometry, elements);
    }
  });
}

TEST(KernelRowProbes, FindsThePairsOfEveryRowOfTheKernel) {
  test::for_each_finder_case(
      [](auto const& inputs, auto const& outputs, auto const& geometry) { expect_probes(inputs, outputs, geometry); });
}

TEST(KernelRowProbes, ProbesBeyond32BitsWithoutWrapping) {
  constexpr std::int32_t least = std::numeric_limits<std::int32_t>::min();
  constexpr std::int32_t most = std::numeric_limits<std::int32_t>::max();
  std::vector<Coordinate<2>> const ends{{0, {least, least}}, {0, {least, most}}, {0, {0, 0}}, {0, {most, most}}};
  auto const sites = test::sites_of(Grid<2>{}, ends);
  expect_probes(sites, sites, {.kernel_size = 3, .padding = 1});
  expect_probes(sites, sites, {.kernel_size = 2, .stride = most, .padding = most, .dilation = most});
}

}  // namespace
}  // namespace sparseconv::cpu_kernel_row_probes_test
