#include "sparseconv/weights/pickle_text.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace sparseconv::pickle_text_test {
namespace {

TEST(PickleText, UnquotesWhatPython2Writes) {
  EXPECT_EQ(unquoted_text("'a'"), "a");
  EXPECT_EQ(unquoted_text("\"it's\""), "it's");
  EXPECT_EQ(unquoted_text("''"), "");
  EXPECT_EQ(unquoted_text(R"('\\ \' \n \t \x41 \101 \7 \q')"), "\\ ' \n \t A A \a \\q");
}

TEST(PickleText, RefusesQuotesThatDoNotMatch) {
  for (char const* line : {"", "'", "a", "'a", "'a\"", R"('\')", R"('\x4')", R"('\xg0')"})
    EXPECT_EQ(unquoted_text(line), std::nullopt) << line;
}

TEST(PickleText, WritesCharactersOfOneToFourBytes) {
  EXPECT_EQ(unescaped_text("a\\u00e9\\u20ac\\U0001f600"), "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
  EXPECT_EQ(unescaped_text("\xe9"), "\xc3\xa9") << "Latin-1";
  EXPECT_EQ(unescaped_text("\\n"), "\\n");
  EXPECT_EQ(unescaped_text("\\u12"), std::nullopt);
  EXPECT_EQ(unescaped_text("\\U00110000"), std::nullopt);
}

}  // namespace
}  // namespace sparseconv::pickle_text_test
