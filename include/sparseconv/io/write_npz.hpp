#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sparseconv/io/write_npy.hpp"
#include "sparseconv/io/written_points.hpp"
#include "sparseconv/memory/memory_space.hpp"
#include "sparseconv/points/point_cloud.hpp"
#include "sparseconv/tensor/sparse_tensor.hpp"
#include "sparseconv/weights/array.hpp"
#include "sparseconv/weights/write_npz_arrays.hpp"

// This header needs libzip (link -lzip), so sparseconv.hpp does not include it.

namespace sparseconv::inline v0_1 {

/// Writes points as the array `points` of a .npz file, not packed. A file of that name is replaced.
///
/// The file appears whole or not at all. Shapes and types as for write_npy.
/// Throws:  what write_npy throws.
inline void write_npz(std::filesystem::path const& path, PointCloud const& cloud) {
  WrittenNpy npy = lay_out_npy(cloud, "write_npz: " + path.string());
  std::int64_t const points = cloud.size();
  std::vector<std::byte> records(static_cast<std::size_t>(points) * written_bytes(npy.numbers));
  encode_points(cloud, npy.numbers, 0, points, records.data());
  std::array<NpzEntry, 1> entries = {{{"points", std::move(npy.header), std::move(records)}}};
  write_npz_entries(path, entries, "write_npz");
}

/// Writes sites with their features as a .npz file: arrays coordinates and features. A file of that name is replaced.
///
/// The file appears whole or not at all.
/// Shapes:  N sites of C channels: coordinates N x (1 + D), the batch item and then the position, as int32; features N x C.
/// Throws:  what write_npz_arrays throws.
template <class T, int D>
void write_npz(std::filesystem::path const& path, SparseTensor<T, D, HostMemory> const& tensor) {
  std::vector<std::int32_t> coordinates;
  coordinates.reserve(static_cast<std::size_t>(tensor.size()) * (1 + D));
  for (auto const& coordinate : tensor.sites().coordinates()) {
    coordinates.push_back(coordinate.batch);
    coordinates.insert(coordinates.end(), coordinate.position.begin(), coordinate.position.end());
  }
  auto const features = tensor.features();
  std::span<T const> const numbers(features.data, static_cast<std::size_t>(tensor.size() * tensor.channels()));
  std::array<NamedArray, 2> const arrays = {{{"coordinates", make_array({tensor.size(), 1 + D}, coordinates)},
                                             {"features", make_array({tensor.size(), tensor.channels()}, numbers)}}};
  write_npz_arrays(path, arrays);
}

}  // namespace sparseconv::inline v0_1
