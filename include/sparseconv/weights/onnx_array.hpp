#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/number/little_endian.hpp"
#include "sparseconv/number/scalar_loader.hpp"
#include "sparseconv/weights/array.hpp"
#include "sparseconv/weights/onnx_graph.hpp"
#include "sparseconv/weights/protobuf.hpp"
#include "sparseconv/weights/shared_bytes.hpp"

namespace sparseconv::inline v0_1 {

/// The bytes of a field of `file`, which stay where they are. Throws: FormatError if the field is something else.
[[nodiscard]] inline SharedBytes shared_field(SharedBytes const& file, ProtobufField const& field,
                                              std::string_view where) {
  if (field.type != WireType::bytes) ProtobufFields::fail_type(where, field, "bytes");
  return file.part(field.begin, field.bytes.size());
}

/// Floats of a TensorProto that are no raw data: where they are, if one field packs them all.
[[nodiscard]] inline SharedBytes joined_floats(SharedBytes const& file, std::vector<ProtobufField> const& fields,
                                               std::string_view where) {
  if (fields.size() == 1 && fields.front().type == WireType::bytes) return shared_field(file, fields.front(), where);
  std::vector<float> numbers;
  for (ProtobufField const& field : fields) append_floats(numbers, field, where);
  std::vector<std::byte> bytes(numbers.size() * sizeof(float));
  for (std::size_t i = 0; i < numbers.size(); ++i) store_little_endian(numbers[i], bytes.data() + i * sizeof(float));
  return bytes;
}

/// Checks that an array has the bytes that its shape takes. Throws: FormatError if not.
inline void expect_onnx_size(Array const& array, std::string_view where) {
  auto const needed = bytes_of_shape(array.type, array.shape);
  if (needed && *needed == array.bytes.size()) return;
  constexpr std::size_t most_axes_shown = 16;
  std::span<const std::int64_t> const shown(array.shape.data(), std::min(array.shape.size(), most_axes_shown));
  throw FormatError({where, " has ", array.bytes.size(),
                     " bytes of numbers that are read (raw_data; of floats also float_data), and its shape ",
                     tuple_text(shown), shown.size() < array.shape.size() ? "..." : "", " of ", name_of(array.type),
                     " takes ", needed ? std::to_string(*needed) : std::string("more than there can be"),
                     "; the file is damaged, or keeps them in another way"});
}

/// The array of a TensorProto, which is a field of `file`. Its numbers stay there, but for floats that do not lie together.
///
/// Throws:  FormatError if they are in another file, are no numbers, or not as many as the shape says.
[[nodiscard]] inline NamedArray onnx_array(SharedBytes const& file, ProtobufField const& of_array,
                                           std::string_view call) {
  NamedArray named;
  named.array.shape.clear();
  std::int64_t type = 0;
  bool is_outside = false;
  std::optional<SharedBytes> raw;
  std::vector<ProtobufField> floats;
  ProtobufFields fields(of_array, call);
  for (ProtobufField field; fields.next(field);) {
    switch (field.number) {
      case 1:
        append_integers(named.array.shape, field, call);
        break;
      case 2:
        type = integer_of_field(field, call);
        break;
      case 4:
        floats.push_back(field);
        break;
      case 8:
        named.name = text_of_field(field, call);
        break;
      case 9:
        raw = shared_field(file, field, call);
        break;
      case 13:  // external_data: where in another file
        is_outside = true;
        break;
      case 14:  // data_location
        is_outside = is_outside || integer_of_field(field, call) == 1;
        break;
      default:
        break;
    }
  }
  std::string const where = error_message({call, ": array ", in_quotes(named.name)});
  if (is_outside)
    throw FormatError({where,
                       " has its numbers in another file, which is not read; save the model as one file "
                       "(onnx.save(model, path, save_as_external_data=False))"});
  auto const scalar = scalar_type_of_onnx(type);
  if (!scalar)
    throw FormatError({where, " is of ONNX's type ", type,
                       ", which is none of integers and real numbers; export the model with weights of float"});
  named.array.type = *scalar;
  if (raw) {
    named.array.bytes = std::move(*raw);
  } else if (*scalar == ScalarType::float32) {
    named.array.bytes = joined_floats(file, floats, call);
  }
  expect_onnx_size(named.array, where);
  return named;
}

}  // namespace sparseconv::inline v0_1
