// Building the hash table of a scene's sites, against copying the table's bytes.

#include "support/interleaved.hpp"
#include "support/registration.hpp"
#include "support/yardsticks.hpp"

namespace bs = benchmark_support;
namespace sc = sparseconv;

int main(int argc, char** argv) {
  auto const scenes = bs::scenes();
  bs::add_for_scenes(
      "build_hash_table", scenes, [](benchmark::State& state, bs::Scene const& scene, sc::CpuPolicy const& where) {
        auto const sites = scene.tensor().sites();
        bs::Copy const copy(sc::build_hash_table(where, sites).bytes());
        double const time = bs::measure_against(
            state, "copy/time", [&] { benchmark::DoNotOptimize(sc::build_hash_table(where, sites)); }, copy);
        state.counters["Msites/s"] = static_cast<double>(sites.size()) / time / 1e6;
      });
  return bs::run(argc, argv);
}
