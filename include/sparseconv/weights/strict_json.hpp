#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"

// This header needs nlohmann-json, so sparseconv.hpp does not include it.

namespace sparseconv::inline v0_1 {

/// Puts a value together from what nlohmann's parser finds in a text, and refuses what a file has no use for: values within more than
/// so many others, and a name that stands twice in one object, of which the parser's own builder would keep one without a word.
///
/// That builder with a callback was tried: where a list or object ends it searches all values beside it, so that 10 million tensors
/// would take days.
class JsonBuilder {
 public:
  using Json = nlohmann::json;

  JsonBuilder(std::string_view text, std::size_t most_nested, std::string_view where)
      : text_(text), most_nested_(most_nested), where_(where) {}

  /// What was put together; the last call.
  [[nodiscard]] Json take() { return std::move(root_); }

  // What the parser calls; true: it shall go on.

  bool null() { return add(nullptr); }
  bool boolean(bool value) { return add(value); }
  bool number_integer(Json::number_integer_t value) { return add(value); }
  bool number_unsigned(Json::number_unsigned_t value) { return add(value); }
  bool number_float(Json::number_float_t value, std::string const&) { return add(value); }
  bool string(std::string& value) { return add(std::move(value)); }
  bool binary(Json::binary_t&) { return false; }  // no text has any

  bool start_object(std::size_t) { return open(Json::object()); }
  bool start_array(std::size_t) { return open(Json::array()); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }

  bool key(std::string& name) {
    auto const [place, is_new] = open_.back()->get_ref<Json::object_t&>().emplace(name, nullptr);
    if (!is_new)
      throw FormatError({where_, " has the name ", in_quotes(name), " twice in one object; the file is damaged"});
    named_ = &place->second;
    return true;
  }

  bool parse_error(std::size_t bytes_read, std::string const&, Json::exception const& error) {
    constexpr int number_overflow = 406;
    if (error.id == number_overflow)
      throw FormatError({where_, " has a number that no double holds; the file is damaged"});
    refuse(bytes_read > 0 ? bytes_read - 1 : 0);
  }

  /// Throws:  FormatError: the text is no JSON from that byte on.
  [[noreturn]] void refuse(std::size_t byte) const {
    std::size_t const at = std::min(byte, text_.size());
    throw FormatError({where_, " is no JSON from its byte ", at, " on, ", in_quotes(text_.substr(at)),
                       "; the file is damaged, or was not written to its end"});
  }

 private:
  Json& place(Json value) {
    if (open_.empty()) return root_ = std::move(value);
    if (open_.back()->is_object()) return *named_ = std::move(value);
    return open_.back()->get_ref<Json::array_t&>().emplace_back(std::move(value));
  }

  bool add(Json value) {
    place(std::move(value));
    return true;
  }

  bool open(Json value) {
    if (open_.size() == most_nested_)
      throw FormatError({where_, " has lists and objects within each other ", most_nested_ + 1,
                         " deep, and the format has ", most_nested_, " at most; the file is damaged"});
    open_.push_back(&place(std::move(value)));
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  std::string_view text_;
  std::size_t most_nested_;
  std::string_view where_;
  Json root_;
  std::vector<Json*> open_;  ///< the lists and objects that have begun, each in the one before it
  Json* named_ = nullptr;    ///< where the value of the name goes that was read last
};

/// The value that a JSON text of a file is. `where` begins every message, as in "read_safetensors: a.safetensors: the header".
///
/// Throws:  FormatError if the text is no JSON in UTF-8, has lists and objects within each other more than `most_nested` deep, a
///          name twice in one object, or a number that no double holds.
[[nodiscard]] inline nlohmann::json parse_strict_json(std::string_view text, std::size_t most_nested,
                                                      std::string_view where) {
  JsonBuilder builder(text, most_nested, where);
  // The parser takes a zero byte for the end, and would not look at what follows.
  if (std::size_t const zero = text.find('\0'); zero != std::string_view::npos) builder.refuse(zero);
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) builder.refuse(text.size());
  return builder.take();
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
