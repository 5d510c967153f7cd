#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/weights/array.hpp"
#include "sparseconv/weights/onnx_graph.hpp"
#include "sparseconv/weights/partial_file.hpp"
#include "sparseconv/weights/protobuf.hpp"
#include "sparseconv/weights/shared_bytes.hpp"

namespace sparseconv::inline v0_1 {

/// The bytes of an ONNX model around those of its arrays, which are written where they are.
class OnnxWriter {
 public:
  /// Throws:  as write_onnx().
  OnnxWriter(OnnxGraph const& graph, std::string_view where) : graph_(graph), where_(where) {
    check_names();
    for (OnnxNode const& node : graph.nodes) before_arrays_.message(1, message_of(node));
    before_arrays_.text(2, graph.name);
    for (OnnxTensor const& tensor : graph.inputs) after_arrays_.message(11, message_of(tensor));
    for (OnnxTensor const& tensor : graph.outputs) after_arrays_.message(12, message_of(tensor));
    std::uint64_t graph_bytes = before_arrays_.written().size() + after_arrays_.written().size();
    for (NamedArray const& array : graph.initializers) {
      arrays_.push_back(head_of(array));
      graph_bytes += arrays_.back().written().size() + array.array.bytes.size();
    }
    constexpr std::uint64_t most = (std::uint64_t{1} << 31) - 1024;
    if (graph_bytes > most)
      throw CapacityError({where, ": the graph takes ", graph_bytes, " bytes, and no protobuf reader takes more than ",
                           most, "; write fewer or narrower numbers"});
    // What torch.onnx.export of PyTorch 1.9 states.
    head_.integer(1, 6).text(2, "pytorch").text(3, "1.9").bytes_to_come(7, graph_bytes);
    tail_.message(8, ProtobufMessage().text(1, "ai.onnx").integer(2, 11));
  }

  /// Calls `write` with the parts of the file, in their order.
  template <class Write>
  void for_each_part(Write const& write) const {
    write(head_.written());
    write(before_arrays_.written());
    for (std::size_t i = 0; i < arrays_.size(); ++i) {
      write(arrays_[i].written());
      SharedBytes const& bytes = graph_.initializers[i].array.bytes;
      write(std::span<const std::byte>(bytes.data(), bytes.size()));
    }
    write(after_arrays_.written());
    write(tail_.written());
  }

 private:
  void check_names() const {
    std::vector<std::string const*> names;
    for (NamedArray const& array : graph_.initializers) {
      names.push_back(&array.name);
      if (array.name.empty()) throw Error({where_, ": an initializer has no name; give it one"});
      array.array.expect_whole(error_message({where_, ": array ", in_quotes(array.name)}));
    }
    if (std::string const* repeated = repeated_name(std::move(names)))
      throw Error(
          {where_, ": more than one initializer is called ", in_quotes(*repeated), "; give each a name of its own"});
    for (OnnxNode const& node : graph_.nodes) {
      if (node.op_type.empty())
        throw Error({where_, ": node ", in_quotes(node.name), " does not say which operation it is; set its op_type"});
      for (std::size_t i = 0; i < node.attributes.size(); ++i) {
        std::string const& name = node.attributes[i].name;
        if (!name.empty() && node.find(name) == &node.attributes[i].value) continue;
        throw Error({where_, ": node ", in_quotes(node.name), " has more than one attribute ", in_quotes(name),
                     ", or one without a name; give each a name of its own"});
      }
    }
    for (std::vector<OnnxTensor> const* tensors : {&graph_.inputs, &graph_.outputs})
      for (OnnxTensor const& tensor : *tensors)
        if (tensor.name.empty()) throw Error({where_, ": an input or output of the graph has no name; give it one"});
  }

  [[nodiscard]] ProtobufMessage message_of(OnnxNode const& node) const {
    ProtobufMessage message;
    for (std::string const& input : node.inputs) message.text(1, input);
    for (std::string const& output : node.outputs) message.text(2, output);
    if (!node.name.empty()) message.text(3, node.name);
    message.text(4, node.op_type);
    std::vector<OnnxAttribute const*> sorted;
    for (OnnxAttribute const& attribute : node.attributes) sorted.push_back(&attribute);
    std::ranges::sort(sorted, {}, [](OnnxAttribute const* attribute) { return std::string_view(attribute->name); });
    for (OnnxAttribute const* attribute : sorted) message.message(5, message_of(*attribute));
    if (!node.domain.empty()) message.text(7, node.domain);
    return message;
  }

