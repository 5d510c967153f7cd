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
#include <system_error>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/weights/input_file.hpp"

// This header needs libzip (link -lzip), so sparseconv.hpp does not include it.

namespace sparseconv::inline v0_1 {

/// An open archive or archive entry of libzip, closed at the end of its life, which writes nothing back.
struct ZipCloser {
  void operator()(zip_t* archive) const noexcept { zip_discard(archive); }
  void operator()(zip_file_t* entry) const noexcept { zip_fclose(entry); }
};
/// An open archive.
using ZipArchive = std::unique_ptr<zip_t, ZipCloser>;
/// An open entry of an archive.
using ZipEntry = std::unique_ptr<zip_file_t, ZipCloser>;

/// What messages say of who writes an archive that can be read.
struct ZipCure {
  std::string_view one = "np.savez writes one";
  std::string_view methods = "np.savez and np.savez_compressed write these";
};

/// Opens an archive, and takes `source`, which may be null if `failure` says why.
///
/// Throws:  FormatError with libzip's own reason.
[[nodiscard]] inline ZipArchive open_zip(zip_source_t* source, zip_error_t& failure, std::string_view where,
                                         ZipCure const& cure = {}) {
  ZipArchive archive(source ? zip_open_from_source(source, ZIP_RDONLY, &failure) : nullptr);
  if (archive) return archive;
  const std::string reason = zip_error_strerror(&failure);
  zip_error_fini(&failure);
  if (source) zip_source_free(source);
  throw FormatError({where, ": no zip archive can be read from it (", reason, "); ", cure.one});
}

/// An archive that is read, and its size.
struct ZipInput {
  ZipArchive archive;
  std::uint64_t bytes;
};

/// Opens an archive in memory. `where` begins every message.
///
/// Throws:  FormatError if it is none.
[[nodiscard]] inline ZipInput open_zip_bytes(std::span<const std::byte> bytes, std::string_view where,
                                             ZipCure const& cure = {}) {
  zip_error_t failure;
  zip_error_init(&failure);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &failure);
  return {open_zip(source, failure, where, cure), bytes.size()};
}

/// The name of a file as libzip takes it: its bytes, and UTF-8 on Windows.
[[nodiscard]] inline std::string libzip_name(std::filesystem::path const& path) {
  std::u8string const name = path.u8string();
  return {name.begin(), name.end()};
}

/// Opens an archive that is a file. `where` begins every message.
///
/// Throws:  FormatError if there is no such file, it cannot be opened, it is a pipe, or it is no archive.
[[nodiscard]] inline ZipInput open_zip_file(std::filesystem::path const& path, std::string_view where) {
  expect_file(path, where);
  std::error_code failure_of_size;
  const std::uintmax_t bytes = std::filesystem::file_size(path, failure_of_size);
  for (std::errc const reason :
       {std::errc::too_many_symbolic_link_levels, std::errc::permission_denied, std::errc::filename_too_long})
    if (failure_of_size == reason) throw cannot_open(static_cast<int>(reason), where);
  if (failure_of_size) throw FormatError({where, ": its size cannot be told; it must be a file, and no pipe"});
  static_cast<void>(InputFile(path, where));  // what libzip cannot open it calls no archive
  zip_error_t failure;
  zip_error_init(&failure);
  zip_source_t* source = zip_source_file_create(libzip_name(path).c_str(), 0, -1, &failure);
  return {open_zip(source, failure, where), bytes};
}

/// One entry of an archive: its place, its name, and what the archive's directory claims of it.
struct ZipItem {
  zip_uint64_t index;          ///< its place
  std::string name;            ///< as the directory has it
  std::uint64_t bytes;         ///< unpacked
  std::uint64_t packed_bytes;  ///< in the archive
  std::uint16_t method;        ///< how it is packed, by zip's numbers
  bool is_encrypted;           ///< such an entry is refused
};

/// All entries of which the directory says what a ZipItem holds.
[[nodiscard]] inline std::vector<ZipItem> list_zip_items(zip_t* archive) {
  std::vector<ZipItem> items;
  const zip_int64_t count = zip_get_num_entries(archive, 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    zip_stat_t stat;
    if (zip_stat_index(archive, static_cast<zip_uint64_t>(i), 0, &stat) != 0) continue;
    constexpr zip_uint64_t needed =
        ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
    if ((stat.valid & needed) != needed) continue;
    items.push_back({static_cast<zip_uint64_t>(i), stat.name, stat.size, stat.comp_size, stat.comp_method,
                     stat.encryption_method != ZIP_EM_NONE});
  }
  return items;
}

