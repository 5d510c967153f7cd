#include "command_line/number_checks.hpp"

#include <gtest/gtest.h>

#include <string>

namespace command_line::number_checks_test {
namespace {

/// What is said of a text; empty if it is taken.
std::string said(CLI::Validator const& check, std::string text) {
  return check(text);
}

TEST(NumberBetween, TakesTheNumbersOfTheRange) {
  CLI::Validator const check = number_between(0.001, 1e6);
  for (char const* const text : {"0.001", "1e-3", "64", "1e6", "1000000"}) EXPECT_EQ(said(check, text), "") << text;
  for (std::string const text :
       {"0", "-1", "0.0009", "1000001", "1e39", "1e-50", "nan", "-nan", "inf", "-inf", "x", "", "3x"})
    EXPECT_EQ(said(check, text), "'" + text + "' is no number from 0.001 to 1e+06");
}

TEST(NumberBetween, TakesThreadsAndCounts) {
  EXPECT_EQ(said(thread_count(), "1"), "");
  EXPECT_EQ(said(thread_count(), "4096"), "");
  EXPECT_EQ(said(thread_count(), "1000000"), "'1000000' is no number from 1 to 4096");
  EXPECT_EQ(said(at_least_one(), "0"), "'0' is no number from 1 to 2147483647");
  EXPECT_EQ(said(at_least_one(), "2147483647"), "");
}

TEST(Seed, TakesDigitsThatFit) {
  for (char const* const text : {"0", "7", "18446744073709551615"}) EXPECT_EQ(said(seed(), text), "") << text;
  for (std::string const text : {"-1", "18446744073709551616", "99999999999999999999", "1.5", "", "x", "0x10", " 1"})
    EXPECT_EQ(said(seed(), text), "'" + text + "' is no whole number from 0 to 18446744073709551615");
}

}  // namespace
}  // namespace command_line::number_checks_test
