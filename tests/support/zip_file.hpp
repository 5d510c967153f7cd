#pragma once

#include <gtest/gtest.h>
#include <zip.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "support/byte_writer.hpp"

namespace sparseconv::test {

using ZipEntries = std::vector<std::pair<std::string, ByteWriter>>;

/// A zip archive of these entries, made by libzip itself.
inline std::vector<std::byte> zip(ZipEntries const& entries, zip_int32_t method = ZIP_CM_STORE) {
  zip_source_t* target = zip_source_buffer_create(nullptr, 0, 0, nullptr);
  zip_source_keep(target);
  zip_t* archive = zip_open_from_source(target, ZIP_TRUNCATE, nullptr);
  for (auto const& [name, writer] : entries) {
    zip_source_t* source = zip_source_buffer(archive, writer.bytes().data(), writer.size(), 0);
    const zip_int64_t index = zip_file_add(archive, name.c_str(), source, 0);
    zip_set_file_compression(archive, static_cast<zip_uint64_t>(index), method, 0);
  }
  EXPECT_EQ(zip_close(archive), 0) << zip_strerror(archive);
  zip_stat_t stat;
  zip_source_stat(target, &stat);
  std::vector<std::byte> bytes(stat.size);
  zip_source_open(target);
  EXPECT_EQ(zip_source_read(target, bytes.data(), stat.size), static_cast<zip_int64_t>(stat.size));
  zip_source_close(target);
  zip_source_free(target);
  return bytes;
}

/// A field that a zip archive has twice for each entry: before its data, and in the directory.
struct ZipField {
  std::size_t at_data;
  std::size_t in_directory;
  std::size_t bytes;
};
inline constexpr ZipField zip_flags{6, 8, 2};
inline constexpr ZipField zip_method{8, 10, 2};
inline constexpr ZipField zip_packed_bytes{18, 20, 4};
inline constexpr ZipField zip_unpacked_bytes{22, 24, 4};

/// Overwrites a field of every entry.
inline void overwrite(std::vector<std::byte>& archive, ZipField const& field, std::uint32_t value) {
  auto const write = [&](std::size_t at) {
    for (std::size_t k = 0; k < field.bytes; ++k) archive[at + k] = static_cast<std::byte>((value >> (8 * k)) & 0xff);
  };
  for (std::size_t i = 0; i + 30 <= archive.size(); ++i) {
    if (std::memcmp(archive.data() + i, "PK\x03\x04", 4) == 0) write(i + field.at_data);
    if (std::memcmp(archive.data() + i, "PK\x01\x02", 4) == 0) write(i + field.in_directory);
  }
}

}  // namespace sparseconv::test
