#include "sparseconv/backend/cpu/rulebook_assembly.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

#include "support/policies.hpp"
#include "support/random_sites.hpp"
#include "support/rulebook_pairs.hpp"

namespace sparseconv {
namespace {

using test::pairs_of;
using test::RulePair;

SiteSet<1> line(std::int32_t count) {
  std::vector<Coordinate<1>> list;
  for (std::int32_t i = 0; i < count; ++i) list.push_back({0, {i}});
  return test::sites_of(Grid<1>{}, list);
}

TEST(RulebookAssembly, PutsElementsOneBehindTheOther) {
  // The finder emits output o with input o for element 0, nothing for 1, and only (5, 6) for 2.
  SiteSet<1> const inputs = line(10);
  SiteSet<1> const outputs = line(7);
  auto const find = [](std::int64_t, std::int32_t, std::int64_t begin, std::int64_t end, auto const& emit) {
    for (std::int64_t o = begin; o < end; ++o) emit(0, static_cast<Row>(o), static_cast<Row>(o));
    if (end == 7) emit(2, 5, 6);
  };
  auto const rules = assemble_rulebook(cpu, inputs, outputs, KernelGeometry<1>{.kernel_size = 3}, std::nullopt, find);
  EXPECT_EQ(std::vector<std::int64_t>(rules.view().offsets.begin(), rules.view().offsets.end()),
            (std::vector<std::int64_t>{0, 7, 7, 8}));
  EXPECT_EQ(pairs_of(rules).back(), (RulePair{2, 5, 6}));
  EXPECT_EQ(rules.view().input_count, 10);
  EXPECT_EQ(rules.view().output_count, 7);
}

TEST(RulebookAssembly, FindsHalfOfASymmetricMapAndMirrorsTheRest) {
  // 3 x 3 kernel on a set of its own: elements 0 to 2 and 3 are found; 4 is the identity; 5 to 8 are 3 to 0 swapped.
  auto const sites = test::sites_of(Grid<2>{}, std::vector<Coordinate<2>>{{0, {0, 4}}, {0, {1, 1}}, {0, {2, 2}}});
  std::atomic<std::int64_t> furthest{-1};
  auto const find = [&](std::int64_t first, std::int32_t width, std::int64_t, std::int64_t, auto const& emit) {
    furthest = std::max(furthest.load(), first + width - 1);
    if (first == 0) emit(0, 1, 2);
  };
  KernelGeometry<2> const geometry{.kernel_size = 3, .padding = 1};
  auto const rules = assemble_rulebook(test::OnCpu<1>::policy(), sites, sites, geometry, 4, find);
  EXPECT_EQ(furthest, 3);
  EXPECT_EQ(pairs_of(rules), (std::vector<RulePair>{{0, 1, 2}, {4, 0, 0}, {4, 1, 1}, {4, 2, 2}, {8, 2, 1}}));
  EXPECT_EQ(rules.view().identity, std::optional<std::int64_t>(4));
}

TEST(RulebookAssembly, FindsEveryElementWhereTheIdentityIsNotInTheMiddle) {
  SiteSet<1> const sites = line(3);
  std::int32_t found_width = 0;
  auto const find = [&](std::int64_t, std::int32_t width, std::int64_t begin, std::int64_t end, auto const& emit) {
    found_width = width;
    for (std::int64_t o = begin; o < end; ++o) emit(0, static_cast<Row>(o), static_cast<Row>(o));
    for (std::int64_t o = begin; o + 1 < end; ++o) emit(1, static_cast<Row>(o + 1), static_cast<Row>(o));
  };
  auto const rules =
      assemble_rulebook(test::OnCpu<1>::policy(), sites, sites, KernelGeometry<1>{.kernel_size = 2}, 0, find);
  EXPECT_EQ(found_width, 2);
  EXPECT_EQ(pairs_of(rules), (std::vector<RulePair>{{0, 0, 0}, {0, 1, 1}, {0, 2, 2}, {1, 1, 0}, {1, 2, 1}}));
}

TEST(RulebookAssembly, JoinsStretchesInOrderOnAnyNumberOfThreads) {
  // 3 x 5 kernel, 20000 outputs in stretches of 8192. Element e has the outputs that it divides when 1 is added.
  SiteSet<2> sites = test::random_site_set(Grid<2>{.shape = {200, 220}}, 20000, 1);
  auto const find = [](std::int64_t first, std::int32_t width, std::int64_t begin, std::int64_t end, auto const& emit) {
    for (std::int64_t o = begin; o < end; ++o) {
      for (std::int32_t x = 0; x < width; ++x) {
        if (o % (first + x + 1) == 0) emit(x, static_cast<Row>(o / 2), static_cast<Row>(o));
      }
    }
  };
  std::vector<RulePair> expected;
  for (std::int64_t e = 0; e < 15; ++e) {
    for (std::int64_t o = 0; o < 20000; o += e + 1) {
      expected.push_back({e, static_cast<Row>(o / 2), static_cast<Row>(o)});
    }
  }
  test::for_each_cpu_policy([&](CpuPolicy const& where) {
    auto const rules =
        assemble_rulebook(where, sites, sites, KernelGeometry<2>{.kernel_size = {3, 5}}, std::nullopt, find);
    EXPECT_EQ(pairs_of(rules), expected) << where.thread_count();
  });
}

TEST(RulebookAssembly, MakesAnEmptyRulebook) {
  auto const never = [](std::int64_t, std::int32_t, std::int64_t, std::int64_t, auto const&) { FAIL(); };
  SiteSet<1> const none;
  for (std::optional<std::int64_t> const identity : {std::optional<std::int64_t>(), std::optional<std::int64_t>(1)}) {
    auto const rules = assemble_rulebook(cpu, none, none, KernelGeometry<1>{.kernel_size = 3}, identity, never);
    EXPECT_EQ(rules.element_count(), 3);
    EXPECT_EQ(rules.pair_count(), 0);
  }
}

}  // namespace
}  // namespace sparseconv
