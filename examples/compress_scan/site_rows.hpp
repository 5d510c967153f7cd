#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "compress_scan/compressed_scan.hpp"
#include "compress_scan/quantize.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace compress_scan {

/// What decoding writes: x, y, z of each site, in canonical order, which is by z, then y, then x. Shapes: N x 3.
inline std::vector<std::int32_t> rows_of(sparseconv::SiteSet<3> const& sites) {
  std::vector<std::int32_t> rows;
  rows.reserve(static_cast<std::size_t>(sites.size()) * 3);
  for (auto const& site : sites.coordinates()) {
    rows.insert(rows.end(), {site.position[2], site.position[1], site.position[0]});
  }
  return rows;
}

/// The same in metres, rounded to float, as scanners give them: 4 micrometres at 100 m.
inline std::vector<float> positions_of(sparseconv::SiteSet<3> const& sites, ScanHeader const& header) {
  std::vector<float> rows;
  rows.reserve(static_cast<std::size_t>(sites.size()) * 3);
  for (std::int32_t const axis : rows_of(sites)) rows.push_back(static_cast<float>(metres(axis, header)));
  return rows;
}

}  // namespace compress_scan
