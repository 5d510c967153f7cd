#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sparseconv/config.hpp"
#include "sparseconv/error.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/points/voxelize.hpp"
#include "sparseconv/primitive/for_each.hpp"
#include "sparseconv/primitive/row.hpp"
#include "sparseconv/tensor/join_batch.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"

namespace sparseconv::inline v0_1 {

/// What became of the points of one cloud of a batch.
template <MemorySpace Memory = HostMemory>
struct VoxelizedItem {
  Buffer<Row, Memory> row_of_point;   ///< rows of the batch's tensor; no_row for a point that was dropped
  DroppedPoints dropped = {};         ///< how many of its points have no part in the voxels
  std::array<double, 3> offset = {};  ///< of the cloud; what its voxels' means of x, y and z are relative to
};

/// What became of the points of one cloud, in one line for a log; see describe_points.
template <MemorySpace Memory>
std::string to_string(VoxelizedItem<Memory> const& item) {
  return describe_points(item.row_of_point.size(), "in voxels", item.dropped);
}

/// Several clouds as one tensor: cloud b is batch item b.
template <MemorySpace Memory = HostMemory>
struct VoxelizedBatch {
  SparseTensor<float, 3, Memory> tensor;     ///< all clouds
  std::vector<VoxelizedItem<Memory>> items;  ///< one for each cloud
};

/// How many numbers a point has.
template <VoxelizablePoints Cloud>
[[nodiscard]] std::int64_t columns_of(Cloud const& cloud) {
  if constexpr (ViewedPoints<Cloud>) {
    return cloud.view().columns;
  } else {
    return cloud.columns();
  }
}

/// Moves the rows of points behind those of other items: a body of for_each_index.
struct MoveRows {
  Row* rows;
  Row by;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t i) const {
    if (rows[i] != no_row) rows[i] += by;
  }
};

/// Sorts the points of several clouds into voxels, as voxelize does those of one: cloud b becomes batch item b. The limits are
/// for each cloud by itself.
///
/// Shapes: B clouds of C columns become a tensor of C channels in B batch items; no cloud, a tensor of none.
/// Order:  a device policy waits for each cloud as voxelize does.
/// Bits:   those of each cloud alone; its means are relative to its own offset.
/// Work:   that of each cloud alone, and a copy of all voxels.
/// Throws: ShapeError if the clouds differ in their columns; CapacityError for more than 2^31 - 1 voxels; what voxelize throws.
template <ExecutionPolicy Policy, VoxelizablePoints Cloud>
VoxelizedBatch<typename Policy::Memory> voxelize(Policy const& where, std::span<Cloud const> clouds,
                                                 VoxelGrid const& grid, VoxelLimits const& limits = {}) {
  using Memory = typename Policy::Memory;
  for (std::size_t i = 1; i < clouds.size(); ++i) {
    if (columns_of(clouds[i]) == columns_of(clouds[0])) continue;
    throw ShapeError({"voxelize: cloud ", i, " has ", columns_of(clouds[i]), " columns, cloud 0 has ",
                      columns_of(clouds[0]), "; give all clouds of a batch the same columns"});
  }
  VoxelizedBatch<Memory> batch;
  if (clouds.empty()) {
    batch.tensor = {SiteSet<3, Memory>({.shape = voxel_shape(grid), .batch_size = 0}, {}, Box<3>{}), 0, {}};
    return batch;
  }
  std::vector<SparseTensor<float, 3, Memory>> tensors;
  std::int64_t rows = 0;
  for (Cloud const& cloud : clouds) {
    VoxelizedPoints<Memory> one = voxelize(where, cloud, grid, limits);
    check_site_count(rows + one.tensor.size(), "voxelize");
    for_each_index(where, one.row_of_point.size(), MoveRows{one.row_of_point.data(), static_cast<Row>(rows)});
    rows += one.tensor.size();
    tensors.push_back(std::move(one.tensor));
    batch.items.push_back({std::move(one.row_of_point), one.dropped, one.offset});
  }
  batch.tensor = join_batch(where, tensors);
  return batch;
}

/// The same of a list of clouds.
template <ExecutionPolicy Policy, VoxelizablePoints Cloud>
VoxelizedBatch<typename Policy::Memory> voxelize(Policy const& where, std::vector<Cloud> const& clouds,
                                                 VoxelGrid const& grid, VoxelLimits const& limits = {}) {
  return voxelize(where, std::span<Cloud const>(clouds), grid, limits);
}

/// Clouds in braces, which would be copied: a sentence of the compiler.
template <ExecutionPolicy Policy, VoxelizablePoints Cloud>
VoxelizedBatch<typename Policy::Memory> voxelize(Policy const&, std::initializer_list<Cloud>, VoxelGrid const&,
                                                 VoxelLimits const& = {}) {
  static_assert(
      never<Cloud>,
      "sparseconv: voxelize: a list of clouds in braces would copy them; put them into a std::vector, or give "
      "a std::span<Cloud const>");
  return {};
}

}  // namespace sparseconv::inline v0_1
