#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/number/little_endian.hpp"
#include "sparseconv/weights/array.hpp"
#include "sparseconv/weights/mapped_file.hpp"
#include "sparseconv/weights/npy_array_header.hpp"
#include "sparseconv/weights/safetensors_type.hpp"
#include "sparseconv/weights/shared_bytes.hpp"
#include "sparseconv/weights/strict_json.hpp"

// This header needs nlohmann-json, so sparseconv.hpp does not include it.

namespace sparseconv::inline v0_1 {

/// The most bytes of a header that the format allows.
inline constexpr std::uint64_t most_safetensors_header = 100'000'000;

/// The name under which a header has texts instead of a tensor.
inline constexpr std::string_view safetensors_metadata_name = "__metadata__";

/// What a safetensors file holds.
struct SafetensorsFile {
  std::vector<NamedArray> arrays;               ///< in the order of their bytes
  std::map<std::string, std::string> metadata;  ///< the texts of `__metadata__`
};

/// What a header says of one tensor.
struct SafetensorsEntry {
  std::string name;
  ScalarType type = ScalarType::float32;
  std::vector<std::int64_t> shape = {};
  std::uint64_t begin = 0;  ///< of its bytes, after the header
  std::uint64_t end = 0;
};

/// Reads what a header says of the tensor `name`. `where` begins every message.
///
/// Throws:  FormatError if it is not what the format says, or the bytes do not fit type and shape.
[[nodiscard]] inline SafetensorsEntry parse_safetensors_entry(std::string const& name, nlohmann::json const& entry,
                                                              std::string_view where) {
  if (!entry.is_object())
    throw FormatError({where, " is ", json_in_quotes(entry),
                       ", not an object of dtype, shape and data_offsets; the file is "
                       "damaged"});
  auto const field = [&](char const* key) -> nlohmann::json const& {
    auto const found = entry.find(key);
    if (found == entry.end()) throw FormatError({where, " has no ", key, "; the file is damaged"});
    return *found;
  };
  for (auto const& item : entry.items())
    if (item.key() != "dtype" && item.key() != "shape" && item.key() != "data_offsets")
      throw FormatError({where, " has ", in_quotes(item.key()),
                         " beside dtype, shape and data_offsets, and what that "
                         "means is not known; the file is damaged or newer"});

  SafetensorsEntry result{.name = name};
  nlohmann::json const& dtype = field("dtype");
  auto const type =
      dtype.is_string() ? safetensors_type_named(dtype.get_ref<std::string const&>()) : std::optional<ScalarType>();
  if (!type)
    throw FormatError({where, " has the dtype ", json_in_quotes(dtype),
                       ", which no array has; save it as F64, F32, F16, BF16, an integer of 8 to 64 bits, or BOOL"});
  result.type = *type;

  nlohmann::json const& shape = field("shape");
  if (!shape.is_array())
    throw FormatError(
        {where, " has the shape ", json_in_quotes(shape), ", not a list of extents; the file is damaged"});
  if (shape.size() > most_array_axes)
    throw FormatError({where, ": its shape has ", shape.size(), " axes, the reader takes up to ", most_array_axes,
                       "; save a.reshape(n, -1)"});
  for (nlohmann::json const& extent : shape) {
    auto const count = json_count(extent);
    if (!count || *count > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
      throw FormatError(
          {where, " has ", json_in_quotes(extent), " in its shape, which is no extent; the file is damaged"});
    result.shape.push_back(static_cast<std::int64_t>(*count));
  }

  nlohmann::json const& offsets = field("data_offsets");
  auto const begin = offsets.is_array() && offsets.size() == 2 ? json_count(offsets[0]) : std::nullopt;
  auto const end = begin ? json_count(offsets[1]) : std::nullopt;
  if (!end || *begin > *end)
    throw FormatError({where, " has the data_offsets ", json_in_quotes(offsets),
                       ", not the places of its first byte and the one after its last; the file is damaged"});
  result.begin = *begin;
  result.end = *end;
  auto const needed = bytes_of_shape(result.type, result.shape);
  if (!needed || *needed != result.end - result.begin)
    throw FormatError({where, ": the shape ", tuple_text(result.shape), " of ", name_of(result.type), " takes ",
                       needed ? std::to_string(*needed) : std::string("more bytes than memory has"),
                       needed ? " bytes" : "", ", and its data_offsets say ", result.end - result.begin,
                       "; the file is damaged"});
  return result;
}

/// Checks that each of `data_bytes` bytes belongs to one tensor. The entries are in the order of their bytes.
///
/// Throws:  FormatError if one belongs to none or to two, or is not there.
inline void expect_safetensors_data(std::vector<SafetensorsEntry> const& entries, std::uint64_t data_bytes,
                                    std::string_view where) {
  std::uint64_t end = 0;
  std::string last = "the header";
  for (SafetensorsEntry const& entry : entries) {
    std::string const name = "tensor " + in_quotes(entry.name);
    if (entry.end > data_bytes)
      throw FormatError({where, ": ", name, " ends at byte ", entry.end, " of the data, which are ", data_bytes,
                         " bytes; the file is cut off"});
    if (entry.begin < end)
      throw FormatError({where, ": ", name, " begins at byte ", entry.begin, " of the data, within ", last,
                         ", which ends at byte ", end, "; the file is damaged"});
    if (entry.begin > end)
      throw FormatError({where, ": ", name, " begins at byte ", entry.begin, " of the data, and ", last,
                         " ends at byte ", end, "; the format allows no bytes between, so the file is damaged"});
    end = entry.end;
    last = name;
  }
  if (end < data_bytes)
    throw FormatError({where, ": ", data_bytes - end, " bytes follow after ", last,
                       ", and belong to no tensor; something was appended, or the file is damaged"});
}

/// Reads the tensors and texts from the bytes of a safetensors file. `name` is what messages call the bytes, and `call` what they
/// begin with.
///
/// Shapes:  any of up to most_array_axes axes, as C order has them. Numbers stay where the bytes are, which need not be aligned;
///          BOOL becomes uint8.
/// Order:   that of the arrays' bytes; those without any that stand at one place, and before what begins there, by name.
/// Throws:  FormatError if the bytes are no such file or it is damaged: a header of more than most_safetensors_header bytes, a name
///          that stands twice, bytes that belong to no tensor or to two, a type that no array has; the message names the tensor.
[[nodiscard]] inline SafetensorsFile parse_safetensors(SharedBytes const& bytes, std::string_view name,
                                                       std::string_view call = "read_safetensors") {
  std::string const where = error_message({call, ": ", name});
  constexpr std::size_t length_bytes = 8;
  if (bytes.size() < length_bytes)
    throw FormatError({where, ": the file has ", bytes.size(), " bytes, and the length of its header alone takes ",
                       length_bytes, "; it is cut off, or another format"});
  auto const length = load_little_endian<std::uint64_t>(bytes.data());
  std::uint64_t const there = bytes.size() - length_bytes;
  if (length > most_safetensors_header)
    throw FormatError({where, ": its first bytes say that the header has ", length, " bytes, the format allows ",
                       most_safetensors_header, "; is this a safetensors file?"});
  if (length > there)
    throw FormatError({where, ": its first bytes say that the header has ", length, " bytes, and ", there,
                       " follow; it is cut off, or another format"});
  std::string_view const header(reinterpret_cast<char const*>(bytes.data()) + length_bytes,
                                static_cast<std::size_t>(length));
  if (!header.starts_with('{'))
    throw FormatError({where, ": the header begins with ", in_quotes(header.substr(0, 4)),
                       ", and not with \"{\"; is this a safetensors file?"});
  constexpr std::size_t most_nested = 3;  // tensors, one of them, its shape
  nlohmann::json const json = parse_strict_json(header, most_nested, where + ": the header");

  SafetensorsFile file;
  std::vector<SafetensorsEntry> entries;
  for (auto const& item : json.items()) {
    if (item.key() != safetensors_metadata_name) {
      entries.push_back(parse_safetensors_entry(item.key(), item.value(),
                                                error_message({where, ": tensor ", in_quotes(item.key())})));
      continue;
    }
    bool const is_texts = item.value().is_object() && std::ranges::all_of(item.value(), [](nlohmann::json const& text) {
                            return text.is_string();
                          });
    if (!is_texts)
      throw FormatError({where, ": __metadata__ is ", json_in_quotes(item.value()),
                         ", and the format has an object of texts there; the file is damaged"});
    item.value().get_to(file.metadata);
  }
  auto const by_place = [](SafetensorsEntry const& left, SafetensorsEntry const& right) {
    return std::tie(left.begin, left.end, left.name) < std::tie(right.begin, right.end, right.name);
  };
  std::ranges::sort(entries, by_place);
  std::uint64_t const data_bytes = there - length;
  expect_safetensors_data(entries, data_bytes, where);

  SharedBytes const data = bytes.part(length_bytes + header.size(), data_bytes);
  for (SafetensorsEntry& entry : entries) {
    std::size_t const begin = entry.begin;
    Array array{.type = entry.type, .shape = std::move(entry.shape)};
    array.bytes = data.part(begin, entry.end - begin);
    file.arrays.push_back({std::move(entry.name), std::move(array)});
  }
  return file;
}

/// Reads the tensors and texts of a safetensors file, which is mapped: numbers are read where they are used.
///
/// Throws:  what parse_safetensors throws; FormatError if the file cannot be read.
[[nodiscard]] inline SafetensorsFile read_safetensors(std::filesystem::path const& path) {
  return parse_safetensors(map_file(path, "read_safetensors"), path.string());
}

}  // namespace sparseconv::inline v0_1
