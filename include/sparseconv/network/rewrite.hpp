#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "sparseconv/network/network.hpp"

namespace sparseconv::inline v0_1 {

/// A network that a pass makes of another: operations may be changed, and nodes left out whose work others took over. Names,
/// outputs and numbers stay.
class Rewrite {
 public:
  explicit Rewrite(Network network) : from_(std::move(network)) {
    Graph const& graph = from_.graph();
    readers_.resize(static_cast<std::size_t>(graph.size()));
    for (std::int32_t i = 0; i < graph.size(); ++i) {
      operations_.push_back(graph.node({i}).operation);
      stands_for_.push_back({i});
      for_each_use(operations_.back(), [&](Value value, Use use) {
        if (use == Use::features) ++readers_[place(value)];
      });
    }
    for (Network::Output const& output : from_.outputs()) ++readers_[place(output.value)];
  }

  [[nodiscard]] Network& network() { return from_; }
  [[nodiscard]] std::int32_t size() const { return from_.graph().size(); }

  /// The operation of a node as it is now.
  [[nodiscard]] Operation& operation(Value value) { return operations_[place(value)]; }

  /// The node that gives a value now: itself, or the one that took its work over.
  [[nodiscard]] Value giver(Value value) const { return stands_for_[place(value)]; }

  /// Whether one node alone reads a value, or it is one output and nothing else.
  [[nodiscard]] bool is_read_once(Value value) const { return readers_[place(value)] == 1; }

  /// Leaves a node out: `giver`, which gives what it gave, stands for it.
  void leave_out(Value node, Value giver) { stands_for_[place(node)] = this->giver(giver); }

  /// The new network; the old one's numbers go there.
  [[nodiscard]] Network finished() {
    Network made = from_.without_nodes();
    std::vector<Value> now(static_cast<std::size_t>(size()));
    for (std::int32_t i = 0; i < size(); ++i) {
      if (giver({i}) != Value{i}) continue;
      Operation operation = std::move(operations_[static_cast<std::size_t>(i)]);
      for_each_use(operation, [&](Value& value, Use) { value = now[place(giver(value))]; });
      now[static_cast<std::size_t>(i)] = made.add(from_.graph().node({i}).name, std::move(operation), from_);
    }
    for (Network::Output const& output : from_.outputs()) made.output(output.name, now[place(giver(output.value))]);
    return made;
  }

 private:
  static std::size_t place(Value value) { return static_cast<std::size_t>(value.node); }

  Network from_;
  std::vector<Operation> operations_;
  std::vector<Value> stands_for_;
  std::vector<int> readers_;
};

}  // namespace sparseconv::inline v0_1
