#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "sparseconv/config.hpp"
#include "sparseconv/network/network.hpp"

namespace sparseconv::inline v0_1 {

/// Where the features of a network's values lie while it runs: each in columns of a slot, which is one matrix.
///
/// What goes into one concatenation alone lies in the concatenation's slot from the start, so that its producers write the
/// concatenated rows side by side and nothing is copied. A slot is freed after its last reader.
struct MemoryPlan {
  /// Where a value lies: in which slot, and from which of its channels on.
  struct Place {
    std::int32_t slot = 0;
    std::int64_t first_channel = 0;
  };
  /// A matrix that values share.
  struct Slot {
    std::int64_t channels = 0;
    Value widest;                  ///< the value that takes all columns
    std::int32_t last_reader = 0;  ///< the node after which it is freed; the number of nodes for outputs
  };

  std::vector<Place> places;  ///< of each node
  std::vector<Slot> slots;

  [[nodiscard]] Place const& place(Value value) const { return places[static_cast<std::size_t>(value.node)]; }
  [[nodiscard]] Slot const& slot(Value value) const { return slots[static_cast<std::size_t>(place(value).slot)]; }

  /// Whether a value lies where a concatenation that takes it wants it.
  [[nodiscard]] bool lies_at(Value value, Place const& place) const {
    return this->place(value).slot == place.slot && this->place(value).first_channel == place.first_channel;
  }
};

/// The plan for a network; with `in_place` false each value has a slot of its own, and concatenations copy.
MemoryPlan plan_memory(Network const& network, bool in_place = true);

#if SPARSECONV_NETWORK_BODIES
SPARSECONV_NETWORK_BODY MemoryPlan plan_memory(Network const& network, bool in_place) {
  Graph const& graph = network.graph();
  auto const at = [](Value value) { return static_cast<std::size_t>(value.node); };
  auto const count = static_cast<std::size_t>(graph.size());
  MemoryPlan plan{std::vector<MemoryPlan::Place>(count), {}};
  std::vector<char> has_place(count, false);
  // From the last to the first: a concatenation has its place before what it takes.
  for (std::int32_t i = graph.size(); i-- > 0;) {
    Value const self{i};
    if (!has_place[at(self)]) {
      plan.places[at(self)] = {static_cast<std::int32_t>(plan.slots.size()), 0};
      plan.slots.push_back({graph.type(self).channels, self, i});
    }
    auto const* const concatenation = std::get_if<ConcatenateNode>(&graph.node(self).operation);
    if (concatenation == nullptr || !in_place) continue;
    MemoryPlan::Place next = plan.places[at(self)];
    for (Value const part : concatenation->inputs) {
      // What an input brings lies where the caller has it.
      if (!is_input(graph.node(part).operation) && !has_place[at(part)]) {
        plan.places[at(part)] = next;
        has_place[at(part)] = true;
      }
      next.first_channel += graph.type(part).channels;
    }
  }
  for (std::int32_t i = 0; i < graph.size(); ++i) {
    for_each_use(graph.node({i}).operation, [&](Value value, Use use) {
      std::int32_t& last = plan.slots[static_cast<std::size_t>(plan.place(value).slot)].last_reader;
      if (use == Use::features) last = std::max(last, i);
    });
  }
  for (Network::Output const& output : network.outputs()) {
    plan.slots[static_cast<std::size_t>(plan.place(output.value).slot)].last_reader = graph.size();
  }
  return plan;
}
#endif

}  // namespace sparseconv::inline v0_1
