#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/weights/input_file.hpp"
#include "sparseconv/weights/shared_bytes.hpp"

namespace sparseconv::inline v0_1 {

/// A window that moves over bytes from their beginning to their end: of memory, or of a file, of which no more is held than was
/// asked for at once.
class ByteWindow {
 public:
  /// Of bytes that somebody else keeps. `where` begins every message.
  ByteWindow(std::span<const std::byte> bytes, std::string where) : where_(std::move(where)), seen_(bytes) {}

  /// Of bytes that the window keeps.
  [[nodiscard]] static ByteWindow keeping(SharedBytes bytes, std::string where) {
    ByteWindow window(std::span(bytes.data(), bytes.size()), std::move(where));
    window.kept_ = std::move(bytes);
    return window;
  }

  /// Of a file, or of a pipe, whose size is not known. `call` begins every message.
  ///
  /// Throws:  FormatError if there is no such file, if it is a directory, or if it cannot be opened.
  ByteWindow(std::filesystem::path const& path, std::string_view call)
      : where_(std::string(call) + ": " + path.string()) {
    file_.emplace(path, where_);
    if (file_->size() > 0) size_ = file_->size();
  }

  /// The call and the file, as messages begin.
  [[nodiscard]] std::string const& where() const noexcept { return where_; }

  /// The place of the first byte that ahead() shows.
  [[nodiscard]] std::uint64_t position() const noexcept { return position_; }

  /// How many bytes come from there on, if that is known: of a file as many as it had when it was opened, until its end is seen,
  /// where what is really left counts; nothing once more was seen than it had.
  [[nodiscard]] std::optional<std::uint64_t> left() const noexcept {
    if (!file_) return seen_.size();
    if (!size_ || *size_ < position_ + seen_.size()) return std::nullopt;
    return *size_ - position_;
  }

  /// The next bytes: at least `count`, or all there are. They stay until the next call of ahead() or skip().
  ///
  /// Throws:  FormatError if reading fails.
  std::span<const std::byte> ahead(std::size_t count) {
    while (seen_.size() < count && file_) read_on(count);
    return seen_;
  }

  /// Moves the window over `count` of the bytes that ahead() showed, which stay until the next call of ahead() or skip().
  void drop(std::size_t count) noexcept {
    seen_ = seen_.subspan(count);
    position_ += count;
  }

  /// Moves the window over `count` bytes, or to the end. Returns how many there were.
  ///
  /// Throws:  FormatError if reading fails.
  std::uint64_t skip(std::uint64_t count) {
    for (std::uint64_t left = count; left > 0;) {
      std::size_t const step = std::min<std::uint64_t>(left, ahead(1).size());
      if (step == 0) return count - left;
      drop(step);
      left -= step;
    }
    return count;
  }

 private:
  /// Reads some of the `count` bytes that are to be seen: the buffer grows with what really arrives.
  void read_on(std::size_t count) {
    constexpr std::size_t smallest = 1 << 16;
    std::size_t const begin = seen_.size();
    if (begin > 0 && seen_.data() != buffer_.data()) std::memmove(buffer_.data(), seen_.data(), begin);
    std::size_t const wanted = std::min(std::max(count, smallest), 2 * begin + smallest);
    if (buffer_.size() < wanted) buffer_.resize(wanted);
    std::size_t const got = file_->read(std::span(buffer_).first(wanted).subspan(begin), where_);
    seen_ = std::span(buffer_).first(begin + got);
    if (begin + got < wanted) file_.reset();
  }

  std::string where_;
  SharedBytes kept_;
  std::span<const std::byte> seen_;
  std::uint64_t position_ = 0;
  std::optional<std::uint64_t> size_;  // of the file when it was opened
  std::optional<InputFile> file_;      // until its end
  std::vector<std::byte> buffer_;
};

/// Passes over the mark that some editors put before a text in UTF-8, at the beginning of a window.
///
/// Throws:  FormatError if reading fails.
inline void drop_byte_order_mark(ByteWindow& window) {
  constexpr std::string_view mark = "\xEF\xBB\xBF";
  std::span<const std::byte> const ahead = window.ahead(mark.size());
  if (std::string_view(reinterpret_cast<char const*>(ahead.data()), ahead.size()).starts_with(mark))
    window.drop(mark.size());
}

}  // namespace sparseconv::inline v0_1
