#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/network/format_network.hpp"
#include "sparseconv/network/json_fields.hpp"
#include "sparseconv/network/network.hpp"
#include "sparseconv/network/node_fields.hpp"
#include "sparseconv/weights/strict_json.hpp"

// This header needs nlohmann-json, so sparseconv.hpp does not include it.

namespace sparseconv::inline v0_1 {

/// The most nodes, and outputs, of a network of a file. Each is compared with all before it.
inline constexpr std::size_t most_nodes_of_file = 1 << 14;

/// What the text of a network says: all but its numbers.
struct NetworkText {
  Graph graph;
  std::vector<Network::Output> outputs;
  std::set<std::string, std::less<>> not_learned;  ///< names of parameters
};

/// The most characters that are shown of a message of a graph, in which names of the file stand as they are.
inline constexpr std::size_t longest_shown_message = 1000;

/// Makes nodes of their JSON.
class NodeParser {
 public:
  NodeParser(nlohmann::json const& nodes, Graph& graph, std::string_view where)
      : nodes_(nodes), graph_(graph), where_(where) {}

  /// Adds the nodes to the graph. Throws: as parse_network.
  void add_all() {
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      std::string where = error_message({where_, ": node ", i});
      auto const name = nodes_[i].is_object() ? nodes_[i].find("name") : nodes_[i].end();
      if (name != nodes_[i].end()) where = error_message({where_, ": node ", json_in_quotes(*name)});
      JsonFields fields(nodes_[i], where);
      std::string const& node_name = fields.take_text("name");
      Operation operation = operation_of(fields);
      fields.expect_no_others();
      try {
        places_.insert_or_assign(node_name, graph_.add(node_name, std::move(operation)));
      } catch (Error const& error) {
        throw FormatError({where, ": ", printable(error.what(), longest_shown_message)});
      }
    }
  }

  /// The node that a text names. Throws: FormatError if it is none of those that were added.
  [[nodiscard]] Value value_named(nlohmann::json const& name, std::string_view where) const {
    if (!name.is_string()) JsonFields::refuse_json(name, where, "it must be the name of a node");
    auto const found = places_.find(name.get_ref<std::string const&>());
    if (found != places_.end()) return found->second;
    for (nlohmann::json const& node : nodes_) {
      if (node.is_object() && node.contains("name") && node["name"] == name)
        JsonFields::refuse_json(name, where, "that node does not come before; a node takes earlier ones alone");
    }
    JsonFields::refuse_json(name, where, "there is no such node");
  }

 private:
  /// The kind of node that the fields name, with what they say.
  [[nodiscard]] Operation operation_of(JsonFields& fields) const {
    std::string const& kind = fields.take_text("kind");
    Operation operation;
    if (!choose_kind<0>(operation, kind))
      throw FormatError({fields.where("kind"), " is ", in_quotes(kind),
                         ", which this version does not know; the file is damaged, or of a later one"});
    visit_node([&](auto& node) { read_fields(fields, node); }, operation);
    return operation;
  }

  template <std::size_t Place>
  [[nodiscard]] static bool choose_kind(Operation& operation, std::string_view kind) {
    if constexpr (Place == std::variant_size_v<Operation>) {
      return false;
    } else {
      if (name_in_file(operation.emplace<Place>()) == kind) return true;
      return choose_kind<Place + 1>(operation, kind);
    }
  }

  template <class Struct>
  void read_fields(JsonFields& fields, Struct& to) const {
    for_each_field(to, [&](char const* name, auto& member) { read(fields.take(name), member, fields.where(name)); });
  }

  template <class Member>
  void read(nlohmann::json const& value, Member& member, std::string const& where) const {
    if constexpr (std::same_as<Member, bool>) {
      if (!value.is_boolean()) JsonFields::refuse_json(value, where, "it must be true or false");
      member = value.get<bool>();
    } else if constexpr (std::integral<Member>) {
      member = integer<Member>(value, where);
    } else if constexpr (std::floating_point<Member>) {
      if (!value.is_number()) JsonFields::refuse_json(value, where, "it must be a number");
      member = value.get<Member>();
    } else if constexpr (std::is_enum_v<Member>) {
      member = word<Member>(value, where);
    } else if constexpr (std::same_as<Member, Value>) {
      member = value_named(value, where);
    } else if constexpr (std::same_as<Member, std::optional<Value>>) {
      if (!value.is_null()) member = value_named(value, where);
    } else if constexpr (std::same_as<Member, std::vector<Value>>) {
      if (!value.is_array()) JsonFields::refuse_json(value, where, "it must be a list of names of nodes");
      for (nlohmann::json const& one : value) member.push_back(value_named(one, where));
    } else if constexpr (std::same_as<Member, AxisNumbers>) {
      member = axis_numbers(value, where);
    } else {
      JsonFields fields(value, where);
      read_fields(fields, member);
      fields.expect_no_others();
    }
  }

