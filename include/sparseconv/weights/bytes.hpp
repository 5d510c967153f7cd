#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <ios>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
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

/// Reads bytes of a file, `count` unless it ends before, and returns how many there were.
inline std::size_t read_bytes(std::ifstream& file, std::byte* to, std::size_t count) {
  constexpr std::size_t most_at_once = std::size_t{1} << 30;  // Windows reads less than 2 GiB in a call
  std::size_t done = 0;
  while (file && done < count) {
    file.read(reinterpret_cast<char*>(to + done), static_cast<std::streamsize>(std::min(count - done, most_at_once)));
    done += static_cast<std::size_t>(file.gcount());
  }
  return done;
}

/// A file that is read from its beginning as far as it is asked for, so that what stands there can be judged before the
/// rest is read.
///
/// Whatever is in it; a pipe has an end, but no size. `call` is the name that a message begins with.
class FileBytes {
 public:
  /// Throws:  FormatError if there is no such file, if it is a directory, or if it cannot be opened.
  FileBytes(std::filesystem::path const& path, std::string_view call)
      : where_(std::string(call) + ": " + path.string()) {
    expect_file(path, where_);
    file_.open(path, std::ios::binary);
    if (!file_) throw FormatError({where_, ": the file cannot be opened; check its permissions"});
    std::error_code failure;
    if (std::filesystem::is_regular_file(path, failure)) size_ = std::filesystem::file_size(path, failure);
    if (failure) size_ = 0;
  }

  /// The call and the file, as messages begin.
  [[nodiscard]] std::string const& where() const noexcept { return where_; }

  /// The bytes of the whole file, if they are known before it is read.
  [[nodiscard]] std::optional<std::uint64_t> size() const noexcept {
    // Some systems show files whose size is 0 and which have bytes all the same.
    return size_ > 0 && size_ >= bytes_.size() ? std::optional<std::uint64_t>(size_) : std::nullopt;
  }

  /// Reads on until there are `count` bytes, or the file ends. Shows all that was read so far, until the next call.
  ///
  /// Throws:  FormatError if reading fails.
  std::span<const std::byte> read_up_to(std::uint64_t count) {
    // The size is a hint only: a file may grow or shrink while it is read.
    constexpr std::uint64_t smallest_chunk = 1 << 16;
    while (file_ && bytes_.size() < count) {
      const std::size_t begin = bytes_.size();
      const std::uint64_t left = size_ >= begin ? size_ - begin + 1 : 0;
      auto const chunk = static_cast<std::size_t>(std::min(count - begin, std::max(left, smallest_chunk)));
      bytes_.resize(begin + chunk);
      bytes_.resize(begin + read_bytes(file_, bytes_.data() + begin, chunk));
    }
    if (file_.bad()) throw FormatError({where_, ": reading failed after ", bytes_.size(), " bytes; check the disk"});
    return bytes_;
  }

  /// Reads to the end of the file.
  ///
  /// Throws:  FormatError if reading fails.
  std::span<const std::byte> read_all() { return read_up_to(std::numeric_limits<std::uint64_t>::max()); }

  /// Gives away all that was read; the last call.
  [[nodiscard]] std::vector<std::byte> take() noexcept { return std::exchange(bytes_, {}); }

  /// Reads to the end of the file, but not on behind a byte that is zero in what is a text from byte `begin` on: parts of
  /// a file that were never written are such bytes, and take no place on the disk.
  ///
  /// Throws:  FormatError at a byte that is zero; if reading fails.
  std::span<const std::byte> read_text(std::size_t begin) {
    constexpr std::uint64_t chunk = 1 << 20;
    for (std::size_t judged = begin;;) {
      auto const text = std::span(bytes_).subspan(std::min(judged, bytes_.size()));
      auto const zero = std::find(text.begin(), text.end(), std::byte{0});
      if (zero != text.end())
        throw FormatError({where_, ": byte ", judged + static_cast<std::size_t>(zero - text.begin()),
                           " is zero, and the header says that a text stands there; the file is damaged, or was "
                           "not written to its end"});
      judged = std::max(judged, bytes_.size());
      if (read_up_to(judged + chunk).size() == judged) return bytes_;
    }
  }

 private:
  std::string where_;
  std::ifstream file_;
  std::uint64_t size_ = 0;
  std::vector<std::byte> bytes_;
};

}  // namespace sparseconv::inline v0_1
