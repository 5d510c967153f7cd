#pragma once

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "simulated_scan/simulated_scan.hpp"
#include "sparseconv/io/npy.hpp"
#include "sparseconv/io/records.hpp"
#include "sparseconv/sparseconv.hpp"
#if __has_include(<zip.h>)
#include "sparseconv/io/npz.hpp"
#endif

namespace benchmark_support {

/// A scan and how it is cut into voxels.
struct Scene {
  std::string name;
  sparseconv::PointCloud cloud;
  sparseconv::VoxelGrid grid;

  [[nodiscard]] sparseconv::SparseTensor<float, 3> tensor() const {
    return sparseconv::voxelize(sparseconv::cpu, cloud, grid).tensor;
  }
};

/// Where real scans lie: the environment's SPARSECONV_DATA_DIR, else what the build was told.
inline std::filesystem::path data_folder() {
  char const* const given = std::getenv("SPARSECONV_DATA_DIR");
  return given != nullptr ? given : SPARSECONV_SHARED_DATA;
}

/// The simulated scan, and the real ones that are there.
inline std::vector<Scene> scenes() {
  using sparseconv::RecordElement;
  std::vector<Scene> all;
  all.push_back({"simulated",
                 simulated_scan::simulate(),
                 {.voxel_size = {0.05F, 0.05F, 0.1F}, .low = {-40, -40, -3}, .high = {40, 40, 1}, .extra_slices = 1}});
  std::filesystem::path const folder = data_folder();
  auto const add = [&](char const* name, char const* file, sparseconv::VoxelGrid const& grid, auto const& read) {
    if (std::filesystem::exists(folder / file)) {
      all.push_back({name, read(folder / file), grid});
    } else {
      std::cerr << "scene " << name << " is left out: there is no " << file << " in the data folder\n";
    }
  };
  add("kitti", "kitti_000008.bin",
      {.voxel_size = {0.05F, 0.05F, 0.1F}, .low = {0, -40, -3}, .high = {70.4F, 40, 1}, .extra_slices = 1},
      [](auto const& path) { return sparseconv::read_records(path); });
  sparseconv::VoxelGrid const waymo{.voxel_size = {0.1F, 0.1F, 0.1F}, .low = {-80, -80, -2}, .high = {80, 80, 6}};
#if __has_include(<zip.h>)
  if (!std::filesystem::exists(folder / "waymo_benchmark_pc.npy")) {
    add("waymo", "waymo_benchmark_pc.npz", waymo, [](auto const& path) { return sparseconv::read_npz(path); });
  } else
#endif
  {  // unpacked, for machines without libzip
    add("waymo", "waymo_benchmark_pc.npy", waymo, [](auto const& path) { return sparseconv::read_npy(path); });
  }
  add("nuscenes", "nuscenes_10sweeps.bin",
      {.voxel_size = {0.075F, 0.075F, 0.2F}, .low = {-54, -54, -5}, .high = {54, 54, 3}, .extra_slices = 1},
      [](auto const& path) {
        return sparseconv::read_records(path, {.columns = 5, .element = RecordElement::float16});
      });
  return all;
}

/// Numbers between -1 and 1, never a run of zeros.
inline sparseconv::Buffer<float> random_numbers(std::int64_t count, std::uint64_t seed) {
  sparseconv::Buffer<float> numbers(count);
  std::mt19937_64 bits(seed);
  for (float& number : numbers) number = static_cast<float>(bits() >> 40) * 0x1p-23F - 1;
  return numbers;
}

}  // namespace benchmark_support
