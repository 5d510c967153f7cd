#include "sparseconv/weights/write_onnx.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "sparseconv/weights/read_onnx.hpp"
#include "support/byte_writer.hpp"
#include "support/error_message.hpp"
#include "support/file_size_limit.hpp"
#include "support/folder_contents.hpp"
#include "support/shared_data.hpp"
#include "support/temporary_file.hpp"

namespace sparseconv::write_onnx_test {
namespace {

using test::ByteWriter;
using test::count_files;
using test::message_of;
using test::TemporaryFile;
using test::text_of;
using Integers = std::vector<std::int64_t>;

OnnxGraph some_graph() {
  OnnxGraph graph{.name = "scn"};
  graph.nodes.push_back({.name = "conv0",
                         .op_type = "SparseConvolution",
                         .domain = "mine",
                         .inputs = {"0", "w", ""},
                         .outputs = {"1"},
                         .attributes = {{"a", 1.5F},
                                        {"b", std::int64_t{-1}},
                                        {"c", std::string("ReLU")},
                                        {"d", std::vector<float>{0.5F, -2}},
                                        {"e", Integers{3, 300, -7}},
                                        {"f", std::vector<std::string>{"x", ""}},
                                        {"g", make_array({2}, std::vector<std::int64_t>{5, 6})}}});
  graph.nodes.push_back({.op_type = "Relu", .inputs = {"1"}, .outputs = {"2"}});
  graph.initializers = {{"w", make_array({2, 1, 1}, std::vector<half>{half(1), half(-2)})},
                        {"none", make_array({0, 3}, std::vector<float>())},
                        {"scale", make_array({}, std::vector<double>{0.5})}};
  graph.inputs = {{"0", ScalarType::float16, {-1, 5}}};
  graph.outputs = {{"2", ScalarType::float16, {1, 2}}, {"1", std::nullopt, {}}};
  return graph;
}

void expect_equal(Array const& found, Array const& expected) {
  EXPECT_EQ(found.type, expected.type);
  EXPECT_EQ(found.shape, expected.shape);
  EXPECT_EQ(found.bytes, expected.bytes);
}

void expect_equal(OnnxAttribute const& found, OnnxAttribute const& expected) {
  EXPECT_EQ(found.name, expected.name);
  ASSERT_EQ(found.value.index(), expected.value.index()) << found.name;
  std::visit(
      [&](auto const& value) {
        using T = std::remove_cvref_t<decltype(value)>;
        if constexpr (std::same_as<T, Array>) {
          expect_equal(value, std::get<T>(expected.value));
        } else {
          EXPECT_EQ(value, std::get<T>(expected.value)) << found.name;
        }
      },
      found.value);
}

void expect_equal(OnnxGraph const& found, OnnxGraph const& expected) {
  EXPECT_EQ(found.name, expected.name);
  ASSERT_EQ(found.nodes.size(), expected.nodes.size());
  for (std::size_t i = 0; i < found.nodes.size(); ++i) {
    OnnxNode const& node = found.nodes[i];
    OnnxNode const& other = expected.nodes[i];
    EXPECT_EQ(node.name, other.name);
    EXPECT_EQ(node.op_type, other.op_type);
    EXPECT_EQ(node.domain, other.domain);
    EXPECT_EQ(node.inputs, other.inputs);
    EXPECT_EQ(node.outputs, other.outputs);
    ASSERT_EQ(node.attributes.size(), other.attributes.size());
    for (std::size_t j = 0; j < node.attributes.size(); ++j) expect_equal(node.attributes[j], other.attributes[j]);
  }
  ASSERT_EQ(found.initializers.size(), expected.initializers.size());
  for (std::size_t i = 0; i < found.initializers.size(); ++i) {
    EXPECT_EQ(found.initializers[i].name, expected.initializers[i].name);
    expect_equal(found.initializers[i].array, expected.initializers[i].array);
  }
  auto const expect_tensors = [](std::vector<OnnxTensor> const& some, std::vector<OnnxTensor> const& others) {
    ASSERT_EQ(some.size(), others.size());
    for (std::size_t i = 0; i < some.size(); ++i) {
      EXPECT_EQ(some[i].name, others[i].name);
      EXPECT_EQ(some[i].type, others[i].type);
      EXPECT_EQ(some[i].shape, others[i].shape);
    }
  };
  expect_tensors(found.inputs, expected.inputs);
  expect_tensors(found.outputs, expected.outputs);
}

std::string failure(OnnxGraph const& graph) {
  return message_of<Error>([&] { return format_onnx(graph, "a.onnx").size(); });
}

TEST(WriteOnnx, ComesBackAsItWas) {
  const TemporaryFile file("a.onnx", ByteWriter("before").bytes());
  write_onnx(file.path(), some_graph());
  expect_equal(read_onnx(file.path()), some_graph());
  EXPECT_EQ(count_files(file.folder()), 1) << "nothing should be left beside it";
  expect_equal(parse_onnx(format_onnx(OnnxGraph{}, "empty"), "empty"), OnnxGraph{});
}

TEST(WriteOnnx, WritesTheseBytes) {
  OnnxGraph graph{.name = "scn"};
  graph.nodes.push_back({.name = "n",
                         .op_type = "Op",
                         .inputs = {"0"},
                         .outputs = {"1"},
                         .attributes = {{"b", Integers{3, 1}}, {"a", std::int64_t{2}}}});
  graph.initializers = {{"w", make_array({1, 2}, std::vector<half>{half(1), half(-2)})}};
  graph.inputs = {{"0", ScalarType::float16, {-1, 5}}};
  std::string const attributes = std::string("\x2a\x08\x0a\x01") + "a" + "\x18\x02\xa0\x01\x02" +  // sorted
                                 "\x2a\x0a\x0a\x01" + "b" + "\x40\x03\x40\x01\xa0\x01\x07";        // not packed
  std::string const node =
      std::string("\x0a\x01") + "0" + "\x12\x01" + "1" + "\x1a\x01" + "n" + "\x22\x02Op" + attributes;
  std::string const array =
      std::string("\x08\x01\x08\x02\x10\x0a\x42\x01") + "w" + "\x4a\x04" + std::string("\x00\x3c\x00\xc0", 4);
  std::string const input =
      std::string("\x0a\x01") + "0" + "\x12\x0c\x0a\x0a\x08\x0a\x12\x06" + std::string("\x0a\x00\x0a\x02\x08\x05", 6);
  auto const sized = [](char key, std::string const& value) {
    return key + std::string(1, static_cast<char>(value.size())) + value;
  };
  std::string const body = sized(0x0a, node) + sized(0x12, "scn") + sized(0x2a, array) + sized(0x5a, input);
  EXPECT_EQ(text_of(format_onnx(graph, "a.onnx")), std::string("\x08\x06") + sized(0x12, "pytorch") +
                                                       sized(0x1a, "1.9") + sized(0x3a, body) +
                                                       sized(0x42, sized(0x0a, "ai.onnx") + "\x10\x0b"));
}

TEST(WriteOnnx, WritesAFileOfTheDialectAsItWas) {
  auto const path = test::shared_data("trained/tiny.scn.onnx");
  if (path.empty()) GTEST_SKIP() << "trained/tiny.scn.onnx is not beside the checkout";
  std::string expected = text_of(path);
  ASSERT_EQ(expected.substr(0, 2), "\x08\x0e");  // the version of the format that the tool of the file had
  expected[1] = 6;
  EXPECT_EQ(text_of(format_onnx(read_onnx(path), "tiny")), expected);
}

TEST(WriteOnnx, NamesWhatCannotBeWritten) {
  auto const with = [](auto const& change) {
    OnnxGraph graph = some_graph();
    change(graph);
    return failure(graph);
  };
  std::string const where = "write_onnx: a.onnx: ";
  EXPECT_EQ(with([](OnnxGraph& graph) { graph.nodes[0].op_type = ""; }),
            where + "node \"conv0\" does not say which operation it is; set its op_type");
  std::string const attributes = "node \"conv0\" has more than one attribute ";
  EXPECT_EQ(with([](OnnxGraph& graph) { graph.nodes[0].attributes[1].name = "a"; }),
            where + attributes + "\"a\", or one without a name; give each a name of its own");
  EXPECT_EQ(with([](OnnxGraph& graph) { graph.nodes[0].attributes[1].name = ""; }),
            where + attributes + "\"\", or one without a name; give each a name of its own");
  EXPECT_EQ(with([](OnnxGraph& graph) { graph.initializers[1].name = "w"; }),
            where + "more than one initializer is called \"w\"; give each a name of its own");
  EXPECT_EQ(with([](OnnxGraph& graph) { graph.initializers[1].name = ""; }),
            where + "an initializer has no name; give it one");
  EXPECT_EQ(with([](OnnxGraph& graph) { graph.outputs[0].name = ""; }),
            where + "an input or output of the graph has no name; give it one");
  EXPECT_EQ(with([](OnnxGraph& graph) { graph.initializers[0].array.shape = {3}; }),
            where +
                "array \"w\": the shape (3,) of float16 takes 6 bytes, the array has 4; make_array puts one together "
                "that fits");
  EXPECT_EQ(with([](OnnxGraph& graph) { std::get<Array>(graph.nodes[0].attributes[6].value).shape = {3}; }),
            where +
                "attribute \"g\": the shape (3,) of int64 takes 24 bytes, the array has 16; make_array puts one "
                "together that fits");
}

TEST(WriteOnnx, RefusesMoreThanAProtobufReaderTakes) {
  // One piece of memory, named 34 times: 34 x 2^26 bytes, 10 x 20 + 24 x 21 around them, and 2 of the name.
  Array const array = make_array({1 << 26}, std::vector<std::uint8_t>(1 << 26));
  OnnxGraph graph;
  for (int i = 0; i < 34; ++i) graph.initializers.push_back({std::to_string(i), array});
  EXPECT_EQ(message_of<CapacityError>([&] { return format_onnx(graph, "a.onnx").size(); }),
            "write_onnx: a.onnx: the graph takes 2281702082 bytes, and no protobuf reader takes more than 2147482624; "
            "write fewer or narrower numbers");
}

TEST(WriteOnnx, LeavesTheFileThatIsThereWhereWritingFails) {
  if (!test::FileSizeLimit::works) GTEST_SKIP() << "no limit of sizes on this system";
  const TemporaryFile file("a.onnx", ByteWriter("before").bytes());
  OnnxGraph graph = some_graph();
  graph.initializers.push_back({"large", make_array({100000}, std::vector<float>(100000))});
  std::string const message = [&] {
    const test::FileSizeLimit limit(10000);
    return message_of<Error>([&] { return (write_onnx(file.path(), graph), 0); });
  }();
  EXPECT_EQ(message.find("write_onnx: cannot write " + file.path().string() + ": "), 0U) << message;
  EXPECT_NE(message.find("File too large"), std::string::npos) << message;
  EXPECT_EQ(text_of(file.path()), "before");
  EXPECT_EQ(count_files(file.folder()), 1);
}

}  // namespace
}  // namespace sparseconv::write_onnx_test
