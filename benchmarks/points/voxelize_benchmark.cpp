// Points to voxels with their mean features, against std::sort of the voxels' keys.

#include "support/interleaved.hpp"
#include "support/registration.hpp"
#include "support/yardsticks.hpp"

namespace bs = benchmark_support;
namespace sc = sparseconv;

int main(int argc, char** argv) {
  auto const scenes = bs::scenes();
  bs::add_for_scenes(
      "voxelize", scenes, [](benchmark::State& state, bs::Scene const& scene, sc::CpuPolicy const& where) {
        bs::SortOfKeys const sort(scene.tensor().sites());
        double const time = bs::measure_against(
            state, "sort/time", [&] { benchmark::DoNotOptimize(sc::voxelize(where, scene.cloud, scene.grid)); }, sort);
        state.counters["Mpoints/s"] = static_cast<double>(scene.cloud.size()) / time / 1e6;
      });
  return bs::run(argc, argv);
}
