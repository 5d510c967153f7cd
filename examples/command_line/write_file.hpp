#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "sparseconv/error.hpp"
#include "sparseconv/weights/partial_file.hpp"

namespace command_line {

/// Writes bytes to a file, which appears whole or not at all.
///
/// Throws: Error if it cannot be written; the message begins with `program`.
inline void write_file(std::string_view program, std::string const& path, std::span<std::byte const> bytes) {
  sparseconv::PartialFile file(path, sparseconv::error_message({program, ": cannot write ", path}));
  file.write(bytes);
  file.keep();
}

/// The same of a text.
inline void write_file(std::string_view program, std::string const& path, std::string_view text) {
  write_file(program, path, std::as_bytes(std::span(text)));
}

}  // namespace command_line
