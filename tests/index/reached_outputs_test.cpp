#include "sparseconv/index/reached_outputs.hpp"

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "support/error_message.hpp"

namespace sparseconv::reached_outputs_test {
namespace {

using test::message_of;

template <int D>
std::vector<WideCoordinate<D>> reached_by(Coordinate<D> const& input, KernelGeometry<D> const& geometry,
                                          OutputDefinition definition, Grid<D> const& outputs) {
  std::vector<WideCoordinate<D>> list;
  ReachedOutputs<D> const reached(geometry, definition, outputs);
  reached(input, [&](WideCoordinate<D> const& o) { list.push_back(o); });

  std::vector<WideCoordinate<D>> by_runs;
  reached.runs(input, [&](WideCoordinate<D> first, std::int64_t count) {
    for (; count > 0; --count, ++first[D]) by_runs.push_back(first);
  });
  EXPECT_EQ(by_runs, list);
  return list;
}

TEST(ReachedOutputs, OfAnEdgeSiteByHand) {
  // 3 x 3 kernel over a 5 x 5 image, 3 x 3 outputs: (1, 4) lies in the windows that start at y 0 or 1 and x 2.
  auto const list = reached_by<2>({1, {1, 4}}, {.kernel_size = 3}, OutputDefinition::regular, Grid<2>{.shape = {3, 3}});
  EXPECT_EQ(list, (std::vector<WideCoordinate<2>>{{1, 0, 2}, {1, 1, 2}}));
}

TEST(ReachedOutputs, OfSubmanifoldAndFloorIsOneAtMost) {
  KernelGeometry<2> const geometry{.kernel_size = 3, .padding = {0, 2}};
  Grid<2> const cropped{.shape = {3, 7}};
  auto const submanifold = OutputDefinition::submanifold;
  EXPECT_EQ(reached_by<2>({0, {1, 4}}, geometry, submanifold, cropped), (std::vector<WideCoordinate<2>>{{0, 0, 5}}));
  EXPECT_TRUE((reached_by<2>({0, {0, 4}}, geometry, submanifold, cropped).empty()));
  EXPECT_EQ(reached_by<2>({0, {-1, 4}}, {.kernel_size = 5, .stride = {3, 4}}, OutputDefinition::floor, {}),
            (std::vector<WideCoordinate<2>>{{0, -1, 1}}));
}

// Along one axis: o is reached if and only if some element takes it to the input.
TEST(ReachedOutputs, AreThoseOfSomeElement) {
  for (int k = 1; k <= 4; ++k) {
    for (int s = 1; s <= 4; ++s) {
      for (int p = 0; p <= 3; ++p) {
        for (int d = 1; d <= 3; ++d) {
          KernelGeometry<1> const geometry{.kernel_size = k, .stride = s, .padding = p, .dilation = d};
          for (int c = -7; c <= 7; ++c) {
            std::set<std::int64_t> expected;
            for (int o = -30; o <= 30; ++o) {
              for (int e = 0; e < k; ++e) {
                if (o * s - p + e * d == c) expected.insert(o);
              }
            }
            std::set<std::int64_t> actual;
            for (auto const& o : reached_by<1>({0, {c}}, geometry, OutputDefinition::regular, {})) actual.insert(o[1]);
            ASSERT_EQ(actual, expected) << k << s << p << d << " from " << c;
          }
        }
      }
    }
  }
}

TEST(ReachedOutputs, AreFoundWithoutAWalkOverTheGapsOfTheKernel) {
  // 2 elements an axis, 10^9 cells apart: a walk over all cells between them would take minutes.
  KernelGeometry<3> const geometry{.kernel_size = 2, .padding = 1000000000, .dilation = 1000000000};
  std::size_t count = 0;
  for (std::int32_t i = 0; i < 100; ++i) {
    count += reached_by<3>({0, {i, 7, -i}}, geometry, OutputDefinition::regular, {}).size();
  }
  EXPECT_EQ(count, 800u);
}

TEST(ReachedOutputs, LieInTheirBox) {
  for (auto const definition : {OutputDefinition::regular, OutputDefinition::submanifold, OutputDefinition::floor}) {
    for (bool const bounded : {false, true}) {
      int const stride = definition == OutputDefinition::submanifold ? 1 : 3;
      KernelGeometry<1> const geometry{.kernel_size = 3, .stride = stride, .padding = 2, .dilation = 2};
      Grid<1> const outputs = bounded ? Grid<1>{.shape = Shape<1>(2)} : Grid<1>{};
      ReachedOutputs<1> const reached(geometry, definition, outputs);
      Box<1> inputs;
      Box<1> seen;
      for (int c : {-4, 1, 5}) {
        inputs.include(WideCoordinate<1>{0, c});
        reached(Coordinate<1>{0, {c}}, [&](WideCoordinate<1> const& o) { seen.include(o); });
      }
      ASSERT_FALSE(seen.empty());
      EXPECT_LE(reached.box(inputs).low[1], seen.low[1]);
      EXPECT_GE(reached.box(inputs).high[1], seen.high[1]);
    }
  }
}

TEST(ReachedOutputs, HaveAnEmptyBoxWhereNothingIsReached) {
  // Stride 4, kernel 1: input 1 lies between the windows of outputs 0 and 1.
  ReachedOutputs<1> const between({.stride = 4}, OutputDefinition::regular, {});
  Box<1> inputs;
  EXPECT_TRUE(between.box(inputs).empty());
  inputs.include(WideCoordinate<1>{0, 1});
  EXPECT_TRUE(between.box(inputs).empty());
}

TEST(ReachedOutputs, DoNotWrapAtTheExtremes) {
  KernelGeometry<1> const geometry{.kernel_size = 3};
  EXPECT_EQ(reached_by<1>({0, {-2147483647 - 1}}, geometry, OutputDefinition::regular, {}),
            (std::vector<WideCoordinate<1>>{{0, -2147483650}, {0, -2147483649}, {0, -2147483648}}));
  EXPECT_EQ(message_of<CoordinateError>([] {
              return narrow<2>({0, 3, -2147483649}, "call");
            }),
            "call: an output at position -2147483649 of axis 1 does not fit 32 bits; give the grid a shape, or move "
            "the sites towards 0");
  EXPECT_EQ((narrow<2>({4, -2147483648, 2147483647}, "call")), (Coordinate<2>{4, {-2147483647 - 1, 2147483647}}));
}

}  // namespace
}  // namespace sparseconv::reached_outputs_test
