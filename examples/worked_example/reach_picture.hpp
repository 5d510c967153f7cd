#pragma once

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <sparseconv/sparseconv.hpp>
#include <string>
#include <vector>

#include "worked_example/print_structures.hpp"
#include "worked_example/small_case.hpp"
#include "worked_example/text_table.hpp"

namespace worked_example {

/// A place on the picture, in pixels from its upper left corner.
struct Point {
  double x = 0;
  double y = 0;
};

/// What an SVG picture is made of.
class SvgShapes {
 public:
  explicit SvgShapes(std::ostream& out) : out_(out) {}

  void text(Point at, std::string const& words, int size, char const* colour, char const* anchor = "middle") {
    out_ << "<text x='" << at.x << "' y='" << at.y << "' font-size='" << size << "' fill='" << colour
         << "' text-anchor='" << anchor << "'>" << words << "</text>\n";
  }
  void box(Point corner, double width, double height, char const* fill, char const* edge, double rounding = 0) {
    out_ << "<rect x='" << corner.x << "' y='" << corner.y << "' width='" << width << "' height='" << height << "' rx='"
         << rounding << "' fill='" << fill << "' stroke='" << edge << "'/>\n";
  }
  void link(Point from, Point to, char const* colour) {
    out_ << "<line x1='" << from.x << "' y1='" << from.y << "' x2='" << to.x << "' y2='" << to.y << "' stroke='"
         << colour << "' stroke-width='1.5' stroke-opacity='0.6'/>\n";
  }

