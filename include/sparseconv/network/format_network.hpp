#pragma once

#include <cmath>
#include <concepts>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/network/network.hpp"
#include "sparseconv/network/node_fields.hpp"
#include "sparseconv/weights/strict_json.hpp"

// This header needs nlohmann-json, so sparseconv.hpp does not include it.

namespace sparseconv::inline v0_1 {

/// What the text of a network says that it is, and the version that is written and read. A later one may say more of a network, such
/// as other element types; what it says is not guessed.
inline constexpr std::string_view network_text_format = "sparseconv.network";
/// See network_text_format.
inline constexpr std::uint64_t network_text_version = 1;

/// Makes JSON of the fields of nodes.
class NodeFormatter {
 public:
  NodeFormatter(Graph const& graph, std::string_view where) : graph_(graph), where_(where) {}

  /// Throws: as format_network.
  [[nodiscard]] nlohmann::ordered_json json_of(Node const& node) const {
    nlohmann::ordered_json object;
    object["name"] = node.name;
    visit_node(
        [&](auto const& operation) {
          object["kind"] = name_in_file(operation);
          add_fields(object, operation, node.name);
        },
        node.operation);
    return object;
  }

 private:
  template <class Struct>
  void add_fields(nlohmann::ordered_json& object, Struct const& of, std::string const& node) const {
    for_each_field(of, [&](char const* name, auto const& member) { object[name] = json_of(member, name, node); });
  }

  template <class Member>
  [[nodiscard]] nlohmann::ordered_json json_of(Member const& member, char const* name, std::string const& node) const {
    if constexpr (std::integral<Member>) {
      return member;
    } else if constexpr (std::floating_point<Member>) {
      if (std::isfinite(member)) return member;
      throw Error({where_, ": node ", in_quotes(node), ": its ", name, " is ", member,
                   ", which a file cannot tell; give a finite number"});
    } else if constexpr (std::is_enum_v<Member>) {
      return name_in_file(member);
    } else if constexpr (std::same_as<Member, Value>) {
      return graph_.node(member).name;
    } else if constexpr (std::same_as<Member, std::optional<Value>>) {
      return member ? json_of(*member, name, node) : nlohmann::ordered_json();
    } else if constexpr (std::same_as<Member, std::vector<Value>>) {
      nlohmann::ordered_json list = nlohmann::ordered_json::array();
      for (Value const value : member) list.push_back(graph_.node(value).name);
      return list;
    } else if constexpr (std::same_as<Member, AxisNumbers>) {
      if (member.told().size() == 1) return member[0];
      nlohmann::ordered_json list = nlohmann::ordered_json::array();
      for (std::int32_t const number : member.told()) list.push_back(number);
      return list;
    } else {
      nlohmann::ordered_json object;
      add_fields(object, member, node);
      return object;
    }
  }

  Graph const& graph_;
  std::string_view where_;
};

/// A network without its numbers as a text of JSON: {"format", "version", "name", "nodes", "outputs", "not_learned"}. Nodes stand in
/// their order, with the names of those that they take; node_fields.hpp has the fields. `where` begins every message.
///
/// Bits:   the same text for the same network; numbers have as many digits as tell them from others.
/// Throws: Error if a name is not UTF-8, or a number of a node not finite.
[[nodiscard]] inline std::string format_network(Network const& network, std::string_view where) {
  auto const expect_utf8 = [&](std::string_view name) {
    if (json_text(name)) return;
    throw Error({where, ": the name ", in_quotes(name), " is not UTF-8, which a file asks for; give one that is"});
  };
  nlohmann::ordered_json text;
  text["format"] = network_text_format;
  text["version"] = network_text_version;
  expect_utf8(network.name());
  text["name"] = network.name();
  NodeFormatter const formatter(network.graph(), where);
  nlohmann::ordered_json& nodes = text["nodes"] = nlohmann::ordered_json::array();
  for (Node const& node : network.graph().nodes()) {
    expect_utf8(node.name);
    nodes.push_back(formatter.json_of(node));
  }
  nlohmann::ordered_json& outputs = text["outputs"] = nlohmann::ordered_json::array();
  for (Network::Output const& output : network.outputs()) {
    expect_utf8(output.name);
    nlohmann::ordered_json object;
    object["name"] = output.name;
    object["value"] = network.graph().node(output.value).name;
    outputs.push_back(std::move(object));
  }
  nlohmann::ordered_json& not_learned = text["not_learned"] = nlohmann::ordered_json::array();
  for (auto const& [name, parameter] : network.parameters()) {
    if (!parameter.learned) not_learned.push_back(name);
  }
  return text.dump();
}

}  // namespace sparseconv::inline v0_1
