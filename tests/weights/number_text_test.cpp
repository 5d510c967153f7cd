#include "sparseconv/weights/number_text.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <locale>

namespace sparseconv::number_text_test {
namespace {

TEST(NumberText, ReadsNumbers) {
  EXPECT_EQ(parse_number("0"), 0.0f);
  EXPECT_EQ(parse_number("-0.5"), -0.5f);
  EXPECT_EQ(parse_number("+1e-3"), 1e-3f);
  EXPECT_EQ(parse_number("16777217"), 16777216.0f);
  EXPECT_EQ(parse_number(".5"), 0.5f);
  EXPECT_EQ(parse_number("inf"), std::numeric_limits<float>::infinity());
  EXPECT_EQ(parse_number("-inf"), -std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(parse_number("nan").value()));
  EXPECT_TRUE(std::isnan(parse_number("-nan").value()));
}

TEST(NumberText, ReadsWhatWindowsWritesWhereThereIsNoNumber) {
  for (char const* word : {"1.#QNAN", "-1.#IND", "1.#QNAN0", "-1.#IND00", "1.#SNAN", "nan(ind)", "-nan(ind)"}) {
    ASSERT_TRUE(parse_number(word)) << word;
    EXPECT_TRUE(std::isnan(*parse_number(word))) << word;
  }
  EXPECT_EQ(parse_number("1.#INF"), std::numeric_limits<float>::infinity());
  EXPECT_EQ(parse_number("-1.#INF00"), -std::numeric_limits<float>::infinity());
  EXPECT_FALSE(parse_number("1.#X"));
}

TEST(NumberText, RoundsBeyondFloat) {
  EXPECT_EQ(parse_number("1e39"), std::numeric_limits<float>::infinity());
  EXPECT_EQ(parse_number("-1e-60"), 0.0f);
}

TEST(NumberText, RefusesWhatIsNoNumber) {
  for (char const* word : {"", "+", "-", "++1", "+-1", "1,5", "1.0f", "0x10", "one", "1e", "1e999", "--1", "1 "})
    EXPECT_FALSE(parse_number(word)) << word;
}

#if !defined(_WIN32)
TEST(NumberText, TheCLibraryReadsTheSame) {
  for (char const* word : {"0",
                           "-0",
                           "-0.5",
                           "1e-3",
                           "16777217",
                           ".5",
                           "5.",
                           "5.e1",
                           "3.4e38",
                           "123456.789",
                           "inf",
                           "-inf",
                           "Infinity",
                           "INF",
                           "1E+05",
                           "0e99999999999999999999",
                           "1e-39",
                           "2.34e-38",
                           "1e-45",
                           "7.1e-46",
                           "7.0e-46",
                           "3.4028235677973366e38",
                           "3.4028235677973365e38",
                           "0.000000000000000000000000000000000000000000000000000001e50",
                           "100000000000000000000000000000000000000000e-45",
                           "1e-60",
                           "1e999",
                           "1e-999",
                           "1e99999999999999999999",
                           "1e-99999999999999999999",
                           "5e-324",
                           "2e-324",
                           "2.5e-324",
                           "1.7976931348623157e308",
                           "1.7976931348623159e308",
                           "",
                           "+1",
                           "-",
                           ".",
                           "-.",
                           ".e5",
                           "--1",
                           "1,5",
                           "1.0f",
                           "0x10",
                           "one",
                           " 1",
                           "1 ",
                           "1e",
                           "1e+",
                           "1e5e",
                           "1..5",
                           "1.5.",
                           "infi",
                           "nan(",
                           "nan(a-1)",
                           "nan)",
                           "nano"}) {
    EXPECT_EQ(parse_by_c_library<float>(word), parse_exactly<float>(word)) << word;
    EXPECT_EQ(parse_by_c_library<double>(word), parse_exactly<double>(word)) << word;
  }
  EXPECT_TRUE(std::signbit(parse_by_c_library<float>("-0").value()));
  for (char const* word : {"nan", "-NaN", "nan()", "nan(a_1)", "-nan(IND)"}) {
    ASSERT_TRUE(parse_by_c_library<float>(word)) << word;
    EXPECT_TRUE(std::isnan(*parse_by_c_library<float>(word))) << word;
    EXPECT_EQ(std::signbit(*parse_by_c_library<float>(word)), word[0] == '-') << word;
  }
}
#endif

struct CommaForPoint : std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
};

TEST(NumberText, TheLocaleHasNoSay) {
  const std::locale before = std::locale::global(std::locale(std::locale::classic(), new CommaForPoint));
  EXPECT_EQ(parse_number("1.5"), 1.5f);
#if !defined(_WIN32)
  EXPECT_EQ(parse_by_c_library<float>("1.5"), 1.5f);
  EXPECT_FALSE(parse_by_c_library<float>("1,5"));
#endif
  std::locale::global(before);
}

TEST(NumberText, ReadsCounts) {
  EXPECT_EQ(parse_count("0"), 0u);
  EXPECT_EQ(parse_count("9223372036854775807"), 9223372036854775807u);
  for (char const* word : {"", "-0", "-1", "+1", "1.0", "1e3", "9223372036854775808", "99999999999999999999", "x"})
    EXPECT_FALSE(parse_count(word)) << word;
}

}  // namespace
}  // namespace sparseconv::number_text_test
