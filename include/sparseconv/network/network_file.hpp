#pragma once

#include <bit>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/network/format_network.hpp"
#include "sparseconv/network/network.hpp"
#include "sparseconv/network/parse_network.hpp"
#include "sparseconv/weights/array.hpp"
#include "sparseconv/weights/mapped_file.hpp"
#include "sparseconv/weights/safetensors.hpp"
#include "sparseconv/weights/write_safetensors.hpp"

// This header needs nlohmann-json, so sparseconv.hpp does not include it.

namespace sparseconv::inline v0_1 {

/// The name of the text in a safetensors file's metadata that says what network its tensors belong to.
inline constexpr std::string_view network_metadata_name = "sparseconv.network";

/// Writes a network as a safetensors file: its numbers as tensors of F32 by name, the rest as a text in the metadata, see
/// format_network. Networks that passes made can be saved as well. A file of that name is replaced; it appears whole or not at all.
///
/// The seed is not saved: it says how numbers of new nodes are drawn, and those that are there have been drawn.
/// Bits:   the same bytes for the same network. load_network gives it back: the same nodes and outputs, every bit of every number.
/// Throws: ShapeError if numbers were changed and do not have the shape that their node needs, or belong to no node;
///         Error if a name is not UTF-8, a number of a node not finite, or if the file cannot be written.
inline void save_network(std::filesystem::path const& path, Network const& network) {
  std::string const where = "save_network: " + path.string();
  try {
    network.check_parameters();
  } catch (ShapeError const& error) {
    throw ShapeError({where, ": ", error.what()});
  }
  std::vector<NamedArray> arrays;
  for (auto const& [name, parameter] : network.parameters()) {
    if constexpr (std::endian::native == std::endian::little) {
      Array array{.type = ScalarType::float32, .shape = parameter.shape};
      array.bytes = SharedBytes(
          nullptr, std::as_bytes(std::span(parameter.values)));  // the network's own, until they are written
      arrays.push_back({name, std::move(array)});
    } else {
      arrays.push_back({name, make_array(parameter.shape, parameter.values)});
    }
  }
  write_safetensors(path, arrays, {{std::string(network_metadata_name), format_network(network, where)}},
                    "save_network");
}

/// The numbers of a node's parameter, which must be a tensor of that shape. `where` names file and node.
///
/// Throws: FormatError if it is not.
[[nodiscard]] inline std::vector<float> numbers_of_tensor(NamedArray const& tensor,
                                                          std::vector<std::int64_t> const& shape,
                                                          std::string_view where) {
  std::string const which = error_message({where, ": its tensor ", in_quotes(tensor.name)});
  if (tensor.array.type != ScalarType::float32)
    throw FormatError({which, " holds ", name_of(tensor.array.type),
                       ", and the numbers of a network are float32; save "
                       "it by save_network"});
  if (tensor.array.shape != shape)
    throw FormatError({which, " has the shape ", tuple_text(tensor.array.shape), ", the node takes ", tuple_text(shape),
                       "; the file is damaged"});
  return tensor.array.values_as<float>(which);
}

/// Reads a network from the bytes of a file of save_network. `name` is what messages call the bytes.
///
/// Throws: as load_network.
[[nodiscard]] inline Network parse_network_file(SharedBytes const& bytes, std::string_view name) {
  std::string const where = error_message({"load_network: ", name});
  SafetensorsFile const file = parse_safetensors(bytes, name, "load_network");
  auto const text = file.metadata.find(std::string(network_metadata_name));
  if (text == file.metadata.end())
    throw FormatError({where, ": the file has ", file.arrays.size(),
                       " tensors and no network; build one, and give it these numbers by bind_parameters(network, "
                       "read_safetensors(path).arrays)"});
  NetworkText parsed = parse_network(text->second, where);

  std::map<std::string_view, NamedArray const*> tensors;
  for (NamedArray const& tensor : file.arrays) tensors.emplace(tensor.name, &tensor);
  Network::Parameters parameters;
  for (std::int32_t i = 0; i < parsed.graph.size(); ++i) {
    std::string const& node = parsed.graph.node({i}).name;
    std::string const node_where = error_message({where, ": node ", in_quotes(node)});
    for (auto& [role, parameter] : parameters_of(parsed.graph, {i})) {
      std::string full_name = error_message({node, ".", role});
      auto const found = tensors.find(full_name);
      if (found == tensors.end())
        throw FormatError({node_where, ": its tensor ", in_quotes(full_name), " is not there; the file is damaged"});
      parameter.values = numbers_of_tensor(*found->second, parameter.shape, node_where);
      parameter.learned = parsed.not_learned.erase(full_name) == 0;
      tensors.erase(found);
      parameters.insert_or_assign(std::move(full_name), std::move(parameter));
    }
  }
  for (NamedArray const& tensor : file.arrays) {
    if (tensors.contains(tensor.name))
      throw FormatError(
          {where, ": the tensor ", in_quotes(tensor.name), " belongs to no node of the network; the file is damaged"});
  }
  if (!parsed.not_learned.empty())
    throw FormatError({where, ": the network: its not_learned has ", in_quotes(*parsed.not_learned.begin()),
                       ", and no node has that parameter; the file is damaged"});

  Network network(std::move(parsed.graph), std::move(parameters));
  try {
    for (Network::Output& output : parsed.outputs) network.output(std::move(output.name), output.value);
  } catch (ShapeError const& error) {
    throw FormatError({where, ": ", printable(error.what(), longest_shown_message)});
  }
  return network;
}

/// Reads a network that save_network wrote: the same nodes, outputs and numbers. Its seed is 0: a node that is added later has other
/// numbers than it would have had in the network that was saved.
///
/// Throws: FormatError if the file cannot be read or is no safetensors file, has no network or one of a later version; if the network
///         names nodes, fields or words that are not known, does not fit together, see Graph::add, or has not precisely the tensors
///         that its nodes need. The message names file and node.
[[nodiscard]] inline Network load_network(std::filesystem::path const& path) {
  return parse_network_file(map_file(path, "load_network"), path.string());
}

}  // namespace sparseconv::inline v0_1
