#include "sparseconv/network/weight_layout.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace sparseconv::weight_layout_test {
namespace {

using Shape = std::vector<std::int64_t>;

/// An array whose axes somebody else numbers: each number says which element (by its place along the axes of the network, a digit
/// each), input and output channel it is for.
struct ForeignWeights {
  Shape shape;
  std::vector<int> numbers;
};

int number_of(int z, int y, int x, int in, int out) {
  return (((z * 10 + y) * 10 + x) * 10 + in) * 10 + out;
}

/// Fills an array in its own order: `number(index)` says what stands there.
ForeignWeights filled(Shape const& shape, std::function<int(std::vector<int> const&)> const& number) {
  ForeignWeights weights{shape, {}};
  std::vector<int> index(shape.size(), 0);
  for (;;) {
    weights.numbers.push_back(number(index));
    std::size_t axis = shape.size();
    while (axis > 0 && ++index[axis - 1] == shape[axis - 1]) index[--axis] = 0;
    if (axis == 0) return weights;
  }
}

constexpr int in_channels = 4;
constexpr int out_channels = 5;
// Along z, y, x.
KernelShape const odd{.sizes = {3, 1, 5}, .in_channels = in_channels, .out_channels = out_channels};
KernelShape const even{.sizes = {2, 3, 1}, .in_channels = in_channels, .out_channels = out_channels};
KernelShape const transposed{
    .sizes = {2, 3, 1}, .in_channels = in_channels, .out_channels = out_channels, .transposed = true};

void expect_places(WeightLayout layout, AxisOrder axes, KernelShape const& kernel, ForeignWeights const& weights,
                   bool is_kernel = false) {
  auto const places = weight_places(layout, axes, kernel, is_kernel, weights.shape);
  ASSERT_TRUE(places) << name_of(layout);
  std::size_t element = 0;
  for (int z = 0; z < kernel.sizes[0]; ++z) {
    for (int y = 0; y < kernel.sizes[1]; ++y) {
      for (int x = 0; x < kernel.sizes[2]; ++x, ++element) {
        for (int i = 0; i < in_channels; ++i) {
          for (int o = 0; o < out_channels; ++o) {
            auto const place =
                static_cast<std::size_t>(places->elements.at(element) + i * places->in_stride + o * places->out_stride);
            ASSERT_EQ(weights.numbers.at(place), number_of(z, y, x, i, o))
                << name_of(layout) << ", element " << z << ' ' << y << ' ' << x << ", " << i << " -> " << o;
          }
        }
      }
    }
  }
  EXPECT_EQ(places->elements.size(), element);
}

TEST(WeightPlaces, OfItsOwnLayoutHaveTheLastAxisFastest) {
  expect_places(WeightLayout::sparseconv, AxisOrder::same, odd,
                filled({15, 4, 5}, [](auto const& at) { return number_of(at[0] / 5, 0, at[0] % 5, at[1], at[2]); }));
  expect_places(WeightLayout::sparseconvnet, AxisOrder::same, even,
                filled({6, 1, 4, 5}, [](auto const& at) { return number_of(at[0] / 3, at[0] % 3, 0, at[2], at[3]); }));
}

TEST(WeightPlaces, OfSpconv) {
  expect_places(WeightLayout::spconv1, AxisOrder::same, odd,
                filled({3, 1, 5, 4, 5}, [](auto const& at) { return number_of(at[0], at[1], at[2], at[3], at[4]); }));
  expect_places(WeightLayout::spconv2_native, AxisOrder::same, odd,
                filled({3, 1, 5, 5, 4}, [](auto const& at) { return number_of(at[0], at[1], at[2], at[4], at[3]); }));
  for (WeightLayout const layout : {WeightLayout::spconv2, WeightLayout::flexgemm}) {
    expect_places(layout, AxisOrder::same, odd,
                  filled({5, 3, 1, 5, 4}, [](auto const& at) { return number_of(at[1], at[2], at[3], at[4], at[0]); }));
    // A framework that counts x, y, z.
    expect_places(layout, AxisOrder::reversed, odd,
                  filled({5, 5, 1, 3, 4}, [](auto const& at) { return number_of(at[3], at[2], at[1], at[4], at[0]); }));
  }
}

// Element n of MinkowskiEngine is at x = n % kx, y = n / kx % ky, z = n / (kx ky).
TEST(WeightPlaces, OfMinkowskiEngineHaveItsFirstAxisFastest) {
  expect_places(WeightLayout::minkowski, AxisOrder::reversed, odd,
                filled({15, 4, 5}, [](auto const& at) { return number_of(at[0] / 5, 0, at[0] % 5, at[1], at[2]); }));
  expect_places(WeightLayout::minkowski, AxisOrder::reversed, even,
                filled({6, 4, 5}, [](auto const& at) { return number_of(at[0] / 3, at[0] % 3, 0, at[1], at[2]); }));
  // A network that counts x, y, z, too: its first axis is the fastest.
  expect_places(WeightLayout::minkowski, AxisOrder::same, even,
                filled({6, 4, 5}, [](auto const& at) { return number_of(at[0] % 2, at[0] / 2, 0, at[1], at[2]); }));
  // The same from the last to the first.
  expect_places(WeightLayout::warpconvnet, AxisOrder::reversed, even, filled({6, 1, 4, 5}, [](auto const& at) {
                  return number_of((5 - at[0]) / 3, (5 - at[0]) % 3, 0, at[2], at[3]);
                }));
}

TEST(WeightPlaces, OfTorchSparseTurnWithEvenKernels) {
  expect_places(WeightLayout::torchsparse, AxisOrder::reversed, odd,
                filled({15, 4, 5}, [](auto const& at) { return number_of(at[0] / 5, 0, at[0] % 5, at[1], at[2]); }));
  expect_places(WeightLayout::torchsparse, AxisOrder::reversed, even,
                filled({6, 4, 5}, [](auto const& at) { return number_of(at[0] % 2, at[0] / 2, 0, at[1], at[2]); }));
}

TEST(WeightPlaces, OfDenseLayersOfPyTorch) {
  expect_places(WeightLayout::pytorch, AxisOrder::same, even,
                filled({5, 4, 2, 3, 1}, [](auto const& at) { return number_of(at[2], at[3], at[4], at[1], at[0]); }));
  expect_places(WeightLayout::pytorch, AxisOrder::same, transposed,
                filled({4, 5, 2, 3, 1}, [](auto const& at) { return number_of(at[2], at[3], at[4], at[0], at[1]); }));
}

/// What a kernel of one element has: in first, or out first.
constexpr bool in_first = true;

void expect_matrix(WeightLayout layout, Shape const& shape, bool memory_is_in_first, bool is_kernel = false) {
  for (Shape const& sizes : {Shape{}, Shape{1, 1, 1}}) {
    if (!sizes.empty() && shape.size() == 2 && layout != WeightLayout::minkowski) continue;
    KernelShape const kernel{.sizes = sizes, .in_channels = in_channels, .out_channels = out_channels};
    auto const places = weight_places(layout, AxisOrder::same, kernel, is_kernel, shape);
    ASSERT_TRUE(places) << name_of(layout) << ", " << sizes.size() << " axes";
    WeightPlaces const expected =
        memory_is_in_first ? WeightPlaces{{0}, out_channels, 1} : WeightPlaces{{0}, 1, in_channels};
    EXPECT_EQ(*places, expected) << name_of(layout) << ", " << sizes.size() << " axes";
  }
}

// From version 2.2 on spconv reads the memory of such a weight as i o, though its shape says o 1 1 1 i.
TEST(WeightPlaces, OfOneElementAreAMatrix) {
  expect_matrix(WeightLayout::spconv2, {5, 1, 1, 1, 4}, in_first);
  expect_matrix(WeightLayout::flexgemm, {5, 1, 1, 1, 4}, !in_first);
  expect_matrix(WeightLayout::spconv1, {1, 1, 1, 4, 5}, in_first);
  expect_matrix(WeightLayout::spconv2_native, {1, 1, 1, 5, 4}, !in_first);
  expect_matrix(WeightLayout::minkowski, {4, 5}, in_first, true);
  expect_matrix(WeightLayout::minkowski, {1, 4, 5}, in_first, true);
  expect_matrix(WeightLayout::torchsparse, {4, 5}, in_first, true);
  expect_matrix(WeightLayout::sparseconvnet, {1, 1, 4, 5}, in_first);
  expect_matrix(WeightLayout::warpconvnet, {1, 4, 5}, in_first);
  expect_matrix(WeightLayout::pytorch, {5, 4, 1, 1, 1}, !in_first);
}

// A layer that is linear in the framework as well is o i; only its own layout, and what is called kernel, is i o.
TEST(WeightPlaces, OfLinearLayersAreAMatrix) {
  KernelShape const linear{.in_channels = in_channels, .out_channels = out_channels};
  for (WeightLayout const layout : all_weight_layouts) {
    bool const own = layout == WeightLayout::sparseconv;
    EXPECT_EQ(weight_places(layout, AxisOrder::same, linear, false, Shape{5, 4}).has_value(), !own) << name_of(layout);
    EXPECT_EQ(weight_places(layout, AxisOrder::same, linear, false, Shape{4, 5}).has_value(), own) << name_of(layout);
  }
  EXPECT_EQ(weight_places(WeightLayout::spconv2, AxisOrder::same, linear, false, Shape{5, 4}),
            (WeightPlaces{{0}, 1, in_channels}));
  EXPECT_EQ(weight_places(WeightLayout::sparseconv, AxisOrder::same, linear, false, Shape{4, 5}),
            (WeightPlaces{{0}, out_channels, 1}));
}

// A kernel of a map: 2 x 3 x 1 of the network is 2 x 3 there, 3 x 1 x 5 is 3 x 5.
TEST(WeightPlaces, OfFewerAxesLackOneOfASingleCell) {
  expect_places(WeightLayout::spconv1, AxisOrder::same, even,
                filled({2, 3, 4, 5}, [](auto const& at) { return number_of(at[0], at[1], 0, at[2], at[3]); }));
  expect_places(WeightLayout::spconv2, AxisOrder::same, odd,
                filled({5, 3, 5, 4}, [](auto const& at) { return number_of(at[1], 0, at[2], at[3], at[0]); }));
  expect_places(WeightLayout::spconv2, AxisOrder::reversed, odd,
                filled({5, 5, 3, 4}, [](auto const& at) { return number_of(at[2], 0, at[1], at[3], at[0]); }));
  expect_places(WeightLayout::pytorch, AxisOrder::same, even,
                filled({5, 4, 2, 3}, [](auto const& at) { return number_of(at[2], at[3], 0, at[1], at[0]); }));
  expect_matrix(WeightLayout::spconv2, {5, 1, 1, 4}, in_first);
  expect_matrix(WeightLayout::spconv2_native, {1, 1, 5, 4}, !in_first);
}

TEST(WeightPlaces, AreNoneInAnotherShape) {
  for (Shape const& shape : {Shape{}, Shape{0}, Shape{6}, Shape{6, 4, 4}, Shape{6, 5, 5}, Shape{3, 2, 4, 5},
                             Shape{2, 3, 1, 4, 6}, Shape{2, 3, 1, 1, 4, 5}, Shape{120}}) {
    for (WeightLayout const layout : all_weight_layouts) {
      EXPECT_FALSE(weight_places(layout, AxisOrder::same, even, false, shape)) << name_of(layout);
    }
  }
}

TEST(WeightLayouts, HaveNames) {
  for (WeightLayout const layout : all_weight_layouts) EXPECT_EQ(weight_layout_named(name_of(layout)), layout);
  EXPECT_EQ(weight_layout_named("spconv"), std::nullopt);
}

}  // namespace
}  // namespace sparseconv::weight_layout_test
