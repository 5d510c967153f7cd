#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "compress_scan/checksum.hpp"
#include "compress_scan/stage_times.hpp"
#include "sparseconv/index/octree_level.hpp"
#include "sparseconv/networks.hpp"
#include "sparseconv/number/little_endian.hpp"

namespace compress_scan {

using SiteSet = sparseconv::SiteSet<3>;
using Tensor = sparseconv::SparseTensor<float, 3>;

/// The two networks of the codec: what is known of the low four bits of occupancies, and then of the high four.
struct Networks {
  sparseconv::Network low;
  sparseconv::Network high;
};

/// With numbers drawn from a seed.
inline Networks random_networks(sparseconv::RenoOptions const& options) {
  return {sparseconv::reno_level(options), sparseconv::reno_high_bits(options)};
}

/// Tells the numbers of networks from other numbers: a checksum over names and numbers of both, by name.
inline std::uint32_t fingerprint(Networks const& networks) {
  Checksum checksum;
  for (sparseconv::Network const* const network : {&networks.low, &networks.high}) {
    for (auto const& [name, parameter] : network->parameters()) {
      checksum.add(std::as_bytes(std::span(name)));
      std::vector<std::byte> bytes(parameter.values.size() * sizeof(float));
      for (std::size_t i = 0; i < parameter.values.size(); ++i) {
        sparseconv::store_little_endian(parameter.values[i], bytes.data() + i * sizeof(float));
      }
      checksum.add(bytes);
    }
  }
  return checksum.value();
}

/// Watches a run of a network, and gives the time of its nodes to the stages of the codec.
struct StageWatch {
  sparseconv::Graph const& graph;
  StageTimes& times;

  template <class Body>
  void stage(sparseconv::Value self, sparseconv::Stage stage, Body const& body) const {
    bool const is_conv = std::holds_alternative<sparseconv::ConvNode>(graph.node(self).operation);
    times.time(stage != sparseconv::Stage::arithmetic ? CodecStage::maps
               : is_conv                              ? CodecStage::convolutions
                                                      : CodecStage::rest,
               body);
  }

  template <class Sites, class Map>
  void node_done(sparseconv::Value, Sites const&, Map const&, std::int64_t) const {}
};

/// Integers as features of one channel.
///
/// Shapes: a number for each site.
template <sparseconv::HostPolicy Policy, class Number>
Tensor tensor_of_numbers(Policy const& where, SiteSet const& sites, Number const* numbers) {
  sparseconv::Buffer<float> features(where.memory(), sites.size());
  sparseconv::for_each_index(where, sites.size(),
                             [&](std::int64_t i) { features[i] = static_cast<float>(numbers[i]); });
  return {sites, 1, std::move(features)};
}

/// Both networks, ready to run on a policy.
template <sparseconv::HostPolicy Policy>
class CodecEngines {
 public:
  CodecEngines(Policy const& where, Networks networks)
      : fingerprint_(fingerprint(networks)),
        low_(sparseconv::prepare<float>(where, std::move(networks.low))),
        high_(sparseconv::prepare<float>(where, std::move(networks.high))) {}

  /// Of the numbers that the networks had.
  [[nodiscard]] std::uint32_t weights() const { return fingerprint_; }

  struct Low {
    Tensor features;
    Tensor logits;
  };

  /// The logits of the low bits of the children of a level, N x 16, and the features that high_logits takes.
  [[nodiscard]] Low low_logits(Policy const& where, sparseconv::OctreeLevel<3> const& level, StageTimes& times) const {
    auto const inputs = times.time(CodecStage::rest, [&] {
      return std::array{tensor_of_numbers(where, level.parents, level.occupancy.data()),
                        tensor_of_numbers(where, level.children, level.places.data())};
    });
    std::vector<Tensor> outputs = run(where, low_, {&inputs[0], &inputs[1]}, times);
    return {std::move(outputs[0]), std::move(outputs[1])};
  }

  /// The logits of the high bits of occupancies whose low bits are known, N x 16.
  ///
  /// Shapes: low bits N, of the sites of the features.
  [[nodiscard]] Tensor high_logits(Policy const& where, Tensor const& features, sparseconv::Buffer<float> low_bits,
                                   StageTimes& times) const {
    Tensor const low(features.sites(), 1, std::move(low_bits));
    return std::move(run(where, high_, {&features, &low}, times)[0]);
  }

 private:
  using Engine = sparseconv::Engine<float, sparseconv::HostMemory>;

  static std::vector<Tensor> run(Policy const& where, Engine const& engine, std::array<Tensor const*, 2> const& inputs,
                                 StageTimes& times) {
    std::vector<Tensor> outputs;
    engine.template watched_run<3>(
        where, inputs, [&](Tensor&& output) { outputs.push_back(std::move(output)); },
        StageWatch{engine.graph(), times});
    return outputs;
  }

  std::uint32_t fingerprint_;
  Engine low_;
  Engine high_;
};

}  // namespace compress_scan
