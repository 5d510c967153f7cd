#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "support/byte_writer.hpp"

namespace sparseconv::test {

/// The beginning of a .npy file as NumPy writes it: the header padded with blanks to a multiple of 64 bytes.
inline ByteWriter npy_header(std::string const& dictionary, int version = 1) {
  ByteWriter writer("\x93NUMPY");
  writer.numbers<std::uint8_t>(version, 0);
  const std::size_t begin = version == 1 ? 10 : 12;
  std::string padded = dictionary;
  while ((begin + padded.size() + 1) % 64 != 0) padded += ' ';
  padded += '\n';
  if (version == 1) {
    writer.numbers<std::uint16_t>(padded.size());
  } else {
    writer.numbers<std::uint32_t>(padded.size());
  }
  return writer.text(padded);
}

inline ByteWriter npy_header(std::string const& descr, std::string const& shape, bool fortran = false,
                             int version = 1) {
  return npy_header(
      "{'descr': '" + descr + "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': " + shape + ", }",
      version);
}

}  // namespace sparseconv::test
