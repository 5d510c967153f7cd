#include "sparseconv/index/build_rulebook.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "sparseconv/index/output_sites.hpp"
#include "support/error_message.hpp"
#include "support/instruction_sets.hpp"
#include "support/option_cross.hpp"
#include "support/policies.hpp"
#include "support/rulebook_pairs.hpp"
#include "support/same_index.hpp"

namespace sparseconv::build_rulebook_test {
namespace {

using test::expected_pairs;
using test::message_of;
using test::pairs_of;
using test::RulePair;
using test::same_rules;

constexpr auto regular = OutputDefinition::regular;
constexpr auto submanifold = OutputDefinition::submanifold;
constexpr std::int32_t least = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t most = std::numeric_limits<std::int32_t>::max();

template <class Where>
class BuildRulebook : public ::testing::Test {};
TYPED_TEST_SUITE(BuildRulebook, test::Policies);

// Row 0 is A (1,2), row 1 is B (2,3), in a 5 x 5 image.
SiteSet<2> classic() {
  return test::sites_of(Grid<2>{.shape = {5, 5}}, std::vector<Coordinate<2>>{{0, {1, 2}}, {0, {2, 3}}});
}

TYPED_TEST(BuildRulebook, OfTheClassicImageByHand) {
  // Outputs: row 0 (0,0), 1 (0,1), 2 (0,2), 3 (1,0), 4 (1,1), 5 (1,2), 6 (2,1), 7 (2,2). Output o takes A from element
  // (1,2) - o and B from (2,3) - o, elements numbered 3*y + x:
  //   A: (0,0)->5 (0,1)->4 (0,2)->3 (1,0)->2 (1,1)->1 (1,2)->0
  //   B: (0,1)->8 (0,2)->7 (1,1)->5 (1,2)->4 (2,1)->2 (2,2)->1
  // 12 pairs; (0,1), (0,2), (1,1) and (1,2) take from both.
  SiteSet<2> const inputs = classic();
  KernelGeometry<2> const geometry{.kernel_size = 3};
  SiteSet<2> const outputs = output_sites(seq, inputs, geometry, regular);
  std::vector<RulePair> const expected{{0, 0, 5}, {1, 0, 4}, {1, 1, 7}, {2, 0, 3}, {2, 1, 6}, {3, 0, 2},
                                       {4, 0, 1}, {4, 1, 5}, {5, 0, 0}, {5, 1, 4}, {7, 1, 2}, {8, 1, 1}};
  EXPECT_EQ(pairs_of(build_rulebook(TypeParam::policy(), inputs, outputs, geometry)), expected);
  EXPECT_EQ(pairs_of(build_rulebook(TypeParam::policy(), inputs, outputs, geometry, lookup::hash)), expected);
}

TYPED_TEST(BuildRulebook, OfTheClassicSubmanifoldByHand) {
  // B lies at (+1,+1) of A: element 8 for A's output, element 0 for B's; and each covers itself by element 4.
  std::vector<RulePair> const expected{{0, 0, 1}, {4, 0, 0}, {4, 1, 1}, {8, 1, 0}};
  SiteSet<2> const inputs = classic();
  for (int const padding : {0, 1}) {  // the outputs (0,1), (1,2), and the inputs themselves
    KernelGeometry<2> const geometry{.kernel_size = 3, .padding = padding};
    SiteSet<2> const outputs = output_sites(seq, inputs, geometry, submanifold);
    auto const rules = build_rulebook(TypeParam::policy(), inputs, outputs, geometry);
    EXPECT_EQ(pairs_of(rules), expected);
    EXPECT_EQ(rules.view().identity, padding == 1 ? std::optional<std::int64_t>(4) : std::nullopt);
  }
}

template <int D>
void cross() {
  test::for_each_option<D>([&](test::Options<D> const& options) {
    SiteSet<D> const& inputs = options.sites;
    SiteSet<D> outputs;
    try {
      outputs = output_sites(seq, inputs, options.geometry, options.definition);
    } catch (ShapeError const&) {
      return;  // no output is left; output_sites_test looks after that
    }
    Rulebook<> const rules = build_rulebook(seq, inputs, outputs, options.geometry);
    ASSERT_EQ(pairs_of(rules), expected_pairs(inputs, outputs, options.geometry)) << options.text();
    auto const& where = test::OnCpu<2>::policy();
    ASSERT_TRUE(same_rules(rules, build_rulebook(seq, inputs, outputs, options.geometry, lookup::hash)));
    for (InstructionSet const set : test::instruction_sets()) {
      ASSERT_TRUE(same_rules(rules, build_rulebook(where.instructions(set), inputs, outputs, options.geometry)))
          << options.text() << ", " << to_string(set);
    }
    ASSERT_TRUE(same_rules(rules, build_rulebook(where, inputs, outputs, options.geometry, lookup::hash)))
        << options.text();
  });
}

TEST(BuildRulebookCross, HoldsTheDefinitionInEveryDimension) {
  cross<1>();
  cross<2>();
  cross<3>();
  cross<4>();
}

TYPED_TEST(BuildRulebook, OfManySitesIsThatOfSeq) {
  // 20011 sites are ten stretches of 2048 outputs, the last of them short.
  Grid<3> const grid{.shape = {40, 45, 30}, .batch_size = 2};
  SiteSet<3> const inputs = test::random_site_set(grid, 20011, 3);
  for (KernelGeometry<3> const& geometry :
       {KernelGeometry<3>{.kernel_size = 3, .padding = 1},  // symmetric
        {.kernel_size = {3, 1, 5}, .padding = {2, 0, 6}, .dilation = {2, 1, 3}},
        {.kernel_size = {2, 3, 4}, .padding = {0, 1, 1}},  // an identity that is not in the middle
        {.kernel_size = 3, .stride = 2, .padding = 1}}) {
    bool const same_sites = geometry.stride == PerAxis<3>(1);
    SiteSet<3> const outputs = same_sites ? inputs : output_sites(cpu, inputs, geometry, regular);
    Rulebook<> const expected = build_rulebook(seq, inputs, outputs, geometry, lookup::hash);
    auto const& where = TypeParam::policy();
    EXPECT_EQ(expected.view().identity.has_value(), same_sites);
    EXPECT_TRUE(same_rules(expected, build_rulebook(where, inputs, outputs, geometry)));
    EXPECT_TRUE(same_rules(expected, build_rulebook(where, inputs, outputs, geometry, lookup::hash)));
  }
}

TYPED_TEST(BuildRulebook, JoinsAnySetsThatTheCallerNames) {
  // A query set beside, around and far from the inputs, in other batch items too.
  auto const inputs = test::sites_of(Grid<2>{.shape = {}, .batch_size = 2},
                                     test::random_coordinates<2>({{-9, -9}, {9, 9}, {0, 1}}, 200, 1));
  auto queries = test::random_coordinates<2>({{-12, -7}, {4, 9}, {1, 3}}, 150, 2);
  queries.push_back({0, {least, most}});
  queries.push_back({3, {most, least}});
  auto const outputs = test::sites_of(Grid<2>{.shape = {}, .batch_size = 4}, queries);
  KernelGeometry<2> const geometry{.kernel_size = {3, 4}, .stride = {1, 2}, .padding = 2, .dilation = {2, 1}};
  auto const expected = expected_pairs(inputs, outputs, geometry);
  EXPECT_GT(expected.size(), 30u);
  EXPECT_EQ(pairs_of(build_rulebook(TypeParam::policy(), inputs, outputs, geometry)), expected);
  EXPECT_EQ(pairs_of(build_rulebook(TypeParam::policy(), inputs, outputs, geometry, lookup::hash)), expected);
}

TYPED_TEST(BuildRulebook, ReachesTheExtremesInKeysOf128Bits) {
  std::vector<Coordinate<3>> list;
  for (std::int32_t const z : {least, least + 1, 0, most}) {
    for (std::int32_t const x : {least, most - 1, most}) list.push_back({0, {z, 5, x}});
  }
  SiteSet<3> const sites = test::sites_of(Grid<3>{}, list);
  KernelGeometry<3> const geometry{.kernel_size = 3, .padding = 1};
  auto const expected = expected_pairs(sites, sites, geometry);
  EXPECT_GT(expected.size(), list.size());
  EXPECT_EQ(pairs_of(build_rulebook(TypeParam::policy(), sites, sites, geometry)), expected);
  EXPECT_EQ(pairs_of(build_rulebook(TypeParam::policy(), sites, sites, geometry, lookup::hash)), expected);
  KernelGeometry<3> const strided{.kernel_size = 3, .stride = {most, 1, 1}, .padding = {most, 1, 1}};
  auto const far_expected = expected_pairs(sites, sites, strided);
  EXPECT_EQ(pairs_of(build_rulebook(TypeParam::policy(), sites, sites, strided)), far_expected);
}

TYPED_TEST(BuildRulebook, MayHaveNoPairs) {
  auto const& where = TypeParam::policy();
  SiteSet<2> const none({.shape = {5, 5}}, {});
  SiteSet<2> const some = classic();
  for (auto const& [from, to] : {std::pair{none, none}, {none, some}, {some, none}}) {
    auto const rules = build_rulebook(where, from, to, KernelGeometry<2>{.kernel_size = 3, .padding = 1});
    EXPECT_EQ(rules.pair_count(), 0);
    EXPECT_EQ(rules.element_count(), 9);
    EXPECT_EQ(rules.view().input_count, from.size());
    EXPECT_EQ(rules.view().output_count, to.size());
  }
}

TEST(PeerFailures, Item1TheIdentityIsNeverGuessedFromEqualCounts) {
  // Stride 2 from the even cells 0, 2, 4, 6 to 0, 1, 2, 3: as many outputs as inputs, and the centre is no identity.
  std::vector<Coordinate<1>> const even{{0, {0}}, {0, {2}}, {0, {4}}, {0, {6}}};
  SiteSet<1> const inputs = test::sites_of(Grid<1>{.shape = Shape<1>(8)}, even);
  KernelGeometry<1> const geometry{.kernel_size = 3, .stride = 2};
  SiteSet<1> const outputs = output_sites(cpu, inputs, geometry, regular);
  auto const rules = build_rulebook(cpu, inputs, outputs, geometry);
  EXPECT_EQ(outputs.size(), 3);
  std::vector<Coordinate<1>> const given{{0, {0}}, {0, {1}}, {0, {2}}, {0, {3}}};
  SiteSet<1> const four = test::sites_of(Grid<1>{.shape = Shape<1>(4)}, given);
  for (auto const how : {0, 1}) {
    Rulebook<> const to_four = how == 0 ? build_rulebook(cpu, inputs, four, geometry)
                                        : build_rulebook(cpu, inputs, four, geometry, lookup::hash);
    EXPECT_EQ(to_four.view().identity, std::nullopt);
    EXPECT_EQ(pairs_of(to_four),
              (std::vector<RulePair>{{0, 0, 0}, {0, 1, 1}, {0, 2, 2}, {0, 3, 3}, {2, 1, 0}, {2, 2, 1}, {2, 3, 2}}));
  }
  // An equal list that is another set, and a shift within one set, have none either.
  SiteSet<1> const twin = test::sites_of(inputs.grid(), even);
  EXPECT_EQ(build_rulebook(cpu, inputs, twin, KernelGeometry<1>{.kernel_size = 3, .padding = 1}).view().identity,
            std::nullopt);
  EXPECT_EQ(build_rulebook(cpu, inputs, inputs, KernelGeometry<1>{.kernel_size = 3, .padding = 3}).view().identity,
            std::nullopt);
  EXPECT_EQ(build_rulebook(cpu, inputs, inputs, KernelGeometry<1>{.kernel_size = 3, .padding = 2, .dilation = 3})
                .view()
                .identity,
            std::nullopt);
}

TEST(PeerFailures, Item3StrideWithDilationEnds) {
  SiteSet<2> const inputs = test::random_site_set(Grid<2>{.shape = {60, 60}}, 1500, 4);
  KernelGeometry<2> const geometry{.kernel_size = 3, .stride = 2, .padding = 2, .dilation = 3};
  SiteSet<2> const outputs = output_sites(cpu, inputs, geometry, regular);
  EXPECT_EQ(pairs_of(build_rulebook(cpu, inputs, outputs, geometry, lookup::hash)),
            expected_pairs(inputs, outputs, geometry));
}

TEST(PeerFailures, Item4DilationIsNotIgnored) {
  // Sites 0, 1 and 3 on a line: with dilation 3 the neighbours are 0 and 3, and 1 has none.
  SiteSet<1> const line = test::sites_of(Grid<1>{}, std::vector<Coordinate<1>>{{0, {0}}, {0, {1}}, {0, {3}}});
  KernelGeometry<1> const geometry{.kernel_size = 3, .padding = 3, .dilation = 3};
  std::vector<RulePair> const expected{{0, 0, 2}, {1, 0, 0}, {1, 1, 1}, {1, 2, 2}, {2, 2, 0}};
  EXPECT_EQ(pairs_of(build_rulebook(seq, line, line, geometry)), expected);
  EXPECT_EQ(pairs_of(build_rulebook(cpu, line, line, geometry)), expected);
}

TEST(PeerFailures, Item5NoNeighbourIsLostInGridsOfMoreThan2To31And32And63Cells) {
  for (int const extent : {1300, 1700, 2200000, most}) {  // 2.2e9, 4.9e9, 1.06e19 and 9.9e27 cells
    int const last = extent - 1;
    std::vector<Coordinate<3>> const corner{{0, {0, 0, 0}},
                                            {0, {0, 0, 1}},
                                            {0, {last - 1, last, last}},
                                            {0, {last, last, last - 1}},
                                            {0, {last, last, last}}};
    SiteSet<3> const sites = test::sites_of(Grid<3>{.shape = {extent, extent, extent}}, corner);
    KernelGeometry<3> const geometry{.kernel_size = 3, .padding = 1};
    auto const expected = expected_pairs(sites, sites, geometry);
    EXPECT_EQ(expected.size(), 5u + 2u + 6u);
    EXPECT_EQ(pairs_of(build_rulebook(cpu, sites, sites, geometry)), expected) << extent;
    EXPECT_EQ(pairs_of(build_rulebook(cpu, sites, sites, geometry, lookup::hash)), expected) << extent;
    EXPECT_EQ(pairs_of(build_rulebook(seq, sites, sites, geometry)), expected) << extent;
  }
}

TEST(PeerFailures, Item6NegativeAndLargeCoordinatesFloorExactly) {
  // floor(c / 3): -1 is of cell -1, not 0; 16777217 = 2^24 + 1 is of 5592405, which float division rounds to 5592406.
  SiteSet<1> const inputs = test::sites_of(
      Grid<1>{}, std::vector<Coordinate<1>>{{0, {-16777217}}, {0, {-1}}, {0, {0}}, {0, {16777217}}, {0, {2147483645}}});
  KernelGeometry<1> const geometry{.kernel_size = 3, .stride = 3};
  SiteSet<1> const outputs = output_sites(cpu, inputs, geometry, OutputDefinition::floor);
  EXPECT_EQ(test::cells_of(outputs),
            (std::vector<test::Indices>{{0, -5592406}, {0, -1}, {0, 0}, {0, 5592405}, {0, 715827881}}));
  EXPECT_EQ(pairs_of(build_rulebook(cpu, inputs, outputs, geometry)),
            (std::vector<RulePair>{{0, 2, 2}, {1, 0, 0}, {2, 1, 1}, {2, 3, 3}, {2, 4, 4}}));
}

TEST(PeerFailures, Item11KernelsOfMoreThan32And64ElementsAreWhole) {
  SiteSet<3> const sites = test::random_site_set(Grid<3>{.shape = {9, 8, 10}}, 150, 8);
  for (int const size : {4, 5, 7}) {  // 64, 125 and 343 elements
    KernelGeometry<3> const geometry{.kernel_size = size, .padding = (size - 1) / 2};
    auto const expected = expected_pairs(sites, sites, geometry);
    EXPECT_GT(expected.back().element, size * size * size - 5) << "the last elements have pairs to lose";
    EXPECT_EQ(pairs_of(build_rulebook(cpu, sites, sites, geometry)), expected);
    EXPECT_EQ(pairs_of(build_rulebook(cpu, sites, sites, geometry, lookup::hash)), expected);
  }
}

TEST(BuildRulebookErrors, NameTheGeometryAndTheBits) {
  SiteSet<2> const sites = classic();
  EXPECT_EQ(message_of<ShapeError>([&] { return build_rulebook(cpu, sites, sites, KernelGeometry<2>{.stride = 0}); }),
            "build_rulebook: stride is 0 x 0; every stride must be at least 1");
  EXPECT_EQ(sites.derived_bytes(), 0) << "a call that throws leaves its arguments as they were";
  Coordinate<4> low;
  Coordinate<4> high;
  low.position.fill(least);
  high.position.fill(most);
  SiteSet<4> const wide = test::sites_of(Grid<4>{}, std::vector{low, high});
  EXPECT_EQ(build_rulebook(cpu, wide, wide, KernelGeometry<4>{}).pair_count(), 2) << "a sweep needs no keys";
  EXPECT_EQ(
      message_of<CapacityError>([&] { return build_rulebook(cpu, wide, wide, KernelGeometry<4>{}, lookup::hash); }),
      "build_hash_table: the sites span a box whose coordinates need 128 bits, keys have 127; split the sites into "
      "parts that lie closer together");
}

// The windows of these outputs span 63 bits along each axis, three times more than the 127 bits of a key; the input needs none.
TEST(BuildRulebook, FindsPairsWhereWindowsLieTooFarApartForKeys) {
  std::int32_t const low = std::numeric_limits<std::int32_t>::min();
  std::int32_t const high = std::numeric_limits<std::int32_t>::max();
  std::vector<Coordinate<3>> const one{{0, {0, 0, 0}}};
  std::vector<Coordinate<3>> const far{{0, {low, low, low}}, {0, {0, 0, 0}}, {0, {high, high, high}}};
  SiteSet<3> const inputs(Grid<3>{}, Buffer<Coordinate<3>>(std::span<Coordinate<3> const>(one)));
  SiteSet<3> const outputs(Grid<3>{}, Buffer<Coordinate<3>>(std::span<Coordinate<3> const>(far)));
  Rulebook<> const rules = build_rulebook(cpu, inputs, outputs, KernelGeometry<3>{.stride = high});
  ASSERT_EQ(rules.pair_count(), 1);
  EXPECT_EQ(rules.view().inputs_of(0)[0], 0);
  EXPECT_EQ(rules.view().outputs_of(0)[0], 1);
}

}  // namespace
}  // namespace sparseconv::build_rulebook_test
