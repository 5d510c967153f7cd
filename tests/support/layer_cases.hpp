#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sparseconv/execute/activation.hpp"
#include "sparseconv/index/kernel_geometry.hpp"
#include "sparseconv/index/output_grid.hpp"
#include "sparseconv/tensor/coordinate.hpp"
#include "sparseconv/tensor/grid.hpp"
#include "support/odometer.hpp"
#include "support/random_numbers.hpp"

namespace sparseconv::test {

/// Sites and the options of a layer, all of them valid.
template <int D>
struct LayerCase {
  Grid<D> grid;
  std::vector<Coordinate<D>> sites;
  KernelGeometry<D> geometry;
  OutputDefinition definition = OutputDefinition::regular;
  std::optional<std::vector<Coordinate<D>>> given;  ///< outputs that are named, none twice
  bool has_bias = false;
  Activation activation = no_activation;
  bool has_residual = false;
  bool has_holes = false;  ///< some features are NaN or infinite
  bool has_crowd = false;  ///< so many sites that threads share them out

  [[nodiscard]] std::string text() const {
    return "kernel " + to_string(geometry.kernel_size) + ", stride " + to_string(geometry.stride) + ", padding " +
           to_string(geometry.padding) + ", dilation " + to_string(geometry.dilation) + ", centre " +
           (geometry.centre ? to_string(*geometry.centre) : "untold") +
           (geometry.transposed ? ", transposed, output_padding " + to_string(geometry.output_padding) : "") +
           ", definition " + std::to_string(static_cast<int>(definition)) + ", shape " + to_string(grid.shape) +
           ", batch " + std::to_string(grid.batch_size) + ", " + std::to_string(sites.size()) + " sites" +
           (given ? ", " + std::to_string(given->size()) + " given" : "") + (has_bias ? ", bias" : "") + ", " +
           to_string(activation) + (has_residual ? ", residual" : "") + (has_holes ? ", holes" : "");
  }
};

/// Draws layers of every kind, on sites that are scattered, clustered or at the ends of int32.
template <int D>
class LayerCases : public RandomDraws {
 public:
  using RandomDraws::RandomDraws;

  LayerCase<D> next() {
    LayerCase<D> drawn;
    drawn.has_crowd = one_in(80);
    draw_geometry(drawn);
    draw_grid(drawn);
    draw_sites(drawn);
    if (one_in(4)) draw_given(drawn);
    drawn.has_bias = one_in(2);
    drawn.has_residual = !drawn.given && one_in(3);
    drawn.has_holes = one_in(6);
    int const kind = draw(0, 5);
    if (kind == 0) drawn.activation = relu;
    if (kind == 1) drawn.activation = leaky_relu(static_cast<double>(draw(-20, 20)) / 8.0);
    if (kind == 2) drawn.activation = others[static_cast<std::size_t>(draw(0, 5))];
    return drawn;
  }

 private:
  static constexpr std::int32_t least = std::numeric_limits<std::int32_t>::min();
  static constexpr std::int32_t most = std::numeric_limits<std::int32_t>::max();
  static constexpr std::array<Activation, 6> others{relu6, gelu, gelu_tanh, silu, sigmoid, tanh_activation};

  void draw_geometry(LayerCase<D>& drawn) {
    KernelGeometry<D>& g = drawn.geometry;
    int const kind = draw(0, 5);
    if (kind <= 1) drawn.definition = OutputDefinition::submanifold;
    if (kind == 2) drawn.definition = OutputDefinition::floor;
    g.transposed = kind == 3;
    if (one_in(3)) g.centre = PerAxis<D>(0);
    std::int64_t elements_left = drawn.has_crowd ? 20 : one_in(8) ? 625 : 64;
    for (int a = 0; a < D; ++a) {
      g.kernel_size[a] = draw(1, std::min<std::int64_t>(5, elements_left));
      elements_left /= g.kernel_size[a];
      if (drawn.definition != OutputDefinition::submanifold && !one_in(3)) g.stride[a] = draw(1, one_in(4) ? 9 : 3);
      g.dilation[a] = one_in(2) ? 1 : draw(1, 3);
      g.padding[a] = one_in(3) ? 0 : draw(0, 5);
      if (g.centre) (*g.centre)[a] = draw(0, g.kernel_size[a] - 1);
      if (g.transposed && one_in(2)) g.output_padding[a] = draw(0, std::max(g.stride[a], g.dilation[a]) - 1);
    }
    if (drawn.definition == OutputDefinition::submanifold && !one_in(3)) g.padding = g.same_padding();
  }

  void draw_grid(LayerCase<D>& drawn) {
    drawn.grid.batch_size = draw(1, 3);
    if (one_in(3)) return;
    constexpr std::array<int, 4> longest{300, 25, 10, 6};
    PerAxis<D> extents = 1;
    for (int a = 0; a < D; ++a) {
      extents[a] = one_in(10) ? most - draw(0, 3) : draw(1, longest[static_cast<std::size_t>(D - 1)]);
    }
    drawn.grid.shape = extents;
  }

