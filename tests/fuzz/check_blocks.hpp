#pragma once

#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "check_reader.hpp"
#include "sparseconv/io/point_blocks.hpp"
#include "sparseconv/points/point_cloud.hpp"

namespace sparseconv::fuzz {

/// Reads points as a whole, and again in blocks of three, which must be the same. `open` opens them from their beginning.
template <class Open>
PointCloud read_whole_and_in_blocks(Open&& open) {
  PointCloud whole = PointBlocks(open()).rest();
  PointBlocks blocks(open(), {.block_points = 3});
  std::vector<float> values;
  for (PointCloud block; blocks.next(block);) {
    require(block.size() <= 3 && block.columns == whole.columns && block.names == whole.names, "a block of the whole");
    require(block.offset == whole.offset, "all blocks have the offset of the whole");
    values.insert(values.end(), block.values.begin(), block.values.end());
  }
  require(values.size() == whole.values.size(), "the blocks have as many numbers as the whole");
  require(values.empty() || std::memcmp(values.data(), whole.values.data(), values.size() * sizeof(float)) == 0,
          "the blocks have the numbers of the whole");
  return whole;
}

}  // namespace sparseconv::fuzz
