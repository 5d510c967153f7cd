#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compress_scan/compressed_scan.hpp"
#include "compress_scan/format_scan.hpp"
#include "sparseconv/error.hpp"

namespace compress_scan {

/// Takes the parts of a file one after another, and what it asks for only if it is there.
class ByteReader {
 public:
  /// Views the bytes; `where` begins every message.
  ByteReader(std::span<std::byte const> bytes, std::string_view where) : bytes_(bytes), where_(where) {}

  /// Throws: FormatError if there are not so many bytes left.
  std::span<std::byte const> bytes(std::uint64_t count, std::string_view what) {
    if (count > bytes_.size() - place_) {
      refuse({"the file ends at byte ", bytes_.size(), ", and ", what, " goes from byte ", place_, " on over ", count,
              "; it is damaged, or was not written to its end"});
    }
    place_ += static_cast<std::size_t>(count);
    return bytes_.subspan(place_ - static_cast<std::size_t>(count), static_cast<std::size_t>(count));
  }

  template <class T>
  T number(std::string_view what) {
    return sparseconv::load_little_endian<T>(bytes(sizeof(T), what).data());
  }

  /// A count below 2^63 as ByteWriter writes it, and no longer than that.
  std::uint64_t count(std::string_view what) {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 63; shift += 7) {
      std::uint64_t const byte = number<std::uint8_t>(what);
      value |= (byte & 127U) << shift;
      if (byte >= 128) continue;
      if (byte == 0 && shift > 0) break;
      return value;
    }
    refuse({what, ", which ends before byte ", place_, ", is no count as this format has them; the file is damaged"});
  }

  [[nodiscard]] std::size_t left() const { return bytes_.size() - place_; }
  [[nodiscard]] std::size_t place() const { return place_; }

  [[noreturn]] void refuse(std::initializer_list<sparseconv::MessagePart> parts) const {
    throw sparseconv::FormatError(std::string(where_) + ": " + sparseconv::error_message(parts));
  }

 private:
  std::span<std::byte const> bytes_;
  std::string_view where_;
  std::size_t place_ = 0;
};

inline ScanHeader parse_header(ByteReader& file) {
  auto const begin = file.bytes(std::min(file.left(), magic.size()), "the beginning");
  if (!std::ranges::equal(begin, std::as_bytes(std::span(magic)))) {
    file.refuse({"this is no compressed scan: it does not begin with '", magic,
                 "'; name a file that compress_scan encode wrote"});
  }
  auto const version = file.number<std::uint8_t>("the version");
  if (version != format_version) {
    file.refuse({"the file has version ", unsigned{version}, " of the format, and this program reads version ",
                 unsigned{format_version}, "; take the program that wrote it, or a newer one"});
  }
  ScanHeader header;
  auto const arithmetic = file.number<std::uint8_t>("the number of the arithmetic");
  header.arithmetic = static_cast<Arithmetic>(arithmetic);
  if (header.arithmetic != Arithmetic::fused && header.arithmetic != Arithmetic::separate) {
    file.refuse({"the file was made with arithmetic ", unsigned{arithmetic}, ", and this program knows ",
                 to_string(Arithmetic::fused), " and ", to_string(Arithmetic::separate),
                 "; take the program that wrote it, or a newer one"});
  }
  header.step = file.number<float>("the step");
  if (!(header.step >= static_cast<float>(smallest_step) && header.step <= static_cast<float>(largest_step))) {
    file.refuse({"the step is ", header.step, ", and has to be a number from ", smallest_step, " to ", largest_step,
                 "; the file is damaged"});
  }
  header.offset = file.number<std::int32_t>("the offset");
  header.weights = file.number<std::uint32_t>("the fingerprint of the weights");
  return header;
}

/// The sites of the top: in their order, each once, each with a child, and with room for `halvings` bits below.
inline std::vector<TopSite> parse_top(ByteReader& file, std::size_t count, std::size_t halvings) {
  std::vector<TopSite> top;
  for (std::size_t i = 0; i < count; ++i) {
    TopSite site{};
    for (std::int32_t& axis : site.position) {
      axis = file.number<std::int32_t>("a site of the top");
      if (axis > std::numeric_limits<std::int32_t>::max() >> halvings ||
          axis < std::numeric_limits<std::int32_t>::min() >> halvings) {
        file.refuse({"site ", i, " of the top is at ", axis, ", of which the children after ", halvings,
                     " halvings do not fit 32 bits; the file is damaged"});
      }
    }
    site.occupancy = file.number<std::uint8_t>("an occupancy of the top");
    if (site.occupancy == 0) file.refuse({"site ", i, " of the top has no child; the file is damaged"});
    auto const reversed = [](TopSite const& of) { return std::array{of.position[2], of.position[1], of.position[0]}; };
    if (!top.empty() && reversed(top.back()) >= reversed(site)) {
      file.refuse({"sites ", i - 1, " and ", i, " of the top are not in order; the file is damaged"});
    }
    top.push_back(site);
  }
  return top;
}

/// Reads a whole file strictly: each file that is taken is what format_scan writes of the result. Whether the streams lead to the sites
/// is the decoder's affair.
///
/// Throws: FormatError; the message begins with `where`.
inline CompressedScan parse_scan(std::span<std::byte const> bytes, std::string_view where) {
  ByteReader file(bytes, where);
  CompressedScan scan;
  scan.header = parse_header(file);
  std::uint64_t const sites = file.count("the number of sites");
  if (sites > std::numeric_limits<std::int32_t>::max()) {
    file.refuse({"the file says that it holds ", sites, " sites, and 2^31 - 1 is the most; it is damaged"});
  }
  scan.sites = static_cast<std::int64_t>(sites);
  std::size_t const tops = file.number<std::uint8_t>("the number of sites of the top");
  std::size_t const levels = file.number<std::uint8_t>("the number of levels");
  if (tops >= top_limit || levels > most_levels || (tops == 0) != (sites == 0) || (tops == 0 && levels != 0)) {
    file.refuse({"a file of ", sites, " sites with ", tops, " at the top and ", levels,
                 " levels below it cannot be; it is damaged"});
  }
  scan.top = parse_top(file, tops, levels + 1);
  std::int64_t children = 0;
  for (TopSite const& site : scan.top) children += std::popcount(site.occupancy);
  if (levels == 0 ? children != scan.sites : children < top_limit || children > scan.sites) {
    file.refuse({"the top has ", children, " children with ", levels, " levels below, and the file ", sites,
                 " sites; it is damaged"});
  }
  for (std::size_t i = 0; i < levels; ++i) {
    LevelStreams streams;
    for (std::vector<std::byte>* const stream : {&streams.low, &streams.high}) {
      std::uint64_t const size = file.count("the size of a stream");
      auto const stored = file.bytes(size, "a stream of a level");
      stream->assign(stored.begin(), stored.end());
    }
    scan.levels.push_back(std::move(streams));
  }
  scan.checksum = file.number<std::uint32_t>("the checksum");
  if (file.left() > 0) {
    file.refuse({"the file goes on behind its end at byte ", file.place(), " for ", file.left(),
                 " bytes; it is damaged, or two files were joined"});
  }
  return scan;
}

}  // namespace compress_scan
