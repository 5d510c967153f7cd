#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <utility>

#include "sparseconv/config.hpp"
#include "sparseconv/error.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/primitive/row.hpp"
#include "sparseconv/tensor/coordinate.hpp"
#include "sparseconv/tensor/derived_store.hpp"
#include "sparseconv/tensor/site_set.hpp"

namespace sparseconv::inline v0_1 {

/// The first row of a canonical list whose batch item is `item` or a later one; the list's length if there is none.
template <int D>
constexpr Row first_row_of_item(Coordinate<D> const* sites, std::int64_t count, std::int64_t item) {
  std::int64_t begin = 0;
  std::int64_t end = count;
  while (begin < end) {
    std::int64_t const middle = begin + (end - begin) / 2;
    if (sites[middle].batch < item) {
      begin = middle + 1;
    } else {
      end = middle;
    }
  }
  return static_cast<Row>(begin);
}

/// Writes where an item's rows begin: a body of for_each_index.
template <int D>
struct WriteItemOffset {
  Coordinate<D> const* sites;
  std::int64_t count;
  Row* offsets;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t item) const {
    offsets[item] = first_row_of_item(sites, count, item);
  }
};

/// Where the rows of each batch item begin, as a site set keeps it.
template <MemorySpace Memory>
class KeptItemOffsets final : public Derived {
 public:
  using Offsets = std::shared_ptr<Buffer<Row, Memory> const>;

  [[nodiscard]] Offsets offsets() const {
    std::scoped_lock lock(mutex_);
    return offsets_;
  }

  /// Keeps what was computed, unless another thread was faster; returns what is kept.
  Offsets keep(Buffer<Row, Memory> offsets) {
    auto computed = std::make_shared<Buffer<Row, Memory> const>(std::move(offsets));
    std::scoped_lock lock(mutex_);
    if (!offsets_) offsets_ = std::move(computed);
    return offsets_;
  }

  [[nodiscard]] std::int64_t bytes() const override {
    std::scoped_lock lock(mutex_);
    return offsets_ ? offsets_->bytes() : 0;
  }
  void release() override {
    std::scoped_lock lock(mutex_);
    offsets_.reset();
  }

 private:
  mutable std::mutex mutex_;
  Offsets offsets_;
};

/// The way to the rows of one batch item: those of item b are [offsets[b], offsets[b + 1]). Computed once and kept
/// with the set; on a device for each stream apart.
///
/// Shapes: B + 1 rows for a grid of B batch items, from 0 to the number of sites.
/// Order:  `seq` and `cpu` wait for the result; a device policy does not.
/// Work:   B bisections of the coordinate list.
/// Throws: ShapeError if the set was moved from; CudaError during a capture, if they are not there yet.
template <ExecutionPolicy Policy, int D, MemorySpace Memory>
std::shared_ptr<Buffer<Row, Memory> const> item_offsets(Policy const& where, SiteSet<D, Memory> const& sites) {
  check_reach<Policy, Memory>();
  auto& kept = sites.derived().template get<KeptItemOffsets<Memory>>(stream_resource(where));
  if (auto offsets = kept.offsets()) return offsets;
  refuse_to_keep_while_capturing(where, "item_offsets");
  Buffer<Row, Memory> offsets(where.memory(), std::int64_t{sites.grid().batch_size} + 1);
  for_each_index(where, offsets.size(), WriteItemOffset<D>{sites.data(), sites.size(), offsets.data()});
  return kept.keep(std::move(offsets));
}

/// Rows [begin, end).
struct RowRange {
  Row begin = 0;  ///< the first row
  Row end = 0;    ///< the row behind the last

  [[nodiscard]] constexpr std::int64_t size() const { return end - begin; }
  friend constexpr bool operator==(RowRange const&, RowRange const&) = default;
};

/// The rows of one batch item, of a set on the host.
///
/// Work:   two bisections of the coordinate list.
/// Throws: CoordinateError if the grid has no such item.
template <int D>
RowRange rows_of_item(SiteSet<D> const& sites, std::int64_t item) {
  std::int32_t const items = sites.grid().batch_size;
  if (item < 0 || item >= items) {
    throw CoordinateError(
        {"rows_of_item: batch item ", item, " of a batch of ", items, "; items are numbered from 0 to batch_size - 1"});
  }
  return {first_row_of_item(sites.data(), sites.size(), item), first_row_of_item(sites.data(), sites.size(), item + 1)};
}

/// How many batch items have no rows, by item_offsets on the host.
inline std::int64_t empty_items(std::span<Row const> offsets) {
  std::int64_t empty = 0;
  for (std::size_t item = 1; item < offsets.size(); ++item) empty += offsets[item] == offsets[item - 1];
  return empty;
}

}  // namespace sparseconv::inline v0_1
