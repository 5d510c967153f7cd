#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/models/name_tables.hpp"
#include "sparseconv/network/bind_parameters.hpp"
#include "sparseconv/network/text_table.hpp"
#include "sparseconv/weights/read_arrays.hpp"

namespace run_network {

/// Where the numbers of a network come from.
struct TrainedOptions {
  std::string file;                   ///< empty: they are drawn from a seed
  std::optional<std::string> layout;  ///< by its name
  std::optional<std::string> prefix;
  std::optional<std::string> axes;  ///< "same" or "reversed"
};

/// The names of the layouts, as an option lists them.
inline std::vector<std::string> layout_names() {
  std::vector<std::string> names;
  for (sparseconv::WeightLayout const layout : sparseconv::all_weight_layouts) names.emplace_back(name_of(layout));
  return names;
}

/// Gives a network the numbers of a file. Nothing if there is no file.
inline std::optional<sparseconv::BindReport> bind_weights(sparseconv::Network& network, TrainedOptions const& options) {
  if (options.file.empty()) return std::nullopt;
  sparseconv::BindOptions how{.prefix = options.prefix};
  if (has_name_tables(network)) how.tables = name_tables(network);
  // Files that were written with the network's own names.
  how.tables.push_back({.project = "the network's own names", .layouts = {sparseconv::WeightLayout::sparseconv}});
  if (options.layout) how.layout = sparseconv::weight_layout_named(*options.layout);
  if (options.axes) how.axes = *options.axes == "same" ? sparseconv::AxisOrder::same : sparseconv::AxisOrder::reversed;
  return bind_parameters(network, sparseconv::read_arrays(options.file), how);
}

/// The array that a parameter was taken from, and its shape; empty where it was drawn.
inline std::string key_of_parameter(std::optional<sparseconv::BindReport> const& report, std::string const& parameter) {
  if (!report) return "";
  auto const found = std::ranges::find(report->bound, parameter, &sparseconv::BoundParameter::parameter);
  return found == report->bound.end() ? ""
                                      : sparseconv::printable(found->key) + " " + sparseconv::tuple_text(found->shape);
}

/// What --parameters prints: names and shapes in the order of the nodes, the arrays that they were taken from, and how many numbers
/// are learned.
inline std::string parameter_list(sparseconv::Network const& network,
                                  std::optional<sparseconv::BindReport> const& report) {
  sparseconv::Graph const& graph = network.graph();
  sparseconv::TextTable table({"parameter", "shape", "numbers", "", report ? "taken from" : ""});
  std::int64_t statistics = 0;
  for (std::int32_t i = 0; i < graph.size(); ++i) {
    for (auto const& [role, needed] : parameters_of(graph, {i})) {
      std::string const name = network.parameter_name({i}, role);
      sparseconv::Parameter const& parameter = network.parameter(name);
      auto const count = static_cast<std::int64_t>(parameter.values.size());
      if (!parameter.learned) statistics += count;
      table.add({name, sparseconv::shape_text(parameter.shape), std::to_string(count),
                 parameter.learned ? "learned" : "statistics", key_of_parameter(report, name)});
    }
  }
  return sparseconv::error_message(
      {table.text(), sparseconv::name_in_line(network.name()), " of ", graph.type(network.inputs()[0]).channels,
       " input channels: ", network.parameter_count(), " learned numbers, ", statistics, " of statistics\n"});
}

}  // namespace run_network
