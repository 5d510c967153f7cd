// The memory that docstrings promise, against the peak of the policy's pool.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "sparseconv/index/build_rulebook.hpp"
#include "sparseconv/index/hash_table.hpp"
#include "sparseconv/index/output_sites.hpp"
#include "support/instruction_sets.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::peak_memory_test {
namespace {

/// The most bytes that a call has in use beyond those before it. A pool's blocks are up to a quarter larger than what is asked for.
template <class Call>
double peak_of(CpuPolicy const& where, Call const& call) {
  where.memory()->reset_peak();
  std::int64_t const before = where.memory()->bytes_in_use();
  auto const result = call();
  return static_cast<double>(where.memory()->peak_bytes_in_use() - before) / 1.25;
}

/// N sites on a plane, of which few lie near one another.
SiteSet<2> scattered(std::int32_t count, std::uint32_t seed) {
  return test::sites_of(Grid<2>{}, test::random_coordinates<2>({{0, 0}, {1 << 20, 1 << 20}, {0}}, count, seed));
}

/// What build_rulebook promises for `cpu`.
double promised(Rulebook<> const& rules, std::int64_t inputs, std::int64_t outputs, int threads) {
  auto const pairs = static_cast<double>(rules.pair_count());
  auto const elements = static_cast<double>(rules.element_count());
  double const lists =
      std::clamp(32 * (elements + static_cast<double>(outputs)), 65536.0 * threads, 1048576.0 * threads);
  return static_cast<double>(rules.bytes()) + 32 * pairs + 8 * static_cast<double>(inputs + outputs) + lists;
}

TEST(PeakMemory, OfARulebookFollowsPairsAndElementsAndNotTheirProduct) {
  for (int const threads : {1, 2, 8}) {
    for (InstructionSet const set : test::instruction_sets()) {
      CpuPolicy const where = cpu.threads(threads).instructions(set);
      for (std::int32_t const kernel : {3, 16, 30, 200, 1000}) {
        SiteSet<2> const sites = scattered(2000, 1);
        KernelGeometry<2> const geometry{.kernel_size = kernel, .padding = kernel / 2};
        auto const rules = build_rulebook(cpu, sites, sites, geometry);
        double const most = promised(rules, sites.size(), sites.size(), threads);
        double const peak = peak_of(where, [&] { return build_rulebook(where, sites, sites, geometry); });
        EXPECT_LE(peak, most) << "kernel " << kernel << ", " << threads << " threads, " << to_string(set);
      }
    }
  }
}

// Pairs so far apart that those of no two outputs are found together.
TEST(PeakMemory, OfARulebookWhosePairsLieAloneIs120BytesAPair) {
  std::vector<Coordinate<1>> line;
  for (std::int32_t cell = 0; cell < 20000 * 40; ++cell) line.push_back({0, {cell}});
  std::vector<Coordinate<1>> few;
  for (std::int32_t cell = 0; cell < 20000; ++cell) few.push_back({0, {cell * 40}});
  auto const inputs = test::sites_of(Grid<1>{}, line);
  auto const outputs = test::sites_of(Grid<1>{}, few);
  for (int const threads : {1, 2, 8}) {
    CpuPolicy const where = cpu.threads(threads);
    auto const rules = build_rulebook(where, inputs, outputs, KernelGeometry<1>{});
    auto const pairs = static_cast<double>(rules.pair_count());
    double const most = static_cast<double>(rules.bytes()) + 120 * pairs +
                        8 * static_cast<double>(inputs.size() + outputs.size()) + 1e5 * threads;
    EXPECT_LE(peak_of(where, [&] { return build_rulebook(where, inputs, outputs, KernelGeometry<1>{}); }), most);
  }
}

TEST(PeakMemory, OfARulebookOfOneOutputIsThatOfItsElements) {
  CpuPolicy const where = cpu.threads(2);
  SiteSet<2> const sites = scattered(1, 1);
  KernelGeometry<2> const geometry{.kernel_size = 1000, .padding = 500};
  auto const rules = build_rulebook(where, sites, sites, geometry);
  EXPECT_LE(peak_of(where, [&] { return build_rulebook(where, sites, sites, geometry); }), promised(rules, 1, 1, 2));
}

TEST(PeakMemory, OfARulebookFoundFromInputsIsThatOfTheMapOfItsOutputsToo) {
  SiteSet<3> const sites =
      test::sites_of(Grid<3>{}, test::random_coordinates<3>({{0, 0, 0}, {15, 63, 511}, {0}}, 5000, 1));
  for (int const threads : {1, 2, 8}) {
    CpuPolicy const where = cpu.threads(threads).instructions(InstructionSet::portable);
    for (KernelGeometry<3> const& geometry : {KernelGeometry<3>{.kernel_size = 3, .stride = 2, .padding = 1},
                                              {.kernel_size = {1, 1, 16}, .stride = 2},
                                              {.kernel_size = {8, 8, 3}, .stride = {1, 1, 2}}}) {
      auto const outputs = output_sites(cpu, sites, geometry, OutputDefinition::floor);
      ASSERT_TRUE(on_cpu::is_found_from_inputs(sites, outputs, geometry));
      auto const rules = build_rulebook(where, sites, outputs, geometry);
      double const map = static_cast<double>(on_cpu::ReachedPairs<3>::bytes_needed(outputs));
      double const most = promised(rules, sites.size(), std::max(sites.size(), outputs.size()), threads) + map +
                          threads * double{1 << 19};  // half as much again for lists
      double const peak = peak_of(where, [&] { return build_rulebook(where, sites, outputs, geometry); });
      EXPECT_LE(peak, most) << "kernel " << to_string(geometry.kernel_size) << ", " << threads << " threads";
    }
  }
}

TEST(PeakMemory, OfOutputSitesIsSixteenBytesAReachedOutputAndTheirList) {
  for (int const threads : {1, 2, 8}) {
    CpuPolicy const where = cpu.threads(threads);
    SiteSet<3> const sites =
        test::sites_of(Grid<3>{}, test::random_coordinates<3>({{0, 0, 0}, {1 << 20, 1 << 20, 1 << 20}, {0}}, 50000, 1));
    KernelGeometry<3> const geometry{.kernel_size = 3, .padding = 1};
    auto const outputs = output_sites(cpu, sites, geometry, OutputDefinition::regular);
    double const reached = 27.0 * static_cast<double>(sites.size());
    double const peak = peak_of(where, [&] { return output_sites(where, sites, geometry, OutputDefinition::regular); });
    EXPECT_LE(peak, 16 * reached + 16 * static_cast<double>(outputs.size()) + (1 << 20)) << threads;
  }
}

}  // namespace
}  // namespace sparseconv::peak_memory_test
