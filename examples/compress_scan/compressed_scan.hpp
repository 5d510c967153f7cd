#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "compress_scan/arithmetic.hpp"

namespace compress_scan {

/// The steps that there are, in thousandths of a metre. With them the positions of all sites are floats that are finite.
inline constexpr double smallest_step = 0.001;
inline constexpr double largest_step = 1e6;

/// What turns positions into sites, and what a decoder needs to know before all else.
struct ScanHeader {
  Arithmetic arithmetic = Arithmetic::fused;
  float step = 0;                ///< of the sites, in thousandths of a metre: posQ
  std::int32_t offset = 131072;  ///< in thousandths of a metre, added to positions so that sites begin at 0
  std::uint32_t weights = 0;     ///< the fingerprint of the networks' numbers
};

/// A site at the top of the octree, and which of its children there are: bit x + 2 y + 4 z.
struct TopSite {
  std::array<std::int32_t, 3> position;  ///< x, y, z
  std::uint8_t occupancy;
};

/// The occupancies of the sites of a level below the top, as the range coder wrote them.
struct LevelStreams {
  std::vector<std::byte> low;   ///< the low four bits of each, in the order of the sites
  std::vector<std::byte> high;  ///< the high four bits
};

/// What a file holds. Without sites there is no top; with some, the sites are the children of the last level, or of the top where
/// there are no levels.
struct CompressedScan {
  ScanHeader header;
  std::int64_t sites = 0;            ///< how many there are in the end
  std::vector<TopSite> top;          ///< in canonical order: by z, then y, then x
  std::vector<LevelStreams> levels;  ///< from the top downwards
  std::uint32_t checksum = 0;        ///< of the header and the sites; see checksum_of_sites
};

/// The top has fewer sites than this.
inline constexpr std::int64_t top_limit = 64;

/// So many levels below the top at most: a site of 32 bits has at most 31 ancestors that are not 0 or -1.
inline constexpr std::size_t most_levels = 30;

}  // namespace compress_scan