 private:
  std::ostream& out_;
};

constexpr double cell = 58;
constexpr char const* active_colour = "#e6f4ea";
constexpr char const* edge_colour = "#98a2b3";

/// The colour of an input row: the small case has two.
inline char const* colour_of(std::int64_t input_row) {
  return input_row == 0 ? "#1f6fb4" : "#d9641e";
}

/// The upper left corner of a site's cell in a grid that begins at `corner`.
inline Point cell_corner(Point corner, sc::SiteSet<2> const& sites, std::int64_t row) {
  auto const& position = sites.coordinates()[static_cast<std::size_t>(row)].position;
  return {corner.x + position[1] * cell, corner.y + position[0] * cell};
}

/// All cells, with the numbers of their rows and columns.
inline void draw_cells(SvgShapes& shapes, Point corner, sc::Shape<2> const& shape) {
  for (std::int32_t y = 0; y < shape[0]; ++y) {
    shapes.text({corner.x - 14, corner.y + (y + 0.5) * cell + 4}, std::to_string(y), 12, "#667085");
    for (std::int32_t x = 0; x < shape[1]; ++x) {
      shapes.box({corner.x + x * cell, corner.y + y * cell}, cell, cell, "#f7f8fa", "#d0d5dd");
    }
  }
  for (std::int32_t x = 0; x < shape[1]; ++x) {
    shapes.text({corner.x + (x + 0.5) * cell, corner.y - 8}, std::to_string(x), 12, "#667085");
  }
}

/// The input's grid; an active cell has its row and the number that all its channels hold.
inline void draw_input(SvgShapes& shapes, Point corner, sc::SparseTensor<float, 2> const& input) {
  draw_cells(shapes, corner, input.grid().shape);
  for (std::int64_t row = 0; row < input.size(); ++row) {
    Point const at = cell_corner(corner, input.sites(), row);
    shapes.box(at, cell, cell, colour_of(row), "white");
    shapes.text({at.x + cell / 2, at.y + 26}, "row " + std::to_string(row), 13, "white");
    shapes.text({at.x + cell / 2, at.y + 44}, decimal(input.features()(row, 0)), 13, "white");
  }
}

/// The result's grid; an active cell has its row and its two channels.
inline void draw_result(SvgShapes& shapes, Point corner, sc::SparseTensor<float, 2> const& result) {
  draw_cells(shapes, corner, result.grid().shape);
  for (std::int64_t row = 0; row < result.size(); ++row) {
    Point const at = cell_corner(corner, result.sites(), row);
    shapes.box(at, cell, cell, active_colour, edge_colour);
    shapes.text({at.x + cell / 2, at.y + 26}, "row " + std::to_string(row), 13, "#101828");
    shapes.text({at.x + cell / 2, at.y + 44},
                decimal(result.features()(row, 0)) + ", " + decimal(result.features()(row, 1)), 13, "#101828");
  }
}

/// The output rows in a column, and a link to them for each pair of the rulebook, which ends in its kernel element.
inline void draw_rulebook(SvgShapes& shapes, Point input_corner, sc::SiteSet<2> const& inputs, Point list_corner,
                          Convolved const& convolved) {
  constexpr double pitch = 38;
  sc::SiteSet<2> const& outputs = convolved.result.sites();
  for (std::int64_t row = 0; row < outputs.size(); ++row) {
    double const y = list_corner.y + static_cast<double>(row) * pitch;
    auto const& position = outputs.coordinates()[static_cast<std::size_t>(row)].position;
    shapes.box({list_corner.x, y}, 172, 28, active_colour, edge_colour, 5);
    shapes.text({list_corner.x + 64, y + 19},
                "row " + std::to_string(row) + " at " + position_text(position[0], position[1]), 13, "#101828",
                "start");
  }
  sc::RulebookView<> const rules = convolved.rules;
  for (std::int64_t k = 0; k < rules.element_count(); ++k) {
    for (std::size_t pair = 0; pair < rules.inputs_of(k).size(); ++pair) {
      sc::Row const input = rules.inputs_of(k)[pair];
      Point const source = cell_corner(input_corner, inputs, input);
      Point const badge{list_corner.x + 5 + input * 28, list_corner.y + rules.outputs_of(k)[pair] * pitch + 5};
      shapes.link({source.x + cell, source.y + cell / 2}, {list_corner.x, badge.y + 3 + input * 12}, colour_of(input));
      shapes.box(badge, 24, 18, colour_of(input), "white", 4);
      shapes.text({badge.x + 12, badge.y + 13}, std::to_string(k), 12, "white");
    }
  }
}

/// One convolution from left to right: input, rulebook, result.
inline void draw_convolution(SvgShapes& shapes, double top, sc::SparseTensor<float, 2> const& input,
                             Convolved const& convolved) {
  sc::SparseTensor<float, 2> const& result = convolved.result;
  Point const input_corner{50, top + 76};
  double const middle = input_corner.y + 2.5 * cell;
  shapes.text({50, top + 22}, convolved.definition.name, 18, "#101828", "start");
  shapes.text(
      {50, top + 42},
      std::to_string(result.size()) + " active outputs, " + std::to_string(convolved.rules.pair_count()) + " pairs", 13,
      "#475467", "start");
  draw_input(shapes, input_corner, input);
  draw_rulebook(shapes, input_corner, input.sites(), {520, middle - static_cast<double>(result.size()) * 19 + 5},
                convolved);
  draw_result(shapes, {770, middle - result.grid().shape[0] * cell / 2}, result);
}

/// Writes the picture of the small case under each definition of the outputs.
void draw_picture(std::ostream& out, auto const& where) {
  constexpr double panel = 400;
  std::vector<Definition> const all = definitions();
  double const height = 60 + panel * static_cast<double>(all.size());
  out << "<svg xmlns='http://www.w3.org/2000/svg' width='1100' height='" << height << "' viewBox='0 0 1100 " << height
      << "' font-family='DejaVu Sans, Helvetica, Arial, sans-serif'>\n"
      << "<title>Which input reaches which output</title>\n";
  SvgShapes shapes(out);
  shapes.box({0, 0}, 1100, height, "white", "none");
  shapes.text({50, 34}, "Which input reaches which output, and by which element of the 3 x 3 kernel", 16, "#101828",
              "start");
  shapes.text({50, 54},
              "Left: the input. Middle: output rows; each link is a pair of the rulebook and ends in its kernel "
              "element, 0 to 8. Right: the result.",
              13, "#475467", "start");
  sc::SparseTensor<float, 2> const input = image(where);
  for (std::size_t i = 0; i < all.size(); ++i) {
    draw_convolution(shapes, 60 + panel * static_cast<double>(i), input, convolve(where, input, all[i]));
  }
  out << "</svg>\n";
}

}  // namespace worked_example
