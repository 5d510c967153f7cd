#pragma once

#include <nlohmann/json.hpp>

#include "sparseconv/network/profile.hpp"

// This header needs nlohmann-json, so sparseconv.hpp does not include it.

namespace sparseconv::inline v0_1 {

/// A profile for programs: {"network", "nodes": [...], "total"}. Units are in the names.
inline nlohmann::json to_json(NetworkProfile const& profile) {
  auto const row = [](NodeProfile const& node) {
    return nlohmann::json{{"name", node.name},
                          {"kind", node.kind},
                          {"channels", node.channels},
                          {"sites", node.sites},
                          {"pairs", node.pairs},
                          {"gflop", node.operations / 1e9},
                          {"sites_ms", node.sites_ms},
                          {"map_ms", node.map_ms},
                          {"arithmetic_ms", node.arithmetic_ms},
                          {"map_bytes", node.map_bytes},
                          {"held_bytes", node.held_bytes}};
  };
  nlohmann::json nodes = nlohmann::json::array();
  for (NodeProfile const& node : profile.nodes) nodes.push_back(row(node));
  return {{"network", profile.network}, {"nodes", std::move(nodes)}, {"total", row(profile.total())}};
}

}  // namespace sparseconv::inline v0_1
