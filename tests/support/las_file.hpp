#pragma once

#include <cstdint>
#include <string>

#include "byte_writer.hpp"

namespace sparseconv::test {

/// What a test says of a LAS file.
struct LasFile {
  int minor = 2;
  int format = 0;
  int record_bytes = 20;
  std::uint64_t points = 0;
  double scale = 0.01;
  double x_offset = 0;
  std::string between = {};     ///< header and points: what other programs put there
  std::uint64_t old_count = 0;  ///< of the points, where versions before 1.4 have it
};

/// The header of a LAS file, field by field, and what stands between it and the points.
inline ByteWriter las_header(LasFile const& file) {
  int const header_bytes = file.minor == 4 ? 375 : file.minor == 3 ? 235 : 227;
  ByteWriter writer("LASF");
  writer.numbers<std::uint16_t>(0, 0).text(std::string(16, '\0')).numbers<std::uint8_t>(1, file.minor);
  writer.text(std::string(64, 's')).numbers<std::uint16_t>(12, 2020, header_bytes);
  writer.numbers<std::uint32_t>(static_cast<std::size_t>(header_bytes) + file.between.size(), 0);
  writer.numbers<std::uint8_t>(file.format).numbers<std::uint16_t>(file.record_bytes);
  writer.numbers<std::uint32_t>(file.minor == 4 ? file.old_count : file.points, 0, 0, 0, 0, 0);
  writer.numbers<double>(file.scale, file.scale, file.scale, file.x_offset, 0, 0, 0, 0, 0, 0, 0, 0);
  if (file.minor >= 3) writer.numbers<std::uint64_t>(0);
  if (file.minor == 4) {
    writer.numbers<std::uint64_t>(0).numbers<std::uint32_t>(0).numbers<std::uint64_t>(file.points);
    for (int i = 0; i < 15; ++i) writer.numbers<std::uint64_t>(0);
  }
  return writer.text(file.between);
}

}  // namespace sparseconv::test
