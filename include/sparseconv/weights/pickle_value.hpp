#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sparseconv/error.hpp"

namespace sparseconv::inline v0_1 {

/// What a value of a pickle is.
enum class PickleKind : std::uint8_t {
  none,
  boolean,
  integer,       ///< of 64 bits
  wide_integer,  ///< of more; its text is that of the pickle: little-endian bytes, or digits
  real,
  text,   ///< in UTF-8
  bytes,  ///< what Python 2 calls a string is a text
  list,
  tuple,
  dict,
  set,
  global,        ///< the name of a class or a function
  call,          ///< of a class or a function, which was not done
  persistent_id  ///< names something that is kept beside the pickle
};

/// The place of a value in Pickle::values.
using PickleId = std::uint32_t;

/// A value of a pickle. Which of the members say something depends on its kind.
struct PickleValue {
  PickleKind kind = PickleKind::none;
  std::int64_t integer = 0;  ///< of a boolean 0 or 1
  double real = 0;
  std::string text = {};  ///< of text, bytes and wide integers

  /// Of a list, tuple or set: its items. Of a dict: keys and values in turn, in the order in which they were set; a key that is set
  /// twice stands there twice. Of a global: module and name. Of a persistent id: the identifier. Of a call: the function or class,
  /// the arguments, the state or none; then, in turn, keys and values of items that were set, where the key of what was appended and
  /// of a dict of named arguments is none.
  std::vector<PickleId> items = {};
};

/// What a pickle holds: plain data, which name each other by their places. Shared values are one value, and containers may hold
/// themselves.
struct Pickle {
  std::vector<PickleValue> values;  ///< no more than the pickle has bytes, and a few
  PickleId top = 0;                 ///< the value that was pickled
  std::size_t bytes = 0;            ///< how many of the bytes belong to the pickle

  [[nodiscard]] PickleValue const& operator[](PickleId id) const { return values[id]; }

  [[nodiscard]] bool is(PickleId id, PickleKind kind) const { return values[id].kind == kind; }

  [[nodiscard]] bool is_text(PickleId id, std::string_view text) const {
    return is(id, PickleKind::text) && values[id].text == text;
  }

  /// Whether the value is the global of that module and name.
  [[nodiscard]] bool is_global(PickleId id, std::string_view module_name, std::string_view name) const {
    return is(id, PickleKind::global) && is_text(values[id].items[0], module_name) &&
           is_text(values[id].items[1], name);
  }

  /// The value of a key of a dict; nothing if the key is not there, or the value is no dict.
  [[nodiscard]] std::optional<PickleId> find(PickleId id, std::string_view key) const {
    if (!is(id, PickleKind::dict)) return std::nullopt;
    std::vector<PickleId> const& items = values[id].items;
    for (std::size_t i = items.size(); i >= 2; i -= 2)
      if (is_text(items[i - 2], key)) return items[i - 1];
    return std::nullopt;
  }

  /// The value in a few words: "integer 80", "dict of 3", "opaque mmcv.HistoryBuffer".
  [[nodiscard]] std::string describe(PickleId id) const {
    PickleValue const& value = values[id];
    switch (value.kind) {
      case PickleKind::none:
        return "none";
      case PickleKind::boolean:
        return value.integer != 0 ? "true" : "false";
      case PickleKind::integer:
        return error_message({"integer ", value.integer});
      case PickleKind::wide_integer:
        return "integer of more than 64 bits";
      case PickleKind::real:
        return error_message({"real ", value.real});
      case PickleKind::text:
        return "text " + in_quotes(value.text);
      case PickleKind::bytes:
        return error_message({value.text.size(), " bytes"});
      case PickleKind::list:
        return error_message({"list of ", value.items.size()});
      case PickleKind::tuple:
        return error_message({"tuple of ", value.items.size()});
      case PickleKind::dict:
        return error_message({"dict of ", value.items.size() / 2});
      case PickleKind::set:
        return error_message({"set of ", value.items.size()});
      case PickleKind::global:
        return "global " + global_name(id);
      case PickleKind::call:
        return "opaque " + global_name(value.items[0]);
      case PickleKind::persistent_id:
        break;
    }
    return "persistent id";
  }

 private:
  /// "module.name", as a message shows it.
  [[nodiscard]] std::string global_name(PickleId id) const {
    if (!is(id, PickleKind::global)) return "value";
    auto const shown = [&](PickleId word) { return printable(values[word].text, 40); };
    return shown(values[id].items[0]) + "." + shown(values[id].items[1]);
  }
};

}  // namespace sparseconv::inline v0_1
