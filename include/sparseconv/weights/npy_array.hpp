#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/weights/array.hpp"
#include "sparseconv/weights/bytes.hpp"
#include "sparseconv/weights/c_order.hpp"
#include "sparseconv/weights/npy_array_header.hpp"
#include "sparseconv/weights/npy_header.hpp"
#include "sparseconv/weights/partial_file.hpp"

namespace sparseconv::inline v0_1 {

/// How large an array of a .npy file may be.
struct NpyArrayOptions {
  /// The most bytes that its numbers may take.
  std::uint64_t max_bytes = std::uint64_t{16} << 30;
};

/// The array of a .npy file, given its header, which parse_npy_array_header checked, and the bytes of its numbers.
[[nodiscard]] inline Array arrange_npy_array(NpyArrayHeader header, std::vector<std::byte> data) {
  if (header.is_big_endian) {
    auto const size = static_cast<std::ptrdiff_t>(size_of(header.type));
    for (auto at = data.begin(); at != data.end(); at += size) std::reverse(at, at + size);
  }
  if (header.fortran_order) data = to_c_order(header.shape, size_of(header.type), std::move(data));
  return {.type = header.type, .shape = std::move(header.shape), .bytes = std::move(data)};
}

/// Reads an array from the bytes of a .npy file of version 1 to 3, in C or Fortran order.
///
/// `name` is what messages call the bytes. Takes halves, floats, doubles and integers of either byte order, and booleans,
/// which become uint8.
/// Shapes:  any of up to most_array_axes axes; the result is in C order.
/// Throws:  FormatError if the bytes are no such file, or values are missing or left over.
[[nodiscard]] inline Array parse_npy_array(std::span<const std::byte> bytes, std::string_view name) {
  NpyArrayHeader header = parse_npy_array_header(bytes, bytes.size(), "read_npy_array: " + std::string(name));
  auto const data = bytes.subspan(header.data_begin);
  return arrange_npy_array(std::move(header), {data.begin(), data.end()});
}

/// Reads the array of a .npy file, as np.save writes it. Its header is judged before the rest is read.
///
/// Throws:  what parse_npy_array throws; FormatError if the file cannot be read; CapacityError if the array claims more
///          than options.max_bytes.
[[nodiscard]] inline Array read_npy_array(std::filesystem::path const& path, NpyArrayOptions const& options = {}) {
  FileBytes file(path, "read_npy_array");
  const std::span<const std::byte> beginning = file.read_up_to(longest_npy_header);
  const NpyArrayHeader claimed = parse_npy_array_header(beginning, file.size(), file.where());
  if (claimed.data_bytes > options.max_bytes)
    throw CapacityError({file.where(), ": the array claims ", claimed.data_bytes, " bytes, the limit is ",
                         options.max_bytes, "; if that is its real size, raise NpyArrayOptions::max_bytes"});
  // A byte more than it takes, if there is one, shows that something was appended; what has no end is read no further.
  const std::span<const std::byte> bytes = file.read_up_to(claimed.data_begin + claimed.data_bytes + 1);
  NpyArrayHeader header = parse_npy_array_header(bytes, bytes.size(), file.where());
  std::vector<std::byte> data = file.take();
  data.erase(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(header.data_begin));
  return arrange_npy_array(std::move(header), std::move(data));
}

/// Writes an array as a .npy file of version 1.0, byte for byte as np.save does. A file of that name is replaced.
///
/// The file appears whole or not at all: it is written under another name beside it, then renamed.
/// Throws:  ShapeError if the array's bytes do not fit its shape, it has more than most_array_axes axes or is of bfloat16;
///          Error if the file cannot be written.
inline void write_npy_array(std::filesystem::path const& path, Array const& array) {
  const std::string name = path.string();
  array.expect_whole("write_npy_array: " + name);
  const std::string header = format_npy_header(array.type, array.shape, "write_npy_array: " + name);
  PartialFile file(path, "write_npy_array: cannot write " + name);
  file.write(std::as_bytes(std::span(header)));
  file.write({array.bytes.data(), array.bytes.size()});
  file.keep();
}

}  // namespace sparseconv::inline v0_1
