#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "sparseconv/index/kernel_geometry.hpp"
#include "sparseconv/index/output_grid.hpp"
#include "sparseconv/tensor/coordinate.hpp"
#include "sparseconv/tensor/grid.hpp"
#include "support/random_numbers.hpp"

namespace sparseconv::test {

/// Sites, a geometry and outputs that are named, of which any number may lie at an end of int32.
template <int D>
struct EndsCase {
  Grid<D> grid;
  std::vector<Coordinate<D>> sites;
  KernelGeometry<D> geometry;
  OutputDefinition definition = OutputDefinition::regular;
  std::vector<Coordinate<D>> named;  ///< cells of an unbounded grid

  [[nodiscard]] std::string text() const {
    auto const list = [](std::vector<Coordinate<D>> const& coordinates) {
      std::string all;
      for (Coordinate<D> const& coordinate : coordinates) all += " " + to_string(coordinate);
      return all;
    };
    return "kernel " + to_string(geometry.kernel_size) + ", stride " + to_string(geometry.stride) + ", padding " +
           to_string(geometry.padding) + ", dilation " + to_string(geometry.dilation) + ", centre " +
           (geometry.centre ? to_string(*geometry.centre) : "untold") + (geometry.transposed ? ", transposed" : "") +
           ", output_padding " + to_string(geometry.output_padding) + ", definition " +
           std::to_string(static_cast<int>(definition)) + ", shape " + to_string(grid.shape) + ", batch " +
           std::to_string(grid.batch_size) + ", sites" + list(sites) + ", named" + list(named);
  }
};

/// Draws cases whose numbers crowd at 0, at the ends of int32, and where they meet: sites at the cells that elements take
/// outputs from, paddings at multiples of the dilation.
template <int D>
class EndsCases : public RandomDraws {
 public:
  using RandomDraws::RandomDraws;

  EndsCase<D> next() {
    EndsCase<D> drawn;
    drawn.grid.batch_size = one_in(8) ? most : draw(1, 3);
    bool const bounded = one_in(2);
    int const kind = draw(0, 5);
    if (kind == 0) drawn.definition = OutputDefinition::submanifold;
    if (kind == 1) drawn.definition = OutputDefinition::floor;
    drawn.geometry.transposed = kind == 2 || kind == 3;
    if (one_in(4)) drawn.geometry.centre = PerAxis<D>(0);
    PerAxis<D> extents = 1;
    elements_left_ = 200;
    for (int a = 0; a < D; ++a) {
      draw_axis(drawn.geometry, drawn.definition, a);
      extents[a] = draw_extent(drawn.geometry, drawn.definition, a);
    }
    if (one_in(6)) spoil(drawn.geometry);
    if (bounded) drawn.grid.shape = extents;
    draw_sites(drawn);
    draw_named(drawn);
    return drawn;
  }

 private:
  static constexpr std::int32_t least = std::numeric_limits<std::int32_t>::min();
  static constexpr std::int32_t most = std::numeric_limits<std::int32_t>::max();

  /// The nearest int32 in [low, high].
  static std::int32_t held(std::int64_t number, std::int64_t low, std::int64_t high) {
    return static_cast<std::int32_t>(std::clamp(number, low, high));
  }

  /// A number of [low, high]: near an end, near 0 or a power of two, or any.
  std::int32_t anywhere(std::int64_t low, std::int64_t high) {
    std::int64_t const step = one_in(2) ? 0 : draw(0, 3);
    switch (draw(0, 5)) {
      case 0:
        return held(low + step, low, high);
      case 1:
        return held(high - step, low, high);
      case 2:
        return held(step - 1, low, high);
      case 3:
        return held((std::int64_t{1} << draw(0, 31)) + step - 1, low, high);
      case 4:
        return held(-(std::int64_t{1} << draw(0, 31)) - step + 1, low, high);
      default:
        return draw(low, high);
    }
  }

  static std::int64_t reach(KernelGeometry<D> const& g, int a) {
    return (std::int64_t{g.kernel_size[a]} - 1) * g.dilation[a];
  }

  void draw_axis(KernelGeometry<D>& g, OutputDefinition definition, int a) {
    g.kernel_size[a] = draw(1, std::min<std::int64_t>(one_in(4) ? 9 : 3, elements_left_));
    elements_left_ /= g.kernel_size[a];
    std::int64_t const longest = most / std::max(g.kernel_size[a] - 1, 1);
    g.dilation[a] = one_in(3) ? 1 : one_in(2) ? draw(1, std::min<std::int64_t>(longest, 4)) : anywhere(1, longest);
    if (definition != OutputDefinition::submanifold) {
      g.stride[a] = one_in(3) ? 1 : one_in(3) ? g.dilation[a] : one_in(2) ? draw(1, 4) : anywhere(1, most);
    }
    if (g.centre) (*g.centre)[a] = draw(0, g.kernel_size[a] - 1);
    switch (draw(0, 4)) {
      case 0:
        g.padding[a] = draw(0, 3);
        break;
      case 1:
        g.padding[a] = held(std::int64_t{g.same_padding()[a]} + draw(-1, 1), 0, most);
        break;
      case 2:
        g.padding[a] = held(draw(0, g.kernel_size[a] - 1) * std::int64_t{g.dilation[a]}, 0, most);
        break;
      case 3:
        g.padding[a] = held(reach(g, a) - draw(-2, 2), 0, most);
        break;
      default:
        g.padding[a] = anywhere(0, most);
    }
    if (definition == OutputDefinition::submanifold && one_in(2)) g.padding[a] = g.same_padding()[a];
    if (g.transposed && one_in(2)) {
      g.output_padding[a] = anywhere(0, std::int64_t{std::max(g.stride[a], g.dilation[a])} - 1);
    }
  }

