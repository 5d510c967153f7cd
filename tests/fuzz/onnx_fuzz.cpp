#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "check_array.hpp"
#include "check_reader.hpp"
#include "memory_count.hpp"
#include "mutate.hpp"
#include "onnx_file.hpp"
#include "sparseconv/network/import_onnx.hpp"
#include "sparseconv/weights/read_onnx.hpp"
#include "sparseconv/weights/write_onnx.hpp"

namespace sparseconv::fuzz {

/// Arrays lie in the bytes, or are no larger.
inline void require_whole(OnnxGraph const& graph, ReaderBounds const& bounds) {
  std::size_t values = 0;
  for (NamedArray const& named : graph.initializers) {
    named.array.expect_whole("fuzz");
    require(!named.name.empty(), "each array has a name");
    values += named.array.bytes.size();
  }
  require(values <= bounds.most_values, "no more numbers than the bytes have room for");
  for (OnnxNode const& node : graph.nodes) require(!node.op_type.empty(), "each node is of some operation");
}

/// What was read is written and read again as it is, unless it has names that no writer takes.
inline void check_writing(OnnxGraph const& graph) {
  std::vector<std::byte> bytes;
  try {
    bytes = format_onnx(graph, "fuzz");
  } catch (Error const& error) {
    return require_sentence(error.what(), "write_onnx: fuzz: ");
  }
  OnnxGraph const again = parse_onnx(bytes, "again");
  require(again.nodes.size() == graph.nodes.size() && again.initializers.size() == graph.initializers.size(),
          "as many nodes and arrays as were written");
  require(format_onnx(again, "fuzz") == bytes, "the same bytes for what was read again");
}

/// The network is whole, or there is a sentence; memory is in proportion to the bytes.
inline void check_import(OnnxGraph const& graph, std::size_t size, AxisOrder axes) {
  const MemoryCount memory;
  try {
    ImportedNetwork const imported = import_onnx(graph, {.axes = axes});
    Network const& network = imported.network;
    require(network.outputs().size() == imported.outputs.size(), "each output is told of");
    for (std::int32_t i = 0; i < network.graph().size(); ++i)
      for (auto const& [role, needed] : parameters_of(network.graph(), {i}))
        static_cast<void>(network.checked_parameter({i}, role));
  } catch (Error const& error) {
    require_sentence(error.what(), "import_onnx: ");
  }
  constexpr std::size_t of_a_network = 256;  // bytes for each: a node of 12 has a name, a type and sites
  require(static_cast<std::size_t>(memory.most()) <= (std::size_t{1} << 18) + of_a_network * size,
          "memory in proportion to the bytes");
}

}  // namespace sparseconv::fuzz

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  using namespace sparseconv::fuzz;
  return mutate(data, size, max_size, seed, make_onnx, spoil_onnx);
}

/// As a graph, as a graph that is written, and as a network.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace sparseconv;
  auto const bytes = std::as_bytes(std::span(data, size));
  SharedBytes const file(std::vector<std::byte>(bytes.begin(), bytes.end()));
  fuzz::check_reader(size, {.call = "read_onnx: fuzz: ", .most_values = size, .header_memory = 1 << 13},
                     [&] { return parse_onnx(file, "fuzz"); });
  OnnxGraph graph;
  try {
    graph = parse_onnx(file, "fuzz");
  } catch (Error const&) {
    return 0;
  }
  fuzz::check_writing(graph);
  fuzz::check_import(graph, size, size % 2 == 0 ? AxisOrder::same : AxisOrder::reversed);
  return 0;
}
