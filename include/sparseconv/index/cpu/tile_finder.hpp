#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>

#include "sparseconv/policy/cpu_policy.hpp"
#include "sparseconv/primitive/row.hpp"

namespace sparseconv::inline v0_1::on_cpu {

/// Some elements of the kernel, whole rows of it, by a stretch of outputs (or of inputs), whose pairs are found together.
struct PairTile {
  std::int64_t first_element;
  std::int64_t end_element;
  std::int64_t begin;
  std::int64_t end;

  [[nodiscard]] constexpr std::int64_t elements() const { return end_element - first_element; }
};

/// All tiles of a rulebook, those of the same elements behind each other.
struct PairTiles {
  std::int64_t elements = 0;  ///< of all tiles together
  std::int64_t rows = 0;      ///< outputs (or inputs) of all tiles together
  std::int64_t tile_elements = 1;
  std::int64_t tile_rows = 1;

  [[nodiscard]] constexpr std::int64_t count() const { return along_elements() * along_rows(); }

  [[nodiscard]] constexpr PairTile operator[](std::int64_t tile) const {
    std::int64_t const element = tile / along_rows() * tile_elements;
    std::int64_t const row = tile % along_rows() * tile_rows;
    return {element, std::min(element + tile_elements, elements), row, std::min(row + tile_rows, rows)};
  }

 private:
  [[nodiscard]] constexpr std::int64_t along_elements() const { return (elements + tile_elements - 1) / tile_elements; }
  [[nodiscard]] constexpr std::int64_t along_rows() const { return (rows + tile_rows - 1) / tile_rows; }
};

/// Where the pairs of an element in a tile go, and how many there are: so many rows are to be written on each side, and no more.
struct PairPlaces {
  Row* inputs = nullptr;
  Row* outputs = nullptr;
  std::int64_t left = 0;
};

/// What is kept of a tile's pairs until all of the rulebook are counted.
class KeptPairs {
 public:
  virtual ~KeptPairs() = default;

  /// Writes the rows of the pairs to the places of the tile's elements, which may move on.
  virtual void place(PairPlaces* places) const = 0;

 protected:
  KeptPairs() = default;
  KeptPairs(KeptPairs const&) = default;
  KeptPairs& operator=(KeptPairs const&) = default;
};

/// Finds the pairs of a rulebook tile by tile. Safe from several threads.
class TileFinder {
 public:
  /// The tiles for so many threads.
  [[nodiscard]] virtual PairTiles tiles(int threads) const = 0;

  /// The pairs of a tile, in each element so that the rows of both sides rise; adds their number to the counts of the tile's elements.
  [[nodiscard]] virtual std::unique_ptr<KeptPairs const> find(CpuPolicy const& where, PairTile const& tile,
                                                              std::int64_t* counts) const = 0;

 protected:
  TileFinder() = default;
  TileFinder(TileFinder const&) = default;
  TileFinder& operator=(TileFinder const&) = default;
  ~TileFinder() = default;
};

}  // namespace sparseconv::inline v0_1::on_cpu
