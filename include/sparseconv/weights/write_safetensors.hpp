#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/number/little_endian.hpp"
#include "sparseconv/weights/array.hpp"
#include "sparseconv/weights/npy_array_header.hpp"
#include "sparseconv/weights/partial_file.hpp"
#include "sparseconv/weights/safetensors.hpp"
#include "sparseconv/weights/safetensors_type.hpp"
#include "sparseconv/weights/strict_json.hpp"

// This header needs nlohmann-json, so sparseconv.hpp does not include it.

namespace sparseconv::inline v0_1 {

/// Checks names and arrays that a safetensors file is to be made of. `where` begins every message.
///
/// Throws:  as write_safetensors does.
inline void expect_safetensors_arrays(std::span<const NamedArray> arrays, std::string_view where) {
  std::vector<std::string const*> names;
  for (NamedArray const& named : arrays) {
    names.push_back(&named.name);
    if (named.name == safetensors_metadata_name)
      throw Error({where, ": an array is called ", in_quotes(named.name),
                   ", where the format has texts; give it another name"});
    std::string const array_where = error_message({where, ": array ", in_quotes(named.name)});
    named.array.expect_whole(array_where);
    if (named.array.shape.size() > most_array_axes)
      throw ShapeError({array_where, ": the shape ", tuple_text(named.array.shape), " has ", named.array.shape.size(),
                        " axes, the writer takes up to ", most_array_axes, "; join some of them"});
  }
  if (std::string const* repeated = repeated_name(names))
    throw Error({where, ": more than one array is called ", in_quotes(*repeated), "; give each a name of its own"});
}

/// The header of a safetensors file, padded so that the numbers after it are aligned.
///
/// Throws:  Error if a name or a text is not UTF-8.
[[nodiscard]] inline std::string format_safetensors_header(std::span<NamedArray const* const> arrays,
                                                           std::map<std::string, std::string> const& metadata,
                                                           std::string_view where) {
  auto const quoted = [&](std::string_view text, char const* what) {
    std::optional<std::string> json = json_text(text);
    if (!json)
      throw Error({where, ": the ", what, ' ', in_quotes(text),
                   " is not UTF-8, which the format asks for; give one "
                   "that is"});
    return *json;
  };
  std::string header = "{";
  auto const add = [&](std::string const& name, std::string const& value) {
    header += (header.size() > 1 ? "," : "") + name + ":" + value;
  };
  std::string texts;
  for (auto const& [key, text] : metadata)
    texts += error_message(
        {texts.empty() ? "" : ",", quoted(key, "metadata's name"), ":", quoted(text, "text of the metadata")});
  if (!metadata.empty()) add(error_message({"\"", safetensors_metadata_name, "\""}), "{" + texts + "}");
  std::uint64_t begin = 0;
  for (NamedArray const* const named : arrays) {
    std::string extents;
    for (std::int64_t const extent : named->array.shape) extents += error_message({extents.empty() ? "" : ",", extent});
    std::uint64_t const end = begin + named->array.bytes.size();
    add(quoted(named->name, "name"),
        error_message({"{\"dtype\":\"", safetensors_types[safetensors_rank(named->array.type)].first, "\",\"shape\":[",
                       extents, "],\"data_offsets\":[", begin, ',', end, "]}"}));
    begin = end;
  }
  header += '}';
  constexpr std::size_t alignment = 8;
  header.resize((header.size() + alignment - 1) / alignment * alignment, ' ');
  return header;
}

/// Writes arrays and texts as a safetensors file. A file of that name is replaced. `call` is what messages begin with.
///
/// The file appears whole or not at all: it is written under another name beside it, then renamed.
/// Order:   wide number types first, as safetensors_types has them from its end; by name within a type. Texts by name.
/// Bits:    the same bytes for the same arrays and texts, in whatever order they come, and those that the format's own library
///          writes.
/// Throws:  ShapeError if the bytes of an array do not fit its shape, or it has more than most_array_axes axes;
///          Error if a name stands twice or is `__metadata__`, if a name or text is not UTF-8, if they take a header of more than
///          most_safetensors_header bytes, or if the file cannot be written.
inline void write_safetensors(std::filesystem::path const& path, std::span<const NamedArray> arrays,
                              std::map<std::string, std::string> const& metadata = {},
                              std::string_view call = "write_safetensors") {
  std::string const where = error_message({call, ": ", path.string()});
  expect_safetensors_arrays(arrays, where);
  std::vector<NamedArray const*> sorted;
  for (NamedArray const& named : arrays) sorted.push_back(&named);
  std::ranges::sort(sorted, [](NamedArray const* left, NamedArray const* right) {
    std::size_t const left_rank = safetensors_rank(left->array.type);
    std::size_t const right_rank = safetensors_rank(right->array.type);
    return left_rank != right_rank ? left_rank > right_rank : left->name < right->name;
  });
  std::string const header = format_safetensors_header(sorted, metadata, where);
  if (header.size() > most_safetensors_header)
    throw Error({where, ": names and texts take a header of ", header.size(), " bytes, the format allows ",
                 most_safetensors_header, "; write several files"});
  std::array<std::byte, 8> length{};
  store_little_endian(std::uint64_t{header.size()}, length.data());

  PartialFile file(path, error_message({call, ": cannot write ", path.string()}));
  file.write(length);
  file.write(std::as_bytes(std::span(header)));
  for (NamedArray const* const named : sorted) file.write({named->array.bytes.data(), named->array.bytes.size()});
  file.keep();
}

}  // namespace sparseconv::inline v0_1
