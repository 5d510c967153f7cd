#include "sparseconv/network/network_file.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "sparseconv/models/minkunet.hpp"
#include "sparseconv/models/pillars.hpp"
#include "sparseconv/models/residual_encoders.hpp"
#include "sparseconv/models/second.hpp"
#include "sparseconv/models/tree_unet.hpp"
#include "sparseconv/network/describe.hpp"
#include "sparseconv/network/fold.hpp"
#include "sparseconv/network/fuse.hpp"
#include "sparseconv/network/prepare.hpp"
#include "support/error_message.hpp"
#include "support/every_kind_of_node.hpp"
#include "support/folder_contents.hpp"
#include "support/random_network.hpp"
#include "support/random_sites.hpp"
#include "support/rounding.hpp"
#include "support/safetensors_file.hpp"
#include "support/temporary_file.hpp"
#include "support/test_rounds.hpp"

namespace sparseconv::network_file_test {
namespace {

using test::ByteWriter;
using test::message_of;
using test::TemporaryFile;
using test::text_of;

std::vector<std::uint32_t> bits(std::vector<float> const& values) {
  std::vector<std::uint32_t> all;
  for (float const value : values) all.push_back(std::bit_cast<std::uint32_t>(value));
  return all;
}

/// Saves a network and loads it: numbers, outputs, the table and the bytes of a file are as they were. The fields are compared by
/// parse_network_test and format_network_test.
Network saved_and_loaded(Network const& net) {
  TemporaryFile const file("net.safetensors", {});
  save_network(file.path(), net);
  Network loaded = load_network(file.path());
  std::string const written = text_of(file.path());
  save_network(file.path(), loaded);
  EXPECT_TRUE(text_of(file.path()) == written) << "saved again it has other bytes";
  EXPECT_EQ(to_string(loaded), to_string(net));
  EXPECT_EQ(loaded.parameters().size(), net.parameters().size());
  for (auto const& [name, parameter] : net.parameters()) {
    EXPECT_EQ(loaded.parameter(name).shape, parameter.shape) << name;
    EXPECT_EQ(loaded.parameter(name).learned, parameter.learned) << name;
    EXPECT_TRUE(bits(loaded.parameter(name).values) == bits(parameter.values)) << name;
  }
  EXPECT_EQ(loaded.outputs().size(), net.outputs().size());
  for (std::size_t i = 0; i < net.outputs().size(); ++i) {
    EXPECT_EQ(loaded.outputs()[i].name, net.outputs()[i].name);
    EXPECT_EQ(loaded.outputs()[i].value, net.outputs()[i].value);
  }
  return loaded;
}

TEST(NetworkFile, KeepsEveryKindOfNode) {
  Network net = test::every_kind_of_node(2, 3);
  net.parameter("stem.weight").learned = false;
  net.parameter("stem.norm.running_mean").learned = true;
  Network const loaded = saved_and_loaded(net);
  Grid<2> const grid{.shape = {19, 23}, .batch_size = 2};
  auto const x = test::random_tensor<float>(test::random_site_set(grid, 90, 1), 3, 2);
  auto const before = evaluate(seq, net, x);
  auto const after = evaluate(seq, loaded, x);
  ASSERT_EQ(before.sites().size(), x.sites().size());
  EXPECT_TRUE(test::same_bits(std::as_const(after).features(), std::as_const(before).features()));
}

TEST(NetworkFile, KeepsWhatPassesMade) {
  Network const net = test::every_kind_of_node(3, 4);
  (void)saved_and_loaded(fold_batch_norms(net));
  (void)saved_and_loaded(fuse(fold_batch_norms(net)));
}

TEST(NetworkFile, KeepsNetworksOfTheField) {
  for (Network const& net : {second(4), tree_unet(3), pillar(8), centerpoint(5), minkunet14a(3, 4)}) {
    SCOPED_TRACE(net.name());
    (void)saved_and_loaded(net);
  }
}

TEST(NetworkFile, KeepsRandomNetworks) {
  for (std::uint32_t seed = 1; seed <= 40 * test::test_rounds(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Network const net =
        test::RandomNetworks(seed).next(1 + static_cast<int>(seed % 4), 14, 1 + static_cast<int>(seed % 3));
    (void)saved_and_loaded(net);
    (void)saved_and_loaded(fuse(fold_batch_norms(net)));
    if (HasFailure()) return;
  }
}

TEST(NetworkFile, KeepsEveryBit) {
  Network net("Bits \xc3\xa9 \"\n");
  Value x = net.input("x\t", {.axes = 8, .channels = 2});
  for (double const epsilon :
       {0.1, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 1.0 / 3, 123456789012345.6})
    x = net.layer_norm("norm" + std::to_string(net.graph().size()), x, epsilon);
  for (double const slope : {-0.0, 1e-7, 0.30000000000000004, -1e300}) x = net.activate(x, leaky_relu(slope));
  net.parameter("norm1.weight").values = {std::bit_cast<float>(0x7fa00001U), -0.0F};  // a signalling NaN
  net.parameter("norm1.bias").values = {std::numeric_limits<float>::denorm_min(),
                                        -std::numeric_limits<float>::infinity()};
  Network const loaded = saved_and_loaded(net);
  for (std::int32_t i = 1; i < net.graph().size(); ++i) {
    if (auto const* norm = std::get_if<LayerNormNode>(&net.graph().node({i}).operation)) {
      EXPECT_EQ(std::bit_cast<std::uint64_t>(std::get<LayerNormNode>(loaded.graph().node({i}).operation).epsilon),
                std::bit_cast<std::uint64_t>(norm->epsilon));
    } else {
      EXPECT_EQ(
          std::bit_cast<std::uint64_t>(std::get<ActivationNode>(loaded.graph().node({i}).operation).activation.slope),
          std::bit_cast<std::uint64_t>(std::get<ActivationNode>(net.graph().node({i}).operation).activation.slope));
    }
  }
}

TEST(NetworkFile, KeepsANetworkWithoutNodes) {
  (void)saved_and_loaded(Network(""));
}

TEST(NetworkFile, SavesNoSeed) {
  Network net("Seeded", 5);
  (void)net.linear("first", net.input("x", {.channels = 2}), {.out_channels = 2});
  Network loaded = saved_and_loaded(net);
  Network other("Other", 0);
  (void)other.linear("second", other.input("x", {.channels = 2}), {.out_channels = 2});
  (void)loaded.linear("second", Value{0}, {.out_channels = 2});
  EXPECT_EQ(loaded.parameter("second.weight").values, other.parameter("second.weight").values);
}

TEST(NetworkFile, RefusesToSaveNumbersThatDoNotFit) {
  TemporaryFile const file("net.safetensors", ByteWriter("before").bytes());
  Network net("Net");
  (void)net.linear("y", net.input("x", {.channels = 2}), {.out_channels = 2});
  std::string const where = "save_network: " + file.path().string() + ": ";
  auto const failure = [&](auto const& change) {
    Network changed = net;
    change(changed);
    return message_of<ShapeError>([&] { return (save_network(file.path(), changed), 0); });
  };
  EXPECT_EQ(failure([](Network& changed) { changed.parameter("y.bias").values.pop_back(); }),
            where + "Net: parameter 'y.bias' has 1 numbers of a shape 2; the node takes 2");
  EXPECT_EQ(failure([](Network& changed) { changed.set_bias(Value{0}, {1}); }),
            where +
                "Net: parameter 'x.bias' belongs to no node, or to one that does not take it; leave it out, or add "
                "the node");
  EXPECT_EQ(text_of(file.path()), "before");
  EXPECT_EQ(test::count_files(file.folder()), 1);
  std::filesystem::path const nowhere = file.folder() / "none" / "net.safetensors";
  EXPECT_EQ(message_of<Error>([&] { return (save_network(nowhere, net), 0); }),
            "save_network: cannot write " + nowhere.string() +
                ": No such file or directory; the folder must exist and be writable");
}

/// A text as it stands in a header.
std::string quoted(std::string const& text) {
  std::string all = "\"";
  for (char const c : text) all += (c == '"' || c == '\\' ? std::string("\\") : std::string()) + c;
  return all + "\"";
}

/// A network of an input of 1 channel and a linear node "y" of a bias, and a file with it, put together by hand.
std::string const small_text =
    R"({"format":"sparseconv.network","version":1,"name":"Net","nodes":[)"
    R"({"name":"x","kind":"input","axes":1,"channels":2},)"
    R"({"name":"y","kind":"linear","input":"x","out_channels":1,"bias":true,"residual":null,)"
    R"("activation":{"kind":"relu","slope":0.0}}],"outputs":[{"name":"z","value":"y"}],"not_learned":[]})";
std::string const weight = R"("y.weight":{"dtype":"F32","shape":[2,1],"data_offsets":[4,12]})";
std::string const bias = R"("y.bias":{"dtype":"F32","shape":[1],"data_offsets":[0,4]})";

Network parse(std::string const& text, std::string const& tensors, std::size_t floats = 3) {
  ByteWriter data;
  for (std::size_t i = 0; i < floats; ++i) data.numbers<float>(static_cast<float>(i) + 0.5F);
  std::string const header = "{\"__metadata__\":{\"format\":\"pt\",\"sparseconv.network\":" + quoted(text) + "}" +
                             (tensors.empty() ? "" : ",") + tensors + "}";
  return parse_network_file(test::safetensors(header, data), "a");
}

std::string failure(std::string const& text, std::string const& tensors, std::size_t floats = 3) {
  return message_of<FormatError>([&] { return parse(text, tensors, floats).name(); });
}

std::string with(std::string text, std::string const& from, std::string const& to) {
  std::size_t const at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

TEST(NetworkFile, ReadsAFileMadeByHand) {
  Network const net = parse(small_text, weight + "," + bias);
  EXPECT_EQ(net.name(), "Net");
  EXPECT_EQ(net.parameter("y.bias").values, (std::vector<float>{0.5F}));
  EXPECT_EQ(net.parameter("y.weight").values, (std::vector<float>{1.5F, 2.5F}));
  EXPECT_EQ(net.parameter("y.weight").shape, (std::vector<std::int64_t>{2, 1}));
  EXPECT_TRUE(net.parameter("y.weight").learned);
  EXPECT_FALSE(parse(with(small_text, "[]", "[\"y.weight\"]"), weight + "," + bias).parameter("y.weight").learned);
  EXPECT_EQ(std::get<LinearNode>(net.graph().node({1}).operation).activation, relu);
  EXPECT_EQ(net.outputs()[0].name, "z");
}

TEST(NetworkFile, RefusesTensorsThatAreNotTheNetworks) {
  std::string const both = weight + "," + bias;
  EXPECT_EQ(failure(small_text, bias, 1),
            "load_network: a: node \"y\": its tensor \"y.weight\" is not there; the file is damaged");
  EXPECT_EQ(failure(small_text, both + R"(,"y.other":{"dtype":"F32","shape":[0],"data_offsets":[0,0]})"),
            "load_network: a: the tensor \"y.other\" belongs to no node of the network; the file is damaged");
  EXPECT_EQ(
      failure(small_text, with(both, "[2,1]", "[1,2]")),
      "load_network: a: node \"y\": its tensor \"y.weight\" has the shape (1, 2), the node takes (2, 1); the file "
      "is damaged");
  EXPECT_EQ(failure(small_text, with(both, "F32\",\"shape\":[2,1]", "F16\",\"shape\":[4,1]")),
            "load_network: a: node \"y\": its tensor \"y.weight\" holds float16, and the numbers of a network are "
            "float32; save it by save_network");
  EXPECT_EQ(failure(with(small_text, "[]", "[\"y.gain\"]"), both),
            "load_network: a: the network: its not_learned has \"y.gain\", and no node has that parameter; the file is "
            "damaged");
  // As many channels as no file has numbers for: refused without asking for memory.
  EXPECT_EQ(failure(with(small_text, "\"channels\":2", "\"channels\":9223372036854775807"), both)
                .find("load_network: a: node \"y\": its tensor \"y.weight\" has the shape (2, 1), the node takes ("),
            0U);
}

TEST(NetworkFile, RefusesWhatIsNoNetwork) {
  std::string const both = weight + "," + bias;
  EXPECT_EQ(
      message_of<FormatError>([&] {
        return parse_network_file(test::safetensors("{" + both + "}", ByteWriter(std::string(12, 'x'))), "a").name();
      }),
      "load_network: a: the file has 2 tensors and no network; build one, and give it these numbers by "
      "bind_parameters(network, read_safetensors(path).arrays)");
  EXPECT_EQ(message_of<FormatError>([&] { return parse_network_file(std::vector<std::byte>(3), "a").name(); }),
            "load_network: a: the file has 3 bytes, and the length of its header alone takes 8; it is cut off, or "
            "another format");
  EXPECT_EQ(failure("", both).find("load_network: a: the network is no JSON from its byte 0 on"), 0U);
  EXPECT_EQ(failure(with(small_text, "\"version\":1", "\"version\":2"), both),
            "load_network: a: the network is of version 2, and this library reads 1; load it with a later one, or save "
            "it by this one");
  EXPECT_EQ(failure(with(small_text, "\"out_channels\":1", "\"out_channels\":0"), both),
            "load_network: a: node \"y\": Net, y: 0 channels; give at least 1");
  EXPECT_EQ(failure(with(small_text, "{\"name\":\"z\",\"value\":\"y\"}",
                         "{\"name\":\"z\",\"value\":\"y\"},{\"name\":\"z\",\"value\":\"x\"}"),
                    both),
            "load_network: a: Net: there is an output 'z' already, or it has no name; give each one of its own");
  EXPECT_EQ(message_of<FormatError>([] {
              return load_network("missing.safetensors").name();
            }).find("load_network: missing.safetensors: no such file"),
            0U);
}

}  // namespace
}  // namespace sparseconv::network_file_test
