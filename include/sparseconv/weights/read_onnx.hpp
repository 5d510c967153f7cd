#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/number/scalar_loader.hpp"
#include "sparseconv/weights/array.hpp"
#include "sparseconv/weights/mapped_file.hpp"
#include "sparseconv/weights/onnx_array.hpp"
#include "sparseconv/weights/onnx_graph.hpp"
#include "sparseconv/weights/protobuf.hpp"
#include "sparseconv/weights/shared_bytes.hpp"

namespace sparseconv::inline v0_1 {

/// Makes a graph of the bytes of a model. Fields that say nothing about a graph are passed over.
///
/// Source:  onnx.proto3 of the ONNX project, for the numbers of fields and types.
class OnnxReader {
 public:
  OnnxReader(SharedBytes bytes, std::string_view where) : bytes_(std::move(bytes)), where_(where) {}

  /// Throws:  as parse_onnx().
  [[nodiscard]] OnnxGraph read() {
    OnnxGraph graph;
    bool is_there = false;
    ProtobufFields fields({bytes_.data(), bytes_.size()}, where_);
    for (ProtobufField field; fields.next(field);) {
      if (field.number != 7) continue;
      // A message that stands twice is one of the fields of both.
      is_there = true;
      read_graph(graph, field);
    }
    if (!is_there) throw FormatError({where_, ": there is no graph in it; give a model that was exported to ONNX"});
    std::vector<std::string const*> names;
    for (NamedArray const& array : graph.initializers) names.push_back(&array.name);
    if (std::string const* repeated = repeated_name(std::move(names)))
      throw FormatError({where_, ": more than one initializer is called ", in_quotes(*repeated),
                         ", so that it cannot be told which a node takes; export the model again"});
    return graph;
  }

 private:
  void read_graph(OnnxGraph& graph, ProtobufField const& of_graph) {
    reserve(graph, of_graph);
    ProtobufFields fields(of_graph, where_);
    for (ProtobufField field; fields.next(field);) {
      switch (field.number) {
        case 1:
          graph.nodes.push_back(node_of(field));
          break;
        case 2:
          graph.name = text_of_field(field, where_);
          break;
        case 5: {
          NamedArray array = onnx_array(bytes_, field, where_);
          if (array.name.empty())
            throw FormatError({where_, ": the initializer at byte ", field.begin,
                               " has no name, so that no node can take it; export the model again"});
          graph.initializers.push_back(std::move(array));
          break;
        }
        case 11:
          graph.inputs.push_back(tensor_of(field));
          break;
        case 12:
          graph.outputs.push_back(tensor_of(field));
          break;
        default:
          break;
      }
    }
  }

  /// Counts before it stores, so that memory stays in proportion to the file.
  void reserve(OnnxGraph& graph, ProtobufField const& of_graph) {
    std::size_t nodes = 0;
    std::size_t initializers = 0;
    ProtobufFields fields(of_graph, where_);
    for (ProtobufField field; fields.next(field);) {
      if (field.number == 1) ++nodes;
      if (field.number == 5) ++initializers;
    }
    graph.nodes.reserve(graph.nodes.size() + nodes);
    graph.initializers.reserve(graph.initializers.size() + initializers);
  }

  [[nodiscard]] OnnxNode node_of(ProtobufField const& of_node) const {
    OnnxNode node;
    ProtobufFields fields(of_node, where_);
    for (ProtobufField field; fields.next(field);) {
      switch (field.number) {
        case 1:
          node.inputs.push_back(text_of_field(field, where_));
          break;
        case 2:
          node.outputs.push_back(text_of_field(field, where_));
          break;
        case 3:
          node.name = text_of_field(field, where_);
          break;
        case 4:
          node.op_type = text_of_field(field, where_);
          break;
        case 5:
          node.attributes.push_back(attribute_of(field));
          break;
        case 7:
          node.domain = text_of_field(field, where_);
          break;
        default:
          break;
      }
    }
    if (node.op_type.empty())
      throw FormatError({where_, ": the node at byte ", of_node.begin, " does not say which operation it is",
                         ProtobufFields::damaged});
    std::vector<std::string const*> names;
    for (OnnxAttribute const& attribute : node.attributes) names.push_back(&attribute.name);
    if (std::string const* repeated = repeated_name(std::move(names)))
      throw FormatError({where_, ": the node at byte ", of_node.begin, " has more than one attribute ",
                         in_quotes(*repeated), ProtobufFields::damaged});
    return node;
  }

  /// What the values of an attribute of any type are collected in.
  struct AttributeParts {
    std::string name;
    std::int64_t type = 0;
    float real = 0;
    std::int64_t integer = 0;
    std::string text;
    std::optional<ProtobufField> tensor;
    std::vector<float> reals;
    std::vector<std::int64_t> integers;
    std::vector<std::string> texts;
  };

