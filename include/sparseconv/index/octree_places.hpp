#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "sparseconv/config.hpp"
#include "sparseconv/error.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/tensor/coordinate.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1 {

/// One level of an octree (of its like in D dimensions, where a cell has 2^D children): sites, and those at half their resolution in
/// whose cells they lie. The place of a child in its parent is a number of D bits, of each axis the lowest bit of the position, the last
/// axis in the lowest bit: x + 2 y + 4 z of a set over z, y, x.
template <int D, MemorySpace Memory = HostMemory>
struct OctreeLevel {
  SiteSet<D, Memory> parents;                              ///< sites of the coarser level
  SiteSet<D, Memory> children;                             ///< sites of the finer level
  Buffer<std::uint32_t, Memory> occupancy;                 ///< of each parent, bit i for the child at place i
  std::shared_ptr<Buffer<Row, Memory> const> parent_rows;  ///< of each child; kept with the children
  Buffer<std::uint8_t, Memory> places;                     ///< of each child in its parent
};

/// Whether occupancies have a bit for each child of a cell of so many axes.
template <int D>
inline constexpr bool has_octree_places = D <= 5;

/// How many children a cell may have.
template <int D>
inline constexpr int octree_places = 1 << D;

/// The occupancy of a cell with all its children.
template <int D>
inline constexpr std::uint32_t full_occupancy = 0xffffffffU >> (32 - octree_places<D>);

/// The place of a child in its parent.
template <int D>
constexpr int place_in_parent(Coordinate<D> const& child) {
  std::uint32_t place = 0;
  SPARSECONV_UNROLL
  for (std::size_t axis = 0; axis < static_cast<std::size_t>(D); ++axis) {
    place = place << 1 | (static_cast<std::uint32_t>(child.position[axis]) & 1U);
  }
  return static_cast<int>(place);
}

/// The child at a place of a parent, whose positions must be in [-2^30, 2^30).
template <int D>
constexpr Coordinate<D> child_at(Coordinate<D> const& parent, int place) {
  Coordinate<D> child;
  child.batch = parent.batch;
  SPARSECONV_UNROLL
  for (std::size_t axis = 0; axis < static_cast<std::size_t>(D); ++axis) {
    int const bit = place >> (static_cast<std::size_t>(D) - 1 - axis) & 1;
    child.position[axis] = 2 * parent.position[axis] + bit;
  }
  return child;
}

/// Throws: ShapeError names the occupancy of a parent that has bits beyond its children.
template <int D>
void check_occupancy(std::int64_t parent, std::uint32_t occupancy, std::string_view call) {
  if (occupancy <= full_occupancy<D>) return;
  throw ShapeError({call, ": parent ", parent, " has the occupancy ", occupancy, "; it is a bit for each of ",
                    octree_places<D>, " children, so at most ", full_occupancy<D>});
}

}  // namespace sparseconv::inline v0_1
