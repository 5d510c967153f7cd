#pragma once

#include <zip.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/weights/array.hpp"
#include "sparseconv/weights/npy_array_header.hpp"
#include "sparseconv/weights/opened_file.hpp"
#include "sparseconv/weights/shared_bytes.hpp"
#include "sparseconv/weights/written_place.hpp"
#include "sparseconv/weights/zip_archive.hpp"

// This header needs libzip (link -lzip), so sparseconv.hpp does not include it.

namespace sparseconv::inline v0_1 {

/// Checks names and arrays that a .npz file is to be made of. `where` begins every message.
///
/// Throws:  as write_npz_arrays does.
inline void expect_npz_arrays(std::span<const NamedArray> arrays, std::string_view where) {
  if (arrays.empty()) throw Error({where, ": there is no array to write; give it one at least"});
  std::vector<std::string const*> names;
  for (NamedArray const& named : arrays) {
    names.push_back(&named.name);
    if (named.name.empty() || named.name.find('\0') != std::string::npos)
      throw Error(
          {where, ": the name ", name_in_quotes(named.name), " cannot stand in an archive; give it a name of letters"});
    named.array.expect_whole(error_message({where, ": array ", name_in_quotes(named.name)}));
  }
  if (std::string const* repeated = repeated_name(names))
    throw Error(
        {where, ": more than one array is called ", name_in_quotes(*repeated), "; give each a name of its own"});
}

/// One entry of a .npz file that is written: the name of its array, and the header and the numbers of its .npy file.
struct NpzEntry {
  std::string name;
  std::string header;
  SharedBytes bytes;
};

/// Adds an array to an archive that is written, which views the entry until it is closed. False if that failed; the archive knows why.
[[nodiscard]] inline bool add_npz_entry(zip_t* archive, NpzEntry& entry) {
  auto* const data = const_cast<std::byte*>(entry.bytes.data());  // libzip only reads, and takes no const
  const std::array<zip_buffer_fragment_t, 2> parts = {
      {{reinterpret_cast<zip_uint8_t*>(entry.header.data()), entry.header.size()},
       {reinterpret_cast<zip_uint8_t*>(data), entry.bytes.size()}}};
  zip_source_t* source = zip_source_buffer_fragment(archive, parts.data(), entry.bytes.empty() ? 1 : 2, 0);
  if (!source) return false;
  const zip_int64_t index = zip_file_add(archive, (entry.name + ".npy").c_str(), source, ZIP_FL_ENC_UTF_8);
  if (index < 0) {
    zip_source_free(source);
    return false;
  }
  auto const place = static_cast<zip_uint64_t>(index);
  // Midnight of 1 January 1980 in the numbers of zip, which know no time zone: what np.savez writes.
  constexpr zip_uint16_t first_day = 1 << 5 | 1;
  return zip_set_file_compression(archive, place, ZIP_CM_STORE, 0) == 0 &&
         zip_file_set_dostime(archive, place, 0, first_day, 0) == 0;
}

/// Writes entries as a .npz file, not packed. `call` begins every message.
///
/// Throws:  Error if a name is not UTF-8, or if the file cannot be written.
inline void write_npz_entries(std::filesystem::path const& path, std::span<NpzEntry> entries, std::string_view call) {
  auto const fail = [&](zip_error_t& failure) {
    std::string const reason = zip_error_strerror(&failure);
    bool const are_too_many = are_too_many_open(zip_error_code_system(&failure));
    zip_error_fini(&failure);
    throw Error({call, ": cannot write ", path.string(), ": ", reason,
                 are_too_many ? "; close some, or let the program have more"
                              : "; the folder must exist and be writable, with room on its disk"});
  };
  WrittenPlace const place = written_place(path, error_message({call, ": cannot write ", path.string()}));
  if (!place.is_file)
    throw Error({call, ": cannot write ", path.string(),
                 ": it is a device, a pipe or open already, where libzip cannot go back; name a file"});
  int code = 0;
  ZipArchive archive(zip_open(libzip_name(place.path).c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code));
  if (!archive) {
    zip_error_t failure;
    zip_error_init_with_code(&failure, code);
    fail(failure);
  }
  for (NpzEntry& entry : entries)
    if (!add_npz_entry(archive.get(), entry))
      throw Error({call, ": ", path.string(), ": array ", name_in_quotes(entry.name), " cannot be added (",
                   zip_strerror(archive.get()), "); give it a name in UTF-8"});
  if (zip_close(archive.get()) != 0) fail(*zip_get_error(archive.get()));
  static_cast<void>(archive.release());
}

/// Writes arrays as a .npz file, not packed, as np.savez does. A file of that name is replaced.
///
/// The file appears whole or not at all: libzip writes it under another name beside it, then renames it.
/// Order:   that of `arrays`.
/// Bits:    the same bytes for the same arrays, whenever and wherever they are written with one version of libzip.
/// Throws:  ShapeError if the bytes of an array do not fit its shape, it has more than most_array_axes axes or is of bfloat16;
///          Error if there is no array, if a name is empty, stands twice or is not UTF-8, or if the file cannot be written.
inline void write_npz_arrays(std::filesystem::path const& path, std::span<const NamedArray> arrays) {
  const std::string where = "write_npz_arrays: " + path.string();
  expect_npz_arrays(arrays, where);
  std::vector<NpzEntry> entries;
  for (NamedArray const& named : arrays)
    entries.push_back({named.name,
                       format_npy_header(named.array.type, named.array.shape,
                                         error_message({where, ": array ", name_in_quotes(named.name)})),
                       named.array.bytes});
  write_npz_entries(path, entries, "write_npz_arrays");
}

}  // namespace sparseconv::inline v0_1
