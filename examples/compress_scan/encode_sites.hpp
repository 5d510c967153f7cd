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

/// Codes a set of sites without loss. The header's arithmetic and weights are those of the policy and the engines, whatever it says.
///
/// Bits:   the same for any number of threads, and for all instructions that have one arithmetic.
template <sparseconv::HostPolicy Policy>
EncodedSites encode_sites(Policy const& where, CodecEngines<Policy> const& engines, SiteSet const& sites,
                          ScanHeader header, StageTimes& times) {
  header.arithmetic = arithmetic_of(where);
  header.weights = engines.weights();
  EncodedSites result{.scan = {.header = header, .sites = sites.size()}, .levels = {}};
  CompressedScan& scan = result.scan;
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
  for (std::size_t i = levels.size() - 1; i > 0; --i) {
    auto const& above = levels[i];
    sparseconv::Buffer<std::uint32_t> const& coded = levels[i - 1].occupancy;
    auto const inputs = times.time(CodecStage::rest, [&] {
      return std::array{tensor_of_numbers(where, above.parents, above.occupancy.data()),
                        tensor_of_numbers(where, above.children, above.places.data())};
    });
    auto const known = engines.low_logits(where, inputs[0], inputs[1], times);
    auto const low_bit = [&](std::int64_t site) { return static_cast<int>(coded[site] & 15U); };
    EncodedStream low = encode_symbols(where, known.logits, times, low_bit);
    auto const low_bits = times.time(CodecStage::rest, [&] {
      sparseconv::Buffer<float> numbers(where.memory(), coded.size());
      sparseconv::for_each_index(where, coded.size(),
                                 [&](std::int64_t site) { numbers[site] = static_cast<float>(coded[site] & 15U); });
      return Tensor(known.features.sites(), 1, std::move(numbers));
    });
    EncodedStream high = encode_symbols(where, engines.high_logits(where, known.features, low_bits, times), times,
                                        [&](std::int64_t site) { return static_cast<int>(coded[site] >> 4); });
    result.levels.push_back({.sites = coded.size(),
                             .bits = static_cast<std::int64_t>(low.bytes.size() + high.bytes.size()) * 8,
                             .entropy_bits = low.entropy_bits + high.entropy_bits});
    scan.levels.push_back({std::move(low.bytes), std::move(high.bytes)});
  }
  return result;
}

}  // namespace compress_scan
