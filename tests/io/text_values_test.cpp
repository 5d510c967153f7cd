#include "sparseconv/io/text_values.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string_view>
#include <vector>

namespace sparseconv::text_values_test {
namespace {

using Values = std::vector<std::string_view>;

Values split(std::string_view line, char separator) {
  Values values;
  split_values(line, separator, values);
  return values;
}

TEST(SplitValues, CutsAtTheSeparatorAlone) {
  EXPECT_EQ(split(" 1 , 2.5 ,3", ','), (Values{"1", "2.5", "3"}));
  EXPECT_EQ(split("1,5; 2;3 4", ';'), (Values{"1,5", "2", "3 4"}));
  EXPECT_EQ(split(" 1  \t2\v3 ", ' '), (Values{"1", "2", "3"}));
  EXPECT_EQ(split(" 1 \t 2 3\t4", '\t'), (Values{"1", "2 3", "4"}));
  EXPECT_EQ(split("", ' '), Values{});
}

TEST(SplitValues, KeepsWhatIsMissing) {
  EXPECT_EQ(split(",1,,2,", ','), (Values{"", "1", "", "2", ""}));
  EXPECT_EQ(split("\t1\t\t2", '\t'), (Values{"", "1", "", "2"}));
  EXPECT_EQ(split(",,", ','), (Values{"", "", ""}));
}

TEST(SplitValues, TakesQuotesAwayAndCutsNotWithinThem) {
  EXPECT_EQ(split(R"("a b" , "1,5",x)", ','), (Values{"a b", "1,5", "x"}));
  EXPECT_EQ(split(R"("a b" 2 "")", ' '), (Values{"a b", "2", ""}));
  EXPECT_EQ(split(R"("a b"c d)", ' '), (Values{R"("a b"c)", "d"}));
  EXPECT_EQ(split(R"("a,b)", ','), (Values{R"("a)", "b"}));
  EXPECT_EQ(split(R"(5",6)", ','), (Values{R"(5")", "6"}));
  EXPECT_EQ(split("\"", ' '), (Values{"\""}));
}

TEST(ParseValue, TakesACommaAsAPointAndWhatIsMissingAsNaN) {
  EXPECT_EQ(parse_value("-1,5", false), -1.5);
  EXPECT_EQ(parse_value("1,5", true), 1.5);
  for (std::string_view const missing : {"", "NA", "na", "N/A", "null", "NULL", "None"}) {
    EXPECT_TRUE(is_missing(missing));
    ASSERT_TRUE(parse_value(missing, true)) << missing;
    EXPECT_TRUE(std::isnan(*parse_value(missing, true))) << missing;
    EXPECT_TRUE(std::isnan(*parse_value(missing, false))) << missing;
  }
  for (std::string_view const word : {"car", "1.5.2", "1,234,567", "-", "NAN1", "0x10"})
    EXPECT_FALSE(parse_value(word, false)) << word;
}

}  // namespace
}  // namespace sparseconv::text_values_test
