#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace sparseconv::test {

/// A name as a damaged file may have it, or one that is meant to harm: it clears a terminal, begins a line of its own, and is 60 KB
/// long. It has no dots, and no zero byte.
inline std::string const hostile_name = "\x1b[2J\x1b]0;title\a\r\n\x7f\x9b\xff" + std::string(60000, 'x') + "\x1b[31m";

/// A text that has a name out of a file in it can be printed, and is short. The text may have lines of its own.
inline void expect_shown(std::string_view text) {
  EXPECT_LT(text.size(), 2000u);
  bool const can_be_printed =
      std::ranges::all_of(text, [](char letter) { return (letter >= ' ' && letter <= '~') || letter == '\n'; });
  EXPECT_TRUE(can_be_printed) << text.substr(0, 2000);
  EXPECT_NE(text.find("]0;title?"), std::string_view::npos) << "it shows the name: " << text.substr(0, 2000);
}

}  // namespace sparseconv::test
