#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>

#include "sparseconv/error.hpp"
#include "sparseconv/io/byte_window.hpp"
#include "sparseconv/weights/text_lines.hpp"

namespace sparseconv::inline v0_1 {

/// Walks the words of a text, which blanks and line ends separate, however long its lines are. A line ends at LF, CR LF or CR.
class WordStream {
 public:
  /// The text goes to the end of the window, which must stay; its first line is that of the number `line`.
  WordStream(ByteWindow& window, std::size_t line) : window_(&window), text_(as_text(window.ahead(1))), line_(line) {}

  /// Takes the next word, which stays until the next call. False, and `word` is untouched, if none is left.
  ///
  /// Throws:  FormatError at a byte that is zero, which no text has, and at a word longer than any number.
  bool next(std::string_view& word) {
    line_goes_on();
    if (position_ == text_.size()) return false;
    begins_line_ = lines_passed_ > 0 || !has_begun_;
    has_begun_ = true;
    line_ += lines_passed_;
    lines_passed_ = 0;
    std::size_t length = 0;
    for (;;) {
      while (position_ + length < text_.size() && !is_blank(text_[position_ + length])) ++length;
      word = text_.substr(position_, length);
      expect_text(word);
      if (position_ + length < text_.size() || !load_more()) break;
    }
    position_ += length;
    after_cr_ = false;
    return true;
  }

  /// Whether the word taken last is the first of its line.
  [[nodiscard]] bool begins_line() const noexcept { return begins_line_; }

  /// The number of the line that the word taken last stands on.
  [[nodiscard]] std::size_t line() const noexcept { return line_; }

  /// Whether another word comes on the line of the word taken last.
  ///
  /// Throws:  FormatError if reading fails.
  bool line_goes_on() {
    for (;;) {
      for (; position_ < text_.size(); ++position_) {
        char const c = text_[position_];
        if (!is_blank(c)) return lines_passed_ == 0 && has_begun_;
        // The two of CR LF end one line.
        if (c == '\r' || (c == '\n' && !after_cr_)) ++lines_passed_;
        after_cr_ = c == '\r';
      }
      if (!load_more()) return false;
    }
  }

 private:
  static constexpr std::size_t longest_word = 1 << 16;

  static bool is_blank(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }
  static std::string_view as_text(std::span<const std::byte> bytes) {
    return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
  }

  void expect_text(std::string_view word) const {
    if (std::size_t const zero = word.find('\0'); zero != std::string_view::npos)
      throw FormatError({window_->where(), ": byte ", window_->position() + position_ + zero,
                         " is zero, and the header says that a text stands there; the file is damaged, or was not "
                         "written to its end"});
    if (word.size() > longest_word)
      throw FormatError({window_->where(), ": line ", line_, " has a word of more than ", longest_word,
                         " bytes, where a number stands; the file is damaged, or no text"});
  }

  /// Shows more of the text behind what is left of it. False at its end.
  bool load_more() {
    std::size_t const left = text_.size() - position_;
    window_->drop(position_);
    position_ = 0;
    text_ = as_text(window_->ahead(left + 1));
    return text_.size() > left;
  }

  ByteWindow* window_;
  std::string_view text_;
  std::size_t position_ = 0;
  std::size_t line_;
  std::size_t lines_passed_ = 0;
  bool begins_line_ = true;
  bool has_begun_ = false;
  bool after_cr_ = false;
};

}  // namespace sparseconv::inline v0_1
