#pragma once

#include <cstdint>
#include <iostream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sparseconv/cuda.cuh"
#include "support/registration.hpp"
#include "support/scenes.hpp"

namespace benchmark_support {

/// So many copies of a scan, each a metre further to the left (y) than the one before.
inline Scene repeated(Scene const& scene, int copies) {
  Scene result{scene.name + "_x" + std::to_string(copies), {.columns = scene.cloud.columns}, scene.grid};
  for (int copy = 0; copy < copies; ++copy) {
    for (std::int64_t i = 0; i < scene.cloud.size(); ++i) {
      for (std::int64_t c = 0; c < scene.cloud.columns; ++c) {
        float const shift = c == 1 ? static_cast<float>(copy) : 0;
        result.cloud.values.push_back(scene.cloud.row(i)[static_cast<std::size_t>(c)] + shift);
      }
    }
  }
  return result;
}

/// The scenes of the other benchmarks, and eight copies of waymo's: 913,903 sites and 7,676,993 pairs of a 3 x 3 x 3
/// kernel. Where that scan is missing, eight copies of the simulated one stand for a large scene.
inline std::vector<Scene> gpu_scenes() {
  std::vector<Scene> all = scenes();
  std::size_t repeat = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].name == "waymo") repeat = i;
  }
  all.push_back(repeated(all[repeat], 8));
  return all;
}

/// The sites of a scene, voxelized once for all benchmarks of a program.
inline sparseconv::SiteSet<3> const& sites_of(Scene const& scene) {
  static std::map<std::pair<std::string, int>, sparseconv::SiteSet<3>> kept;
  auto const [place, is_new] = kept.try_emplace({scene.name, static_cast<int>(scene.grid.extra_slices)});
  if (is_new) place->second = scene.tensor().sites();
  return place->second;
}

/// Registers name/scene for every scene; body(state, scene).
template <class Body>
void add_for_gpu_scenes(std::string const& name, std::vector<Scene> const& all, Body const& body) {
  for (Scene const& scene : all) {
    add(name + "/" + scene.name, [&scene, body](benchmark::State& state) { body(state, scene); });
  }
}

/// The rest of main. Without a GPU it says so, and returns 1.
template <class Register>
int run_on_gpu(int argc, char** argv, Register const& register_all) {
  try {
    static_cast<void>(sparseconv::gpu.on(cudaStreamPerThread));
  } catch (sparseconv::CudaError const& missing) {
    std::cerr << missing.what() << "\n";
    return 1;
  }
  register_all();
  return run(argc, argv);
}

}  // namespace benchmark_support
