#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "sparseconv/error.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/wide_sum.hpp"
#include "sparseconv/points/batch_item.hpp"
#include "sparseconv/points/point_reader.hpp"
#include "sparseconv/points/seq/matrix_points.hpp"
#include "sparseconv/points/seq/sorted_runs.hpp"
#include "sparseconv/points/seq/voxelize.hpp"
#include "sparseconv/points/strided_points.hpp"
#include "sparseconv/points/voxel_grid.hpp"
#include "sparseconv/points/voxelize.hpp"
#include "sparseconv/points/voxelized_points.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/tensor/build_site_set.hpp"
#include "sparseconv/tensor/site_set.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::inline v0_1 {

/// Sorts points into voxels block by block, for clouds that are larger than memory: what it holds grows with the voxels, not with the
/// points. For `seq` and `cpu`; a device takes the tensor's copy.
///
/// Bits:   those of voxelize for all points at once, however they are cut into blocks: means run over the points in the order in
///         which they came, and limits keep what came first. NaN alone may have other bits.
/// Work:   a block is sorted, and looked up among the voxels so far. Memory: 8 C + 28 bytes a voxel of C columns, up to three times as
///         much while it grows, and what voxelize takes for the block.
///
/// One thread at a time adds to a voxelizer. One that was moved from is as new.
class Voxelizer {
 public:
  /// Throws: ShapeError if the grid is not valid or a limit is below 1; CoordinateError if the batch has no such item.
  explicit Voxelizer(VoxelGrid const& grid, VoxelLimits const& limits = {}, BatchItem const& place = {})
      : grid_(grid), limits_(limits), place_(place) {
    static_cast<void>(voxel_shape(grid));
    check_limits(limits, "Voxelizer");
    check_batch_item(place, "Voxelizer");
  }

  Voxelizer(Voxelizer const&) = default;
  Voxelizer(Voxelizer&& other) noexcept
      : grid_(other.grid_), limits_(other.limits_), place_(other.place_), held_(std::exchange(other.held_, {})) {}
  Voxelizer& operator=(Voxelizer other) noexcept {
    grid_ = other.grid_;
    limits_ = other.limits_;
    place_ = other.place_;
    held_ = std::move(other.held_);
    return *this;
  }
  ~Voxelizer() = default;

  /// Adds the points of a block, which come after those of all blocks before.
  ///
  /// Throws: ShapeError if its columns or its offset are not those of the first block, or as voxelize; CapacityError for 2^31 points
  ///         or voxels or more; std::bad_alloc. The voxelizer is as before then.
  template <HostPolicy Policy>
  void add(Policy const& where, std::type_identity_t<MatrixView<float const>> points,
           std::array<double, 3> const& offset = {}) {
    check_view(points, "the points'", "Voxelizer::add");
    add_points(where, on_seq::MatrixPoints(points), offset);
  }

  /// The same of a cloud with its offset.
  template <HostPolicy Policy>
  void add(Policy const& where, PointCloud const& cloud) {
    add(where, cloud.view(), cloud.offset);
  }

  /// The same of points that lie in memory in any arrangement.
  template <HostPolicy Policy>
  void add(Policy const& where, StridedPoints const& points) {
    check_points(points, "Voxelizer::add");
    add_points(where, PointReader(points), points.offset);
  }

  /// How many points were added, those that were dropped too.
  [[nodiscard]] std::int64_t points() const { return held_.points; }
  /// How many voxels there are so far.
  [[nodiscard]] std::int64_t voxels() const { return static_cast<std::int64_t>(held_.counts.size()); }
  /// How many points were dropped so far, by reason.
  [[nodiscard]] DroppedPoints const& dropped() const { return held_.dropped; }
  /// The offset of all blocks: what the means of x, y and z are relative to.
  [[nodiscard]] std::array<double, 3> const& offset() const { return held_.offset; }
  /// Memory that is held for the voxels, in bytes.
  [[nodiscard]] std::int64_t bytes() const {
    return held_.sites.bytes() + static_cast<std::int64_t>(held_.sums.capacity() * sizeof(WideSum<float>) +
                                                           held_.counts.capacity() * sizeof(std::int64_t));
  }

  /// The voxels so far, with the means of their points' columns. More blocks may follow.
  ///
  /// Shapes: voxels() sites on the grid, as many channels as the blocks have columns; none if there was no block.
  template <HostPolicy Policy>
  [[nodiscard]] SparseTensor<float, 3> tensor(Policy const& where) const {
    std::vector<on_seq::PlacedSite> const list = held_.sites.all();
    auto const count = static_cast<std::int64_t>(list.size());
    std::int64_t const columns = held_.columns < 0 ? 0 : held_.columns;
    Buffer<Coordinate<3>> sites(where.memory(), count);
    Buffer<float> means(where.memory(), feature_count(count, columns, "Voxelizer::tensor"));
    for_each_index(where, count, [&](std::int64_t row) {
      on_seq::PlacedSite const& from = list[static_cast<std::size_t>(row)];
      sites[row] = from.site;
      auto const place = static_cast<std::size_t>(from.place);
      WideSum<float> const* const sums = held_.sums.data() + from.place * columns;
      for (std::int64_t c = 0; c < columns; ++c) {
        means[row * columns + c] = sums[c].mean(static_cast<double>(held_.counts[place]));
      }
    });
    return {SiteSet<3>(cells(), std::move(sites)), columns, std::move(means)};
  }

 private:
  /// The voxels, by the place that each was given when it was first reached.
  struct Held {
    std::int64_t columns = -1;  ///< none yet
    std::array<double, 3> offset = {};
    std::int64_t points = 0;
    DroppedPoints dropped = {};
    on_seq::SortedRuns sites;
    std::vector<WideSum<float>> sums;  ///< of each column
    std::vector<std::int64_t> counts;
  };

