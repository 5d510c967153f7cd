// Sites, rulebooks and row maps of a device policy are those of `seq`, bit for bit.
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "sparseconv/index/build_row_map.hpp"
#include "sparseconv/index/build_rulebook.hpp"
#include "sparseconv/index/cached_joined_sites.hpp"
#include "sparseconv/index/cached_rulebook.hpp"
#include "sparseconv/index/intersect_sites.hpp"
#include "sparseconv/index/matching_rows.hpp"
#include "sparseconv/index/output_sites.hpp"
#include "sparseconv/index/scale_sites.hpp"
#include "sparseconv/index/select_sites.hpp"
#include "sparseconv/index/unite_sites.hpp"
#include "sparseconv/tensor/copy_to.hpp"
#include "support/device_policies.hpp"
#include "support/error_message.hpp"
#include "support/option_cross.hpp"
#include "support/random_sites.hpp"
#include "support/same_index.hpp"

namespace sparseconv::device_index_test {
namespace {

using test::message_of;

template <class Where>
class DeviceIndex : public test::DeviceTest<Where> {};
TYPED_TEST_SUITE(DeviceIndex, test::DevicePolicies);

/// Output sites, rulebook and row map from `inputs`, on the host and on the device.
template <class Policy, int D>
void expect_same_index(Policy const& where, SiteSet<D> const& inputs, KernelGeometry<D> const& geometry,
                       OutputDefinition definition) {
  SiteSet<D> const outputs = output_sites(seq, inputs, geometry, definition);
  auto const inputs_there = copy_to(where, inputs);
  auto const outputs_there = output_sites(where, inputs_there, geometry, definition);
  ASSERT_EQ(outputs_there.is(inputs_there), outputs.is(inputs));
  ASSERT_TRUE(test::same_sites(copy_to_host(where, outputs_there), outputs));

  Rulebook<> const rules = build_rulebook(seq, inputs, outputs, geometry);
  auto const hashed = build_rulebook(where, inputs_there, outputs_there, geometry);
  ASSERT_TRUE(test::same_rules(copy_to_host(where, hashed).view(), rules));
  auto const bisected = build_rulebook(where, inputs_there, outputs_there, geometry, lookup::sorted);
  ASSERT_TRUE(test::same_rules(copy_to_host(where, bisected).view(), rules));
  bool const symmetric = is_symmetric(rules.view().identity, rules.element_count());
  ASSERT_EQ(hashed.view().output_rows.reversed, symmetric) << "one list serves both sides";
  ASSERT_EQ(copy_to_host(where, hashed).view().output_rows.reversed, symmetric);
  auto const map = build_row_map(where, inputs_there, outputs_there, geometry);
  ASSERT_TRUE(test::same_map(copy_to_host(where, map).view(), build_row_map(seq, inputs, outputs, geometry).view()));
  auto const back = exchanged_row_map(where, map, geometry.exchanged());
  ASSERT_TRUE(test::same_map(copy_to_host(where, back).view(),
                             row_map_of(seq, rules.transposed(), geometry.exchanged()).view()));
}

/// Whether no output is left, so that the host says so too.
template <int D>
bool this_option_vanishes(test::Options<D> const& options) {
  try {
    (void)output_grid(options.sites.grid(), options.geometry, options.definition, "");
    return false;
  } catch (ShapeError const&) {
    return true;
  }
}

template <int D, class Policy>
void expect_same_index_everywhere(Policy const& where) {
  test::for_each_option<D>([&](test::Options<D> const& options) {
    // The whole cross is the business of the host's tests, with which this agrees.
    if (options.number % (D < 3 ? 2 : 5) != 0 || this_option_vanishes(options)) return;
    SCOPED_TRACE(options.text());
    expect_same_index(where, options.sites, options.geometry, options.definition);
  });
}

TYPED_TEST(DeviceIndex, IsThatOfTheHostIn1D) {
  expect_same_index_everywhere<1>(TypeParam::policy());
}
TYPED_TEST(DeviceIndex, IsThatOfTheHostIn2D) {
  expect_same_index_everywhere<2>(TypeParam::policy());
}
TYPED_TEST(DeviceIndex, IsThatOfTheHostIn3D) {
  expect_same_index_everywhere<3>(TypeParam::policy());
}
TYPED_TEST(DeviceIndex, IsThatOfTheHostIn4D) {
  expect_same_index_everywhere<4>(TypeParam::policy());
}

TYPED_TEST(DeviceIndex, OfNoSitesIsEmpty) {
  SiteSet<3> const none(Grid<3>{.shape = {5, 5, 5}, .batch_size = 2}, {});
  for (auto const definition : {OutputDefinition::regular, OutputDefinition::floor, OutputDefinition::submanifold}) {
    expect_same_index(TypeParam::policy(), none, KernelGeometry<3>{.kernel_size = 3, .padding = 1}, definition);
  }
}

TYPED_TEST(DeviceIndex, OfNoInputsHasNoPairsWhereverTheOutputsAre) {
  auto const& where = TypeParam::policy();
  SiteSet<2> const none = test::sites_of(Grid<2>{}, std::vector<Coordinate<2>>{});
  SiteSet<2> const far = test::sites_of(Grid<2>{}, std::vector<Coordinate<2>>{{0, {-9, 3}}, {0, {5, -7}}});
  KernelGeometry<2> const geometry{.kernel_size = 3, .padding = 2};
  auto const inputs = copy_to(where, none);
  auto const outputs = copy_to(where, far);
  EXPECT_EQ(copy_to_host(where, build_rulebook(where, inputs, outputs, geometry)).pair_count(), 0);
  EXPECT_TRUE(test::same_map(copy_to_host(where, build_row_map(where, inputs, outputs, geometry)).view(),
                             build_row_map(seq, none, far, geometry).view()));
  EXPECT_EQ(copy_to_host(where, build_rulebook(where, outputs, inputs, geometry)).pair_count(), 0);
}

// Of a single element there is nothing to look for, and no hash table is built.
TYPED_TEST(DeviceIndex, OfASingleElementIsTheIdentity) {
  auto const& where = TypeParam::policy();
  auto const sites = copy_to(where, test::random_site_set(Grid<3>{.shape = {9, 8, 10}}, 100, 9));
  auto const rules = copy_to_host(where, build_rulebook(where, sites, sites, KernelGeometry<3>{}));
  ASSERT_EQ(rules.pair_count(), sites.size());
  for (Row row = 0; row < sites.size(); ++row) {
    ASSERT_EQ(rules.view().inputs_of(0)[static_cast<std::size_t>(row)], row);
    ASSERT_EQ(rules.view().outputs_of(0)[static_cast<std::size_t>(row)], row);
  }
  EXPECT_EQ(sites.derived_bytes(), 0);
}

// 7^3 = 343 elements: eleven mask words of 32 bits, six sorts of 64. Sites dense enough that words beyond the first differ.
TYPED_TEST(DeviceIndex, HasAllWordsOfTheMasksOfLargeKernels) {
  SiteSet<3> const sites = test::random_site_set(Grid<3>{.shape = {9, 8, 10}}, 200, 5);
  for (int const kernel : {5, 7}) {
    expect_same_index(TypeParam::policy(), sites, KernelGeometry<3>{.kernel_size = kernel, .padding = kernel / 2},
                      OutputDefinition::submanifold);
  }
}

// More outputs than a group, a stretch or a block of threads, and not a multiple of one.
TYPED_TEST(DeviceIndex, OfManySitesIsThatOfTheHost) {
  SiteSet<3> const sites = test::random_site_set(Grid<3>{.shape = {40, 41, 42}, .batch_size = 3}, 5003, 6);
  expect_same_index(TypeParam::policy(), sites, KernelGeometry<3>{.kernel_size = 3, .padding = 1},
                    OutputDefinition::submanifold);
  expect_same_index(TypeParam::policy(), sites, KernelGeometry<3>{.kernel_size = 3, .stride = 2, .padding = 1},
                    OutputDefinition::regular);
}

// Keys of 2 * 33 bits and more: they are sorted by halves.
TYPED_TEST(DeviceIndex, OfFarApartSitesGoesByWideKeys) {
  constexpr std::int32_t least = std::numeric_limits<std::int32_t>::min();
  constexpr std::int32_t most = std::numeric_limits<std::int32_t>::max();
  SiteSet<3> const corners = test::sites_of(
      Grid<3>{},
      std::vector<Coordinate<3>>{
          {0, {least, least, most}}, {0, {least, -1, most}}, {0, {0, 0, 0}}, {0, {0, 0, 1}}, {0, {most, most, least}}});
  expect_same_index(TypeParam::policy(), corners, KernelGeometry<3>{.kernel_size = 3, .padding = 1},
                    OutputDefinition::submanifold);
  expect_same_index(TypeParam::policy(), corners, KernelGeometry<3>{.kernel_size = 1, .stride = 3},
                    OutputDefinition::floor);
  SiteSet<3> const inside = test::sites_of(
      Grid<3>{}, std::vector<Coordinate<3>>{
                     {0, {least + 2, least + 2, most - 2}}, {0, {0, 0, 0}}, {0, {most - 2, most - 2, least + 2}}});
  expect_same_index(TypeParam::policy(), inside, KernelGeometry<3>{.kernel_size = 3, .padding = 1},
                    OutputDefinition::regular);
}

TYPED_TEST(DeviceIndex, OfDilatedWindowsReachesTheExtremes) {
  constexpr std::int32_t most = std::numeric_limits<std::int32_t>::max();
  SiteSet<1> const last = test::sites_of(Grid<1>{.shape = Shape<1>(most)}, std::vector<Coordinate<1>>{{0, {most - 1}}});
  expect_same_index(TypeParam::policy(), last, KernelGeometry<1>{.kernel_size = 3, .padding = 2, .dilation = 2},
                    OutputDefinition::regular);
}

// The identity is what the geometry says, not that there are as many outputs as inputs.
TYPED_TEST(DeviceIndex, KnowsTheIdentityByTheSetsAlone) {
  auto const& where = TypeParam::policy();
  SiteSet<1> const line = test::sites_of(Grid<1>{}, std::vector<Coordinate<1>>{{0, {0}}, {0, {2}}, {0, {4}}});
  SiteSet<1> const twin = test::sites_of(Grid<1>{}, std::vector<Coordinate<1>>{{0, {1}}, {0, {2}}, {0, {3}}});
  KernelGeometry<1> const geometry{.kernel_size = 3, .padding = 1};
  auto const here = copy_to(where, line);
  EXPECT_EQ(build_rulebook(where, here, here, geometry).view().identity, 1);
  auto const there = build_rulebook(where, here, copy_to(where, twin), geometry);
  EXPECT_EQ(there.view().identity, std::nullopt);
  EXPECT_TRUE(test::same_rules(copy_to_host(where, there).view(), build_rulebook(seq, line, twin, geometry)));
}

TYPED_TEST(DeviceIndex, WaitsOnceForNewSitesAndNeverForMaps) {
  auto const& where = TypeParam::policy();
  auto const sites = copy_to(where, test::random_site_set(Grid<3>{.shape = {20, 20, 20}}, 300, 7));
  KernelGeometry<3> const same{.kernel_size = 3, .padding = 1};
  KernelGeometry<3> const strided{.kernel_size = 3, .stride = 2, .padding = 1};
  test::expect_waits(where, 1, [&] { (void)output_sites(where, sites, strided, OutputDefinition::regular); });
  test::expect_waits(where, 0, [&] {
    (void)output_sites(where, sites, same, OutputDefinition::submanifold);
    (void)build_rulebook(where, sites, sites, same);
    (void)build_row_map(where, sites, sites, same);
  });
}

// The ranks of 1,331 elements are more than a kernel carries: they come in pieces, of which none is staged.
TYPED_TEST(DeviceIndex, StagesNothingForMapsOfLargeKernels) {
  auto const& where = TypeParam::policy();
  SiteSet<3> const here = test::random_site_set(Grid<3>{.shape = {13, 14, 15}}, 200, 3);
  auto const sites = copy_to(where, here);
  KernelGeometry<3> const geometry{.kernel_size = 11, .padding = 5};
  auto const rules = build_rulebook(where, sites, sites, geometry);
  auto const staged = [&] {
    if constexpr (requires { where.staged_copies(); }) return where.staged_copies();
    return std::int64_t{0};
  };
  std::int64_t const before = staged();
  auto const map = row_map_of(where, rules.view(), geometry);
  EXPECT_EQ(staged(), before);
  EXPECT_TRUE(test::same_map(copy_to_host(where, map).view(), build_row_map(seq, here, here, geometry).view()));
}

TYPED_TEST(DeviceIndex, IsKeptWithTheSites) {
  auto const& where = TypeParam::policy();
  auto const sites = copy_to(where, test::random_site_set(Grid<3>{.shape = {20, 20, 20}}, 300, 8));
  KernelGeometry<3> const geometry{.kernel_size = 3, .stride = 2, .padding = 1};
  auto const outputs = cached_output_sites(where, sites, geometry, OutputDefinition::regular);
  EXPECT_TRUE(cached_output_sites(where, sites, geometry, OutputDefinition::regular).is(outputs));
  auto const map = cached_row_map(where, sites, outputs, geometry);
  EXPECT_EQ(cached_row_map(where, sites, outputs, geometry), map);
  EXPECT_EQ(cached_rulebook(where, sites, outputs, geometry), cached_rulebook(where, sites, outputs, geometry));
  EXPECT_GT(sites.derived_bytes(), map->bytes());
  sites.release_derived();
  EXPECT_EQ(sites.derived_bytes(), 0);
}

TYPED_TEST(DeviceIndex, SaysWhatDoesNotFit) {
  auto const& where = TypeParam::policy();
  constexpr std::int32_t most = std::numeric_limits<std::int32_t>::max();
  auto const edge = copy_to(where, test::sites_of(Grid<1>{}, std::vector<Coordinate<1>>{{0, {most}}}));
  EXPECT_EQ(
      message_of<CoordinateError>([&] {
        (void)output_sites(where, edge, KernelGeometry<1>{.kernel_size = 2, .padding = 2}, OutputDefinition::regular);
      }),
      "output_sites: an output at position 2147483648 of axis 0 does not fit 32 bits; give the grid a shape, or move "
      "the sites towards 0");
  EXPECT_EQ(message_of<ShapeError>([&] {
              (void)output_sites(where, edge, KernelGeometry<1>{.stride = 2}, OutputDefinition::submanifold);
            }),
            "output_sites: a submanifold convolution has stride 1, not 2; use the regular or floor definition");
  EXPECT_EQ(
      message_of<CapacityError>([] { on_device::check_list_length(1'000'000'000, 8, "output_sites"); }),
      "output_sites: 1000000000 inputs reach up to 8 outputs each; a device lists at most 2^31 - 1 of them, so split "
      "the batch");
}

TYPED_TEST(DeviceIndex, TakesTransposedGeometries) {
  auto const& where = TypeParam::policy();
  SiteSet<3> const inputs = test::random_site_set(Grid<3>{.shape = {6, 7, 5}, .batch_size = 2}, 90, 4);
  expect_same_index(where, inputs, {.kernel_size = 2, .stride = 2, .transposed = true}, OutputDefinition::regular);
  expect_same_index(
      where, inputs,
      {.kernel_size = 3, .stride = 2, .padding = 1, .dilation = {1, 2, 1}, .transposed = true, .output_padding = 1},
      OutputDefinition::regular);
}

/// Sites and rows of a mask that marks every nth site, or none.
template <int D, class Policy>
void expect_same_selection(Policy const& where, SiteSet<D> const& sites, std::int64_t every) {
  Buffer<std::uint8_t> mask(sites.size(), std::uint8_t{0});
  for (std::int64_t row = 0; every > 0 && row < mask.size(); row += every) mask[row] = 2;
  auto const here = select_sites(seq, sites, mask);
  auto const sites_there = copy_to(where, sites);
  auto const mask_there = copy_to(where, mask);
  SelectedSites<D, typename Policy::Memory> there;
  test::expect_waits(where, 1, [&] { there = select_sites(where, sites_there, mask_there); });
  ASSERT_TRUE(there.of.is(sites_there));
  ASSERT_TRUE(test::same_sites(copy_to_host(where, there.sites), here.sites));
  auto const rows = copy_to_host(where, there.rows);
  ASSERT_EQ(test::list_of(rows.data(), rows.size()), test::list_of(here.rows.data(), here.rows.size()));
}

TYPED_TEST(DeviceIndex, SelectsTheSitesOfTheHost) {
  auto const& where = TypeParam::policy();
  for (std::int64_t const every : {0, 1, 2, 17}) {
    expect_same_selection(where, test::random_site_set(Grid<3>{.shape = {19, 20, 21}, .batch_size = 3}, 2003, 3),
                          every);
    expect_same_selection(where, test::random_site_set(Grid<1>{.shape = Shape<1>(60)}, 20, 3), every);
    expect_same_selection(where, SiteSet<2>(Grid<2>{.shape = {4, 5}}, Buffer<Coordinate<2>>()), every);
  }
  SiteSet<2> const sites = test::random_site_set(Grid<2>{.shape = {40, 41}}, 70, 2);
  Buffer<std::uint8_t> const mask(69, std::uint8_t{1});
  EXPECT_EQ(message_of<ShapeError>([&] { (void)select_sites(where, copy_to(where, sites), copy_to(where, mask)); }),
            message_of<ShapeError>([&] { (void)select_sites(seq, sites, mask); }));
}

/// The union, the intersection and the rows that sites have in another set.
template <int D, class Policy>
void expect_same_joins(Policy const& where, SiteSet<D> const& a, SiteSet<D> const& b) {
  auto const a_there = copy_to(where, a);
  auto const b_there = copy_to(where, b);
  SiteSet<D, typename Policy::Memory> united;
  test::expect_waits(where, 2, [&] { united = unite_sites(where, a_there, b_there); });
  ASSERT_TRUE(test::same_sites(copy_to_host(where, united), unite_sites(seq, a, b)));
  SelectedSites<D, typename Policy::Memory> common;
  test::expect_waits(where, 1, [&] { common = intersect_sites(where, a_there, b_there); });
  ASSERT_TRUE(test::same_sites(copy_to_host(where, common.sites), intersect_sites(seq, a, b).sites));
  Buffer<Row, typename Policy::Memory> matching;
  test::expect_waits(where, 0, [&] { matching = matching_rows(where, a_there, b_there); });
  auto const rows = copy_to_host(where, matching);
  auto const expected = matching_rows(seq, a, b);
  ASSERT_EQ(test::list_of(rows.data(), rows.size()), test::list_of(expected.data(), expected.size()));

  // What is kept is found again, by identity, and without a wait.
  auto const any = cached_joined_sites(where, a_there, b_there, SiteJoin::unite);
  auto const each = cached_joined_sites(where, a_there, b_there, SiteJoin::intersect);
  auto const kept_rows = cached_matching_rows(where, a_there, b_there);
  test::expect_waits(where, 0, [&] {
    EXPECT_TRUE(cached_joined_sites(where, a_there, b_there, SiteJoin::unite).is(any));
    EXPECT_TRUE(cached_joined_sites(where, a_there, b_there, SiteJoin::intersect).is(each));
    EXPECT_EQ(cached_matching_rows(where, a_there, b_there), kept_rows);
  });
  ASSERT_TRUE(test::same_sites(copy_to_host(where, any), unite_sites(seq, a, b)));

  PerAxis<D> factor = 3;
  factor[D - 1] = 2;
  Grid<D> finer = a.grid();
  if (finer.shape.bounded()) {
    PerAxis<D> extents = finer.shape.extents();
    for (int axis = 0; axis < D; ++axis) extents[axis] *= factor[axis];
    finer.shape = extents;
  }
  SiteSet<D, typename Policy::Memory> scaled;
  test::expect_waits(where, 0, [&] { scaled = cached_scaled_sites(where, a_there, factor, finer); });
  ASSERT_TRUE(test::same_sites(copy_to_host(where, scaled), scale_sites(seq, a, factor, finer)));
  EXPECT_TRUE(cached_scaled_sites(where, a_there, factor, finer).is(scaled));
}

TYPED_TEST(DeviceIndex, JoinsSetsAsTheHostDoes) {
  auto const& where = TypeParam::policy();
  Grid<3> const rooms{.shape = {9, 10, 11}, .batch_size = 3};
  SiteSet<3> const many = test::random_site_set(rooms, 1400, 1);
  expect_same_joins(where, many, test::random_site_set(rooms, 1003, 2));
  expect_same_joins(where, many, many);
  expect_same_joins(where, test::sites_of(Grid<1>{}, test::random_coordinates<1>({{-90}, {90}, {0}}, 50, 1)),
                    test::sites_of(Grid<1>{}, test::random_coordinates<1>({{0}, {200}, {0}}, 50, 2)));
}

}  // namespace
}  // namespace sparseconv::device_index_test
