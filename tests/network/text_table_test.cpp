#include "sparseconv/network/text_table.hpp"

#include <gtest/gtest.h>

#include <string>

#include "sparseconv/network/describe.hpp"

namespace sparseconv::text_table_test {
namespace {

TEST(TextTable, HasColumnsOfWordsToTheLeftAndOfNumbersToTheRight) {
  TextTable table({"node", "sites"});
  table.add({"a", "7"});
  table.add({"stem.norm", "1234567"});
  EXPECT_EQ(table.text(),
            "node         sites\n"
            "a                7\n"
            "stem.norm  1234567\n");
}

TEST(TextTable, ShowsNoControlCharacters) {
  EXPECT_EQ(name_in_line("\x1b[31m\n\t\x7f" + std::string(1, '\0') + "\xc3\xa9 ~"), "?[31m????\xc3\xa9 ~");
  TextTable table({"node"});
  table.add({"a\nb"});
  EXPECT_EQ(table.text(), "node\na?b\n");
}

TEST(TextTable, ShowsNoneOfANetwork) {
  Network net("N\n");
  Value const x = net.input("\x1b[2J", {.axes = 3, .channels = 1});
  net.output("y\r", x);
  std::string const text = to_string(net);
  EXPECT_EQ(text.find_first_of("\x1b\r"), std::string::npos);
  EXPECT_TRUE(text.starts_with("N?: 0 learned numbers\n")) << text;
  EXPECT_TRUE(text.ends_with("output y?: ?[2J\n")) << text;
}

}  // namespace
}  // namespace sparseconv::text_table_test
