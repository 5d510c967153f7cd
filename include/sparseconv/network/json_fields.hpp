#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/weights/strict_json.hpp"

// This header needs nlohmann-json, so sparseconv.hpp does not include it.

namespace sparseconv::inline v0_1 {

/// The fields of an object of a file, each of which has to be there and to be known.
class JsonFields {
 public:
  /// `where` begins every message, as in "load_network: a.safetensors: node conv1". The object must outlive this.
  ///
  /// Throws: FormatError if the value is no object.
  JsonFields(nlohmann::json const& object, std::string where) : object_(&object), where_(std::move(where)) {
    if (!object.is_object()) refuse_json(object, where_, "it must be an object of named fields");
  }

  /// The words that a message about a field begins with.
  [[nodiscard]] std::string where(std::string_view name) const { return error_message({where_, ": its ", name}); }

  /// Throws: FormatError if there is no such field.
  [[nodiscard]] nlohmann::json const& take(std::string_view name) {
    auto const found = object_->find(std::string(name));
    if (found == object_->end()) throw FormatError({where_, " has no ", name, "; the file is damaged"});
    taken_.push_back(name);
    return *found;
  }

  /// Throws: as take(), and FormatError if the field is no text.
  [[nodiscard]] std::string const& take_text(std::string_view name) {
    nlohmann::json const& value = take(name);
    if (!value.is_string()) refuse_json(value, where(name), "it must be a text");
    return value.get_ref<std::string const&>();
  }

  /// Throws: as take(), and FormatError if the field is no list, or one of more than `most` values.
  [[nodiscard]] nlohmann::json const& take_list(std::string_view name, std::size_t most) {
    nlohmann::json const& value = take(name);
    if (!value.is_array()) refuse_json(value, where(name), "it must be a list");
    if (value.size() > most)
      throw FormatError({where(name), " has ", value.size(), " values; no file may have more than ", most});
    return value;
  }

  /// Throws: FormatError if there is a field that nobody took.
  void expect_no_others() const {
    for (auto const& item : object_->items()) {
      if (std::ranges::find(taken_, item.key()) != taken_.end()) continue;
      throw FormatError({where_, " has ", in_quotes(item.key()),
                         ", which this version does not know; the file is damaged, or of a later one"});
    }
  }

  /// Says what a value is, and what it must be.
  [[noreturn]] static void refuse_json(nlohmann::json const& value, std::string_view where, std::string_view rule) {
    throw FormatError({where, " is ", json_in_quotes(value), "; ", rule});
  }

 private:
  nlohmann::json const* object_;
  std::string where_;
  std::vector<std::string_view> taken_;  ///< names that outlive the object: those of the program
};

}  // namespace sparseconv::inline v0_1
