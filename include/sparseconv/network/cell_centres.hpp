#pragma once

#include <cstddef>
#include <cstdint>

#include "sparseconv/error.hpp"
#include "sparseconv/index/cell_centres.hpp"
#include "sparseconv/network/graph.hpp"

namespace sparseconv::inline v0_1 {

/// Where the centres of the sites of a value lie among the cells of the network's input that they come from, through all layers
/// between. Sites that a value shares with an earlier one, as after an inverse convolution, lie where those lie; of an axis that was
/// pooled all lie at the first cell of it.
///
/// Throws: ShapeError if the value is none of the graph's, has another number of axes than D, or has one row a batch item.
template <int D>
[[nodiscard]] CellCentres<D> cell_centres(Graph const& graph, Value value) {
  ValueType const& type = graph.type(value);
  if (type.kind == ValueKind::items) {
    throw ShapeError({"cell_centres: '", graph.node(value).name,
                      "' has one row a batch item, which lies nowhere; give a value that has sites"});
  }
  if (type.axes != D) {
    throw ShapeError({"cell_centres: '", graph.node(value).name, "' has ", type.axes, " axes, asked for are ", D,
                      "; call cell_centres<", type.axes, ">"});
  }
  CellCentres<D> centres;
  for (std::int32_t at = type.sites;;) {
    SiteOrigin const& origin = graph.sites()[static_cast<std::size_t>(at)];
    if (origin.from.empty()) return centres;
    if (origin.step == SiteStep::geometry) {
      centres = cell_centres(origin.geometry.template on_axes<D>(), origin.geometry.definition).then(centres);
    }
    at = origin.from.front();  // other steps stay on the grid of that
  }
}

/// The same of a value of a network, or of a prepared one.
template <int D, class Net>
requires requires(Net const& net) {
  net.graph();
}
[[nodiscard]] CellCentres<D> cell_centres(Net const& net, Value value) {
  return cell_centres<D>(net.graph(), value);
}

}  // namespace sparseconv::inline v0_1
