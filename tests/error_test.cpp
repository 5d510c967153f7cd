#include "sparseconv/error.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>

namespace sparseconv::error_test {
namespace {

template <class Kind>
class ErrorKinds : public ::testing::Test {};

using Kinds = ::testing::Types<ShapeError, CoordinateError, FormatError, CudaError, CapacityError>;
TYPED_TEST_SUITE(ErrorKinds, Kinds);

TYPED_TEST(ErrorKinds, IsCaughtAsErrorAndKeepsItsSentence) {
  try {
    throw TypeParam("call: 1 and 2 differ; make them equal");
  } catch (Error const& caught) {
    EXPECT_STREQ(caught.what(), "call: 1 and 2 differ; make them equal");
  }
}

TYPED_TEST(ErrorKinds, IsMadeOfPieces) {
  // Two lists of characters alone could be taken for the ends of one string.
  EXPECT_STREQ(TypeParam({"call: ", "no rows"}).what(), "call: no rows");
  EXPECT_STREQ(TypeParam({"call: ", 3, " rows"}).what(), "call: 3 rows");
}

TYPED_TEST(ErrorKinds, IsNoOtherKind) {
  int bases = 0;
  bases += std::is_base_of_v<ShapeError, TypeParam>;
  bases += std::is_base_of_v<CoordinateError, TypeParam>;
  bases += std::is_base_of_v<FormatError, TypeParam>;
  bases += std::is_base_of_v<CudaError, TypeParam>;
  bases += std::is_base_of_v<CapacityError, TypeParam>;
  EXPECT_EQ(bases, 1);
  EXPECT_TRUE((std::is_base_of_v<std::runtime_error, TypeParam>));
}

TEST(Message, TakesWordsOfEveryKind) {
  std::string const text = "text";
  EXPECT_EQ(error_message({"literal ", text, std::string_view(" view"), ',', std::string(" made here")}),
            "literal text view, made here");
  EXPECT_EQ(error_message({}), "");
}

TEST(Message, TakesIntegersToTheirEnds) {
  EXPECT_EQ(error_message({std::numeric_limits<std::int64_t>::min(), " ", std::numeric_limits<std::uint64_t>::max()}),
            "-9223372036854775808 18446744073709551615");
  EXPECT_EQ(error_message({std::int32_t{-7}, " ", std::uint8_t{200}, " ", std::size_t{5}}), "-7 200 5");
}

// what() ends at the first zero byte.
TEST(Message, GoesOnBehindAZeroByte) {
  std::string const name("a\0b", 3);
  EXPECT_STREQ(Error({"read: ", name, ": no"}).what(), "read: a?b: no");
}

TEST(Message, TellsRealNumbersApart) {
  EXPECT_EQ(error_message({0.1F, " ", 0.1, " ", 1e-7, " ", -0.0, " ", 2.0}), "0.1 0.1 1e-07 -0 2");
  EXPECT_EQ(error_message({0.3, " ", 0.1 + 0.2}), "0.3 0.30000000000000004");
  EXPECT_EQ(error_message({std::numeric_limits<double>::max(), " ", std::numeric_limits<double>::infinity()}),
            "1.7976931348623157e+308 inf");
  EXPECT_EQ(error_message({std::numeric_limits<double>::denorm_min(), " ", std::numeric_limits<float>::quiet_NaN()}),
            "5e-324 nan");
}

TEST(Joined, PutsWordsBetweenIntegers) {
  EXPECT_EQ(joined_integers(std::array<std::int32_t, 3>{3, -1, 2147483647}, " x "), "3 x -1 x 2147483647");
  EXPECT_EQ(joined_integers(std::array<std::int32_t, 1>{0}, ", "), "0");
}

TEST(Printable, ShowsWhatATerminalOnlyPrints) {
  EXPECT_EQ(printable("conv1.0 {weight}~"), "conv1.0 {weight}~");
  EXPECT_EQ(printable(std::string_view("a\0\x1b[2J\r\n\t\x7f\x80\xff", 12)), "a??[2J??????");
  EXPECT_EQ(printable(""), "");
  EXPECT_EQ(printable("abcd", 4), "abcd");
  EXPECT_EQ(printable("abcde", 4), "abcd...");
  EXPECT_EQ(printable(std::string(160, 'x')), std::string(160, 'x'));
  EXPECT_EQ(printable(std::string(161, 'x')), std::string(160, 'x') + "...");
}

TEST(InQuotes, ShowsTheBeginning) {
  EXPECT_EQ(in_quotes("abc"), "\"abc\"");
  EXPECT_EQ(in_quotes("a\x01\x80\n"), "\"a???\"");
  EXPECT_EQ(in_quotes(std::string(40, 'x')), "\"" + std::string(40, 'x') + "\"");
  EXPECT_EQ(in_quotes(std::string(41, 'x')), "\"" + std::string(40, 'x') + "...\"");
  EXPECT_EQ(name_in_quotes(std::string(160, 'x')), "\"" + std::string(160, 'x') + "\"") << "a name is shown whole";
  EXPECT_EQ(name_in_quotes(std::string(161, 'x')), "\"" + std::string(160, 'x') + "...\"");
}

TYPED_TEST(ErrorKinds, StaysItsKindWhereAWholeNamesItsPart) {
  try {
    named_in_errors("Network", "layer 3", []() -> int { throw TypeParam("sum: 1 is not 2"); });
    FAIL() << "nothing was thrown";
  } catch (TypeParam const& error) {
    EXPECT_STREQ(error.what(), "Network, layer 3: sum: 1 is not 2");
  }
  EXPECT_EQ(named_in_errors("Network", "layer 3", [] { return 7; }), 7);
}

}  // namespace
}  // namespace sparseconv::error_test
