#include "sparseconv/index/kernel_geometry.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "support/error_message.hpp"

namespace sparseconv::kernel_geometry_test {
namespace {

using test::message_of;

constexpr std::int32_t least = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t most = std::numeric_limits<std::int32_t>::max();

TEST(KernelGeometry, NumbersElementsWithTheLastAxisFastest) {
  KernelGeometry<3> const geometry{.kernel_size = {2, 3, 4}};
  EXPECT_EQ(geometry.element_count(), 24);
  EXPECT_EQ(geometry.element_position(0), (PerAxis<3>{0, 0, 0}));
  EXPECT_EQ(geometry.element_position(1), (PerAxis<3>{0, 0, 1}));
  EXPECT_EQ(geometry.element_position(4), (PerAxis<3>{0, 1, 0}));
  EXPECT_EQ(geometry.element_position(23), (PerAxis<3>{1, 2, 3}));
}

TEST(KernelGeometry, TakesOutputsToInputs) {
  // Output (2, -3): y = 2*3 - 1 = 5, x = -3*2 - 0 = -6. Element 5 = (1, 2) is (1*2, 2*4) further.
  KernelGeometry<2> const geometry{.kernel_size = {2, 3}, .stride = {3, 2}, .padding = {1, 0}, .dilation = {2, 4}};
  EXPECT_EQ(geometry.window_start({7, {2, -3}}), (WideCoordinate<2>{7, 5, -6}));
  EXPECT_EQ(geometry.element_offset(5), (WideCoordinate<2>{0, 2, 8}));
}

TEST(KernelGeometry, KnowsItsRows) {
  auto const expect_rows = []<int D>(KernelGeometry<D> const& geometry) {
    std::int64_t const width = geometry.kernel_size[D - 1];
    for (std::int32_t row = 0; row < geometry.element_count() / width; ++row) {
      ASSERT_EQ(geometry.row_offset(row), geometry.element_offset(row * width)) << row;
    }
  };
  expect_rows(KernelGeometry<1>{.kernel_size = 4});
  expect_rows(KernelGeometry<2>{.kernel_size = {5, 1}, .dilation = {7, 2}});
  expect_rows(KernelGeometry<3>{.kernel_size = {2, 3, 4}, .dilation = {most / 2, 3, 1}});
  expect_rows(KernelGeometry<4>{.kernel_size = {3, 1, 2, 5}, .dilation = 2});
}

TEST(KernelGeometry, DoesNotWrapAtTheExtremes) {
  KernelGeometry<1> const geometry{.kernel_size = 2, .stride = most, .padding = most, .dilation = most};
  EXPECT_EQ(geometry.window_start({0, {least}})[1], -std::int64_t{2147483648} * most - most);
  EXPECT_EQ(geometry.element_offset(1)[1], most);
}

TEST(KernelGeometry, IsComparedBeforeItIsChecked) {
  KernelGeometry<3> const wrong{.kernel_size = least, .dilation = most};
  EXPECT_EQ(wrong.centre_position(), PerAxis<3>(-1073741824));
  EXPECT_NE(wrong, KernelGeometry<3>{});
  EXPECT_EQ(wrong, wrong);
}

TEST(KernelGeometry, HasACentreAlsoInEvenKernels) {
  KernelGeometry<3> geometry{.kernel_size = {1, 4, 5}, .dilation = {3, 2, 3}};
  EXPECT_EQ(geometry.centre_position(), (PerAxis<3>{0, 1, 2}));
  EXPECT_EQ(geometry.same_padding(), (PerAxis<3>{0, 2, 6}));
  geometry.centre = PerAxis<3>{0, 2, 0};
  EXPECT_EQ(geometry.same_padding(), (PerAxis<3>{0, 4, 0}));
}

TEST(KernelGeometry, DiffersInEveryField) {
  KernelGeometry<2> const geometry{.kernel_size = 3, .stride = 2, .padding = 1, .dilation = 2};
  auto const changed = [&](auto const& change) {
    KernelGeometry<2> other = geometry;
    change(other);
    return other;
  };
  EXPECT_EQ(geometry, changed([](auto&) {}));
  EXPECT_NE(geometry, changed([](auto& g) { g.kernel_size[1] = 4; }));
  EXPECT_NE(geometry, changed([](auto& g) { g.stride[1] = 1; }));
  EXPECT_NE(geometry, changed([](auto& g) { g.padding[0] = 0; }));
  EXPECT_NE(geometry, changed([](auto& g) { g.dilation[0] = 1; }));
  EXPECT_NE(geometry, changed([](auto& g) { g.centre = PerAxis<2>(0); }));
}

template <class Exception>
std::string message(KernelGeometry<2> const& geometry) {
  return message_of<Exception>([&] { check_geometry(geometry, "call"); });
}

TEST(KernelGeometryErrors, NameTheValueAndTheRule) {
  EXPECT_NO_THROW(check_geometry(KernelGeometry<2>{}, "call"));
  EXPECT_EQ(message<ShapeError>({.kernel_size = {3, 0}}),
            "call: kernel_size is 3 x 0; every extent must be at least 1");
  EXPECT_EQ(message<ShapeError>({.kernel_size = 3, .stride = {0, 1}}),
            "call: stride is 0 x 1; every stride must be at least 1");
  EXPECT_EQ(message<ShapeError>({.kernel_size = 3, .dilation = {1, -1}}),
            "call: dilation is 1 x -1; every dilation must be at least 1");
  EXPECT_EQ(message<ShapeError>({.kernel_size = 3, .padding = {0, -1}}),
            "call: padding is 0 x -1; no padding can be negative");
  EXPECT_EQ(message<ShapeError>({.kernel_size = 3, .centre = PerAxis<2>{1, 3}}),
            "call: centre is 1 x 3; it must be an element of the kernel");
  EXPECT_EQ(message<ShapeError>({.kernel_size = 3, .centre = PerAxis<2>{-1, 0}}),
            "call: centre is -1 x 0; it must be an element of the kernel");
}

TEST(KernelGeometryErrors, CoverTheExtremes) {
  EXPECT_EQ(message<ShapeError>({.kernel_size = {1, least}}),
            "call: kernel_size is 1 x -2147483648; every extent must be at least 1");
  EXPECT_EQ(
      message<CapacityError>({.kernel_size = {3, 1}, .dilation = {1 << 30, 1}}),
      "call: a kernel of 3 x 1 with dilation 1073741824 x 1 reaches over more than 2^31 - 1 cells; make it smaller");
  EXPECT_EQ(message<CapacityError>({.kernel_size = {1 << 16, 1 << 15}}),
            "call: a kernel of 65536 x 32768 has more than 2^31 - 1 elements; make it smaller");
  EXPECT_NO_THROW(check_geometry(KernelGeometry<2>{.kernel_size = {2, 1}, .dilation = {most, 1}}, "call"));
}

}  // namespace
}  // namespace sparseconv::kernel_geometry_test