  [[nodiscard]] OnnxAttribute attribute_of(ProtobufField const& of_attribute) const {
    AttributeParts parts;
    ProtobufFields fields(of_attribute, where_);
    for (ProtobufField field; fields.next(field);) {
      switch (field.number) {
        case 1:
          parts.name = text_of_field(field, where_);
          break;
        case 2:
          parts.real = float_of_field(field, where_);
          break;
        case 3:
          parts.integer = integer_of_field(field, where_);
          break;
        case 4:
          parts.text = text_of_field(field, where_);
          break;
        case 5:
          parts.tensor = field;
          break;
        case 7:
          append_floats(parts.reals, field, where_);
          break;
        case 8:
          append_integers(parts.integers, field, where_);
          break;
        case 9:
          parts.texts.push_back(text_of_field(field, where_));
          break;
        case 20:
          parts.type = integer_of_field(field, where_);
          break;
        default:
          break;
      }
    }
    if (parts.name.empty())
      throw FormatError(
          {where_, ": the attribute at byte ", of_attribute.begin, " has no name", ProtobufFields::damaged});
    return {parts.name, value_of(parts)};
  }

  [[nodiscard]] OnnxAttributeValue value_of(AttributeParts& parts) const {
    switch (parts.type) {
      case 1:
        return parts.real;
      case 2:
        return parts.integer;
      case 3:
        return std::move(parts.text);
      case 4:
        if (!parts.tensor)
          throw FormatError({where_, ": the attribute ", in_quotes(parts.name), " is an array and has none",
                             ProtobufFields::damaged});
        return onnx_array(bytes_, *parts.tensor, where_).array;
      case 6:
        return std::move(parts.reals);
      case 7:
        return std::move(parts.integers);
      case 8:
        return std::move(parts.texts);
      default:
        break;
    }
    throw FormatError({where_, ": the attribute ", in_quotes(parts.name), " is of the type ", parts.type,
                       ", and those that are read are 1 to 4 and 6 to 8: numbers, texts, lists of them, arrays; export "
                       "the model without such nodes"});
  }

  /// An input or an output of the graph: ValueInfoProto, TypeProto, TypeProto.Tensor, TensorShapeProto, Dimension.
  [[nodiscard]] OnnxTensor tensor_of(ProtobufField const& of_value) const {
    OnnxTensor tensor;
    for_each_field(of_value, [&](ProtobufField const& value) {
      if (value.number == 1) tensor.name = text_of_field(value, where_);
      if (value.number != 2) return;
      for_each_field(value, [&](ProtobufField const& type) {
        if (type.number == 1) read_type(tensor, type);
      });
    });
    if (tensor.name.empty())
      throw FormatError({where_, ": the input or output of the graph at byte ", of_value.begin, " has no name",
                         ProtobufFields::damaged});
    return tensor;
  }

  void read_type(OnnxTensor& tensor, ProtobufField const& of_type) const {
    for_each_field(of_type, [&](ProtobufField const& field) {
      if (field.number == 1) tensor.type = scalar_type_of_onnx(integer_of_field(field, where_));
      if (field.number != 2) return;
      for_each_field(field, [&](ProtobufField const& dimension) {
        if (dimension.number != 1) return;
        std::int64_t extent = -1;
        for_each_field(dimension, [&](ProtobufField const& value) {
          if (value.number == 1) extent = integer_of_field(value, where_);
        });
        tensor.shape.push_back(extent < 0 ? -1 : extent);
      });
    });
  }

  template <class Visit>
  void for_each_field(ProtobufField const& message, Visit const& visit) const {
    ProtobufFields fields(message, where_);
    for (ProtobufField field; fields.next(field);) visit(field);
  }

  SharedBytes bytes_;
  std::string_view where_;
};

/// Reads the graph from the bytes of an ONNX model. Its arrays lie in these bytes; nothing is copied but names, attributes, and floats
/// that do not lie together.
///
/// `name` is what messages call the bytes. No library is needed: these are the fields of a graph, its nodes with attributes of
/// numbers, texts, lists of them and arrays, its initializers, inputs and outputs; all others are passed over.
/// Order:   of nodes, initializers and attributes: that of the file.
/// Throws:  FormatError if the bytes are no such message, there is no graph in them, a node has no operation, an attribute is of
///          another type, an array has not as many bytes as its shape says or keeps them in another file, or two initializers, or two
///          attributes of a node, have one name.
[[nodiscard]] inline OnnxGraph parse_onnx(SharedBytes bytes, std::string_view name) {
  std::string const where = "read_onnx: " + std::string(name);
  return OnnxReader(std::move(bytes), where).read();
}

/// Reads the graph of an ONNX file, which is mapped and must not be made shorter while its arrays are in use.
///
/// Throws:  what parse_onnx throws; FormatError if the file cannot be read.
[[nodiscard]] inline OnnxGraph read_onnx(std::filesystem::path const& path) {
  return parse_onnx(map_file(path, "read_onnx"), path.string());
}

}  // namespace sparseconv::inline v0_1
