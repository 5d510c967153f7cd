#pragma once

#include <string>
#include <vector>

#include "compress_scan/codec_networks.hpp"
#include "sparseconv/models/name_tables.hpp"
#include "sparseconv/network/bind_parameters.hpp"
#include "sparseconv/weights/read_arrays.hpp"

namespace compress_scan {

/// Both networks with the numbers of a file, under the names of the published codec or the networks' own.
///
/// Throws: as read_arrays and bind_parameters, if the file is none, or lacks a number.
inline Networks trained_networks(std::string const& file) {
  Networks networks = random_networks({});
  std::vector<sparseconv::NamedArray> const arrays = sparseconv::read_arrays(file);
  for (sparseconv::Network* const network : {&networks.low, &networks.high}) {
    sparseconv::BindOptions how{.tables = sparseconv::name_tables(*network)};
    how.tables.push_back({.project = "the networks' own names", .layouts = {sparseconv::WeightLayout::sparseconv}});
    bind_parameters(*network, arrays, how);
  }
  return networks;
}

}  // namespace compress_scan
