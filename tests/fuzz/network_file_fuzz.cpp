#include "sparseconv/network/network_file.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "check_reader.hpp"
#include "hostile_values.hpp"
#include "mutate.hpp"
#include "safetensors_file.hpp"

namespace sparseconv::fuzz {
namespace {

/// The text of a chain of a few nodes, and the tensors that these need.
class NetworkWriter {
 public:
  explicit NetworkWriter(Dice& dice) : dice_(dice) {}

  std::string file() {
    nodes_ = R"({"name":"x","kind":"input","axes":2,"channels":2})";
    for (std::size_t left = dice_.below(6); left > 0; --left) add_node();
    std::string const text = R"({"format":"sparseconv.network","version":1,"name":"Net","nodes":[)" + nodes_ +
                             R"(],"outputs":[{"name":"y","value":")" + last_ + R"("}],"not_learned":[)" +
                             (last_norm_.empty() ? "" : "\"" + last_norm_ + ".running_mean\"") + "]}";
    std::string quoted;
    for (char const c : text) quoted += (c == '"' ? std::string("\\") : std::string()) + c;
    std::string header = "{\"__metadata__\":{\"sparseconv.network\":\"" + quoted + "\"}" + tensors_ + "}";
    return join_safetensors(header, std::string(end_, '\x3f'));
  }

 private:
  void add_node() {
    std::string const name = "n" + std::to_string(++count_);
    std::string const input = "\"input\":\"" + last_ + "\"";
    std::string const activation = R"(,"activation":{"kind":")" +
                                   std::string(dice_.pick({"none", "relu", "leaky_relu", "gelu"})) +
                                   R"(","slope":0.5})";
    std::string const residual = dice_.one_in(2) ? "\"residual\":null" : "\"residual\":\"" + last_ + "\"";
    switch (dice_.below(15)) {
      case 0:
        tensor(name + ".weight", "2,2", 4);
        return node(name, "linear", input + ",\"out_channels\":2,\"bias\":false," + residual + activation);
      case 1:
        for (std::string const role : {".weight", ".bias", ".running_mean", ".running_var"})
          tensor(name + role, "2", 2);
        last_norm_ = name;
        return node(name, "batch_norm", input + ",\"epsilon\":1e-05,\"statistics\":\"running\"" + activation);
      case 2:
        for (std::string const role : {".weight", ".bias"}) tensor(name + role, "2", 2);
        return node(name, "layer_norm", input + ",\"epsilon\":0.001");
      case 3:
        return node(name, "activate", input + activation);
      case 4:
        return node(name, "softmax", input);
      case 5:
        return node(name, "add", "\"first\":\"" + last_ + "\",\"second\":\"" + last_ + "\"" + activation);
      case 6:
        return node(name, "pool", input + geometry("floor") + ",\"pooling\":\"max\"");
      case 7:
        tensor(name + ".weight", "4,2,2", 16);
        down_ = name;
        return node(name, "conv",
                    input + ",\"out_channels\":2" + geometry("regular") +
                        ",\"onto\":null,\"bias\":false,\"residual\":null" + activation);
      case 8:
        tensor(name + ".weight", "2,1", 2);
        node(name, "linear", input + ",\"out_channels\":1,\"bias\":false,\"residual\":null" + activation);
        tensor(name + "e.weight", "3,2", 6);
        return node(name + "e", "embedding", "\"input\":\"" + name + "\",\"count\":3,\"out_channels\":2");
      case 9:
        if (down_.empty()) return;
        return node(name, "unpool", "\"input\":\"" + down_ + "\",\"onto\":\"x\",\"stride\":[2,2]");
      case 10:
        return node(name, "axis_pool", input + ",\"axis\":1,\"pooling\":\"sum\"");
      case 11:
        node(name, "join_sites", "\"of\":[\"" + last_ + "\",\"x\"],\"join\":\"unite\"");
        return node(name + "o", "onto_sites", input + ",\"onto\":\"" + name + "\"");
      case 12:
        tensor(name + "s.weight", "2,1", 2);
        node(name + "s", "linear", input + ",\"out_channels\":1,\"bias\":false,\"residual\":null" + activation);
        node(name, "choose_sites", "\"scores\":\"" + name + "s\",\"choice\":\"above\",\"threshold\":0.5,\"count\":0");
        return node(name + "o", "onto_sites", input + ",\"onto\":\"" + name + "\"");
      case 13:
        return node(name, "input_beside", R"("beside":"x","channels":2)");
      default:
        if (down_ != last_) return;
        tensor(name + ".weight", "4,2,2", 16);
        return node(
            name, "inverse_conv",
            input + ",\"out_channels\":2,\"undoes\":\"" + down_ + "\",\"bias\":false,\"residual\":null" + activation);
    }
  }

  static std::string geometry(std::string_view definition) {
    return R"(,"geometry":{"kernel_size":2,"stride":[2,2],"padding":0,"dilation":1,"transposed":false,"output_padding":0,)"
           R"("definition":")" +
           std::string(definition) + "\"}";
  }

  void node(std::string const& name, std::string const& kind, std::string const& fields) {
    nodes_ += ",{\"name\":\"" + name + "\",\"kind\":\"" + kind + "\"," + fields + "}";
    last_ = name;
  }

  void tensor(std::string const& name, std::string const& extents, std::size_t count) {
    tensors_ += "," + safetensors_entry(name, "F32", extents, end_, end_ + 4 * count);
    end_ += 4 * count;
  }

  Dice& dice_;
  std::string nodes_;
  std::string tensors_;
  std::string last_ = "x";
  std::string last_norm_;
  std::string down_;
  std::size_t end_ = 0;
  int count_ = 0;
};

