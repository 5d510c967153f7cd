#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseconv/network/weight_layout.hpp"

namespace sparseconv::inline v0_1 {

/// What a checkpoint calls nodes of a network. A star stands for a number, the same one on both sides; several stand for several, in
/// their order: {"conv*.*.norm", "conv*.*.1"} calls conv2.0.norm conv2.0.1.
struct NameRule {
  std::string node;  ///< in the network
  std::string key;   ///< in the checkpoint, without the dot and the role behind it
};

/// How the checkpoints of a project call the nodes of a network, and how they store weights. Plain data: a network of one's own takes
/// rules of one's own.
struct NameTable {
  std::string project = {};          ///< what reports call it
  std::vector<NameRule> rules = {};  ///< the first that fits a node counts; a node that none fits has its own name
  std::vector<WeightLayout> layouts = {};  ///< those that occur; all if none is told
  AxisOrder axes = AxisOrder::same;        ///< seen from a network over z, y, x
};

/// The numbers for which the stars of a pattern stand in a name, if it fits.
[[nodiscard]] inline std::optional<std::vector<std::string_view>> match_name(std::string_view pattern,
                                                                             std::string_view name) {
  std::vector<std::string_view> numbers;
  for (; !pattern.empty(); pattern.remove_prefix(1)) {
    if (pattern.front() != '*') {
      if (name.empty() || name.front() != pattern.front()) return std::nullopt;
      name.remove_prefix(1);
      continue;
    }
    std::size_t const length = std::min(name.find_first_not_of("0123456789"), name.size());
    if (length == 0) return std::nullopt;
    numbers.push_back(name.substr(0, length));
    name.remove_prefix(length);
  }
  return name.empty() ? std::optional(std::move(numbers)) : std::nullopt;
}

/// What the table calls a node; its own name if no rule fits. A star of a rule's key that the node has no number for stays.
[[nodiscard]] inline std::string key_of(NameTable const& table, std::string_view node) {
  for (NameRule const& rule : table.rules) {
    auto const numbers = match_name(rule.node, node);
    if (!numbers) continue;
    std::string key;
    std::size_t used = 0;
    for (char const letter : rule.key) {
      if (letter == '*' && used < numbers->size()) {
        key += (*numbers)[used++];
      } else {
        key += letter;
      }
    }
    return key;
  }
  return std::string(node);
}

}  // namespace sparseconv::inline v0_1
