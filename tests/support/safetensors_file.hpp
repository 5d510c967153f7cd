#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "support/byte_writer.hpp"

namespace sparseconv::test {

/// The bytes of a safetensors file: the length of the header, which may be a lie, the header, and the numbers.
inline std::vector<std::byte> safetensors(std::string_view header, ByteWriter const& data = {},
                                          std::optional<std::uint64_t> length = {}) {
  ByteWriter file;
  file.numbers<std::uint64_t>(length.value_or(header.size())).text(header);
  std::vector<std::byte> bytes = file.bytes();
  bytes.insert(bytes.end(), data.bytes().begin(), data.bytes().end());
  return bytes;
}

}  // namespace sparseconv::test
