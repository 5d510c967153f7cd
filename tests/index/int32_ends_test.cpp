// At both ends of int32, output sites and pairs are those of an oracle in 128 bits, or both say that there are none.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "sparseconv/index/build_rulebook.hpp"
#include "sparseconv/index/output_sites.hpp"
#include "sparseconv/tensor/copy_to.hpp"
#include "support/emulated_gpu.hpp"
#include "support/error_message.hpp"
#include "support/instruction_sets.hpp"
#include "support/int128_oracle.hpp"
#include "support/int32_ends.hpp"
#include "support/oracle_conversion.hpp"
#include "support/policies.hpp"
#include "support/random_numbers.hpp"
#include "support/random_sites.hpp"
#include "support/test_rounds.hpp"
#include "support/wide_conversion.hpp"

namespace sparseconv::int32_ends_test {
namespace {

using test::EndsCase;
using test::message_of;
using test::Refusals;
using test::wide;
using test::WideGeometry;
using test::WideGrid;
using test::WideIndices;
using test::WidePair;

constexpr std::int32_t least = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t most = std::numeric_limits<std::int32_t>::max();
constexpr int key_bits = 127;

/// Calls `call`, and says whether it returned; if not, whether with an error that is allowed. Without one it must return.
template <class Call>
bool returned(Refusals const& allowed, Call const& call) {
  try {
    call();
  } catch (ShapeError const& error) {
    EXPECT_TRUE(allowed.shape) << error.what();
    return false;
  } catch (CoordinateError const& error) {
    EXPECT_TRUE(allowed.coordinate) << error.what();
    return false;
  } catch (CapacityError const& error) {
    EXPECT_TRUE(allowed.capacity) << error.what();
    return false;
  }
  return true;
}

/// A policy's copy of sites, and the way back.
template <class Policy, int D>
auto there(Policy const& where, SiteSet<D> const& sites) {
  if constexpr (HostPolicy<Policy>) {
    return sites;
  } else {
    return copy_to(where, sites);
  }
}
template <class Policy, class Result>
auto here(Policy const& where, Result const& result) {
  if constexpr (HostPolicy<Policy>) {
    return result.view();
  } else {
    return copy_to_host(where, result);
  }
}
template <class Policy, int D, MemorySpace Memory>
SiteSet<D> here(Policy const& where, SiteSet<D, Memory> const& sites) {
  if constexpr (HostPolicy<Policy>) {
    return sites;
  } else {
    return copy_to_host(where, sites);
  }
}

/// What the oracle says of a case.
template <int D>
struct Expected {
  WideGeometry geometry;
  WideGrid grid;
  std::vector<WideIndices> inputs;
  std::vector<WideIndices> outputs;
  Refusals of_grid;     ///< why there is no grid of outputs
  Refusals of_sites;    ///< or no outputs on it
  int bits_of_outputs;  ///< of the keys that `cpu` and a device sort

