#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "compress_scan/codec_networks.hpp"
#include "compress_scan/partition_block.hpp"
#include "compress_scan/symbol_partition.hpp"

namespace compress_scan {

/// What each row of logits gives its symbols.
///
/// Shapes: logits N x 16.
template <sparseconv::HostPolicy Policy>
sparseconv::Buffer<SymbolPartition> partitions_of(Policy const& where, Tensor const& logits) {
  sparseconv::Buffer<SymbolPartition> partitions(where.memory(), logits.size());
  auto const rows = logits.features();
  sparseconv::for_each_range(where, logits.size(), 1024, [&](std::int64_t begin, std::int64_t end) {
    partition_rows(rows.row_data(begin), std::span(partitions.data() + begin, static_cast<std::size_t>(end - begin)));
  });
  return partitions;
}

/// Adds a site to a checksum: x, y, z, each as four bytes, lowest first.
class SiteChecksum {
 public:
  /// Begins with the header as it stands in the file.
  explicit SiteChecksum(std::span<std::byte const> header) { checksum_.add(header); }

  void add(SiteSet const& sites) {
    std::array<std::byte, 12> bytes;
    for (auto const& site : sites.coordinates()) {
      for (std::size_t axis = 0; axis < 3; ++axis) {
        sparseconv::store_little_endian(site.position[2 - axis], bytes.data() + 4 * axis);
      }
      checksum_.add(bytes);
    }
  }

  [[nodiscard]] std::uint32_t value() const { return checksum_.value(); }

 private:
  Checksum checksum_;
};

}  // namespace compress_scan
