#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sparseconv/index/output_grid.hpp"
#include "sparseconv/tensor/site_set.hpp"
#include "support/random_sites.hpp"

namespace sparseconv::test {

/// One combination of the options of a convolution, and sites to try it on.
template <int D>
struct Options {
  KernelGeometry<D> geometry;
  OutputDefinition definition = OutputDefinition::regular;
  SiteSet<D> sites;
  std::uint32_t number = 0;  ///< counts the combinations; serves as a seed

  [[nodiscard]] std::string text() const {
    return "combination " + std::to_string(number) + ": kernel " + to_string(geometry.kernel_size) + ", stride " +
           to_string(geometry.stride) + ", padding " + to_string(geometry.padding) + ", dilation " +
           to_string(geometry.dilation) + ", definition " + std::to_string(static_cast<int>(definition)) + ", batch " +
           std::to_string(sites.grid().batch_size);
  }
};

/// Unequal extents, large enough for most kernels of the cross and small enough for an oracle.
template <int D>
Shape<D> cross_shape() {
  constexpr std::array<std::array<int, 4>, 4> extents{{{17}, {11, 9}, {9, 6, 10}, {6, 5, 4, 7}}};
  PerAxis<D> shape = 1;
  for (int a = 0; a < D; ++a) shape[a] = extents[static_cast<std::size_t>(D - 1)][static_cast<std::size_t>(a)];
  return shape;
}

/// Calls body with every combination of kernel 1 to 4, stride 1 to 3, padding 0 to 2, dilation 1 to 3, all definitions
/// and batches of 1 to 3 items, of which one is empty if there are three. The first axis has the value named, the
/// others follow it in turn, so that they are unequal and each axis sees all values. With padding 2 the submanifold
/// definition has its same padding instead.
template <int D, class Body>
void for_each_option(Body const& body) {
  std::vector<SiteSet<D>> sites;
  for (std::int32_t batch = 1; batch <= 3; ++batch) {
    Grid<D> const grid{.shape = cross_shape<D>(), .batch_size = batch};
    std::vector<std::int32_t> const empty = batch == 3 ? std::vector<std::int32_t>{1} : std::vector<std::int32_t>{};
    sites.push_back(sites_of(grid, random_coordinates<D>(range_of(grid, empty), 12 * batch + D * 5,
                                                         7U + static_cast<std::uint32_t>(batch))));
  }
  std::uint32_t number = 0;
  for (int kernel = 0; kernel < 4; ++kernel) {
    for (int stride = 0; stride < 3; ++stride) {
      for (int padding = 0; padding < 3; ++padding) {
        for (int dilation = 0; dilation < 3; ++dilation) {
          KernelGeometry<D> geometry;
          for (int a = 0; a < D; ++a) {
            geometry.kernel_size[a] = 1 + (kernel + 3 * a) % 4;
            geometry.stride[a] = 1 + (stride + a) % 3;
            geometry.padding[a] = (padding + 2 * a) % 3;
            geometry.dilation[a] = 1 + (dilation + a + a / 2) % 3;
          }
          for (auto const& of_batch : sites) {
            body(Options<D>{geometry, OutputDefinition::regular, of_batch, ++number});
            body(Options<D>{geometry, OutputDefinition::floor, of_batch, ++number});
            if (stride != 0) continue;
            KernelGeometry<D> submanifold = geometry;
            submanifold.stride = 1;
            if (padding == 2) submanifold.padding = submanifold.same_padding();
            body(Options<D>{submanifold, OutputDefinition::submanifold, of_batch, ++number});
            submanifold.centre = PerAxis<D>(0);
            for (int a = 0; a < D; ++a) (*submanifold.centre)[a] = submanifold.kernel_size[a] - 1;
            body(Options<D>{submanifold, OutputDefinition::submanifold, of_batch, ++number});
          }
        }
      }
    }
  }
}

}  // namespace sparseconv::test
