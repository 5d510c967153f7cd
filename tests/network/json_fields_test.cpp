#include "sparseconv/network/json_fields.hpp"

#include <gtest/gtest.h>

#include <string>

#include "support/error_message.hpp"

namespace sparseconv::json_fields_test {
namespace {

using test::message_of;

TEST(JsonFields, GiveEachFieldOnce) {
  nlohmann::json const object = nlohmann::json::parse(R"({"a": "text", "b": [1, 2], "c": 3})");
  JsonFields fields(object, "load: node");
  EXPECT_EQ(fields.where("a"), "load: node: its a");
  EXPECT_EQ(fields.take_text("a"), "text");
  EXPECT_EQ(fields.take_list("b", 2).size(), 2U);
  EXPECT_EQ(message_of<FormatError>([&] { return (fields.expect_no_others(), 0); }),
            "load: node has \"c\", which this version does not know; the file is damaged, or of a later one");
  EXPECT_EQ(fields.take("c"), 3);
  fields.expect_no_others();
}

TEST(JsonFields, NameWhatIsNotThereOrOfAnotherKind) {
  nlohmann::json const object = nlohmann::json::parse(R"({"a": 7, "b": [1, 2]})");
  JsonFields fields(object, "load: node");
  EXPECT_EQ(message_of<FormatError>([&] { return fields.take("d"); }), "load: node has no d; the file is damaged");
  EXPECT_EQ(message_of<FormatError>([&] { return fields.take_text("a"); }),
            "load: node: its a is \"7\"; it must be a text");
  EXPECT_EQ(message_of<FormatError>([&] { return fields.take_list("a", 1); }),
            "load: node: its a is \"7\"; it must be a list");
  EXPECT_EQ(message_of<FormatError>([&] { return fields.take_list("b", 1); }),
            "load: node: its b has 2 values; no file may have more than 1");
  EXPECT_EQ(message_of<FormatError>([&] { return JsonFields(object["a"], "load: node").where("a"); }),
            "load: node is \"7\"; it must be an object of named fields");
}

}  // namespace
}  // namespace sparseconv::json_fields_test
