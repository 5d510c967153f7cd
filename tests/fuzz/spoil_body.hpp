#pragma once

#include <algorithm>
#include <cstddef>
#include <string>

#include "dice.hpp"
#include "hostile_values.hpp"

namespace sparseconv::fuzz {

/// Makes one change to the bytes after a header: fewer, more, or other numbers than it promises.
inline void spoil_bytes(std::string& body, Dice& dice) {
  const std::size_t at = dice.below(body.size() + 1);
  switch (dice.below(5)) {
    case 0:
      body.resize(at);
      break;
    case 1:
      body += any_bytes(dice, 1 + dice.below(9));
      break;
    case 2:
      body.erase(at, 1 + dice.below(8));
      break;
    case 3:
      body.insert(at, body.substr(dice.below(body.size() + 1), dice.below(64)));
      break;
    default:
      const std::string number = any_bytes(dice, std::size_t{1} << dice.below(4));
      body.replace(at, std::min(number.size(), body.size() - at), number);
  }
}

/// Replaces one word of a text; which bytes end a word is `blanks`.
inline void replace_word(std::string& text, std::string const& word, Dice& dice, char const* blanks = " \t\r\n") {
  const std::size_t begin = text.find_first_not_of(blanks, dice.below(text.size() + 1));
  if (begin == std::string::npos) return;
  const std::size_t end = std::min(text.find_first_of(blanks, begin), text.size());
  text.replace(begin, end - begin, word);
}

/// Makes one change to the rows of a text after a header.
inline void spoil_rows(std::string& body, Dice& dice) {
  switch (dice.below(4)) {
    case 0:
      body.insert(dice.below(body.size() + 1), dice.pick({"\n", " ", "\r\n", "\t", " 1 ", "\v\f"}));
      break;
    case 1:
      spoil_bytes(body, dice);
      break;
    default:
      replace_word(body, any_number(dice), dice);
  }
}

}  // namespace sparseconv::fuzz
