#include "sparseconv/weights/read_onnx.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "support/byte_writer.hpp"
#include "support/bytes_read.hpp"
#include "support/error_message.hpp"
#include "support/shared_data.hpp"
#include "support/temporary_file.hpp"

// Files are put together here from the fields' numbers, by nothing of the library.

namespace sparseconv::read_onnx_test {
namespace {

using test::message_of;
using Integers = std::vector<std::int64_t>;

/// A field of a length below 128: its key, its length, its bytes.
std::string field(int number, std::string const& value) {
  std::string key(1, static_cast<char>(number * 8 + 2));
  if (number >= 16) key = {static_cast<char>(((number * 8 + 2) & 127) | 128), static_cast<char>(number >> 4)};
  EXPECT_LT(value.size(), 128U);
  return key + static_cast<char>(value.size()) + value;
}

std::string integer(int number, char value) {
  std::string const key = field(number, "");
  std::string changed = key.substr(0, key.size() - 1);
  changed[0] = static_cast<char>(changed[0] & ~7);
  return changed + value;
}

std::string four_bytes(int number, std::string const& value) {
  return static_cast<char>(number * 8 + 5) + value;
}

SharedBytes bytes_of(std::string const& text) {
  return test::ByteWriter(text).bytes();
}

OnnxGraph parse_graph(std::string const& graph) {
  return parse_onnx(bytes_of(field(7, graph)), "a.onnx");
}

std::string failure(std::string const& model) {
  return message_of<FormatError>([&] { return parse_onnx(bytes_of(model), "a.onnx").nodes.size(); });
}

std::string graph_failure(std::string const& graph) {
  return failure(field(7, graph));
}

std::string const two_halves("\x00\x3c\x00\xc0", 4);  // 1 and -2
std::string const real("\x00\x00\xc0\x3f", 4);        // 1.5

TEST(ReadOnnx, ReadsNodes) {
  std::string const attributes = field(5, field(1, "a") + four_bytes(2, real) + integer(20, 1)) +
                                 field(5, field(1, "b") + integer(3, 7) + integer(20, 2)) +
                                 field(5, field(1, "c") + field(4, "None") + integer(20, 3)) +
                                 field(5, field(1, "d") + four_bytes(7, real) + four_bytes(7, real) + integer(20, 6)) +
                                 field(5, field(1, "e") + integer(8, 3) + integer(8, 1) + integer(20, 7)) +
                                 field(5, field(1, "f") + field(9, "x") + field(9, "y") + integer(20, 8));
  std::string const node = field(1, "0") + field(1, "w") + field(2, "1") + field(3, "conv0") + field(4, "Op");
  OnnxGraph const graph = parse_onnx(
      bytes_of(field(7, field(2, "scn") + field(1, node)) + field(7, field(1, field(4, "Last") + attributes))), "a");
  EXPECT_EQ(graph.name, "scn");
  ASSERT_EQ(graph.nodes.size(), 2U);
  EXPECT_EQ(graph.nodes[0].name, "conv0");
  EXPECT_EQ(graph.nodes[0].op_type, "Op");
  EXPECT_EQ(graph.nodes[0].domain, "");
  EXPECT_EQ(graph.nodes[0].inputs, (std::vector<std::string>{"0", "w"}));
  EXPECT_EQ(graph.nodes[0].outputs, (std::vector<std::string>{"1"}));
  OnnxNode const& last = graph.nodes[1];
  ASSERT_EQ(last.attributes.size(), 6U);
  EXPECT_EQ(std::get<float>(*last.find("a")), 1.5F);
  EXPECT_EQ(std::get<std::int64_t>(*last.find("b")), 7);
  EXPECT_EQ(std::get<std::string>(*last.find("c")), "None");
  EXPECT_EQ(std::get<std::vector<float>>(*last.find("d")), (std::vector<float>{1.5F, 1.5F}));
  EXPECT_EQ(std::get<Integers>(*last.find("e")), (Integers{3, 1}));
  EXPECT_EQ(std::get<std::vector<std::string>>(*last.find("f")), (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(last.find("g"), nullptr);
}

TEST(ReadOnnx, ReadsListsThatArePackedAndTheDomain) {
  std::string const node = field(4, "Op") + field(7, "mine") +
                           field(5, field(1, "i") + field(8, std::string("\x03\x01\xac\x02", 4)) + integer(20, 7)) +
                           field(5, field(1, "f") + field(7, real + real) + integer(20, 6));
  OnnxGraph const graph = parse_graph(field(1, node));
  EXPECT_EQ(graph.nodes[0].domain, "mine");
  EXPECT_EQ(std::get<Integers>(*graph.nodes[0].find("i")), (Integers{3, 1, 300}));
  EXPECT_EQ(std::get<std::vector<float>>(*graph.nodes[0].find("f")), (std::vector<float>{1.5F, 1.5F}));
}

TEST(ReadOnnx, LeavesNumbersWhereTheyAre) {
  std::string const raw = integer(1, 2) + integer(2, 10) + field(8, "w") + field(9, two_halves);
  std::string const packed =
      field(1, std::string("\x01\x02", 2)) + integer(2, 1) + field(8, "f") + field(4, real + real);
  std::string const single = integer(1, 2) + integer(2, 1) + field(8, "g") + four_bytes(4, real) + field(4, real);
  std::string const scalar = integer(2, 16) + field(8, "b") + field(9, std::string("\x80\x3f", 2));
  SharedBytes const file = bytes_of(field(7, field(5, raw) + field(5, packed) + field(5, single) + field(5, scalar)));
  OnnxGraph const graph = parse_onnx(file, "a.onnx");
  ASSERT_EQ(graph.initializers.size(), 4U);
  auto const is_in_file = [&](Array const& array) {
    return array.bytes.data() >= file.data() && array.bytes.data() + array.bytes.size() <= file.data() + file.size();
  };
  EXPECT_EQ(graph.initializers[0].name, "w");
  EXPECT_EQ(graph.initializers[0].array.type, ScalarType::float16);
  EXPECT_EQ(graph.initializers[0].array.shape, (Integers{2}));
  EXPECT_EQ(graph.initializers[0].array.values_as<float>("w"), (std::vector<float>{1, -2}));
  EXPECT_TRUE(is_in_file(graph.initializers[0].array));
  EXPECT_EQ(graph.initializers[1].array.shape, (Integers{1, 2}));
  EXPECT_EQ(graph.initializers[1].array.values_as<float>("f"), (std::vector<float>{1.5F, 1.5F}));
  EXPECT_TRUE(is_in_file(graph.initializers[1].array));
  EXPECT_EQ(graph.initializers[2].array.values_as<float>("g"), (std::vector<float>{1.5F, 1.5F}));
  EXPECT_FALSE(is_in_file(graph.initializers[2].array));
  EXPECT_EQ(graph.initializers[3].array.shape, Integers{});
  EXPECT_EQ(graph.initializers[3].array.values_as<float>("b"), (std::vector<float>{1}));
}

TEST(ReadOnnx, ReadsArraysOfAttributes) {
  std::string const array = integer(1, 2) + integer(2, 10) + field(9, two_halves);
  OnnxGraph const graph =
      parse_graph(field(1, field(4, "Constant") + field(5, field(1, "value") + field(5, array) + integer(20, 4))));
  EXPECT_EQ(std::get<Array>(*graph.nodes[0].find("value")).values_as<float>("value"), (std::vector<float>{1, -2}));
}

TEST(ReadOnnx, ReadsInputsAndOutputs) {
  // Extents 1, not told, "rows" (a name), 5.
  std::string const shape =
      field(1, integer(1, 1)) + field(1, "") + field(1, field(2, "rows")) + field(1, integer(1, 5));
  std::string const type = field(1, integer(1, 10) + field(2, shape));
  OnnxGraph const graph = parse_graph(field(11, field(1, "0") + field(2, type)) + field(12, field(1, "8")) +
                                      field(12, field(1, "9") + field(2, field(1, integer(1, 9)))));
  ASSERT_EQ(graph.inputs.size(), 1U);
  EXPECT_EQ(graph.inputs[0].name, "0");
  EXPECT_EQ(graph.inputs[0].type, ScalarType::float16);
  EXPECT_EQ(graph.inputs[0].shape, (Integers{1, -1, -1, 5}));
  ASSERT_EQ(graph.outputs.size(), 2U);
  EXPECT_EQ(graph.outputs[0].name, "8");
  EXPECT_EQ(graph.outputs[0].type, std::nullopt);
  EXPECT_EQ(graph.outputs[1].type, std::nullopt) << "booleans are no type of arrays";
}

TEST(ReadOnnx, PassesOverWhatIsNotAsked) {
  std::string const unknown = integer(19, 5) + field(30, "what") + static_cast<char>(15 * 8 + 5) + real +
                              static_cast<char>(15 * 8 + 1) + real + real;
  OnnxGraph const graph = parse_onnx(
      bytes_of(unknown + field(7, unknown + field(1, unknown + field(4, "Op") + field(6, "doc"))) + unknown), "a.onnx");
  ASSERT_EQ(graph.nodes.size(), 1U);
  EXPECT_EQ(graph.nodes[0].op_type, "Op");
}

TEST(ReadOnnx, RefusesWhatIsNoModel) {
  EXPECT_EQ(failure(""), "read_onnx: a.onnx: there is no graph in it; give a model that was exported to ONNX");
  EXPECT_EQ(failure(integer(1, 6)),
            "read_onnx: a.onnx: there is no graph in it; give a model that was exported to ONNX");
  EXPECT_EQ(failure(integer(7, 6)),
            "read_onnx: a.onnx: at byte 1 field 7 has the wire type 0, which is not that of a message; the file is "
            "damaged, or no ONNX file");
  EXPECT_EQ(failure("PK\x03\x04"),
            "read_onnx: a.onnx: at byte 2 a field has the number 0, and protobuf counts them from 1 to 536870911; the "
            "file is damaged, or no ONNX file");
  EXPECT_EQ(
      failure(field(7, field(1, field(4, "Op"))).substr(0, 5)),
      "read_onnx: a.onnx: at byte 2 field 7 takes 6 bytes, and its message has 3 more; the file is damaged, or not "
      "written to its end");
}

TEST(ReadOnnx, RefusesNodesThatSayTooLittle) {
  EXPECT_EQ(graph_failure(field(1, field(1, "0"))),
            "read_onnx: a.onnx: the node at byte 4 does not say which operation it is; the file is damaged, or no ONNX "
            "file");
  EXPECT_EQ(graph_failure(field(1, field(4, "Op") + field(5, integer(20, 2)))),
            "read_onnx: a.onnx: the attribute at byte 10 has no name; the file is damaged, or no ONNX file");
  EXPECT_EQ(
      graph_failure(field(1, field(4, "If") + field(5, field(1, "then") + integer(20, 5)))),
      "read_onnx: a.onnx: the attribute \"then\" is of the type 5, and those that are read are 1 to 4 and 6 to 8: "
      "numbers, texts, lists of them, arrays; export the model without such nodes");
  EXPECT_EQ(graph_failure(field(1, field(4, "Op") + field(5, field(1, "a\n")))),
            "read_onnx: a.onnx: the attribute \"a?\" is of the type 0, and those that are read are 1 to 4 and 6 to 8: "
            "numbers, texts, lists of them, arrays; export the model without such nodes");
  EXPECT_EQ(graph_failure(field(1, field(4, "Op") + field(5, field(1, "a") + integer(20, 4)))),
            "read_onnx: a.onnx: the attribute \"a\" is an array and has none; the file is damaged, or no ONNX file");
  std::string const one = field(5, field(1, "a") + integer(3, 7) + integer(20, 2));
  EXPECT_EQ(graph_failure(field(1, field(4, "Op") + one + one)),
            "read_onnx: a.onnx: the node at byte 4 has more than one attribute \"a\"; the file is damaged, or no ONNX "
            "file");
  EXPECT_EQ(
      graph_failure(field(12, field(2, ""))),
      "read_onnx: a.onnx: the input or output of the graph at byte 4 has no name; the file is damaged, or no ONNX "
      "file");
}

TEST(ReadOnnx, RefusesArraysThatDoNotFitTheirShape) {
  std::string const named = integer(2, 10) + field(8, "w");
  std::string const where = "read_onnx: a.onnx: array \"w\"";
  std::string const read = " bytes of numbers that are read (raw_data; of floats also float_data), and its shape ";
  std::string const cure = "; the file is damaged, or keeps them in another way";
  EXPECT_EQ(graph_failure(field(5, integer(1, 3) + named + field(9, two_halves))),
            where + " has 4" + read + "(3,) of float16 takes 6" + cure);
  EXPECT_EQ(graph_failure(field(5, integer(1, 2) + named)), where + " has 0" + read + "(2,) of float16 takes 4" + cure);
  // float_data is for floats alone.
  EXPECT_EQ(graph_failure(field(5, integer(1, 1) + named + field(4, real))),
            where + " has 0" + read + "(1,) of float16 takes 2" + cure);
  std::string const huge = std::string("\x08\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 10);  // 2^63 - 1
  EXPECT_EQ(graph_failure(field(5, huge + named + field(9, two_halves))),
            where + " has 4" + read + "(9223372036854775807,) of float16 takes more than there can be" + cure);
  std::string const negative = std::string("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11);
  EXPECT_EQ(graph_failure(field(5, negative + named + field(9, two_halves))),
            where + " has 4" + read + "(-1,) of float16 takes more than there can be" + cure);
  std::string many;
  for (int i = 0; i < 20; ++i) many += integer(1, 1);
  EXPECT_EQ(graph_failure(field(5, many + named)),
            where + " has 0" + read + "(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)... of float16 takes 2" + cure);
}

TEST(ReadOnnx, RefusesArraysThatItCannotTake) {
  EXPECT_EQ(
      graph_failure(field(5, integer(1, 1) + integer(2, 8) + field(8, "w"))),
      "read_onnx: a.onnx: array \"w\" is of ONNX's type 8, which is none of integers and real numbers; export the "
      "model with weights of float");
  std::string const outside =
      "read_onnx: a.onnx: array \"w\" has its numbers in another file, which is not read; save the model as one file "
      "(onnx.save(model, path, save_as_external_data=False))";
  std::string const array = integer(1, 2) + integer(2, 10) + field(8, "w");
  EXPECT_EQ(graph_failure(field(5, array + integer(14, 1))), outside);
  EXPECT_EQ(graph_failure(field(5, array + field(13, field(1, "location") + field(2, "w.bin")))), outside);
  EXPECT_EQ(parse_graph(field(5, array + field(9, two_halves) + integer(14, 0))).initializers.size(), 1U);
  std::string const whole = array + field(9, two_halves);
  EXPECT_EQ(
      graph_failure(field(5, whole) + field(5, whole)),
      "read_onnx: a.onnx: more than one initializer is called \"w\", so that it cannot be told which a node takes; "
      "export the model again");
  EXPECT_EQ(graph_failure(field(5, integer(1, 2) + integer(2, 10) + field(9, two_halves))),
            "read_onnx: a.onnx: the initializer at byte 4 has no name, so that no node can take it; export the model "
            "again");
}

TEST(ReadOnnx, NamesAFileThatIsNotThere) {
  test::TemporaryFile const file("a.onnx", {});
  auto const sentence = [&](std::filesystem::path const& path) {
    return message_of<FormatError>([&] { return read_onnx(path).nodes.size(); });
  };
  EXPECT_EQ(sentence(file.folder() / "b.onnx").find("read_onnx: " + (file.folder() / "b.onnx").string() + ": no such"),
            0U);
  EXPECT_EQ(sentence(file.path()),
            "read_onnx: " + file.path().string() + ": there is no graph in it; give a model that was exported to ONNX");
}

TEST(ReadOnnx, ReadsAFileOfTheDialect) {
  auto const path = test::shared_data("trained/tiny.scn.onnx");
  if (path.empty()) GTEST_SKIP() << "trained/tiny.scn.onnx is not beside the checkout";
  OnnxGraph graph;
  // Mapped, so nothing is read as from a stream.
  EXPECT_LT(test::bytes_read_by([&] { graph = read_onnx(path); }), 20000U);
  EXPECT_EQ(graph.name, "scn");
  ASSERT_EQ(graph.nodes.size(), 8U);
  EXPECT_EQ(graph.nodes[0].op_type, "SparseConvolution");
  EXPECT_EQ(std::get<Integers>(*graph.nodes[0].find("input_spatial_shape")), (Integers{41, 64, 64}));
  EXPECT_EQ(std::get<std::string>(*graph.nodes[0].find("activation")), "ReLU");
  EXPECT_EQ(std::get<float>(*graph.nodes[1].find("input_dynamic_range")), 3.5F);
  EXPECT_EQ(std::get<std::vector<float>>(*graph.nodes[1].find("weight_dynamic_ranges")), std::vector<float>(16, 0.1F));
  ASSERT_EQ(graph.initializers.size(), 8U);
  EXPECT_EQ(graph.initializers[0].name, "spconv0.weight");
  EXPECT_EQ(graph.initializers[0].array.shape, (Integers{16, 3, 3, 3, 5}));
  EXPECT_EQ(graph.inputs[0].shape, (Integers{1, 5}));
  EXPECT_EQ(graph.outputs[0].shape, (Integers{1, 672, 32, 32}));
}

}  // namespace
}  // namespace sparseconv::read_onnx_test
