// Output sites of a strided convolution, against std::sort of the input sites' keys.

#include "support/interleaved.hpp"
#include "support/registration.hpp"
#include "support/yardsticks.hpp"

namespace bs = benchmark_support;
namespace sc = sparseconv;

int main(int argc, char** argv) {
  auto const scenes = bs::scenes();
  struct Case {
    char const* name;
    sc::KernelGeometry<3> geometry;
    sc::OutputDefinition definition;
  };
  Case const cases[] = {
      {"regular_k3_s2_p1", {.kernel_size = 3, .stride = 2, .padding = 1}, sc::OutputDefinition::regular},
      {"regular_k3_s1_p1", {.kernel_size = 3, .padding = 1}, sc::OutputDefinition::regular},
      {"floor_k2_s2", {.kernel_size = 2, .stride = 2}, sc::OutputDefinition::floor}};
  for (Case const& one : cases) {
    bs::add_for_scenes(std::string("output_sites/") + one.name, scenes,
                       [one](benchmark::State& state, bs::Scene const& scene, sc::CpuPolicy const& where) {
                         auto const sites = scene.tensor().sites();
                         bs::SortOfKeys const sort(sites);
                         std::int64_t count = 0;
                         double const time = bs::measure_against(
                             state, "sort/time",
                             [&] { count = sc::output_sites(where, sites, one.geometry, one.definition).size(); },
                             sort);
                         state.counters["outputs"] = static_cast<double>(count);
                         state.counters["Moutputs/s"] = static_cast<double>(count) / time / 1e6;
                       });
  }
  return bs::run(argc, argv);
}
