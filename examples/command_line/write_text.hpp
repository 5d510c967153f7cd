#pragma once

#include <span>
#include <string>
#include <string_view>

#include "sparseconv/error.hpp"
#include "sparseconv/weights/partial_file.hpp"

namespace command_line {

/// Writes a text to a file, which appears whole or not at all.
///
/// Throws: Error if it cannot be written; the message begins with `program`.
inline void write_text(std::string_view program, std::string const& path, std::string_view text) {
  sparseconv::PartialFile file(path, sparseconv::error_message({program, ": cannot write ", path}));
  file.write(std::as_bytes(std::span(text)));
  file.keep();
}

}  // namespace command_line
