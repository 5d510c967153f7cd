#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>

#include "sparseconv/error.hpp"

namespace sparseconv::inline v0_1 {

/// No header of text lines is longer; what goes on for longer is refused before the rest of the file is read.
inline constexpr std::size_t longest_text_header = 1 << 20;

/// Walks the lines of a text that binary data may follow. A line ends at LF or CR LF, or where the bytes end; at CR alone if the
/// first line does.
class TextLines {
 public:
  explicit TextLines(std::span<const std::byte> bytes)
      : text_(reinterpret_cast<char const*>(bytes.data()), bytes.size()) {
    std::size_t const end = text_.find_first_of("\r\n");
    if (end < text_.size() && end + 1 < text_.size() && text_[end] == '\r' && text_[end + 1] != '\n' &&
        text_[end + 1] != '\r')
      line_end_ = '\r';
  }

  /// Takes the next line, without its ending. False, and `line` is untouched, if none is left.
  bool next(std::string_view& line) {
    if (position_ == text_.size()) return false;
    const std::size_t end = std::min(text_.find(line_end_, position_), text_.size());
    line = text_.substr(position_, end - position_);
    if (line.ends_with('\r')) line.remove_suffix(1);
    position_ = std::min(end + 1, text_.size());
    ++number_;
    return true;
  }

  /// Takes the next line that holds more than blanks.
  bool next_filled(std::string_view& line) {
    while (next(line))
      if (line.find_first_not_of(" \t\r\v\f") != std::string_view::npos) return true;
    return false;
  }

  /// The number of the line taken last; the first is 1.
  [[nodiscard]] std::size_t number() const noexcept { return number_; }

  /// The byte after the line taken last and its ending.
  [[nodiscard]] std::size_t position() const noexcept { return position_; }

 private:
  std::string_view text_;
  char line_end_ = '\n';
  std::size_t position_ = 0;
  std::size_t number_ = 0;
};

/// Walks the words of a line; blanks separate them.
class Words {
 public:
  explicit Words(std::string_view line) : rest_(line) {}

  /// Takes the next word. False, and `word` is untouched, if none is left.
  bool next(std::string_view& word) {
    constexpr std::string_view blanks = " \t\r\v\f";
    const std::size_t begin = rest_.find_first_not_of(blanks);
    if (begin == std::string_view::npos) return false;
    const std::size_t end = std::min(rest_.find_first_of(blanks, begin), rest_.size());
    word = rest_.substr(begin, end - begin);
    rest_.remove_prefix(end);
    return true;
  }

  /// Takes the next word, or an empty one if none is left.
  std::string_view next() {
    std::string_view word;
    next(word);
    return word;
  }

 private:
  std::string_view rest_;
};

/// Checks that `lines`, which are within a header, are not too long for one. `where` begins the message.
///
/// Throws:  FormatError if they are.
inline void expect_header_goes_on(TextLines const& lines, std::string_view last_line, std::string_view where) {
  if (lines.position() > longest_text_header)
    throw FormatError({where, ": ", longest_text_header, " bytes do not come to the ", last_line,
                       " line of the header; the file is damaged, or no such file"});
}

}  // namespace sparseconv::inline v0_1
