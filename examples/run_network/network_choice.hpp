#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "run_network/networks.hpp"
#include "sparseconv/network/import_onnx.hpp"
#include "sparseconv/network/network_file.hpp"

namespace run_network {

/// The network that the command line names: one of the field, or one that a file holds.
struct NetworkChoice {
  NetworkChoice(NamedNetwork const& named)  // NOLINT: a network of the field is one of the choices
      : name(named.name), axes(named.axes), channels(named.channels), make(named.make) {}
  NetworkChoice(std::string file, sparseconv::Network network);

  /// The network itself; one of the field is made for so many channels, with numbers from the seed.
  /// Throws: Error if that of a file takes another count of channels.
  [[nodiscard]] sparseconv::Network network(std::int64_t in_channels, std::uint64_t seed) const {
    if (!of_file) return make(in_channels, seed);
    if (in_channels == channels) return *of_file;
    throw sparseconv::Error({"run_network: ", name, ": the network takes ", channels, " channels, and the input has ",
                             in_channels, "; give --sites and --features with ", channels,
                             " columns, or a scan with as many numbers a point"});
  }

  std::string name;
  int axes;
  std::int64_t channels;  ///< of its input, where nobody says otherwise
  sparseconv::Network (*make)(std::int64_t in_channels, std::uint64_t seed) = nullptr;
  std::optional<sparseconv::Network> of_file = {};
  std::vector<std::int32_t> shape = {};  ///< of the input's grid, where the file says it
  bool is_xyz = false;                   ///< the file says that its network, as it was read, runs over x, y, z
};

/// Throws: Error if the network has not one input, of two or three axes.
inline NetworkChoice::NetworkChoice(std::string file, sparseconv::Network network) : name(std::move(file)) {
  auto const inputs = network.inputs();
  if (inputs.size() != 1) {
    throw sparseconv::Error({"run_network: ", name, ": the network takes ", inputs.size(),
                             " inputs, and run_network gives one; run it by a program of your own"});
  }
  sparseconv::ValueType const& input = network.graph().type(inputs.front());
  axes = input.axes;
  channels = input.channels;
  if (axes != 2 && axes != 3) {
    throw sparseconv::Error({"run_network: ", name, ": the network works in ", axes,
                             " axes, and run_network in 2 or 3; run it by a program of your own"});
  }
  of_file = std::move(network);
}

/// The network of an ONNX graph, with the grid and the order of axes that the graph states.
inline NetworkChoice network_of_onnx(std::string const& file, sparseconv::AxisOrder axes) {
  sparseconv::ImportedNetwork imported = sparseconv::import_onnx(file, {.axes = axes});
  NetworkChoice choice(file, std::move(imported.network));
  for (std::int64_t const extent : imported.spatial_shape) choice.shape.push_back(static_cast<std::int32_t>(extent));
  std::string_view const xyz = axes == sparseconv::AxisOrder::same ? "xyz" : "zyx";
  for (sparseconv::OnnxOutput const& output : imported.outputs)
    for (sparseconv::OnnxDenseStep const& step : output.steps) choice.is_xyz = choice.is_xyz || step.format == xyz;
  return choice;
}

/// The network of a name, or of a file that ends in .safetensors (save_network wrote it) or .onnx.
/// Throws: Error as network_named; what load_network and import_onnx throw.
inline NetworkChoice choose_network(std::string const& network, std::optional<std::string> const& axes = {}) {
  std::string const ending = std::filesystem::path(network).extension().string();
  if (ending == ".safetensors") return {network, sparseconv::load_network(network)};
  if (ending == ".onnx") {
    return network_of_onnx(network, axes == "reversed" ? sparseconv::AxisOrder::reversed : sparseconv::AxisOrder::same);
  }
  return network_named(network);
}

}  // namespace run_network
