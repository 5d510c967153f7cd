#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "compress_scan/codec_networks.hpp"
#include "compress_scan/compressed_scan.hpp"
#include "compress_scan/format_scan.hpp"
#include "compress_scan/level_symbols.hpp"
#include "compress_scan/range_encoder.hpp"
#include "sparseconv/index/octree_level.hpp"

namespace compress_scan {

/// What a level of the octree took.
struct LevelReport {
  std::int64_t sites = 0;
  std::int64_t bits = 0;    ///< of its occupancies in the file
  double entropy_bits = 0;  ///< the sum of -log2 of the probabilities of what was coded
};

/// What the encoder made, and what each level took, from the top.
struct EncodedSites {
  CompressedScan scan;
  std::vector<LevelReport> levels;
};

/// Half occupancies of a level, coded.
struct EncodedStream {
  std::vector<std::byte> bytes;
  double entropy_bits;
};

/// Codes a symbol for each row of logits: symbol_of(i) of row i.
template <sparseconv::HostPolicy Policy, class SymbolOf>
EncodedStream encode_symbols(Policy const& where, Tensor const& logits, StageTimes& times, SymbolOf const& symbol_of) {
  auto const partitions = times.time(CodecStage::probabilities, [&] { return partitions_of(where, logits); });
  return times.time(CodecStage::coder, [&] {
    RangeEncoder encoder;
    double bits = 0;
    double sizes = 1;  // a product of at most 2^16 each
    for (std::int64_t i = 0; i < logits.size(); ++i) {
      encoder.encode(partitions[i], symbol_of(i));
      sizes *= partitions[i].size(symbol_of(i));
      if (i % 32 == 31 || i + 1 == logits.size()) {
        bits += static_cast<double>(16 * (i % 32 + 1)) - std::log2(sizes);
        sizes = 1;
      }
    }
    return EncodedStream{encoder.finish(), bits};
  });
}

/// The levels of the octree above sites, from these to the first with fewer than top_limit parents.
template <sparseconv::HostPolicy Policy>
std::vector<sparseconv::OctreeLevel<3>> levels_above(Policy const& where, SiteSet const& sites) {
  std::vector<sparseconv::OctreeLevel<3>> levels{sparseconv::octree_level(where, sites)};
  while (levels.back().parents.size() >= top_limit) {
    levels.push_back(sparseconv::octree_level(where, levels.back().parents));
  }
  return levels;
}

/// Codes the occupancies of the children of a level.
template <sparseconv::HostPolicy Policy>
LevelStreams encode_level(Policy const& where, CodecEngines<Policy> const& engines,
                          sparseconv::OctreeLevel<3> const& level, sparseconv::Buffer<std::uint32_t> const& occupancy,
                          StageTimes& times, LevelReport& report) {
  auto const known = engines.low_logits(where, level, times);
  EncodedStream low = encode_symbols(where, known.logits, times,
                                     [&](std::int64_t site) { return static_cast<int>(occupancy[site] & 15U); });
  sparseconv::Buffer<float> low_bits(where.memory(), occupancy.size());
  times.time(CodecStage::rest, [&] {
    sparseconv::for_each_index(where, occupancy.size(),
                               [&](std::int64_t site) { low_bits[site] = static_cast<float>(occupancy[site] & 15U); });
  });
  auto const logits = engines.high_logits(where, known.features, std::move(low_bits), times);
  EncodedStream high =
      encode_symbols(where, logits, times, [&](std::int64_t site) { return static_cast<int>(occupancy[site] >> 4); });
  report = {.sites = occupancy.size(),
            .bits = static_cast<std::int64_t>(low.bytes.size() + high.bytes.size()) * 8,
            .entropy_bits = low.entropy_bits + high.entropy_bits};
  return {std::move(low.bytes), std::move(high.bytes)};
}

/// Codes a set of sites without loss. The header's arithmetic and weights are those of the policy and the engines, whatever it says.
///
/// Bits:   the same for any number of threads, and for all instructions that have one arithmetic.
template <sparseconv::HostPolicy Policy>
EncodedSites encode_sites(Policy const& where, CodecEngines<Policy> const& engines, SiteSet const& sites,
                          ScanHeader header, StageTimes& times) {
  header.arithmetic = arithmetic_of(where);
  header.weights = engines.weights();
  EncodedSites result;
  CompressedScan& scan = result.scan;
  scan.header = header;
  scan.sites = sites.size();
  times.time(CodecStage::checksum, [&] {
    SiteChecksum checksum(format_header(header));
    checksum.add(sites);
    scan.checksum = checksum.value();
  });
  if (sites.empty()) return result;
  auto const levels = times.time(CodecStage::octree, [&] { return levels_above(where, sites); });
  auto const& top = levels.back();
  for (std::int64_t i = 0; i < top.parents.size(); ++i) {
    auto const& [z, y, x] = top.parents.data()[i].position;
    scan.top.push_back({{x, y, z}, static_cast<std::uint8_t>(top.occupancy[i])});
  }
  // From the largest level to the smallest, so that the smaller ones find memory that was used already.
  scan.levels.resize(levels.size() - 1);
  result.levels.resize(levels.size() - 1);
  for (std::size_t i = 1; i < levels.size(); ++i) {
    std::size_t const place = levels.size() - 1 - i;
    scan.levels[place] = encode_level(where, engines, levels[i], levels[i - 1].occupancy, times, result.levels[place]);
  }
  return result;
}

}  // namespace compress_scan