/// The entries whose names end in .npy, under the names that np.savez was given.
[[nodiscard]] inline std::vector<ZipItem> list_npy_items(zip_t* archive) {
  constexpr std::string_view ending = ".npy";
  std::vector<ZipItem> items = list_zip_items(archive);
  std::erase_if(items, [&](ZipItem const& item) { return !item.name.ends_with(ending); });
  for (ZipItem& item : items) item.name.resize(item.name.size() - ending.size());
  return items;
}

/// Checks that an entry is stored or deflated, and that its bytes in an archive of `archive_bytes` can become as many as
/// it claims, before memory is asked for.
///
/// Throws:  FormatError if not, or if the entry is encrypted.
/// Source:  RFC 1951: a match of deflate makes at most 258 bytes of at least 2 bits, which is 1032 to 1.
inline void expect_possible_size(ZipItem const& item, std::uint64_t archive_bytes, std::string_view where,
                                 ZipCure const& cure = {}) {
  constexpr std::uint64_t most_by_deflate = 1032;
  if (item.is_encrypted) throw FormatError({where, ": the entry is encrypted; ", cure.one, " that is not"});
  if (item.method != ZIP_CM_STORE && item.method != ZIP_CM_DEFLATE)
    throw FormatError({where, ": the entry is packed by zip's method ", item.method,
                       ", the reader takes 0 (stored) and 8 (deflated); ", cure.methods});
  if (item.packed_bytes > archive_bytes)
    throw FormatError({where, ": the entry claims ", item.packed_bytes, " bytes of an archive of ", archive_bytes,
                       "; the archive is damaged"});
  if (item.method == ZIP_CM_STORE && item.bytes != item.packed_bytes)
    throw FormatError({where, ": the entry is stored, and claims that ", item.packed_bytes, " bytes are ", item.bytes,
                       "; the archive is damaged"});
  if (item.bytes / most_by_deflate > item.packed_bytes)
    throw FormatError({where, ": the entry claims that ", item.packed_bytes, " bytes unpack to ", item.bytes,
                       ", deflate makes at most ", most_by_deflate, " of one; the archive is damaged"});
}

/// Opens one entry of an archive.
///
/// Throws:  FormatError with libzip's own reason.
[[nodiscard]] inline ZipEntry open_zip_entry(zip_t* archive, ZipItem const& item, std::string_view where,
                                             ZipCure const& cure = {}) {
  ZipEntry entry(zip_fopen_index(archive, item.index, 0));
  if (!entry)
    throw FormatError({where, ": the entry cannot be opened (", zip_strerror(archive), "); ", cure.one, " that can"});
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
    const std::size_t end = begin + static_cast<std::size_t>(std::min(count, chunk));
    // Doubles, as a vector does, but not beyond what is asked for.
    if (bytes.capacity() < end)
      bytes.reserve(std::max(end, static_cast<std::size_t>(std::min<std::uint64_t>(2 * begin, begin + count))));
    bytes.resize(end);
    const zip_int64_t got = zip_fread(entry, bytes.data() + begin, bytes.size() - begin);
    bytes.resize(begin + static_cast<std::size_t>(std::max<zip_int64_t>(got, 0)));
    if (got < 0)
      throw FormatError({where, ": unpacking failed after ", begin, " bytes (", zip_file_strerror(entry),
                         "); the archive is damaged"});
    if (got == 0) return;
    count -= static_cast<std::uint64_t>(got);
  }
}

/// Unpacks the rest of `item`, of which `bytes` are the beginning.
///
/// Throws:  FormatError as unpack, and if as many bytes as the entry claims do not come out of it.
inline void unpack_rest(zip_file_t* entry, ZipItem const& item, std::vector<std::byte>& bytes, std::string_view where) {
  // One byte more than is claimed, so that libzip comes to the end and compares its checksum.
  unpack(entry, item.bytes - bytes.size() + 1, bytes, where);
  if (bytes.size() != item.bytes)
    throw FormatError({where, ": the entry claims ", item.bytes, " bytes, ",
                       (bytes.size() < item.bytes ? "only " + std::to_string(bytes.size()) : std::string("more")),
                       " came out of it; the archive is damaged"});
}

/// Checks that an archive has arrays.
///
/// Throws:  FormatError if not.
inline void expect_npy_items(std::vector<ZipItem> const& items, std::string_view where) {
  if (items.empty())
    throw FormatError({where,
                       ": the archive holds no arrays, which are entries whose names end in .npy; "
                       "np.savez(path, points=a) writes one"});
}

}  // namespace sparseconv::inline v0_1
