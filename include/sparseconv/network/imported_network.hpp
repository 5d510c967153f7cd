#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sparseconv/network/network.hpp"
#include "sparseconv/network/weight_layout.hpp"

namespace sparseconv::inline v0_1 {

/// What is known of a graph beyond what it says.
struct OnnxImportOptions {
  /// Whether the network counts the axes of space as the graph does. A graph over x, y, z makes a network over z, y, x if reversed.
  AxisOrder axes = AxisOrder::same;
  double leaky_relu_slope = 0.01;  ///< of the activation LeakyReLU, whose slope the graph does not state
};

/// What a graph does to an output after it has become dense: something that is done to the array and not by the network.
struct OnnxDenseStep {
  enum class Kind {
    scatter,   ///< rows to an array of the output's grid, zeros elsewhere: to_dense()
    reshape,   ///< the same numbers in another shape
    transpose  ///< the axes in another order
  };

  Kind kind = Kind::scatter;
  std::string node = {};  ///< its name in the graph
  std::vector<std::int64_t> dims =
      {};                   ///< of a transpose the old axis at each place, else the shape of the result; may be untold
  std::string format = {};  ///< of a scatter: the order of the graph's axes, "zyx" or "xyz"
  std::string output_layout = {};  ///< of a scatter: as the graph has it
};

/// An output of a graph. The network has one of the same name, which is the sparse tensor before the steps.
struct OnnxOutput {
  std::string name = {};
  std::vector<OnnxDenseStep> steps = {};  ///< none where the graph itself gives rows
};

/// Ranges for integer arithmetic that a graph states for a node; the network does not use them.
struct OnnxRanges {
  std::string node = {};
  std::string precision = {};  ///< "int8", "fp16", or as the graph has it
  std::string output_precision = {};
  std::vector<float> inputs = {};   ///< the largest magnitude of each input
  std::vector<float> weights = {};  ///< that of each output channel's weights
};

/// What import_onnx makes of a graph.
struct ImportedNetwork {
  Network network;  ///< its nodes and numbers
  std::vector<std::int64_t> spatial_shape =
      {};  ///< of the input's grid, along the network's axes; empty if the graph is silent
  std::vector<OnnxOutput> outputs = {};  ///< in the order of the network's outputs
  std::vector<OnnxRanges> ranges = {};   ///< in the order of the nodes that have any
};

}  // namespace sparseconv::inline v0_1
