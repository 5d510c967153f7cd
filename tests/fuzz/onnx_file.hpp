#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dice.hpp"
#include "hostile_values.hpp"
#include "spoil_body.hpp"

namespace sparseconv::fuzz {

/// An integer as protobuf stores it.
inline std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 128; value >>= 7) bytes += static_cast<char>((value & 127) | 128);
  return bytes + static_cast<char>(value);
}

/// A field whose value is an integer.
inline std::string integer_field(std::uint64_t number, std::uint64_t value) {
  return varint(number * 8) + varint(value);
}

/// A field whose value has a length.
inline std::string bytes_field(std::uint64_t number, std::string_view value) {
  return varint(number * 8 + 2) + varint(value.size()) + std::string(value);
}

/// A field of a message, its key and its value apart.
struct WireField {
  std::uint64_t key = 0;
  std::string value = {};  ///< as it is stored, without a length
};

inline std::string join_wire(std::vector<WireField> const& fields) {
  std::string bytes;
  for (WireField const& field : fields) {
    bytes += varint(field.key);
    if ((field.key & 7) == 2) bytes += varint(field.value.size());
    bytes += field.value;
  }
  return bytes;
}

/// Takes a message apart; nothing if it is none.
inline std::optional<std::vector<WireField>> split_wire(std::string_view bytes) {
  std::vector<WireField> fields;
  std::size_t at = 0;
  auto const number = [&]() -> std::optional<std::uint64_t> {
    std::uint64_t value = 0;
    for (int shift = 0; at < bytes.size() && shift < 63; shift += 7) {
      auto const byte = static_cast<unsigned char>(bytes[at++]);
      value |= std::uint64_t{byte & 127U} << shift;
      if (byte < 128) return value;
    }
    return std::nullopt;
  };
  while (at < bytes.size()) {
    auto const key = number();
    if (!key) return std::nullopt;
    std::size_t const begin = at;
    std::size_t size = 0;
    if ((*key & 7) == 0) {
      if (!number()) return std::nullopt;
      size = at - begin;
      at = begin;
    } else if ((*key & 7) == 2) {
      auto const told = number();
      if (!told) return std::nullopt;
      size = static_cast<std::size_t>(*told);
    } else if ((*key & 7) == 5 || (*key & 7) == 1) {
      size = (*key & 7) == 5 ? 4 : 8;
    } else {
      return std::nullopt;
    }
    if (size > bytes.size() - at) return std::nullopt;
    fields.push_back({*key, std::string(bytes.substr(at, size))});
    at += size;
  }
  return fields;
}

inline std::string integers_attribute(std::string_view name, std::vector<std::uint64_t> const& values, Dice& dice) {
  std::string list;
  std::string packed;
  for (std::uint64_t const value : values) {
    list += integer_field(8, value);
    packed += varint(value);
  }
  return bytes_field(5, bytes_field(1, name) + (dice.one_in(4) ? bytes_field(8, packed) : list) + integer_field(20, 7));
}

inline std::string integer_attribute(std::string_view name, std::uint64_t value) {
  return bytes_field(5, bytes_field(1, name) + integer_field(3, value) + integer_field(20, 2));
}

inline std::string text_attribute(std::string_view name, std::string_view value) {
  return bytes_field(5, bytes_field(1, name) + bytes_field(4, value) + integer_field(20, 3));
}

/// A right model of the dialect: a few convolutions, among them inverse ones, an addition, a ReLU, and what makes the end dense.
class OnnxFile {
 public:
  explicit OnnxFile(Dice& dice) : dice_(dice) {}

  std::string make() {
    std::size_t channels = 1 + dice_.below(3);
    std::string const input = bytes_field(11, bytes_field(1, "0") + bytes_field(2, bytes_field(1, shape_of(channels))));
    for (std::size_t count = 1 + dice_.below(4); count > 0; --count) {
      std::size_t const before = tensor_;
      std::size_t const in_channels = channels;
      bool const keeps = dice_.one_in(2);
      channels = keeps ? channels : 1 + dice_.below(3);
      std::string const rulebook = "r" + std::to_string(number_);
      std::vector<std::uint64_t> const kernel = {dice_.one_in(2) ? 3U : 1U, 1, dice_.one_in(3) ? 3U : 1U};
      convolution(in_channels, channels, kernel, keeps ? 1 : 0, 0, rulebook);
      if (keeps && dice_.one_in(2)) node("Add", {std::to_string(tensor_), std::to_string(before)}, "");
      if (dice_.one_in(2)) node("Relu", {std::to_string(tensor_)}, "");
      if (!dice_.one_in(3)) continue;
      convolution(channels, in_channels, kernel, 0, 1, rulebook);
      channels = in_channels;
    }
    if (dice_.one_in(3)) {
      node("ScatterDense", {std::to_string(tensor_)}, text_attribute("format", dice_.pick({"zyx", "xyz"})));
      node("Reshape", {std::to_string(tensor_)}, integers_attribute("dims", {1, 2, 3}, dice_));
    }
    std::string const output = bytes_field(12, bytes_field(1, std::to_string(tensor_)));
    return integer_field(1, 6) + bytes_field(7, nodes_ + bytes_field(2, "scn") + arrays_ + input + output);
  }

