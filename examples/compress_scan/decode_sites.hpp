#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compress_scan/codec_networks.hpp"
#include "compress_scan/compressed_scan.hpp"
#include "compress_scan/format_scan.hpp"
#include "compress_scan/level_symbols.hpp"
#include "compress_scan/range_decoder.hpp"
#include "sparseconv/index/octree_level.hpp"

namespace compress_scan {

/// No more symbols stand in a byte: one that has all numbers but 15 still takes log2(2^16 / (2^16 - 15)) = 1 / 3028 bits.
inline constexpr std::int64_t most_symbols_a_byte = 8 * 3029;

/// Goes the way of an encoder backwards, level by level, with its networks and its arithmetic.
template <sparseconv::HostPolicy Policy>
class SiteDecoder {
 public:
  /// Views all of them; `name` begins the messages, as in "compress_scan: street.scnc".
  SiteDecoder(Policy const& where, CodecEngines<Policy> const& engines, std::string_view name, StageTimes& times)
      : where_(where), engines_(engines), name_(name), times_(times) {}

  /// The sites of a scan, on a grid without bounds.
  ///
  /// Throws: FormatError if the policy computes by another arithmetic than the encoder, the engines have other weights, or the file is
  ///         damaged.
  [[nodiscard]] SiteSet decode(CompressedScan const& scan) const {
    check_header(scan.header);
    SiteSet const sites = scan.top.empty() ? SiteSet() : decode_levels(scan);
    std::uint32_t const checksum = times_.time(CodecStage::checksum, [&] {
      SiteChecksum sum(format_header(scan.header));
      sum.add(sites);
      return sum.value();
    });
    if (checksum != scan.checksum) {
      refuse({"the sites have the checksum ", checksum, ", and the file says ", scan.checksum,
              "; it is damaged, or its encoder computed other numbers"});
    }
    return sites;
  }

 private:
  using Level = sparseconv::OctreeLevel<3>;
  using Occupancy = sparseconv::Buffer<std::uint32_t>;

  void check_header(ScanHeader const& header) const {
    Arithmetic const here = arithmetic_of(where_);
    if (header.arithmetic != here) {
      refuse({"the file was made with arithmetic ", to_string(header.arithmetic), ", and this decoder computes with ",
              to_string(here), ", which gives other numbers; decode with ",
              header.arithmetic == Arithmetic::fused ? "AVX2, AVX-512 or on a 64-bit ARM" : "portable instructions"});
    }
    if (header.weights != engines_.weights()) {
      refuse({"the file was made with networks whose numbers have the fingerprint ", header.weights,
              ", and those here have ", engines_.weights(), "; give the weights of the encoder"});
    }
  }

  SiteSet decode_levels(CompressedScan const& scan) const {
    std::vector<sparseconv::Coordinate<3>> sites;
    Occupancy occupancy(static_cast<std::int64_t>(scan.top.size()));
    for (TopSite const& site : scan.top) {
      occupancy[static_cast<std::int64_t>(sites.size())] = site.occupancy;
      sites.push_back({.batch = 0, .position = {site.position[2], site.position[1], site.position[0]}});
    }
    std::span<sparseconv::Coordinate<3> const> const list(sites);
    Level level =
        children_of(scan, SiteSet({}, sparseconv::Buffer<sparseconv::Coordinate<3>>(list)), std::move(occupancy));
    for (std::size_t i = 0; i < scan.levels.size(); ++i) {
      Occupancy decoded = decode_level(level, i, scan.levels[i]);
      level = children_of(scan, SiteSet(level.children), std::move(decoded));
    }
    if (level.children.size() != scan.sites) {
      refuse(
          {"the levels lead to ", level.children.size(), " sites, and the file says ", scan.sites, "; it is damaged"});
    }
    return level.children;
  }

  Level children_of(CompressedScan const& scan, SiteSet const& parents, Occupancy occupancy) const {
    return times_.time(CodecStage::octree, [&] {
      std::int64_t children = 0;
      for (std::uint32_t const bits : occupancy) children += std::popcount(bits);
      if (children > scan.sites) {
        refuse({"a level has ", children, " sites, and the file says that ", scan.sites,
                " come of them in the end; it is damaged"});
      }
      return sparseconv::octree_children(where_, parents, std::move(occupancy));
    });
  }

  /// The occupancies of the children of a level.
  Occupancy decode_level(Level const& level, std::size_t i, LevelStreams const& streams) const {
    std::int64_t const count = level.children.size();
    for (auto const* const stream : {&streams.low, &streams.high}) {
      if (count / most_symbols_a_byte > static_cast<std::int64_t>(stream->size()) + 8)
        refuse_stream(i, "ends too early");
    }
    auto const known = engines_.low_logits(where_, level, times_);
    sparseconv::Buffer<float> low(where_.memory(), count);
    Occupancy occupancy(where_.memory(), count);
    decode_symbols(known.logits, streams.low, i, [&](std::int64_t site, int symbol) {
      low[site] = static_cast<float>(symbol);
      occupancy[site] = static_cast<std::uint32_t>(symbol);
    });
    decode_symbols(engines_.high_logits(where_, known.features, std::move(low), times_), streams.high, i,
                   [&](std::int64_t site, int symbol) { occupancy[site] |= static_cast<std::uint32_t>(symbol) << 4; });
    for (std::int64_t site = 0; site < count; ++site) {
      if (occupancy[site] == 0) {
        refuse({"site ", site, " of level ", i + 1,
                " has no child; the file is damaged, or its encoder computed other numbers"});
      }
    }
    return occupancy;
  }

  template <class Take>
  void decode_symbols(Tensor const& logits, std::vector<std::byte> const& stream, std::size_t level,
                      Take const& take) const {
    auto const partitions = times_.time(CodecStage::probabilities, [&] { return partitions_of(where_, logits); });
    times_.time(CodecStage::coder, [&] {
      RangeDecoder decoder(stream);
      for (std::int64_t site = 0; site < logits.size(); ++site) take(site, decoder.decode(partitions[site]));
      if (!decoder.is_at_end()) {
        refuse_stream(level, decoder.is_beyond_end() ? "ends too early" : "does not end with the last site");
      }
    });
  }

  [[noreturn]] void refuse_stream(std::size_t level, std::string_view what) const {
    refuse(
        {"a stream of level ", level + 1, " ", what, "; the file is damaged, or its encoder computed other numbers"});
  }

  [[noreturn]] void refuse(std::initializer_list<sparseconv::MessagePart> parts) const {
    throw sparseconv::FormatError(std::string(name_) + ": " + sparseconv::error_message(parts));
  }

  Policy const& where_;
  CodecEngines<Policy> const& engines_;
  std::string_view name_;
  StageTimes& times_;
};

}  // namespace compress_scan
