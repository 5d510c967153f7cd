#include "sparseconv/index/cpu/output_sites.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "sparseconv/index/output_sites.hpp"
#include "support/error_message.hpp"
#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::cpu_output_sites_test {
namespace {

using test::message_of;

template <int D>
std::vector<Coordinate<D>> list(Buffer<Coordinate<D>> const& coordinates) {
  return {coordinates.begin(), coordinates.end()};
}

// The bit map, the sort of 64-bit keys and that of 128-bit keys, each called by name, against seq.
template <int D>
void expect_three_ways_to_agree(SiteSet<D> const& inputs, KernelGeometry<D> const& geometry,
                                OutputDefinition definition, Grid<D> const& outputs) {
  ReachedOutputs<D> const reached(geometry, definition, outputs);
  auto const expected = list(on_seq::reached_coordinates(inputs, reached));
  Box<D> const box = reached.box(inputs.bounding_box());
  KeyPacking<D, std::uint64_t> const narrow_keys(box);
  test::for_each_cpu_policy([&](CpuPolicy const& where) {
    ASSERT_LE(on_cpu::LineBits<D>::bytes_needed(box), 1 << 27) << "too large a map for a test";
    auto const found = on_cpu::reached_by_bit_map(where, inputs, reached, box);
    EXPECT_EQ(list(found.coordinates), expected);
    Box<D> around;
    for (Coordinate<D> const& output : expected) around.include(widen(output));
    EXPECT_EQ(found.box.low, around.low);
    EXPECT_EQ(found.box.high, around.high);
    EXPECT_EQ(list(on_cpu::reached_by_sort(where, inputs, reached, narrow_keys)), expected);
    EXPECT_EQ(list(on_cpu::reached_by_sort(where, inputs, reached, KeyPacking<D, WideKey>(box))), expected);
    auto const sites = on_cpu::reached_sites(where, inputs, reached, outputs);
    EXPECT_EQ((std::vector<Coordinate<D>>(sites.coordinates().begin(), sites.coordinates().end())), expected);
    EXPECT_EQ(sites.grid(), outputs);
    EXPECT_EQ(sites.bounding_box().low, around.low);
    EXPECT_EQ(sites.bounding_box().high, around.high);
  });
}

TEST(OutputCoordinates, AgreeHoweverTheyAreFound) {
  Grid<3> const grid{.shape = {}, .batch_size = 3};
  auto const inputs =
      test::sites_of(grid, test::random_coordinates<3>({{-20, -20, -20}, {30, 30, 30}, {0, 2}}, 9001, 1));
  KernelGeometry<3> const geometry{.kernel_size = {3, 2, 1}, .stride = {2, 1, 3}, .padding = 1, .dilation = {1, 3, 1}};
  expect_three_ways_to_agree(inputs, geometry, OutputDefinition::regular, grid);
  expect_three_ways_to_agree(inputs, geometry, OutputDefinition::regular, {.shape = {11, 12, 13}, .batch_size = 3});
  expect_three_ways_to_agree(inputs, geometry, OutputDefinition::floor, grid);
  expect_three_ways_to_agree(inputs, {.kernel_size = 3}, OutputDefinition::submanifold, grid);
  // By lines: strides that are powers of two and others, smaller and larger than the kernel.
  for (KernelGeometry<3> const& by_lines : {KernelGeometry<3>{.kernel_size = 3, .stride = 2, .padding = 1},
                                            {.kernel_size = {3, 1, 2}, .stride = {2, 1, 3}, .padding = {0, 2, 1}},
                                            {.kernel_size = {5, 2, 3}, .stride = {3, 3, 7}, .padding = {4, 0, 2}},
                                            {.kernel_size = {1, 4, 3}, .stride = {1, 2, 1}, .padding = 1}}) {
    expect_three_ways_to_agree(inputs, by_lines, OutputDefinition::regular, grid);
    expect_three_ways_to_agree(inputs, by_lines, OutputDefinition::regular, {.shape = {9, 10, 11}, .batch_size = 3});
    expect_three_ways_to_agree(inputs, by_lines, OutputDefinition::regular, {.shape = {9, 10, 2}, .batch_size = 3});
  }
}

TEST(OutputCoordinates, FillAWordOfTheMapToItsLastBit) {
  // A kernel of 1 on a full line: outputs are the inputs, 1 to 130 of them, over three words of 64 bits.
  for (std::int32_t const count : {1, 63, 64, 65, 128, 130}) {
    std::vector<Coordinate<1>> line;
    for (std::int32_t i = 0; i < count; ++i) line.push_back({0, {i - 7}});
    expect_three_ways_to_agree(test::sites_of(Grid<1>{}, line), {}, OutputDefinition::regular, {});
  }
}

TEST(OutputCoordinates, ReachAcrossTheWordsOfTheMap) {
  // Each site reaches as many outputs side by side as the kernel has elements.
  std::vector<Coordinate<1>> line;
  for (std::int32_t const x : {-300, -60, 0, 1, 63, 64, 500}) line.push_back({0, {x}});
  for (int const size : {1, 2, 63, 64, 65, 200}) {
    expect_three_ways_to_agree(test::sites_of(Grid<1>{}, line), {.kernel_size = size}, OutputDefinition::regular, {});
  }
}

TEST(OutputCoordinates, ComeFromABitMapThatIsNoLargerThanAList) {
  ReachedOutputs<3> const strided({.kernel_size = 3, .stride = 2}, OutputDefinition::regular, {});
  EXPECT_EQ(strided.most(), 8);
  EXPECT_TRUE(on_cpu::bit_map_serves(1024 * 128, 1024, strided)) << "128 bytes a site: 8 outputs of 16 bytes";
  EXPECT_FALSE(on_cpu::bit_map_serves(1024 * 128 + 8, 1024, strided));
  ReachedOutputs<3> const floored({.kernel_size = 2, .stride = 2}, OutputDefinition::floor, {});
  EXPECT_TRUE(on_cpu::bit_map_serves(1024 * 64, 1024, floored)) << "64 bytes a site";
  EXPECT_FALSE(on_cpu::bit_map_serves(1024 * 64 + 8, 1024, floored));
}

TEST(OutputCoordinates, MayBeNone) {
  expect_three_ways_to_agree(SiteSet<2>(), {.kernel_size = 3}, OutputDefinition::regular, {});
  auto const one = test::sites_of(Grid<1>{}, std::vector<Coordinate<1>>{{0, {1}}});
  expect_three_ways_to_agree(one, {.stride = 3}, OutputDefinition::regular, {});
}

TEST(OutputCoordinates, SayWhichPositionDoesNotFit) {
  constexpr std::int32_t most = std::numeric_limits<std::int32_t>::max();
  auto const inputs = test::sites_of(Grid<1>{}, std::vector<Coordinate<1>>{{0, {most}}});
  ReachedOutputs<1> const reached({.padding = 1}, OutputDefinition::regular, {});
  EXPECT_EQ(message_of<CoordinateError>([&] { return on_cpu::reached_sites(cpu, inputs, reached, {}); }),
            "output_sites: an output at position 2147483648 of axis 0 does not fit 32 bits; give the grid a shape, or "
            "move the sites towards 0");
}

}  // namespace
}  // namespace sparseconv::cpu_output_sites_test
