#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sparseconv/number/scalar_loader.hpp"
#include "sparseconv/weights/array.hpp"

namespace sparseconv::inline v0_1 {

/// What an attribute of a node is: a number, a text, several of them, or an array.
using OnnxAttributeValue = std::variant<float, std::int64_t, std::string, std::vector<float>, std::vector<std::int64_t>,
                                        std::vector<std::string>, Array>;

/// An attribute of a node, by name.
struct OnnxAttribute {
  std::string name;
  OnnxAttributeValue value;
};

/// A node of an ONNX graph, as the file has it: nothing is known of what it does.
struct OnnxNode {
  std::string name = {};
  std::string op_type = {};  ///< "SparseConvolution", "Add", ...
  std::string domain = {};   ///< whose op_type it is; empty: ONNX's own, or not told
  std::vector<std::string> inputs = {};
  std::vector<std::string> outputs = {};
  std::vector<OnnxAttribute> attributes = {};

  /// The attribute of that name; null if there is none.
  [[nodiscard]] OnnxAttributeValue const* find(std::string_view attribute) const {
    auto const found = std::ranges::find(attributes, attribute, &OnnxAttribute::name);
    return found == attributes.end() ? nullptr : &found->value;
  }
};

/// An input or an output of a graph.
struct OnnxTensor {
  std::string name = {};
  std::optional<ScalarType> type = {};   ///< none if it is not told, or none that arrays have
  std::vector<std::int64_t> shape = {};  ///< -1 for an extent that is not told
};

/// An ONNX graph as plain data: read_onnx gives one, write_onnx takes one.
struct OnnxGraph {
  std::string name = {};
  std::vector<OnnxNode> nodes = {};
  std::vector<NamedArray> initializers = {};  ///< the numbers that nodes take by name
  std::vector<OnnxTensor> inputs = {};
  std::vector<OnnxTensor> outputs = {};
};

/// The number that ONNX has for a type of numbers.
[[nodiscard]] constexpr std::int32_t onnx_number_of(ScalarType type) noexcept {
  switch (type) {
    case ScalarType::float32:
      return 1;
    case ScalarType::uint8:
      return 2;
    case ScalarType::int8:
      return 3;
    case ScalarType::uint16:
      return 4;
    case ScalarType::int16:
      return 5;
    case ScalarType::int32:
      return 6;
    case ScalarType::int64:
      return 7;
    case ScalarType::float16:
      return 10;
    case ScalarType::float64:
      return 11;
    case ScalarType::uint32:
      return 12;
    case ScalarType::uint64:
      return 13;
    case ScalarType::bf16:
      break;
  }
  return 16;
}

/// The type of numbers that ONNX has that number for; none for texts, booleans and what is no number.
[[nodiscard]] constexpr std::optional<ScalarType> scalar_type_of_onnx(std::int64_t number) noexcept {
  for (int i = 0; i <= static_cast<int>(ScalarType::bf16); ++i) {
    auto const type = static_cast<ScalarType>(i);
    if (onnx_number_of(type) == number) return type;
  }
  return std::nullopt;
}

}  // namespace sparseconv::inline v0_1