  template <class Int>
  [[nodiscard]] static Int integer(nlohmann::json const& value, std::string_view where) {
    bool const fits = value.is_number_unsigned()
                          ? std::in_range<Int>(value.get<std::uint64_t>())
                          : value.is_number_integer() && std::in_range<Int>(value.get<std::int64_t>());
    if (fits) return value.get<Int>();
    JsonFields::refuse_json(value, where, error_message({"it must be an integer of ", 8 * sizeof(Int), " bits"}));
  }

  /// The words of an enumeration stand at 0, 1, and so on.
  template <class Enumeration>
  [[nodiscard]] static Enumeration word(nlohmann::json const& value, std::string_view where) {
    std::string words;
    for (int i = 0; !name_in_file(static_cast<Enumeration>(i)).empty(); ++i) {
      std::string_view const known = name_in_file(static_cast<Enumeration>(i));
      if (value == known) return static_cast<Enumeration>(i);
      words += (i > 0 ? ", " : "") + std::string(known);
    }
    JsonFields::refuse_json(value, where, "this version knows " + words);
  }

  [[nodiscard]] static AxisNumbers axis_numbers(nlohmann::json const& value, std::string_view where) {
    if (!value.is_array()) return integer<std::int32_t>(value, where);
    std::vector<std::int32_t> each;
    if (value.empty() || value.size() > most_axes)
      JsonFields::refuse_json(value, where, error_message({"it must be a number, or a list of 1 to ", most_axes}));
    for (nlohmann::json const& one : value) each.push_back(integer<std::int32_t>(one, where));
    return AxisNumbers(std::span<std::int32_t const>(each));
  }

  nlohmann::json const& nodes_;
  Graph& graph_;
  std::string_view where_;
  std::unordered_map<std::string, Value> places_;
};

/// Reads what format_network writes. `where` begins every message.
///
/// Throws: FormatError if the text is not what that writes or of a later version, or names nodes, fields or words that are not known;
///         if a node refers to one that does not come before, or does not fit, see Graph::add. The message names the node.
[[nodiscard]] inline NetworkText parse_network(std::string_view text, std::string_view where) {
  constexpr std::size_t most_nested = 5;  // the text, its nodes, one, its geometry, the numbers of axes
  std::string const named = error_message({where, ": the network"});
  nlohmann::json const json = parse_strict_json(text, most_nested, named);
  JsonFields fields(json, named);
  if (std::string const& format = fields.take_text("format"); format != network_text_format)
    throw FormatError({named, " is of the format ", in_quotes(format), ", and \"", network_text_format,
                       "\" is read; save it by save_network"});
  nlohmann::json const& version = fields.take("version");
  auto const number = json_count(version);
  if (number && *number > network_text_version)
    throw FormatError({named, " is of version ", *number, ", and this library reads ", network_text_version,
                       "; load it with a later one, or save it by this one"});
  if (number != network_text_version)
    JsonFields::refuse_json(version, fields.where("version"), "versions are 1, 2 and so on");

  NetworkText network{.graph = Graph(fields.take_text("name")), .outputs = {}, .not_learned = {}};
  NodeParser nodes(fields.take_list("nodes", most_nodes_of_file), network.graph, where);
  nodes.add_all();
  for (nlohmann::json const& output : fields.take_list("outputs", most_nodes_of_file)) {
    JsonFields parts(output, named + ": an output");
    std::string const& name = parts.take_text("name");
    network.outputs.push_back({name, nodes.value_named(parts.take("value"), parts.where("value"))});
    parts.expect_no_others();
  }
  std::string const what = fields.where("not_learned");
  for (nlohmann::json const& name : fields.take_list("not_learned", text.size())) {
    if (!name.is_string()) JsonFields::refuse_json(name, what, "it must be the name of a parameter");
    if (!network.not_learned.insert(name.get<std::string>()).second)
      JsonFields::refuse_json(name, what, "a parameter stands there once");
  }
  fields.expect_no_others();
  return network;
}

}  // namespace sparseconv::inline v0_1
