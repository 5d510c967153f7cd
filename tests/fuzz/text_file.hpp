#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dice.hpp"
#include "hostile_values.hpp"
#include "spoil_body.hpp"

namespace sparseconv::fuzz {

/// A file whose header is lines of text: a PCD or PLY file.
struct TextFile {
  std::vector<std::string> header;  ///< without LF
  std::string body;
};

/// Takes a file apart behind the line that begins with `last`; without such a line all is header.
inline TextFile split_text_file(std::string_view text, std::string_view last) {
  TextFile file;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    file.header.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (file.header.back().starts_with(last)) break;
  }
  file.body = text;
  return file;
}

inline std::string join_text_file(TextFile const& file) {
  std::string text;
  for (std::string const& line : file.header) text += line + "\n";
  return text + file.body;
}

/// Rows of `numbers` numbers of a text.
inline std::string any_rows(Dice& dice, std::size_t rows, std::size_t numbers, std::string_view line_end) {
  std::string text;
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t i = 0; i < numbers; ++i) text += any_number(dice) + (i + 1 < numbers ? " " : "");
    text += line_end;
  }
  return text;
}

/// Makes one change to the words of a header line. `words` are the format's own.
inline void spoil_line(std::string& line, std::span<std::string_view const> words, Dice& dice) {
  const std::string word(dice.one_in(2) ? dice.pick(hostile_counts) : dice.pick(words));
  const std::size_t blank = line.find(' ', dice.below(line.size() + 1));
  switch (dice.below(6)) {
    case 0:
      line += " " + word;
      break;
    case 1:  // a word less
      if (blank != std::string::npos) line.erase(blank, line.find(' ', blank + 1) - blank);
      break;
    case 2:  // a sign or zeros in front of a number, letters in front of a name
      if (blank != std::string::npos) line.insert(blank + 1, dice.pick({"0", "-", "+", "000000000000000000000", "a"}));
      break;
    case 3:  // a long word
      line.append(dice.below(600), 'n');
      break;
    default:
      replace_word(line, word, dice);
  }
}

/// Makes one change to a header: to a line, or to which lines there are and in which order.
inline void spoil_header(std::vector<std::string>& lines, std::span<std::string_view const> words, Dice& dice) {
  if (lines.empty()) return;
  const std::size_t i = dice.below(lines.size());
  const std::size_t k = dice.below(lines.size());
  switch (dice.below(8)) {
    case 0:
      lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(k), std::string(lines[i]));
      break;
    case 1:
      lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(i));
      break;
    case 2:
      std::swap(lines[i], lines[k]);
      break;
    case 3:
      lines[i] += dice.pick({"\r", " ", "\t", "\v", "\n"});
      break;
    default:
      spoil_line(lines[i], words, dice);
  }
}

/// Makes one change to a file whose header ends with the line that begins with `last`.
inline void spoil_text_file(std::string& text, std::string_view last, std::span<std::string_view const> words,
                            Dice& dice) {
  TextFile file = split_text_file(text, last);
  if (dice.one_in(2)) {
    spoil_header(file.header, words, dice);
  } else {
    spoil_rows(file.body, dice);
  }
  text = join_text_file(file);
}

}  // namespace sparseconv::fuzz