  /// An extent that leaves an output, if one may: of a transposed convolution also not too many.
  std::int32_t draw_extent(KernelGeometry<D> const& g, OutputDefinition definition, int a) {
    std::int64_t low = 1;
    std::int64_t high = most;
    if (g.transposed) {
      std::int64_t const further = reach(g, a) + g.output_padding[a] - 2 * std::int64_t{g.padding[a]};
      low = (-further + g.stride[a] - 1) / g.stride[a] + 1;
      high = (most - further - 1) / g.stride[a] + 1;
    } else if (definition != OutputDefinition::floor) {
      low = reach(g, a) + 1 - 2 * std::int64_t{g.padding[a]};
      high = std::int64_t{most} * g.stride[a] + low - 1;
    }
    low = held(low, 1, most);
    high = held(high, low, most);
    return anywhere(low, high);
  }

  /// Sets some of the options to anything at all.
  void spoil(KernelGeometry<D>& g) {
    for (int times = draw(1, 3); times > 0; --times) {
      int const a = draw(0, D - 1);
      switch (draw(0, 5)) {
        case 0:
          g.kernel_size[a] = anywhere(least, most);
          break;
        case 1:
          g.stride[a] = anywhere(least, most);
          break;
        case 2:
          g.padding[a] = anywhere(least, most);
          break;
        case 3:
          g.dilation[a] = anywhere(least, most);
          break;
        case 4:
          if (g.centre) (*g.centre)[a] = anywhere(least, most);
          break;
        default:
          g.output_padding[a] = anywhere(least, most);
      }
    }
  }

  std::int64_t some_element(KernelGeometry<D> const& g, int a) {
    return draw(0, std::clamp(std::int64_t{g.kernel_size[a]} - 1, std::int64_t{0}, std::int64_t{300}));
  }

  /// A cell from which the output o of an axis takes by some element, or 64 bits' nearest.
  std::int64_t cell_of(KernelGeometry<D> const& g, int a, std::int64_t o) {
    return o * g.stride[a] - g.padding[a] + some_element(g, a) * g.dilation[a];
  }

  /// The output that takes from a cell by some element, or the one below.
  std::int64_t output_of(KernelGeometry<D> const& g, int a, std::int64_t cell) {
    std::int64_t const stride = g.stride[a] == 0 ? 1 : g.stride[a];
    return (cell + g.padding[a] - some_element(g, a) * g.dilation[a]) / stride;
  }

  void draw_sites(EndsCase<D>& drawn) {
    KernelGeometry<D> const& g = drawn.geometry;
    std::set<Coordinate<D>> sites;
    Coordinate<D> before{};
    for (int left = one_in(20) ? 0 : draw(1, 6); left > 0; --left) {
      Coordinate<D> site = before;
      bool const alone = sites.empty();
      if (alone || one_in(4)) site.batch = anywhere(0, drawn.grid.batch_size - 1);
      for (int a = 0; a < D; ++a) {
        bool const bounded = drawn.grid.shape.bounded();
        std::int64_t const low = bounded ? 0 : least;
        std::int64_t const high = bounded ? drawn.grid.shape[a] - 1 : most;
        std::int64_t position = anywhere(low, high);
        std::int64_t const last = before.position[static_cast<std::size_t>(a)];
        int const kind = draw(0, 5);
        if (kind <= 1 && !alone) position = last;
        if (kind == 2 && !alone) position = last + draw(-3, 3) * std::int64_t{g.dilation[a]};
        if (kind == 3) {
          // Its outputs stay within 32 bits, or nearly.
          std::int64_t const end = anywhere(least, most);
          position = g.transposed ? output_of(g, a, end) : cell_of(g, a, output_of(g, a, end));
        }
        if (kind == 4 && !g.transposed) position = cell_of(g, a, anywhere(least, most));
        site.position[static_cast<std::size_t>(a)] = held(position, low, high);
      }
      sites.insert(site);
      before = site;
    }
    drawn.sites.assign(sites.begin(), sites.end());
  }

  void draw_named(EndsCase<D>& drawn) {
    std::set<Coordinate<D>> named;
    for (int left = draw(0, 6); left > 0 && !drawn.sites.empty(); --left) {
      Coordinate<D> const& from = drawn.sites[static_cast<std::size_t>(draw(0, std::ssize(drawn.sites) - 1))];
      Coordinate<D> cell{.batch = from.batch, .position = {}};
      for (int a = 0; a < D; ++a) {
        auto const at = static_cast<std::size_t>(a);
        std::int64_t const met = drawn.geometry.transposed ? cell_of(drawn.geometry, a, from.position[at])
                                                           : output_of(drawn.geometry, a, from.position[at]);
        cell.position[at] = one_in(4 * D) ? anywhere(least, most) : held(met, least, most);
      }
      named.insert(cell);
    }
    drawn.named.assign(named.begin(), named.end());
  }

  std::int64_t elements_left_ = 0;
};

}  // namespace sparseconv::test
