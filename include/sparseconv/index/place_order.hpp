#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/index/kernel_geometry.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1 {

// The order of a row map's places, for every policy: a tile of neighbours in it should have few different elements, and
// the tiles that have most should come first.
//
// An output's elements are a word with a bit for each. Elements far from the kernel's centre are rare, so they have the
// highest bits; and the words follow each other as in a Gray code, in which neighbours differ in one bit. On lidar scans
// tiles of 128 have 1.6 to 2.0 places for each pair then, where the words as numbers have 2.0 to 2.2.

/// Throws: ShapeError if a rulebook or row map of so many elements cannot be one of the geometry; what check_geometry throws.
template <int D>
void check_elements(KernelGeometry<D> const& geometry, std::int64_t elements, std::string_view call = "row_map_of",
                    char const* pairs = "rulebook") {
  check_geometry(geometry, call);
  if (geometry.element_count() == elements) return;
  throw ShapeError({call, ": the ", pairs, " has ", elements, " kernel elements, the geometry's kernel of ",
                    to_string(geometry.kernel_size), " has ", geometry.element_count(), "; pass the geometry that the ",
                    pairs, " was built with"});
}

/// The bit of each element: its rank by the distance from the centre, in cells along the axes; of those as far, by number.
template <int D>
std::vector<Row> element_ranks(KernelGeometry<D> const& geometry) {
  auto const count = static_cast<std::size_t>(geometry.element_count());
  PerAxis<D> const centre = geometry.centre_position();
  std::vector<std::int64_t> distance(count);
  for (std::size_t k = 0; k < count; ++k) {
    PerAxis<D> const position = geometry.element_position(static_cast<std::int64_t>(k));
    for (int axis = 0; axis < D; ++axis) {
      std::int64_t const steps = std::int64_t{position[axis]} - centre[axis];
      distance[k] += (steps < 0 ? -steps : steps) * geometry.dilation[axis];
    }
  }
  std::vector<std::size_t> nearest_first(count);
  std::iota(nearest_first.begin(), nearest_first.end(), std::size_t{0});
  std::stable_sort(nearest_first.begin(), nearest_first.end(),
                   [&](std::size_t a, std::size_t b) { return distance[a] < distance[b]; });
  std::vector<Row> ranks(count);
  for (std::size_t rank = 0; rank < count; ++rank) ranks[nearest_first[rank]] = static_cast<Row>(rank);
  return ranks;
}

/// The bits that an element of this rank flips in word `word` (of 64 bits) of a set's number in the Gray code: its own and
/// all below. The number of a set is what its elements have flipped.
constexpr std::uint64_t flipped_bits(Row rank, std::int64_t word) {
  std::int64_t const bit = rank - word * 64;
  if (bit < 0) return 0;
  return bit >= 63 ? ~std::uint64_t{0} : (std::uint64_t{2} << bit) - 1;
}

/// What blocks of places are sorted by: those of more elements first, then as they stood. The upper half counts the
/// elements that are missing, the lower is the block. The last block, which may be short, stays the last.
constexpr std::uint64_t block_key(std::int64_t block, std::int64_t blocks, std::int64_t elements,
                                  std::int64_t present) {
  std::int64_t const missing = block + 1 == blocks ? elements + 1 : elements - present;
  return static_cast<std::uint64_t>(missing) << 32 | static_cast<std::uint64_t>(block);
}
/// The block whose key it is.
constexpr std::int64_t block_of_key(std::uint64_t key) {
  return static_cast<std::int64_t>(key & 0xffffffffU);
}

}  // namespace sparseconv::inline v0_1
