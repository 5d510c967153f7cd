// Canonical sites of an unordered coordinate list, against std::sort of the same keys.

#include "support/interleaved.hpp"
#include "support/registration.hpp"
#include "support/yardsticks.hpp"

namespace bs = benchmark_support;
namespace sc = sparseconv;

int main(int argc, char** argv) {
  auto const scenes = bs::scenes();
  bs::add_for_scenes("build_site_set", scenes,
                     [](benchmark::State& state, bs::Scene const& scene, sc::CpuPolicy const& where) {
                       auto const sites = scene.tensor().sites();
                       std::vector<sc::Coordinate<3>> points(sites.coordinates().begin(), sites.coordinates().end());
                       std::shuffle(points.begin(), points.end(), std::mt19937_64(1));
                       bs::SortOfKeys const sort(sites);
                       double const time = bs::measure_against(
                           state, "sort/time",
                           [&] { benchmark::DoNotOptimize(sc::build_site_set(where, sites.grid(), points)); }, sort);
                       state.counters["Msites/s"] = static_cast<double>(sites.size()) / time / 1e6;
                     });
  return bs::run(argc, argv);
}