  [[nodiscard]] ProtobufMessage message_of(OnnxAttribute const& attribute) const {
    ProtobufMessage message;
    message.text(1, attribute.name);
    std::visit(
        [&](auto const& value) {
          using T = std::remove_cvref_t<decltype(value)>;
          if constexpr (std::same_as<T, float>) {
            message.real(2, value).integer(20, 1);
          } else if constexpr (std::same_as<T, std::int64_t>) {
            message.integer(3, value).integer(20, 2);
          } else if constexpr (std::same_as<T, std::string>) {
            message.text(4, value).integer(20, 3);
          } else if constexpr (std::same_as<T, Array>) {
            value.expect_whole(error_message({where_, ": attribute ", in_quotes(attribute.name)}));
            ProtobufMessage array;
            for (std::int64_t const extent : value.shape) array.integer(1, extent);
            array.integer(2, onnx_number_of(value.type)).bytes(9, {value.bytes.data(), value.bytes.size()});
            message.message(5, array).integer(20, 4);
          } else if constexpr (std::same_as<T, std::vector<float>>) {
            for (float const number : value) message.real(7, number);
            message.integer(20, 6);
          } else if constexpr (std::same_as<T, std::vector<std::int64_t>>) {
            for (std::int64_t const number : value) message.integer(8, number);
            message.integer(20, 7);
          } else {
            for (std::string const& text : value) message.text(9, text);
            message.integer(20, 8);
          }
        },
        attribute.value);
    return message;
  }

  [[nodiscard]] static ProtobufMessage message_of(OnnxTensor const& tensor) {
    ProtobufMessage shape;
    for (std::int64_t const extent : tensor.shape) {
      ProtobufMessage dimension;
      if (extent >= 0) dimension.integer(1, extent);
      shape.message(1, dimension);
    }
    ProtobufMessage type;
    if (tensor.type) type.integer(1, onnx_number_of(*tensor.type));
    type.message(2, shape);
    return ProtobufMessage().text(1, tensor.name).message(2, ProtobufMessage().message(1, type));
  }

  /// An initializer up to its numbers, which are the last of its fields.
  [[nodiscard]] static ProtobufMessage head_of(NamedArray const& named) {
    ProtobufMessage inside;
    for (std::int64_t const extent : named.array.shape) inside.integer(1, extent);
    inside.integer(2, onnx_number_of(named.array.type)).text(8, named.name).bytes_to_come(9, named.array.bytes.size());
    ProtobufMessage head;
    head.bytes_to_come(5, inside.written().size() + named.array.bytes.size());
    head.append(inside);
    return head;
  }

  OnnxGraph const& graph_;
  std::string_view where_;
  ProtobufMessage head_;
  ProtobufMessage before_arrays_;
  std::vector<ProtobufMessage> arrays_;
  ProtobufMessage after_arrays_;
  ProtobufMessage tail_;
};

/// The bytes of a graph as an ONNX model.
///
/// Throws:  as write_onnx(), of whose messages `name` is the file.
[[nodiscard]] inline std::vector<std::byte> format_onnx(OnnxGraph const& graph, std::string_view name) {
  std::string const where = "write_onnx: " + std::string(name);
  std::vector<std::byte> bytes;
  OnnxWriter(graph, where).for_each_part([&](std::span<const std::byte> part) {
    bytes.insert(bytes.end(), part.begin(), part.end());
  });
  return bytes;
}

/// Writes a graph as an ONNX model. A file of that name is replaced; it appears whole or not at all.
///
/// The model says what PyTorch 1.9's do: producer "pytorch" "1.9", format 6, operations "ai.onnx" 11. Lists of numbers are not packed.
/// Order:   that of the graph; the attributes of a node by their names.
/// Bits:    the same bytes for the same graph.
/// Throws:  ShapeError if the bytes of an array do not fit its shape; CapacityError if the graph takes 2 GB or more; Error if a node has no
///          op_type, an initializer, attribute, input or output no name, two initializers or two attributes of a node the same, or if
///          the file cannot be written.
inline void write_onnx(std::filesystem::path const& path, OnnxGraph const& graph) {
  std::string const where = "write_onnx: " + path.string();
  OnnxWriter const writer(graph, where);
  PartialFile file(path, "write_onnx: cannot write " + path.string());
  writer.for_each_part([&](std::span<const std::byte> part) { file.write(part); });
  file.keep();
}

}  // namespace sparseconv::inline v0_1
