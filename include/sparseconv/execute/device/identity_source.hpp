#pragma once

#include <cstddef>
#include <cstdint>

#include "sparseconv/config.hpp"
#include "sparseconv/execute/device/all_groups.hpp"
#include "sparseconv/primitive/row.hpp"

namespace sparseconv::inline v0_1::on_device {

/// Rows of which each leads to the output row of its own number, by the only kernel element that there is.
struct IdentityRows {
  std::int64_t count = 0;
};

/// The rows of a tile of those, for TileLoader: one batch, for which no list is read.
class IdentitySource {
 public:
  static constexpr bool scatters = false;

  /// For the rows from first_row on.
  constexpr IdentitySource(IdentityRows const& rows, std::int64_t first_row)
      : first_row_(static_cast<Row>(first_row)), left_(static_cast<int>(rows.count - first_row)) {}

  [[nodiscard]] constexpr bool advance() {
    bool const is_first = !done_;
    done_ = true;
    return is_first;
  }
  [[nodiscard]] static constexpr std::uint32_t element() { return 0; }
  [[nodiscard]] constexpr Row row(int r) const { return r < left_ ? first_row_ + r : no_row; }
  /// The output row of row r of the tile, or no_row behind the last.
  [[nodiscard]] constexpr Row operator()(int r) const { return row(r); }

  /// Nothing goes into a stage behind its operands.
  static constexpr int tail_bytes = 0;
  [[nodiscard]] static constexpr int tail(int) { return 0; }
  static constexpr void write_tail(std::byte*, int, int) {}
  [[nodiscard]] static constexpr AllGroups groups(std::byte const*, int) { return {}; }

 private:
  Row first_row_;
  int left_;  // rows from the tile's first on
  bool done_ = false;
};

}  // namespace sparseconv::inline v0_1::on_device
