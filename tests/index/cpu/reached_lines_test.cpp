#include "sparseconv/index/cpu/reached_lines.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace sparseconv::cpu_reached_lines_test {
namespace {

TEST(ReachedLines, SaysWhichElementsReachWhichOutputs) {
  // Kernel 3, stride 2, padding 1 along axis 1: an input at 4 lies under element 1 of output 2; one at 5 under element 2 of output 2
  // and element 0 of output 3.
  KernelGeometry<2> const geometry{.kernel_size = 3, .stride = 2, .padding = 1};
  Box<2> box;
  box.include(WideCoordinate<2>{0, 0, 0});
  box.include(WideCoordinate<2>{0, 9, 9});
  on_cpu::LineBits<2> const bits(cpu, box);
  on_cpu::ReachedLines<2> lines(cpu.memory(), geometry, bits);
  auto const even = lines.along(1, 4);
  EXPECT_EQ(even.output, 2);
  EXPECT_EQ(even.element, 1);
  EXPECT_EQ(even.count, 1);
  auto const odd = lines.along(1, 5);
  EXPECT_EQ(odd.output, 3);
  EXPECT_EQ(odd.element, 0);
  EXPECT_EQ(odd.count, 2);

  // Row 0 of the kernel reaches line 3, its row 2 line 2.
  auto const reached = lines.lines({0, {5, 4}});
  ASSERT_EQ(reached.size(), 2U);
  EXPECT_EQ(reached[0].first_word, 3);
  EXPECT_EQ(reached[0].first_element, 0);
  EXPECT_EQ(reached[1].first_word, 2);
  EXPECT_EQ(reached[1].first_element, 6);
  EXPECT_EQ(lines.lines({0, {-1, 4}}).size(), 1U) << "line -1 is outside";
  EXPECT_EQ(lines.lines({1, {5, 4}}).size(), 0U) << "of another batch item";
}

TEST(ReachedLines, AStrideBeyondTheKernelLeavesInputsOut) {
  on_cpu::LineBits<1> const bits(cpu, Box<1>{});
  on_cpu::ReachedLines<1> const lines(cpu.memory(), {.kernel_size = 2, .stride = 5}, bits);
  for (std::int64_t c = -10; c < 10; ++c) EXPECT_EQ(lines.along(0, c).count, (c + 10) % 5 < 2 ? 1 : 0) << c;
}

TEST(ReachedLines, FindsWhereALineEnds) {
  std::vector<Coordinate<2>> const sites{{0, {1, 4}}, {0, {1, 9}}, {0, {2, 0}}, {1, {2, 1}}, {1, {2, 2}}};
  on_cpu::LineBits<2> const bits(cpu, Box<2>{});
  on_cpu::ReachedLines<2> const lines(cpu.memory(), {}, bits);
  EXPECT_EQ(lines.end_of_line(sites.data(), 0, 5), 2);
  EXPECT_EQ(lines.end_of_line(sites.data(), 0, 1), 1);
  EXPECT_EQ(lines.end_of_line(sites.data(), 2, 5), 3);
  EXPECT_EQ(lines.end_of_line(sites.data(), 3, 5), 5);
}

TEST(ReachedLines, ServesGeometriesWhoseElementsStandSideBySide) {
  using Lines = on_cpu::ReachedLines<3>;
  EXPECT_TRUE(Lines::serves({.kernel_size = 3, .stride = 2}));
  EXPECT_TRUE(Lines::serves({.kernel_size = {3, 1, 3}, .stride = 2, .dilation = {1, 4, 1}}))
      << "one element stands alone";
  EXPECT_FALSE(Lines::serves({.kernel_size = 3, .stride = 2, .dilation = {1, 1, 2}}));
  EXPECT_FALSE(Lines::serves({.kernel_size = 3, .stride = 2, .transposed = true}));
  EXPECT_TRUE(Lines::serves({.kernel_size = {16, 16, 256}, .stride = {2, 2, 1}}));
  EXPECT_FALSE(Lines::serves({.kernel_size = {1, 1, 257}, .stride = 2}));
  EXPECT_FALSE(Lines::serves({.kernel_size = {13, 5, 1}})) << "more than 64 lines for one input";
}

}  // namespace
}  // namespace sparseconv::cpu_reached_lines_test
