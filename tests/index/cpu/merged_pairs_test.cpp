#include "sparseconv/index/cpu/merged_pairs.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <vector>

#include "sparseconv/index/cpu/rulebook_assembly.hpp"
#include "sparseconv/index/identity_element.hpp"
#include "sparseconv/index/output_sites.hpp"
#include "support/finder_check.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"
#include "support/rulebook_pairs.hpp"

#if SPARSECONV_X86_KERNELS

namespace sparseconv::cpu_merged_pairs_test {
namespace {

template <class Key, int D>
void expect_merges_by(SiteSet<D> const& inputs, SiteSet<D> const& outputs, KernelGeometry<D> const& geometry) {
  KeyPacking<D, std::uint64_t> const packing(on_cpu::swept_box(inputs, outputs, geometry));
  ASSERT_LT(packing.bits(), static_cast<int>(8 * sizeof(Key)));
  auto const expected = test::expected_pairs(inputs, outputs, geometry);
  auto const identity = identity_element(inputs, outputs, geometry);
  on_cpu::RulebookAssembly const assembly(geometry.element_count(), geometry.kernel_size[D - 1], inputs.size(),
                                          outputs.size(), identity);
  test::for_each_cpu_policy([&](CpuPolicy const& where) {
    on_cpu::MergedPairs<Key> const merged(where, inputs, outputs, geometry, assembly.found_elements(), packing);
    ASSERT_EQ(test::pairs_of(assembly.assemble(where, merged)), expected)
        << "kernel " << to_string(geometry.kernel_size) << ", dilation " << to_string(geometry.dilation) << ", "
        << where.thread_count() << " threads, keys of " << sizeof(Key) << " bytes";
  });
}

template <int D>
void expect_merges(SiteSet<D> const& inputs, SiteSet<D> const& outputs, KernelGeometry<D> const& geometry) {
  expect_merges_by<std::uint32_t>(inputs, outputs, geometry);
  expect_merges_by<std::uint64_t>(inputs, outputs, geometry);
}

class MergedPairs : public ::testing::Test {
 protected:
  void SetUp() override {
    if (best_instruction_set() < InstructionSet::avx512) GTEST_SKIP() << "this processor has no AVX-512";
  }
};

TEST_F(MergedPairs, AreThoseOfTheDefinition) {
  test::for_each_finder_case([](auto const& inputs, auto const& outputs, auto const& geometry) {
    expect_merges(inputs, outputs, geometry);
    expect_merges(inputs, inputs, geometry);
  });
}

// Rows that are one part, that are several, the last of them short, and whose elements stand apart; of a symmetric map the last row
// ends before its middle.
TEST_F(MergedPairs, AreFoundForRowsOfAnyWidth) {
  auto const sites = test::sites_of(Grid<2>{}, test::random_coordinates<2>({{0, 0}, {5, 60}, {0, 0}}, 200, 8));
  for (std::int32_t width = 1; width <= 16; ++width) {
    for (std::int32_t const dilation : {1, 2}) {
      PerAxis<2> const apart{1, dilation};
      expect_merges(sites, sites, {.kernel_size = {3, width}, .padding = {1, width / 2 * dilation}, .dilation = apart});
      expect_merges(sites, sites, {.kernel_size = {2, width}, .padding = {0, width - 1}, .dilation = apart});
    }
  }
}

TEST_F(MergedPairs, AreFoundInEveryDimension) {
  auto const line = test::sites_of(Grid<1>{}, test::random_coordinates<1>({{-300}, {300}, {0, 0}}, 200, 3));
  expect_merges(line, line, {.kernel_size = 5, .padding = 2});
  auto const space = test::sites_of(Grid<4>{.shape = {}, .batch_size = 2},
                                    test::random_coordinates<4>({{0, 0, 0, 0}, {5, 6, 4, 9}, {0, 1}}, 300, 4));
  KernelGeometry<4> const strided{.kernel_size = {3, 2, 1, 3}, .stride = {2, 2, 1, 2}, .padding = {1, 0, 0, 1}};
  expect_merges(space, output_sites(seq, space, strided, OutputDefinition::regular), strided);
  expect_merges(space, space, {.kernel_size = 3, .padding = 1});
}

// More outputs than a tile has, and of each more than are merged together; where all cells are active and where few are.
TEST_F(MergedPairs, AreJoinedOverTiles) {
  KernelGeometry<2> const same{.kernel_size = 3, .padding = 1};
  KernelGeometry<2> const strided{.kernel_size = 3, .stride = 2, .padding = 1};
  for (std::int32_t const size : {110, 2000}) {
    auto const sites = test::sites_of(Grid<2>{}, test::random_coordinates<2>({{0, 0}, {size, size}, {0, 0}}, 12000, 9));
    expect_merges(sites, sites, same);
    expect_merges(sites, output_sites(seq, sites, strided, OutputDefinition::regular), strided);
  }
}

// Every output has a group of its own, more than the memory that a tile begins with.
TEST_F(MergedPairs, OfOutputsThatLieFarApartFillGroupsOfTheirOwn) {
  std::vector<Coordinate<1>> line;
  for (std::int32_t cell = 0; cell < 5000 * 40; ++cell) line.push_back({0, {cell}});
  std::vector<Coordinate<1>> few;
  for (std::int32_t cell = 0; cell < 5000; ++cell) few.push_back({0, {cell * 40}});
  expect_merges(test::sites_of(Grid<1>{}, line), test::sites_of(Grid<1>{}, few), {.kernel_size = 2});
}

TEST_F(MergedPairs, DoNotRunFromOneLineIntoTheNext) {
  std::vector<Coordinate<2>> full;
  for (std::int32_t cell = 0; cell < 16; ++cell) full.push_back({0, {cell / 4, cell % 4}});
  auto const sites = test::sites_of(Grid<2>{.shape = {4, 4}}, full);
  for (int const dilation : {1, 2, 3}) {
    expect_merges(sites, sites, {.kernel_size = {1, 3}, .padding = {0, dilation}, .dilation = dilation});
    expect_merges(sites, sites, {.kernel_size = {3, 4}, .padding = {2, 3}, .dilation = {2, dilation}});
  }
}

// Boxes that take 31 and 63 bits, the most that the keys may.
TEST_F(MergedPairs, TakeTheLargestKeys) {
  constexpr std::int32_t least = std::numeric_limits<std::int32_t>::min();
  constexpr std::int32_t most = std::numeric_limits<std::int32_t>::max();
  std::vector<Coordinate<1>> const ends{{0, {0}}, {0, {1}}, {0, {most - 3}}, {0, {most - 2}}};
  auto const narrow = test::sites_of(Grid<1>{}, ends);
  expect_merges(narrow, narrow, {.kernel_size = 3, .padding = 1});
  std::vector<Coordinate<2>> corners;
  for (std::int32_t const y : {0, 1, most - 3, most - 2}) {
    for (std::int32_t const x : {least + 1, least + 2, most - 2, most - 1}) corners.push_back({0, {y, x}});
  }
  auto const wide = test::sites_of(Grid<2>{}, corners);
  expect_merges_by<std::uint64_t>(wide, wide, {.kernel_size = 3, .padding = 1});
}

TEST_F(MergedPairs, MayBeNone) {
  test::for_each_empty_finder_case(
      [](auto const& inputs, auto const& outputs, auto const& geometry) { expect_merges(inputs, outputs, geometry); });
  auto const some = test::sites_of(Grid<1>{}, std::vector<Coordinate<1>>{{0, {3}}, {0, {4}}});
  auto const others = test::sites_of(Grid<1>{}, std::vector<Coordinate<1>>{{0, {30}}, {0, {40}}});
  expect_merges(some, others, {.kernel_size = 3});
}

}  // namespace
}  // namespace sparseconv::cpu_merged_pairs_test

#endif
