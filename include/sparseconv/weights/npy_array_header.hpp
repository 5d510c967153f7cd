#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/number/scalar_loader.hpp"
#include "sparseconv/weights/array.hpp"
#include "sparseconv/weights/npy_header.hpp"

namespace sparseconv::inline v0_1 {

/// The most axes of an array that is read from a file or written to one.
inline constexpr std::size_t most_array_axes = 8;

/// What the header of a .npy file says of any array.
struct NpyArrayHeader {
  ScalarType type = ScalarType::float32;
  bool is_big_endian = false;
  bool fortran_order = false;
  std::vector<std::int64_t> shape;
  std::uint64_t data_bytes = 0;  ///< that type and shape take
  std::size_t data_begin = 0;
};

/// Reads the header of a .npy file from its first bytes. `file_bytes` is the size of the whole file, if it is known.
///
/// Throws:  FormatError if the bytes are no .npy file of version 1 to 3, if the array is not of numbers, has more than
///          most_array_axes axes or more numbers than any memory, or if its size and that of the file disagree.
[[nodiscard]] inline NpyArrayHeader parse_npy_array_header(std::span<const std::byte> bytes,
                                                           std::optional<std::uint64_t> file_bytes,
                                                           std::string_view where) {
  const NpyPreamble preamble = parse_npy_preamble(bytes, file_bytes.value_or(bytes.size()), where);
  NpyArrayHeader header;
  NpyType const type = parse_npy_dtype(preamble.dictionary.descr, where);
  header.type = type.type;
  header.is_big_endian = type.is_big_endian;
  header.fortran_order = preamble.dictionary.fortran_order == "True";
  header.shape = parse_npy_extents(preamble.dictionary.shape, where);
  header.data_begin = preamble.data_begin;
  const std::string shape = in_quotes(preamble.dictionary.shape);
  if (header.shape.size() > most_array_axes)
    throw FormatError({where, ": the shape ", shape, " has ", header.shape.size(), " axes, the reader takes up to ",
                       most_array_axes, "; save a.reshape(n, -1)"});
  const std::optional<std::uint64_t> needed = bytes_of_shape(header.type, header.shape);
  if (!needed)
    throw FormatError({where, ": the shape ", shape, " has more numbers than any memory; the file is damaged"});
  header.data_bytes = *needed;
  if (!file_bytes) return header;

  const std::uint64_t there = *file_bytes - header.data_begin;
  if (header.data_bytes != there)
    throw FormatError({where, ": the shape ", shape, " of ", name_of(header.type), " takes ", header.data_bytes,
                       " bytes, and ", there, " come after the header; ",
                       (header.data_bytes < there ? "something was appended to the file" : "the file is truncated")});
  return header;
}

/// The header of a .npy file of an array in C order whose dtype is written as `descr`, byte for byte as np.save of NumPy 1.23 to 2
/// writes it: of version 1.0, or 2.0 where that has no room.
[[nodiscard]] inline std::string format_npy_dictionary(std::string_view descr, std::span<const std::int64_t> shape) {
  std::string text = "{'descr': ";
  text += descr;
  text += ", 'fortran_order': False, 'shape': " + tuple_text(shape) + ", }";
  // NumPy leaves room for the first extent to grow to 21 digits in place, then pads with 1 to 64 blanks and a line end.
  constexpr std::size_t widest_extent = 21;
  if (!shape.empty()) text.append(widest_extent - std::to_string(shape.front()).size(), ' ');
  constexpr std::size_t alignment = 64;
  constexpr std::size_t longest_in_version_1 = 65535;
  bool const is_long = text.size() + alignment > longest_in_version_1;
  std::size_t const begin = is_long ? 12 : 10;
  text.append(alignment - (begin + text.size() + 1) % alignment, ' ');
  text += '\n';
  std::string header = is_long ? std::string("\x93NUMPY\x02\x00", 8) : std::string("\x93NUMPY\x01\x00", 8);
  for (std::size_t byte = 0; byte < begin - 8; ++byte) header += static_cast<char>((text.size() >> (8 * byte)) & 0xff);
  return header + text;
}

/// NumPy's code of a type, such as <f4.
[[nodiscard]] inline std::string npy_code_of(ScalarType type) {
  std::string code(1, size_of(type) == 1 ? '|' : '<');
  code += name_of(type).front();  // i, u or f, as NumPy's codes begin too
  return code + std::to_string(size_of(type));
}

/// The header of a .npy file of version 1.0 of an array in C order, byte for byte as np.save of NumPy 1.23 to 2 writes
/// it.
///
/// Throws:  ShapeError if the shape has more than most_array_axes axes, or the numbers are bfloat16, which NumPy does not have.
[[nodiscard]] inline std::string format_npy_header(ScalarType type, std::span<const std::int64_t> shape,
                                                   std::string_view where) {
  if (shape.size() > most_array_axes)
    throw ShapeError({where, ": the shape ", tuple_text(shape), " has ", shape.size(), " axes, the writer takes up to ",
                      most_array_axes, "; join some of them"});
  if (type == ScalarType::bf16)
    throw ShapeError(
        {where, ": NumPy has no bfloat16, the type of the array; make_array takes its numbers as float, too"});
  return format_npy_dictionary("'" + npy_code_of(type) + "'", shape);
}

}  // namespace sparseconv::inline v0_1