std::string make_network_file(Dice& dice) {
  return NetworkWriter(dice).file();
}

}  // namespace

/// A network has the numbers that its nodes need, and what is written of it is what was read.
static void require_whole(Network const& network, ReaderBounds const& bounds) {
  network.check_parameters();
  std::size_t numbers = 0;
  for (auto const& [name, parameter] : network.parameters()) numbers += parameter.values.size();
  require(4 * numbers <= bounds.most_values, "no more numbers than the bytes have room for");
  std::string const text = format_network(network, "fuzz");
  NetworkText again = parse_network(text, "fuzz");
  Network other(std::move(again.graph), network.parameters());
  for (Network::Output const& output : again.outputs) other.output(output.name, output.value);
  require(format_network(other, "fuzz") == text, "a text that is written says what was read");
}

}  // namespace sparseconv::fuzz

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  using namespace sparseconv::fuzz;
  static auto const words = split_words(
      "name kind input inputs first second items onto undoes axes channels out_channels geometry kernel_size stride "
      "padding dilation transposed output_padding definition bias residual activation slope epsilon statistics pooling "
      "outputs value not_learned version format x n1 n2 n3 n4 n5 conv inverse_conv linear batch_norm layer_norm "
      "activate embedding unpool input_beside beside count n1e n1e.weight "
      "axis_pool scale_sites join_sites choose_sites onto_sites axis grid_of factor of join scores choice threshold "
      "unite intersect above largest n1o n1s n1s.weight "
      "softmax add concatenate pool global_pool broadcast running batch max sum average average_over_kernel regular "
      "submanifold floor none relu tanh true false null 1e999 -0.0 5e-324 F32 F16 n1.weight n1.bias shape dtype");
  return mutate(data, size, max_size, seed, make_network_file,
                [&](std::string& bytes, Dice& dice) { spoil_safetensors(bytes, dice, words); });
}

/// What was read is written and read once more while memory is counted; hence the allowance beside the bytes.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace sparseconv;
  auto const given = std::as_bytes(std::span(data, size));
  SharedBytes const bytes = std::vector<std::byte>(given.begin(), given.end());
  fuzz::check_reader(size, {.call = "load_network: fuzz: ", .most_values = size, .header_memory = 1 << 17},
                     [&] { return parse_network_file(bytes, "fuzz"); });
  return 0;
}