  [[nodiscard]] Grid<3> cells() const { return {.shape = voxel_shape(grid_), .batch_size = place_.batch_size}; }

  void check_block(std::int64_t points, std::int64_t columns, std::array<double, 3> const& offset) const {
    check_voxelize(points, columns, limits_, "Voxelizer::add");
    if (held_.columns >= 0 && columns != held_.columns) {
      throw ShapeError({"Voxelizer::add: the block has ", columns, " columns, the first one had ", held_.columns,
                        "; give all blocks the same columns"});
    }
    for (std::size_t axis = 0; axis < 3; ++axis) {
      if (held_.columns < 0 || offset[axis] == held_.offset[axis]) continue;
      throw ShapeError({"Voxelizer::add: the block's offset along ", "xyz"[axis], " is ", offset[axis],
                        ", the first one's was ", held_.offset[axis], "; give all blocks one offset, see with_offset"});
    }
  }

  /// Gives places to the sites of a block that have none, as far as the limit allows: to those that points reach first.
  std::vector<on_seq::PlacedSite> place_new(PointSites<3> const& block, Buffer<Row>& places) const {
    std::vector<Row> rows;
    for (std::int64_t row = 0; row < places.size(); ++row) {
      if (places[row] == no_row) rows.push_back(static_cast<Row>(row));
    }
    std::int64_t const room = limits_.voxels - voxels();
    if (static_cast<std::int64_t>(rows.size()) > room) {
      auto const first_of = [&](Row row) { return block.points_by_site[block.first_point[row]]; };
      std::nth_element(rows.begin(), rows.begin() + room, rows.end(),
                       [&](Row a, Row b) { return first_of(a) < first_of(b); });
      rows.resize(static_cast<std::size_t>(room));
      std::sort(rows.begin(), rows.end());
    }
    check_site_count(voxels() + static_cast<std::int64_t>(rows.size()), "Voxelizer::add");
    std::vector<on_seq::PlacedSite> sites;
    sites.reserve(rows.size());
    for (Row const row : rows) {
      places[row] = static_cast<Row>(voxels() + static_cast<std::int64_t>(sites.size()));
      sites.push_back({block.sites.coordinates()[static_cast<std::size_t>(row)], places[row]});
    }
    return sites;
  }

  /// Makes room for more elements, so that adding them one by one later cannot fail.
  template <class T>
  static void make_room(std::vector<T>& list, std::size_t size) {
    if (size > list.capacity()) list.reserve(std::max(size, list.capacity() + list.capacity() / 2));
  }

  template <HostPolicy Policy, class Points>
  void add_points(Policy const& where, Points const& points, std::array<double, 3> const& offset) {
    std::int64_t const columns = points.columns();
    check_block(points.size(), columns, offset);
    on_seq::KeptPoints const kept = on_seq::keep_points(where, points, VoxelFinder(grid_, offset, place_.item));
    PointSites<3> const block = build_site_set(where, cells(), kept.voxels);
    Buffer<Row> places(where.memory(), block.sites.size());
    held_.sites.find(where, block.sites.coordinates(), places.data());
    std::vector<on_seq::PlacedSite> fresh = place_new(block, places);
    std::size_t const voxels_after = held_.counts.size() + fresh.size();
    make_room(held_.sums, voxels_after * static_cast<std::size_t>(columns));
    make_room(held_.counts, voxels_after);
    auto addition = held_.sites.prepare(std::move(fresh));

    // Nothing from here on can fail.
    held_.sites.add(std::move(addition));
    held_.sums.resize(voxels_after * static_cast<std::size_t>(columns));
    held_.counts.resize(voxels_after);
    held_.columns = columns;
    held_.offset = offset;
    held_.points += points.size();
    held_.dropped.not_finite += kept.dropped.not_finite;
    held_.dropped.out_of_range += kept.dropped.out_of_range;
    for (std::int64_t row = 0; row < places.size(); ++row) {
      std::int64_t const count = block.first_point[row + 1] - block.first_point[row];
      if (places[row] == no_row) {
        held_.dropped.over_voxels += count;
      } else {
        std::int64_t const room = limits_.points_per_voxel - held_.counts[static_cast<std::size_t>(places[row])];
        held_.dropped.over_points_per_voxel += std::max<std::int64_t>(0, count - room);
      }
    }
    for_each_index(where, places.size(), [&](std::int64_t row) {
      if (places[row] == no_row) return;
      std::int64_t& count = held_.counts[static_cast<std::size_t>(places[row])];
      WideSum<float>* const sums = held_.sums.data() + places[row] * columns;
      for (Row i = block.first_point[row]; i < block.first_point[row + 1] && count < limits_.points_per_voxel; ++i) {
        Row const in_kept = block.points_by_site[i];
        std::int64_t const point = kept.points.empty() ? in_kept : kept.points[in_kept];
        for (std::int64_t c = 0; c < columns; ++c) {
          float const number = points.number(point, c);
          if (count == 0) {
            sums[c] = WideSum<float>(number);  // so that -0 stays
          } else {
            sums[c].add(number);
          }
        }
        ++count;
      }
    });
  }

  VoxelGrid grid_;
  VoxelLimits limits_;
  BatchItem place_;
  Held held_;
};

/// What became of the points so far, in one line for a log; see describe_points.
inline std::string to_string(Voxelizer const& voxelizer) {
  return describe_points(voxelizer.points(),
                         error_message({"in ", voxelizer.voxels(), voxelizer.voxels() == 1 ? " voxel" : " voxels"}),
                         voxelizer.dropped());
}

}  // namespace sparseconv::inline v0_1
