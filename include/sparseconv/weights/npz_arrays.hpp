#pragma once

#include <zip.h>

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
#include "sparseconv/weights/npy_array.hpp"
#include "sparseconv/weights/npy_array_header.hpp"
#include "sparseconv/weights/npy_header.hpp"
#include "sparseconv/weights/zip_archive.hpp"

// This header needs libzip (link -lzip), so sparseconv.hpp does not include it.

namespace sparseconv::inline v0_1 {

/// How large the arrays of a .npz file may be.
struct NpzArraysOptions {
  /// The most bytes that all of them may unpack to, their headers with them. A hostile archive of 16 MB makes 16 GB.
  std::uint64_t max_bytes = std::uint64_t{16} << 30;
};

/// Reads the array of one entry.
///
/// Throws:  FormatError as parse_npz_arrays does.
[[nodiscard]] inline Array read_npz_array(ZipInput const& input, ZipItem const& item, std::string_view where) {
  const ZipEntry entry = open_zip_entry(input.archive.get(), item, where);
  std::vector<std::byte> bytes;
  unpack(entry.get(), std::min<std::uint64_t>(item.bytes, longest_npy_header), bytes, where);
  NpyArrayHeader header = parse_npy_array_header(bytes, item.bytes, where);
  unpack_rest(entry.get(), item, bytes, where);
  bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(header.data_begin));
  return arrange_npy_array(std::move(header), std::move(bytes));
}

/// Reads all arrays of an open archive, in the order of its directory.
[[nodiscard]] inline std::vector<NamedArray> read_npz_arrays_of(ZipInput const& input, NpzArraysOptions const& options,
                                                                std::string_view where) {
  const std::vector<ZipItem> items = list_npy_items(input.archive.get());
  expect_npy_items(items, where);
  auto const where_item = [&](ZipItem const& item) {
    return error_message({where, ": array ", name_in_quotes(item.name)});
  };
  std::vector<std::string const*> names;
  std::uint64_t left = options.max_bytes;
  for (ZipItem const& item : items) {
    names.push_back(&item.name);
    expect_possible_size(item, input.bytes, where_item(item));
    if (item.bytes > left)
      throw CapacityError({where_item(item), ": it claims ", item.bytes, " bytes, ", left, " are left of the limit of ",
                           options.max_bytes,
                           " for all arrays; if that is their real size, raise NpzArraysOptions::max_bytes"});
    left -= item.bytes;
  }
  if (std::string const* repeated = repeated_name(std::move(names)))
    throw FormatError({where, ": more than one array is called ", name_in_quotes(*repeated),
                       "; np.savez writes each name once, so the archive is damaged"});
  std::vector<NamedArray> arrays;
  arrays.reserve(items.size());
  for (ZipItem const& item : items) arrays.push_back({item.name, read_npz_array(input, item, where_item(item))});
  return arrays;
}

/// Reads all arrays from the bytes of a .npz file: a zip archive of .npy files, as np.savez and np.savez_compressed write
/// it. Entries whose names do not end in .npy are passed over.
///
/// `name` is what messages call the bytes. Shapes and types as for parse_npy_array.
/// Order:   that of the archive.
/// Throws:  FormatError if the bytes are no such archive, if it has no array, or two of one name, if an array is damaged
///          or not of numbers, or packed in another way than stored or deflated, or claims more bytes than deflate makes
///          of those in the archive;
///          CapacityError if all claim more than options.max_bytes together. All that before any is unpacked.
[[nodiscard]] inline std::vector<NamedArray> parse_npz_arrays(std::span<const std::byte> bytes, std::string_view name,
                                                              NpzArraysOptions const& options = {}) {
  const std::string where = "read_npz_arrays: " + std::string(name);
  return read_npz_arrays_of(open_zip_bytes(bytes, where), options, where);
}

/// Reads all arrays of a .npz file.
///
/// Throws:  what parse_npz_arrays throws; FormatError if the file cannot be read.
[[nodiscard]] inline std::vector<NamedArray> read_npz_arrays(std::filesystem::path const& path,
                                                             NpzArraysOptions const& options = {}) {
  const std::string where = "read_npz_arrays: " + path.string();
  return read_npz_arrays_of(open_zip_file(path, where), options, where);
}

}  // namespace sparseconv::inline v0_1
