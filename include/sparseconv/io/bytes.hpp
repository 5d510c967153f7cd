#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <ios>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "sparseconv/error.hpp"

namespace sparseconv::inline v0_1 {

/// Checks that there is something to read from at `path`. `where` begins every message.
///
/// Throws:  FormatError if there is no such file, or it is a directory.
inline void expect_file(std::filesystem::path const& path, std::string_view where) {
  std::error_code failure;
  const std::filesystem::file_status status = std::filesystem::status(path, failure);
  if (status.type() == std::filesystem::file_type::not_found)
    throw FormatError({where, ": no such file; check the path, which is relative to ",
                       std::filesystem::current_path(failure).string(), " unless it is absolute"});
  if (std::filesystem::is_directory(status)) throw FormatError({where, ": this is a directory; name one file in it"});
}

/// Reads a file whole, whatever is in it; a pipe is read to its end.
///
/// `call` is the name that a message begins with.
/// Throws:  FormatError if there is no such file, if it is a directory, or if it cannot be opened or read to its end.
[[nodiscard]] inline std::vector<std::byte> read_bytes(std::filesystem::path const& path, std::string_view call) {
  const std::string where = std::string(call) + ": " + path.string();
  expect_file(path, where);
  std::ifstream file(path, std::ios::binary);
  if (!file) throw FormatError({where, ": the file cannot be opened; check its permissions"});

  // The size is a hint only: a file may grow or shrink while it is read, and a pipe has none.
  constexpr std::uintmax_t smallest_chunk = 1 << 16;
  std::uintmax_t size = 0;
  std::error_code failure;
  if (std::filesystem::is_regular_file(path, failure)) size = std::filesystem::file_size(path, failure);
  if (failure) size = 0;
  std::size_t chunk = static_cast<std::size_t>(std::max(size + 1, smallest_chunk));
  std::vector<std::byte> bytes;
  while (file) {
    const std::size_t begin = bytes.size();
    bytes.resize(begin + chunk);
    file.read(reinterpret_cast<char*>(bytes.data() + begin), static_cast<std::streamsize>(chunk));
    bytes.resize(begin + static_cast<std::size_t>(file.gcount()));
    chunk = static_cast<std::size_t>(smallest_chunk);
  }
  if (file.bad()) throw FormatError({where, ": reading failed after ", bytes.size(), " bytes; check the disk"});
  return bytes;
}

}  // namespace sparseconv::inline v0_1
