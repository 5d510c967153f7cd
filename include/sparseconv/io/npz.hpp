#pragma once

#include <zip.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/io/bytes.hpp"
#include "sparseconv/io/npy.hpp"
#include "sparseconv/io/npy_header.hpp"
#include "sparseconv/io/text_lines.hpp"
#include "sparseconv/points/point_cloud.hpp"

// This header needs libzip (link -lzip), so sparseconv.hpp does not include it.

namespace sparseconv::inline v0_1 {

/// Which array of a .npz file to read, and how large it may become.
struct NpzOptions {
  /// Its name, as np.savez was given it. Empty: the first that can be a point cloud.
  std::string array = {};
  /// The most bytes that it may unpack to. A hostile archive of 16 MB makes 16 GB.
  std::uint64_t max_bytes = std::uint64_t{16} << 30;
};

/// An open archive or archive entry of libzip, closed at the end of its life; nothing is ever written back.
struct ZipCloser {
  void operator()(zip_t* archive) const noexcept { zip_discard(archive); }
  void operator()(zip_file_t* entry) const noexcept { zip_fclose(entry); }
};
using ZipArchive = std::unique_ptr<zip_t, ZipCloser>;
using ZipEntry = std::unique_ptr<zip_file_t, ZipCloser>;

/// Opens an archive, and takes `source`, which may be null if `failure` says why.
///
/// Throws:  FormatError with libzip's own reason.
[[nodiscard]] inline ZipArchive open_zip(zip_source_t* source, zip_error_t& failure, std::string_view where) {
  ZipArchive archive(source ? zip_open_from_source(source, ZIP_RDONLY, &failure) : nullptr);
  if (archive) return archive;
  const std::string reason = zip_error_strerror(&failure);
  zip_error_fini(&failure);
  if (source) zip_source_free(source);
  throw FormatError({where, ": no zip archive can be read from it (", reason, "); np.savez writes one"});
}

/// One entry of an archive: its place, its name, and the unpacked size that it claims.
struct ZipItem {
  zip_uint64_t index;
  std::string name;
  std::uint64_t bytes;
};

/// The entries whose names end in .npy, under the names that np.savez was given.
[[nodiscard]] inline std::vector<ZipItem> list_npy_items(zip_t* archive) {
  std::vector<ZipItem> items;
  const zip_int64_t count = zip_get_num_entries(archive, 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    zip_stat_t stat;
    if (zip_stat_index(archive, static_cast<zip_uint64_t>(i), 0, &stat) != 0) continue;
    if ((stat.valid & (ZIP_STAT_NAME | ZIP_STAT_SIZE)) != (ZIP_STAT_NAME | ZIP_STAT_SIZE)) continue;
    const std::string_view name = stat.name;
    constexpr std::string_view ending = ".npy";
    if (name.ends_with(ending))
      items.push_back(
          {static_cast<zip_uint64_t>(i), std::string(name.substr(0, name.size() - ending.size())), stat.size});
  }
  return items;
}

/// Opens one entry of an archive.
///
/// Throws:  FormatError with libzip's own reason: encrypted, a compression that it does not know.
[[nodiscard]] inline ZipEntry open_zip_entry(zip_t* archive, ZipItem const& item, std::string_view where) {
  ZipEntry entry(zip_fopen_index(archive, item.index, 0));
  if (!entry)
    throw FormatError(
        {where, ": the entry cannot be opened (", zip_strerror(archive), "); np.savez writes one that can"});
  return entry;
}

/// Appends up to `count` unpacked bytes of `entry` to `bytes`. Memory grows with what really arrives, not with what is
/// claimed.
///
/// Throws:  FormatError with libzip's own reason: damaged data, a wrong checksum.
inline void unpack(zip_file_t* entry, std::uint64_t count, std::vector<std::byte>& bytes, std::string_view where) {
  constexpr std::uint64_t chunk = 1 << 20;
  while (count > 0) {
    const std::size_t begin = bytes.size();
    bytes.resize(begin + static_cast<std::size_t>(std::min(count, chunk)));
    const zip_int64_t got = zip_fread(entry, bytes.data() + begin, bytes.size() - begin);
    bytes.resize(begin + static_cast<std::size_t>(std::max<zip_int64_t>(got, 0)));
    if (got < 0)
      throw FormatError({where, ": unpacking failed after ", begin, " bytes (", zip_file_strerror(entry),
                         "); the archive is damaged"});
    if (got == 0) return;
    count -= static_cast<std::uint64_t>(got);
  }
}

/// Reads the array of one entry as points.
///
/// Throws:  FormatError and CapacityError as parse_npz does.
[[nodiscard]] inline PointCloud read_npz_item(zip_t* archive, ZipItem const& item, std::uint64_t max_bytes,
                                              std::string_view where) {
  const ZipEntry entry = open_zip_entry(archive, item, where);
  std::vector<std::byte> bytes;
  unpack(entry.get(), std::min<std::uint64_t>(item.bytes, longest_npy_header), bytes, where);
  const NpyHeader header = parse_npy_header(bytes, item.bytes, where);
  if (item.bytes > max_bytes)
    throw CapacityError({where, ": the array claims ", item.bytes, " bytes, the limit is ", max_bytes,
                         "; if that is its real size, raise NpzOptions::max_bytes"});
  // One byte more than is claimed, so that libzip comes to the end and compares its checksum.
  unpack(entry.get(), item.bytes - bytes.size() + 1, bytes, where);
  if (bytes.size() != item.bytes)
    throw FormatError({where, ": the entry claims ", item.bytes, " bytes, ",
                       (bytes.size() < item.bytes ? "only " + std::to_string(bytes.size()) : std::string("more")),
                       " came out of it; the archive is damaged"});
  return convert_npy_values(header, std::span<const std::byte>(bytes).subspan(header.data_begin));
}

/// Finds the array that `options` asks for, and reads it.
[[nodiscard]] inline PointCloud read_npz_archive(zip_t* archive, NpzOptions const& options, std::string_view where) {
  const std::vector<ZipItem> items = list_npy_items(archive);
  auto const where_of = [&](ZipItem const& item) { return error_message({where, ": array ", in_quotes(item.name)}); };
  std::string reasons;
  for (ZipItem const& item : items) {
    if (!options.array.empty()) {
      if (item.name == options.array) return read_npz_item(archive, item, options.max_bytes, where_of(item));
      continue;
    }
    const ZipEntry entry = open_zip_entry(archive, item, where_of(item));
    std::vector<std::byte> head;
    unpack(entry.get(), std::min<std::uint64_t>(item.bytes, longest_npy_header), head, where_of(item));
    try {
      static_cast<void>(parse_npy_header(head, item.bytes, where_of(item)));
    } catch (FormatError const& unsuitable) {
      if (reasons.size() < 1000) reasons += std::string("\n  ") + unsuitable.what();
      continue;
    }
    return read_npz_item(archive, item, options.max_bytes, where_of(item));
  }
  if (!options.array.empty()) {
    std::string names;
    for (ZipItem const& item : items)
      if (names.size() < 1000) names += (names.empty() ? "" : ", ") + in_quotes(item.name);
    throw FormatError({where, ": no array is called ", in_quotes(options.array), "; ",
                       (names.empty() ? "there are none" : "there are " + names)});
  }
  throw FormatError(
      {where, ": none of its ", items.size(), " arrays can be a point cloud, N x C with C >= 3", reasons});
}

/// Reads points from the bytes of a .npz file: a zip archive of .npy files, as np.savez and np.savez_compressed write
/// it.
///
/// `name` is what messages call the bytes. Shapes and types as for parse_npy.
/// Throws:  FormatError if the bytes are no such archive, it has no such array, or the array is damaged or no point cloud;
///          CapacityError if the array claims more than options.max_bytes, before it is unpacked.
[[nodiscard]] inline PointCloud parse_npz(std::span<const std::byte> bytes, std::string_view name,
                                          NpzOptions const& options = {}) {
  const std::string where = "read_npz: " + std::string(name);
  zip_error_t failure;
  zip_error_init(&failure);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &failure);
  const ZipArchive archive = open_zip(source, failure, where);
  return read_npz_archive(archive.get(), options, where);
}

/// Reads the points of one array of a .npz file. Of the other arrays no more than their headers are unpacked.
///
/// Where the extension decides: `path.extension() == ".npz" ? read_npz(path) : read_point_cloud(path)`.
/// Throws:  what parse_npz throws; FormatError if the file cannot be read.
[[nodiscard]] inline PointCloud read_npz(std::filesystem::path const& path, NpzOptions const& options = {}) {
  const std::string where = "read_npz: " + path.string();
  expect_file(path, where);
  zip_error_t failure;
  zip_error_init(&failure);
  zip_source_t* source = zip_source_file_create(path.string().c_str(), 0, -1, &failure);
  const ZipArchive archive = open_zip(source, failure, where);
  return read_npz_archive(archive.get(), options, where);
}

}  // namespace sparseconv::inline v0_1