  explicit Expected(EndsCase<D> const& given, SiteSet<D> const& sites)
      : geometry(wide(given.geometry)), inputs(wide(sites)) {
    auto const definition = test::to_oracle(given.definition);
    grid = test::wide_output_grid(wide(given.grid), geometry, definition, of_grid);
    bits_of_outputs = 0;
    of_sites = of_grid;
    bool const enumerable = definition != test::OracleDefinition::regular || test::elements_of(geometry) <= 1000;
    if (of_grid.any() || !enumerable) return;
    auto const set = test::wide_output_sites(inputs, grid, geometry, definition, of_sites);
    outputs.assign(set.begin(), set.end());
    if (test::keeps_its_sites(geometry, definition)) return;
    bits_of_outputs = test::bits_around_outputs(inputs, grid, geometry, definition);
  }
};

template <class Policy, int D>
void expect_outputs(Policy const& where, EndsCase<D> const& given, SiteSet<D> const& sites,
                    Expected<D> const& expected) {
  Refusals allowed = expected.of_sites;
  bool const sorts_keys = !std::is_same_v<Policy, SequentialPolicy>;
  if (sorts_keys && expected.bits_of_outputs > key_bits) allowed.capacity = true;
  SiteSet<D> outputs;
  bool const has_returned = returned(allowed, [&] {
    outputs = here(where, output_sites(where, there(where, sites), given.geometry, given.definition));
  });
  ASSERT_EQ(has_returned, !allowed.any());
  if (!has_returned) return;
  ASSERT_EQ(wide(outputs), expected.outputs);
  ASSERT_EQ(wide(outputs.grid()).shape, expected.grid.shape);
  for (std::size_t field = 0; !outputs.empty() && field <= D; ++field) {
    auto const [low, high] = test::ends_of(expected.outputs, field);
    ASSERT_TRUE(outputs.bounding_box().low[field] == low && outputs.bounding_box().high[field] == high);
  }
}

/// The pairs between two sets, by both look-ups.
template <class Policy, int D>
void expect_pairs(Policy const& where, SiteSet<D> const& inputs, SiteSet<D> const& outputs,
                  KernelGeometry<D> const& geometry, std::vector<WidePair> const& expected) {
  auto const inputs_there = there(where, inputs);
  auto const outputs_there = inputs.is(outputs) ? inputs_there : there(where, outputs);
  auto const check = [&](auto how) {
    std::vector<WidePair> pairs;
    auto const& looked_up = geometry.transposed ? outputs : inputs;
    bool const too_wide = test::bits_around(wide(looked_up)) > key_bits;
    Refusals const allowed{.capacity = std::is_same_v<decltype(how), lookup::Hash> && too_wide};
    bool const has_returned = returned(allowed, [&] {
      auto const rules = build_rulebook(where, inputs_there, outputs_there, geometry, how);
      auto const copy = here(where, rules);
      RulebookView<> const view = copy;
      for (std::int64_t row = 0; view.identity && row < inputs.size(); ++row) {
        EXPECT_TRUE(std::ranges::binary_search(expected, WidePair{*view.identity, row, row}));
      }
      for (std::int64_t k = 0; k < view.element_count(); ++k) {
        for (std::size_t i = 0; i < view.inputs_of(k).size(); ++i) {
          pairs.emplace_back(k, view.outputs_of(k)[i], view.inputs_of(k)[i]);
        }
      }
    });
    if (HostPolicy<Policy>) {  // a device builds no table where it looks nothing up
      ASSERT_EQ(has_returned, !allowed.any());
    }
    if (has_returned) {
      ASSERT_EQ(pairs, expected);
    }
  };
  check(lookup::sorted);
  check(lookup::hash);
}

/// Calls body with `seq`, with `cpu` for 1 to 3 threads and every instruction set, and with the emulated device.
template <class Body>
void for_each_policy(Body const& body) {
  body(seq);
  static std::vector<CpuPolicy> const of_one_thread = [] {
    std::vector<CpuPolicy> policies;
    for (InstructionSet const set : test::instruction_sets()) policies.push_back(cpu.threads(1).instructions(set));
    return policies;
  }();
  for (CpuPolicy const& where : of_one_thread) body(where);
  body(test::OnCpu<2>::policy());
  body(test::OnCpu<3>::policy());
  static test::EmulatedGpu const device;
  body(device);
}

/// How much came of the cases, so that a test can tell that they are not all alike.
struct Tally {
  int refused = 0;
  int with_outputs = 0;
  int with_pairs = 0;
};

template <int D>
void expect_oracle(EndsCase<D> const& given, Tally& tally) {
  SiteSet<D> const sites = test::sites_of(given.grid, given.sites);
  Expected<D> const expected(given, sites);
  bool const enumerable = test::elements_of(expected.geometry) <= 1000;
  tally.refused += expected.of_sites.any();
  tally.with_outputs += !expected.outputs.empty();
  if (expected.of_grid.any() || enumerable || given.definition != OutputDefinition::regular) {
    for_each_policy([&](auto const& where) { expect_outputs(where, given, sites, expected); });
  }
  Refusals const invalid = test::refusals_of(expected.geometry);
  if (invalid.any()) {
    for_each_policy([&](auto const& where) {
      auto const sites_there = there(where, sites);
      EXPECT_FALSE(returned(invalid, [&] { (void)build_rulebook(where, sites_there, sites_there, given.geometry); }));
    });
    return;
  }
  if (!enumerable) return;

  Grid<D> const unbounded{.shape = {}, .batch_size = given.grid.batch_size};
  std::vector<SiteSet<D>> targets{sites, test::sites_of(unbounded, given.named)};
  if (!expected.of_sites.any()) {
    targets.push_back(output_sites(seq, sites, given.geometry, given.definition));
  }
  for (SiteSet<D> const& target : targets) {
    auto const pairs = test::wide_pairs(expected.inputs, wide(target), expected.geometry);
    tally.with_pairs += !pairs.empty();
    for_each_policy([&](auto const& where) { expect_pairs(where, sites, target, given.geometry, pairs); });
  }
}

template <int D>
void expect_oracle_of_random_cases() {
  std::uint32_t const cases = 250U * test::test_rounds();
  Tally tally;
  for (std::uint32_t seed = 1; seed <= cases; ++seed) {
    EndsCase<D> const given = test::EndsCases<D>(seed * 4 + D).next();
    SCOPED_TRACE("seed " + std::to_string(seed) + ": " + given.text());
    expect_oracle(given, tally);
    if (::testing::Test::HasFailure()) return;
  }
  int const many = static_cast<int>(cases) / 10;
  EXPECT_GT(tally.refused, many);
  EXPECT_GT(tally.with_outputs, many);
  EXPECT_GT(tally.with_pairs, many);
}

/// The positions of the outputs along one axis, by every policy alike.
template <class Positions>
void expect_positions(Grid<1> const& grid, std::int32_t site, KernelGeometry<1> const& geometry,
                      Positions const& expected) {
  EndsCase<1> const given{.grid = grid, .sites = {{0, {site}}}, .geometry = geometry, .named = {}};
  SCOPED_TRACE(given.text());
  SiteSet<1> const sites = test::sites_of(grid, given.sites);
  for_each_policy([&](auto const& where) {
    auto const outputs = here(where, output_sites(where, there(where, sites), geometry, OutputDefinition::regular));
    std::vector<std::int32_t> positions;
    for (Coordinate<1> const& output : outputs.coordinates()) positions.push_back(output.position[0]);
    EXPECT_EQ(positions, expected);
  });
  Tally tally;
  expect_oracle(given, tally);
}

TEST(Int32Ends, OfTheLargestGridByHand) {
  // c + padding - k * dilation = 2147483648, 2147483646, 2147483644 for k = 0, 1, 2; the first is outside.
  std::vector<std::int32_t> const two{most - 3, most - 1};
  KernelGeometry<1> const geometry{.kernel_size = 3, .padding = 2, .dilation = 2};
  expect_positions({.shape = {most}}, most - 1, geometry, two);
  // One step lower the first is the last cell of int32, which an unbounded grid has.
  std::vector<std::int32_t> const three{most - 4, most - 2, most};
  expect_positions({}, most - 2, geometry, three);
  std::vector<std::int32_t> const lowest{least, least + 2, least + 4};
  expect_positions({}, least + 2, geometry, lowest);
}

TEST(Int32Ends, OfTransposedGeometriesByHand) {
  // i * 2147483647 - 2147483647 is the lowest but one for i = 0, and 0 for i = 1.
  KernelGeometry<1> const far{.stride = most, .padding = most, .transposed = true};
  expect_positions({}, 0, far, std::vector<std::int32_t>{-most});
  expect_positions({}, 1, far, std::vector<std::int32_t>{0});
  expect_positions({}, 2, far, std::vector<std::int32_t>{most});
}

TEST(Int32Ends, AreRefusedByEveryPolicyWhereAnOutputIsBeyond) {
  KernelGeometry<1> const geometry{.kernel_size = 3, .padding = 2, .dilation = 2};
  KernelGeometry<1> const transposed{.stride = most, .padding = most, .transposed = true};
  for_each_policy([&](auto const& where) {
    auto const message = [&](std::int32_t site, KernelGeometry<1> const& of) {
      SiteSet<1> const sites = test::sites_of(Grid<1>{}, std::vector<Coordinate<1>>{{0, {site}}});
      return message_of<CoordinateError>([&, sites_there = there(where, sites)] {
        return output_sites(where, sites_there, of, OutputDefinition::regular);
      });
    };
    std::string const cure = " of axis 0 does not fit 32 bits; give the grid a shape, or move the sites towards 0";
    EXPECT_EQ(message(most, geometry), "output_sites: an output at position 2147483649" + cure);
    EXPECT_EQ(message(least, geometry), "output_sites: an output at position -2147483650" + cure);
    EXPECT_EQ(message(most, transposed), "output_sites: an output at position 4611686011984936962" + cure);
    EXPECT_EQ(message(least, transposed), "output_sites: an output at position -4611686018427387903" + cure);
  });
}

// The windows of an output at either end, which lie furthest from the inputs: 2^62 cells to either side. With the bit of the
// batch item they need 64 bits, one more than the keys of a sweep have.
TEST(Int32Ends, OfWindowsThatSpanNearly64Bits) {
  EndsCase<1> given{.grid = {.shape = {}, .batch_size = 2}, .sites = {}, .geometry = {}, .named = {}};
  for (std::int32_t const item : {0, 1}) {
    for (std::int32_t const c : {-1, 0, 1}) given.sites.push_back({item, {c}});
    for (std::int32_t const c : {least, 0, 1, most}) given.named.push_back({item, {c}});
  }
  given.geometry = {.kernel_size = 2, .stride = most, .padding = most, .dilation = most};
  Tally tally;
  expect_oracle(given, tally);
  given.geometry.transposed = true;
  expect_oracle(given, tally);
  // With the inputs, the named and the reached cells; transposed, what is reached is beyond int32.
  EXPECT_EQ(tally.with_pairs, 5);
}

// Four axes from one end to the other take 128 bits, which are more than keys have; a half of one of them is just right.
TEST(Int32Ends, OfSitesAtAllCornersOfInt32) {
  for (std::int32_t const last : {-1, 0}) {
    EndsCase<4> const given{.grid = {},
                            .sites = {{0, {least, least, least, least}}, {0, {most, most, most, last}}},
                            .geometry = {},
                            .named = {{0, {least, least, least, least}}, {0, {most, most, most, most}}}};
    Tally tally;
    SCOPED_TRACE(given.text());
    expect_oracle(given, tally);
    EXPECT_EQ(tally.with_outputs, 1);
    EXPECT_EQ(tally.with_pairs, 3);
  }
}

// Too many elements to list, and few outputs in reach: by the cells of the output grid, each of which asks for the element
// that takes it to the input.
TEST(Int32Ends, OfKernelsAsLongAsInt32) {
  test::RandomNumbers random(11);
  for (int round = 0; round < 200; ++round) {
    std::int64_t const n = random.between(1, 5);
    std::int64_t const size = most - (random.between(0, 1) == 0 ? random.between(0, 9) : random.between(0, most - 100));
    std::int64_t const stride = random.between(0, 2) == 0 ? random.between(1, most) : random.between(1, 3);
    // So that the windows of one to four outputs lie in the padded grid.
    std::int64_t const room = std::max<std::int64_t>(0, random.between(-1, 3)) * stride;
    std::int64_t const padding = std::min<std::int64_t>((size - n + room + 1) / 2, most);
    KernelGeometry<1> const geometry{.kernel_size = size, .stride = stride, .padding = padding};
    SCOPED_TRACE("n " + std::to_string(n) + ", kernel " + std::to_string(size) + ", stride " + std::to_string(stride) +
                 ", padding " + std::to_string(padding));
    Grid<1> const grid{.shape = Shape<1>(n)};
    std::vector<Coordinate<1>> cells{{0, {0}}};
    if (n > 1) cells.push_back({0, {static_cast<std::int32_t>(random.between(1, n - 1))}});
    SiteSet<1> const sites = test::sites_of(grid, cells);
    test::Int128 const outputs = (test::Int128{n} + 2 * padding - size) / stride + 1;
    std::vector<WideIndices> expected;
    for (test::Int128 o = 0; o < outputs; ++o) {
      bool reached = false;
      for (Coordinate<1> const& cell : cells) {
        test::Int128 const element = cell.position[0] - (o * stride - padding);
        reached |= element >= 0 && element < size;
      }
      if (reached) expected.push_back({0, o});
    }
    auto const check = [&](auto const& where) {
      ASSERT_EQ(wide(output_sites(where, sites, geometry, OutputDefinition::regular)), expected);
    };
    check(seq);
    check(test::OnCpu<2>::policy());
  }
}

TEST(Int32Ends, AreThoseOfTheOracleIn1D) {
  expect_oracle_of_random_cases<1>();
}
TEST(Int32Ends, AreThoseOfTheOracleIn2D) {
  expect_oracle_of_random_cases<2>();
}
TEST(Int32Ends, AreThoseOfTheOracleIn3D) {
  expect_oracle_of_random_cases<3>();
}
TEST(Int32Ends, AreThoseOfTheOracleIn4D) {
  expect_oracle_of_random_cases<4>();
}

}  // namespace
}  // namespace sparseconv::int32_ends_test