  /// Where the sites of a case lie along an axis: near one place, or near the other.
  struct Places {
    std::int64_t one = 0;
    std::int64_t other = 0;
    std::int64_t spread = 0;
  };

  void draw_sites(LayerCase<D>& drawn) {
    bool const bounded = drawn.grid.shape.bounded();
    bool const at_ends = one_in(6);
    constexpr std::array<int, 4> widest{200, 16, 7, 4};
    std::array<Places, static_cast<std::size_t>(D)> places;
    for (int a = 0; a < D; ++a) {
      std::int64_t const low = bounded ? 0 : least;
      std::int64_t const high = bounded ? drawn.grid.shape[a] - 1 : most;
      Places& along = places[static_cast<std::size_t>(a)];
      along.one = at_ends ? (one_in(2) ? low : high) : bounded ? draw(low, high) : draw(-50, 50);
      along.other = at_ends && one_in(2) ? (one_in(2) ? low : high) : one_in(2) ? along.one : along.one + draw(-9, 9);
      along.spread =
          drawn.has_crowd ? 2000 / (D * D * D * D) : draw(0, one_in(2) ? 2 : widest[static_cast<std::size_t>(D - 1)]);
    }
    std::vector<std::int32_t> items;  // the others are empty
    for (std::int32_t item = 0; item < drawn.grid.batch_size; ++item) {
      if (!one_in(4)) items.push_back(item);
    }
    std::set<Coordinate<D>> sites;
    std::int64_t const most_sites = drawn.has_crowd ? draw(1500, 5000)
                                    : one_in(15)    ? 0
                                    : one_in(3)     ? draw(1, 4)
                                                    : draw(1, one_in(6) ? 600 : 60);
    for (std::int64_t left = items.empty() ? 0 : most_sites; left > 0; --left) {
      Coordinate<D> site{};
      site.batch = items[static_cast<std::size_t>(draw(0, std::ssize(items) - 1))];
      bool const other = one_in(2);
      for (int a = 0; a < D; ++a) {
        Places const& along = places[static_cast<std::size_t>(a)];
        std::int64_t const position = (other ? along.other : along.one) + draw(-along.spread, along.spread);
        site.position[static_cast<std::size_t>(a)] =
            bounded ? held(position, 0, drawn.grid.shape[a] - 1) : held(position, least, most);
      }
      sites.insert(site);
    }
    drawn.sites.assign(sites.begin(), sites.end());
  }

  static std::int32_t held(std::int64_t number, std::int64_t low, std::int64_t high) {
    return static_cast<std::int32_t>(std::clamp(number, low, high));
  }

  static std::int64_t floor_of(std::int64_t a, std::int64_t b) { return a >= 0 ? a / b : -((-a + b - 1) / b); }

  /// Cells that some input reaches or nearly reaches, within what a call allows.
  void draw_given(LayerCase<D>& drawn) {
    KernelGeometry<D> const& g = drawn.geometry;
    std::set<Coordinate<D>> given;
    for (int left = draw(0, 40); left > 0 && !drawn.sites.empty(); --left) {
      Coordinate<D> const& from = drawn.sites[static_cast<std::size_t>(draw(0, std::ssize(drawn.sites) - 1))];
      Coordinate<D> cell{.batch = one_in(8) ? draw(0, drawn.grid.batch_size - 1) : from.batch, .position = {}};
      bool legal = true;
      for (int a = 0; a < D; ++a) {
        std::int64_t const c = from.position[static_cast<std::size_t>(a)];
        std::int64_t const offset = draw(0, g.kernel_size[a] - 1) * std::int64_t{g.dilation[a]};
        std::int64_t const reach = (g.kernel_size[a] - 1) * std::int64_t{g.dilation[a]};
        std::int64_t const stride = g.stride[a];
        std::int64_t const padding = g.padding[a];
        std::int64_t met = g.transposed ? c * stride - padding + offset : floor_of(c + padding - offset, stride);
        if (one_in(6)) met += draw(-2, 2);
        std::int64_t low = least;
        std::int64_t high = most;
        if (drawn.grid.shape.bounded()) {
          std::int64_t const last = drawn.grid.shape[a] - 1;
          low = std::max(low, g.transposed ? -padding : -floor_of(reach - padding, stride));
          high = std::min(high, g.transposed ? last * stride - padding + reach : floor_of(last + padding, stride));
        }
        legal = legal && low <= high;
        if (legal) cell.position[static_cast<std::size_t>(a)] = held(met, low, high);
      }
      if (legal) given.insert(cell);
    }
    drawn.given.emplace(given.begin(), given.end());
  }
};

}  // namespace sparseconv::test
