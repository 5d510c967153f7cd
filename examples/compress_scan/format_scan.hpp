#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "compress_scan/compressed_scan.hpp"
#include "sparseconv/number/little_endian.hpp"

namespace compress_scan {

/// What every file begins with.
inline constexpr std::string_view magic = "scnc";

/// Of the format, in the byte behind the magic.
inline constexpr std::uint8_t format_version = 1;

/// The bytes of a header with magic and version, as they stand in a file and in the checksum.
inline constexpr std::size_t header_bytes = 18;

/// Puts numbers one after another.
class ByteWriter {
 public:
  template <class T>
  void number(T value) {
    bytes_.resize(bytes_.size() + sizeof(T));
    sparseconv::store_little_endian(value, bytes_.data() + bytes_.size() - sizeof(T));
  }

  /// Seven bits a byte, lowest first; all bytes but the last have the highest bit.
  void count(std::uint64_t value) {
    for (; value >= 128; value >>= 7) number(static_cast<std::uint8_t>(value | 128));
    number(static_cast<std::uint8_t>(value));
  }

  void bytes(std::span<std::byte const> more) { bytes_.insert(bytes_.end(), more.begin(), more.end()); }

  [[nodiscard]] std::vector<std::byte> const& written() const { return bytes_; }

 private:
  std::vector<std::byte> bytes_;
};

/// Magic, version and header.
inline std::vector<std::byte> format_header(ScanHeader const& header) {
  ByteWriter file;
  file.bytes(std::as_bytes(std::span(magic)));
  file.number(format_version);
  file.number(static_cast<std::uint8_t>(header.arithmetic));
  file.number(header.step);
  file.number(header.offset);
  file.number(header.weights);
  return file.written();
}

/// A whole file; docs/compression.md says what each byte is.
inline std::vector<std::byte> format_scan(CompressedScan const& scan) {
  ByteWriter file;
  file.bytes(format_header(scan.header));
  file.count(static_cast<std::uint64_t>(scan.sites));
  file.number(static_cast<std::uint8_t>(scan.top.size()));
  file.number(static_cast<std::uint8_t>(scan.levels.size()));
  for (TopSite const& site : scan.top) {
    for (std::int32_t const axis : site.position) file.number(axis);
    file.number(site.occupancy);
  }
  for (LevelStreams const& level : scan.levels) {
    for (std::vector<std::byte> const* const stream : {&level.low, &level.high}) {
      file.count(stream->size());
      file.bytes(*stream);
    }
  }
  file.number(scan.checksum);
  return file.written();
}

}  // namespace compress_scan
