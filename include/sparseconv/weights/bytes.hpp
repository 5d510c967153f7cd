#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/weights/input_file.hpp"

namespace sparseconv::inline v0_1 {

/// A file that is read from its beginning as far as it is asked for, so that what stands there can be judged before the
/// rest is read.
///
/// Whatever is in it; a pipe has an end, but no size. `call` is the name that a message begins with.
class FileBytes {
 public:
  /// Throws:  FormatError if there is no such file, if it is a directory, or if it cannot be opened.
  FileBytes(std::filesystem::path const& path, std::string_view call)
      : where_(std::string(call) + ": " + path.string()), file_(path, where_) {}

  /// The call and the file, as messages begin.
  [[nodiscard]] std::string const& where() const noexcept { return where_; }

  /// What calls of the system take.
  [[nodiscard]] std::FILE* stream() const noexcept { return file_.stream(); }

  /// The bytes of the whole file, if they are known: those that it had when it was opened until its end is seen, then those that
  /// were read.
  [[nodiscard]] std::optional<std::uint64_t> size() const noexcept {
    if (has_ended_) return bytes_.size();
    // Some systems show files whose size is 0 and which have bytes all the same.
    std::uint64_t const size = file_.size();
    return size > 0 && size >= bytes_.size() ? std::optional<std::uint64_t>(size) : std::nullopt;
  }

  /// Reads on until there are `count` bytes, or the file ends. Shows all that was read so far, until the next call.
  ///
  /// Throws:  FormatError if reading fails.
  std::span<const std::byte> read_up_to(std::uint64_t count) {
    // The size is a hint only: a file may grow or shrink while it is read.
    constexpr std::uint64_t smallest_chunk = 1 << 16;
    while (!has_ended_ && bytes_.size() < count) {
      const std::size_t begin = bytes_.size();
      const std::uint64_t left = file_.size() >= begin ? file_.size() - begin + 1 : 0;
      auto const chunk = static_cast<std::size_t>(std::min(count - begin, std::max(left, smallest_chunk)));
      bytes_.resize(begin + chunk);
      std::size_t const got = file_.read(std::span(bytes_).subspan(begin), where_);
      bytes_.resize(begin + got);
      has_ended_ = got < chunk;
    }
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
  InputFile file_;
  bool has_ended_ = false;
  std::vector<std::byte> bytes_;
};

}  // namespace sparseconv::inline v0_1
