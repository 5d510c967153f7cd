#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/weights/text_lines.hpp"

// This header needs nlohmann-json, so sparseconv.hpp does not include it.

namespace sparseconv::inline v0_1 {

/// Refuses what a file has no use for while its JSON is parsed: values within more than so many others, and a name that stands twice
/// in one object, of which a parser would keep one without a word.
class JsonGuard {
 public:
  JsonGuard(std::size_t most_nested, std::string_view where) : most_nested_(most_nested), where_(where) {}

  void operator()(nlohmann::json::parse_event_t event, nlohmann::json const& parsed) {
    using Event = nlohmann::json::parse_event_t;
    switch (event) {
      case Event::object_start:
      case Event::array_start:
        if (names_.size() == most_nested_)
          throw FormatError({where_, " has lists and objects within each other ", most_nested_ + 1,
                             " deep, and the format has ", most_nested_, " at most; the file is damaged"});
        names_.emplace_back();
        return;
      case Event::object_end:
      case Event::array_end:
        names_.pop_back();
        return;
      case Event::key:
        if (!names_.back().insert(parsed.get_ref<std::string const&>()).second)
          throw FormatError({where_, " has the name ", in_quotes(parsed.get_ref<std::string const&>()),
                             " twice in one object; the file is damaged"});
        return;
      case Event::value:
        return;
    }
  }

 private:
  std::size_t most_nested_;
  std::string_view where_;
  std::vector<std::set<std::string>> names_;  ///< of each object that is open; a list has none
};

/// The value that a JSON text of a file is. `where` begins every message, as in "read_safetensors: a.safetensors: the header".
///
/// Throws:  FormatError if the text is no JSON in UTF-8, has lists and objects within each other more than `most_nested` deep, a
///          name twice in one object, or a number that no double holds.
[[nodiscard]] inline nlohmann::json parse_strict_json(std::string_view text, std::size_t most_nested,
                                                      std::string_view where) {
  // The parser takes a zero byte for the end, and would not look at what follows.
  std::size_t const zero = std::min(text.find('\0'), text.size());
  auto const refuse = [&](std::size_t byte) {
    std::size_t const at = std::min(byte, text.size());
    throw FormatError({where, " is no JSON from its byte ", at, " on, ", in_quotes(text.substr(at)),
                       "; the file is damaged, or was not written to its end"});
  };
  if (zero < text.size()) refuse(zero);
  JsonGuard guard(most_nested, where);
  try {
    return nlohmann::json::parse(text.begin(), text.end(),
                                 [&](int, nlohmann::json::parse_event_t event, nlohmann::json& parsed) {
                                   guard(event, parsed);
                                   return true;
                                 });
  } catch (nlohmann::json::parse_error const& error) {
    refuse(error.byte > 0 ? error.byte - 1 : 0);
  } catch (nlohmann::json::exception const&) {
    throw FormatError({where, " has a number that no double holds; the file is damaged"});
  }
  return {};
}

/// A text as JSON writes it, in quotes; nothing if it is not UTF-8.
[[nodiscard]] inline std::optional<std::string> json_text(std::string_view text) {
  try {
    return nlohmann::json(text).dump();
  } catch (nlohmann::json::exception const&) {
    return std::nullopt;
  }
}

/// A value as a message shows it.
[[nodiscard]] inline std::string json_in_quotes(nlohmann::json const& value) {
  if (value.is_string()) return in_quotes(value.get_ref<std::string const&>());
  return in_quotes(value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

/// A count that JSON tells: an integer that is not negative.
[[nodiscard]] inline std::optional<std::uint64_t> json_count(nlohmann::json const& value) {
  if (!value.is_number_unsigned()) return std::nullopt;
  return value.get<std::uint64_t>();
}

}  // namespace sparseconv::inline v0_1
