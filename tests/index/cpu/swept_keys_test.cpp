#include "sparseconv/index/cpu/swept_keys.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "support/policies.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::cpu_swept_keys_test {
namespace {

TEST(SweptBox, HoldsInputsAndWindows) {
  // Outputs (0,1) to (2,3), stride 2, padding 1, kernel (3,2), dilation (2,1): windows from (-1,1) to (3+4, 5+1).
  auto const inputs = test::sites_of(Grid<2>{}, std::vector<Coordinate<2>>{{0, {4, -9}}});
  auto const outputs = test::sites_of(Grid<2>{}, std::vector<Coordinate<2>>{{0, {0, 1}}, {0, {2, 3}}});
  KernelGeometry<2> const geometry{.kernel_size = {3, 2}, .stride = 2, .padding = 1, .dilation = {2, 1}};
  Box<2> const box = on_cpu::swept_box(inputs, outputs, geometry);
  EXPECT_EQ(box.low, (WideCoordinate<2>{0, -1, -9}));
  EXPECT_EQ(box.high, (WideCoordinate<2>{0, 7, 6}));
  EXPECT_EQ(on_cpu::swept_box(inputs, SiteSet<2>(), geometry).low, (WideCoordinate<2>{0, 4, -9}));
  EXPECT_EQ(on_cpu::swept_box(SiteSet<2>(), outputs, geometry).low, (WideCoordinate<2>{0, -1, 1}));
  EXPECT_TRUE(on_cpu::swept_box(SiteSet<2>(), SiteSet<2>(), geometry).empty());
}

/// Sites (0, 1), (0, 3) and (2, 0) in a box from (-1, -1) to (3, 4): 3 bits for each axis.
template <class Key>
void expect_keys() {
  auto const sites = test::sites_of(Grid<2>{}, std::vector<Coordinate<2>>{{0, {0, 1}}, {0, {0, 3}}, {0, {2, 0}}});
  KernelGeometry<2> const geometry{.kernel_size = 3, .padding = 1};
  KeyPacking<2, std::uint64_t> const packing(on_cpu::swept_box(sites, sites, geometry));
  std::vector<Key> const expected{1 * 8 + 2, 1 * 8 + 4, 3 * 8 + 1, static_cast<Key>(~Key{0}),
                                  static_cast<Key>(~Key{0})};
  on_cpu::SweptKeys<Key> const own(test::OnCpu<2>::policy(), sites, sites, geometry, packing, 2);
  EXPECT_EQ(std::vector<Key>(own.inputs(), own.inputs() + 5), expected);
  EXPECT_EQ(own.windows(), own.inputs());
  EXPECT_EQ(own.to_window(), std::uint64_t{0} - 9);

  // The same sites as another set: windows have keys of their own, of the cell before each along both axes.
  SiteSet<2> const others(sites.grid(), Buffer<Coordinate<2>>(sites.coordinates()));
  on_cpu::SweptKeys<Key> const apart(test::OnCpu<2>::policy(), sites, others, geometry, packing, 2);
  EXPECT_EQ(std::vector<Key>(apart.inputs(), apart.inputs() + 5), expected);
  EXPECT_EQ(std::vector<Key>(apart.windows(), apart.windows() + 5), (std::vector<Key>{1, 3, 2 * 8, 0, 0}));
  EXPECT_EQ(apart.to_window(), 0U);

  for (auto const* keys : {&own, &apart}) {
    EXPECT_EQ(keys->first_input(0, keys->to_window()), 0);
    EXPECT_EQ(keys->first_input(1, keys->to_window() + 9), 1);
    EXPECT_EQ(keys->first_input(1, keys->to_window() + 10), 2);
    EXPECT_EQ(keys->first_input(2, keys->to_window() + 10), 3);
  }
}

TEST(SweptKeys, AreThoseOfInputsAndWindows) {
  expect_keys<std::uint32_t>();
  expect_keys<std::uint64_t>();
}

TEST(SweptKeys, MayBeOfNoSites) {
  on_cpu::SweptKeys<std::uint64_t> const keys(cpu, SiteSet<1>(), SiteSet<1>(), KernelGeometry<1>{.kernel_size = 3},
                                              KeyPacking<1, std::uint64_t>(Box<1>{}), 3);
  EXPECT_EQ(keys.inputs()[2], ~std::uint64_t{0});
}

}  // namespace
}  // namespace sparseconv::cpu_swept_keys_test