 private:
  static std::string shape_of(std::size_t channels) {
    return integer_field(1, 10) +
           bytes_field(2, bytes_field(1, integer_field(1, 1)) + bytes_field(1, integer_field(1, channels)));
  }

  void node(std::string_view kind, std::vector<std::string> const& inputs, std::string const& attributes) {
    std::string bytes;
    for (std::string const& input : inputs) bytes += bytes_field(1, input);
    std::string const output = std::to_string(++tensor_);
    bytes += bytes_field(2, output) + bytes_field(3, "n" + output);
    nodes_ += bytes_field(1, bytes + bytes_field(4, kind) + attributes);
  }

  void array(std::string_view name, std::vector<std::uint64_t> const& shape) {
    std::string bytes;
    std::size_t count = 1;
    for (std::uint64_t const extent : shape) {
      bytes += integer_field(1, extent);
      count *= static_cast<std::size_t>(extent);
    }
    bool const is_float = dice_.one_in(4);
    bytes += integer_field(2, is_float ? 1 : 10) + bytes_field(8, name);
    std::string numbers = any_bytes(dice_, count * (is_float ? 4 : 2));
    for (char& byte : numbers) byte = static_cast<char>(byte & 0x3f);  // finite
    arrays_ += bytes_field(5, bytes + bytes_field(is_float ? 4 : 9, numbers));
  }

  void convolution(std::size_t in_channels, std::size_t out_channels, std::vector<std::uint64_t> const& kernel,
                   std::uint64_t subm, std::uint64_t inverse, std::string_view rulebook) {
    std::string const weight = "w" + std::to_string(number_);
    std::string const bias = "b" + std::to_string(number_++);
    array(weight, {out_channels, kernel[0], kernel[1], kernel[2], in_channels});
    array(bias, {out_channels});
    std::string attributes = integers_attribute("dilation", {1, 1, 1}, dice_) +
                             integers_attribute("padding", {1, 0, 1}, dice_) +
                             integers_attribute("stride", {1, 1, 1}, dice_) + integer_attribute("subm", subm) +
                             integer_attribute("inverse", inverse) + text_attribute("rulebook", rulebook);
    if (dice_.one_in(2)) attributes += integers_attribute("input_spatial_shape", {5, 4, 3}, dice_);
    if (dice_.one_in(2)) attributes += text_attribute("activation", dice_.pick({"ReLU", "None", "Sigmoid"}));
    if (dice_.one_in(4)) attributes += integers_attribute("kernel_size", kernel, dice_);
    if (dice_.one_in(4)) attributes += integer_attribute("ndim", 3);
    node("SparseConvolution", {std::to_string(tensor_), weight, bias}, attributes);
  }

  Dice& dice_;
  std::string nodes_;
  std::string arrays_;
  std::size_t tensor_ = 0;
  std::size_t number_ = 0;
};

inline std::string make_onnx(Dice& dice) {
  return OnnxFile(dice).make();
}

/// Makes one change to a field of a message, or of one inside it; lengths around it stay right.
inline void spoil_message(std::string& bytes, Dice& dice, int depth) {
  auto fields = split_wire(bytes);
  if (!fields || fields->empty()) return spoil_bytes(bytes, dice);
  std::size_t const at = dice.below(fields->size());
  WireField& field = (*fields)[at];
  bool const has_length = (field.key & 7) == 2;
  if (has_length && depth < 6 && !dice.one_in(4)) {
    spoil_message(field.value, dice, depth + 1);
    bytes = join_wire(*fields);
    return;
  }
  constexpr std::array<std::uint64_t, 9> hostile = {
      0, 1, 2, 0x7f, 0x7fffffff, 0x80000000, 0xffffffff, ~std::uint64_t{0}, ~std::uint64_t{0} >> 1};
  switch (dice.below(7)) {
    case 0:
      fields->erase(fields->begin() + static_cast<std::ptrdiff_t>(at));
      break;
    case 1:
      fields->insert(fields->begin() + static_cast<std::ptrdiff_t>(dice.below(fields->size())), WireField(field));
      break;
    case 2:
      field.key = dice.below(32) * 8 + dice.below(8);
      break;
    case 3:
      field = WireField((*fields)[dice.below(fields->size())]);
      break;
    case 4:
      if (!has_length) field = {field.key & ~std::uint64_t{7}, varint(dice.pick(hostile))};
      break;
    case 5:
      field.value = dice.pick({"", "0", "1", "2", "Relu", "Add", "Reshape", "ReLU", "zyx", "w0", "b0", "r0", "stride",
                               "output_spatial_shape", "groups", "transposed", "inverse", "dims"});
      break;
    default:
      spoil_bytes(field.value, dice);
  }
  bytes = join_wire(*fields);
}

inline void spoil_onnx(std::string& bytes, Dice& dice) {
  if (dice.one_in(6)) return spoil_bytes(bytes, dice);
  spoil_message(bytes, dice, 0);
}

}  // namespace sparseconv::fuzz
