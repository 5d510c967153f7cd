#include "sparseconv/weights/strict_json.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "support/error_message.hpp"

namespace sparseconv::strict_json_test {
namespace {

using test::message_of;

std::string failure(std::string_view text, std::size_t most_nested = 3) {
  return message_of<FormatError>([&] { return parse_strict_json(text, most_nested, "test: the header"); });
}

TEST(StrictJson, ReadsAText) {
  nlohmann::json const value = parse_strict_json(" {\"a\": [1, -2, 0.5], \"b\": {\"a\": null}} ", 2, "test");
  EXPECT_EQ(value["a"][1], -2);
  EXPECT_TRUE(value["b"]["a"].is_null()) << "a name may stand again in another object";
  EXPECT_EQ(parse_strict_json("[[1], {\"a\": [2, {}]}, [true, false, \"x\"]]", 4, "test").dump(),
            "[[1],{\"a\":[2,{}]},[true,false,\"x\"]]");
  EXPECT_EQ(parse_strict_json("\"\\u00e9\"", 0, "test"), "\xc3\xa9");
}

TEST(StrictJson, RefusesANameThatStandsTwice) {
  EXPECT_EQ(failure("{\"a\": 1, \"b\": 2, \"a\": 3}"),
            "test: the header has the name \"a\" twice in one object; the file is damaged");
  EXPECT_EQ(failure("{\"x\": [{\"b\": 1, \"\\u0062\": 1}]}"),
            "test: the header has the name \"b\" twice in one object; the file is damaged");
}

TEST(StrictJson, RefusesWhatIsNestedDeeper) {
  EXPECT_EQ(failure("[[[0]]]"), "nothing was thrown");
  std::string const sentence =
      "test: the header has lists and objects within each other 4 deep, and the format has 3 at most; the file is "
      "damaged";
  EXPECT_EQ(failure("[[[[0]]]]"), sentence);
  EXPECT_EQ(failure("{\"a\": [{\"b\": {}}]}"), sentence);
  // More than any stack: refused at the fourth.
  EXPECT_EQ(failure(std::string(10'000'000, '[')), sentence);
}

TEST(StrictJson, TakesTimeInProportionToTheText) {
  // Were each search for what stands beside it, these would take minutes.
  std::string text = "{\"0\":{}";
  for (int i = 1; i < 200'000; ++i) text += ",\"" + std::to_string(i) + "\":{}";
  EXPECT_EQ(parse_strict_json(text + "}", 2, "test").size(), 200'000U);
  EXPECT_EQ(failure(text + ",\"7\":1}"),
            "test: the header has the name \"7\" twice in one object; the file is damaged");
}

TEST(StrictJson, SaysWhereATextIsNoJson) {
  std::string const end = "; the file is damaged, or was not written to its end";
  EXPECT_EQ(failure("{\"a\": 1"), "test: the header is no JSON from its byte 7 on, \"\"" + end);
  EXPECT_EQ(failure("[1, x]"), "test: the header is no JSON from its byte 4 on, \"x]\"" + end);
  EXPECT_EQ(failure("[1] 2"), "test: the header is no JSON from its byte 4 on, \"2\"" + end);
  EXPECT_EQ(failure(""), "test: the header is no JSON from its byte 0 on, \"\"" + end);
  EXPECT_EQ(failure("[\"\xff\"]"), "test: the header is no JSON from its byte 2 on, \"?\"]\"" + end);
  EXPECT_EQ(failure("[1, // one\n2]").find("test: the header is no JSON from its byte 4 on"), 0U);
  EXPECT_EQ(failure(std::string_view("{}\0{", 4)), "test: the header is no JSON from its byte 2 on, \"?{\"" + end)
      << "the parser would take the zero for the end";
  EXPECT_EQ(failure("[1e999]"), "test: the header has a number that no double holds; the file is damaged");
}

TEST(StrictJson, WritesTextsInUtf8Alone) {
  EXPECT_EQ(json_text("a\"b\n\xc3\xa9"), "\"a\\\"b\\n\xc3\xa9\"");
  EXPECT_FALSE(json_text("\xff"));
  EXPECT_FALSE(json_text("\xc3"));
}

TEST(StrictJson, ShowsValuesInMessages) {
  EXPECT_EQ(json_in_quotes("F8"), "\"F8\"");
  EXPECT_EQ(json_in_quotes(nlohmann::json::parse("[1, {\"a\": \"\xc3\xa9\"}]")), "\"[1,{\"a\":\"??\"}]\"");
}

TEST(StrictJson, CountsAreNaturalNumbers) {
  EXPECT_EQ(json_count(nlohmann::json::parse("18446744073709551615")), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(json_count(nlohmann::json::parse("0")), 0U);
  for (char const* const text : {"-1", "-0", "1.0", "1e2", "18446744073709551616", "\"1\"", "null", "true", "[1]"})
    EXPECT_FALSE(json_count(nlohmann::json::parse(text))) << text;
}

}  // namespace
}  // namespace sparseconv::strict_json_test
