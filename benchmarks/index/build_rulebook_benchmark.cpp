// Rulebooks by both lookups, against std::sort of the input sites' keys and a copy of the rulebook's bytes.

#include "support/interleaved.hpp"
#include "support/registration.hpp"
#include "support/yardsticks.hpp"

namespace bs = benchmark_support;
namespace sc = sparseconv;

namespace {

template <class Lookup>
void add(std::vector<bs::Scene> const& scenes, std::string const& name, sc::KernelGeometry<3> const& geometry,
         sc::OutputDefinition definition, Lookup lookup) {
  bs::add_for_scenes(
      "build_rulebook/" + name, scenes,
      [=](benchmark::State& state, bs::Scene const& scene, sc::CpuPolicy const& where) {
        auto const sites = scene.tensor().sites();
        auto const outputs = sc::output_sites(where, sites, geometry, definition);
        // Kept with the sites: a hash table is built once for all rulebooks, and has a benchmark of its own.
        auto const rules = sc::build_rulebook(where, sites, outputs, geometry, lookup);
        bs::SortOfKeys const sort(sites);
        double const time = bs::measure_against(
            state, "sort/time",
            [&] { benchmark::DoNotOptimize(sc::build_rulebook(where, sites, outputs, geometry, lookup)); }, sort);
        bs::Copy const copy(rules.bytes());
        copy();
        state.counters["copy/time"] = bs::seconds(copy) / time;
        state.counters["pairs"] = static_cast<double>(rules.pair_count());
        state.counters["ns/pair"] = time * 1e9 / static_cast<double>(rules.pair_count());
      });
}

}  // namespace

int main(int argc, char** argv) {
  auto const scenes = bs::scenes();
  using sc::OutputDefinition;
  add(scenes, "sub3/sorted", {.kernel_size = 3, .padding = 1}, OutputDefinition::submanifold, sc::lookup::sorted);
  add(scenes, "sub3/hash", {.kernel_size = 3, .padding = 1}, OutputDefinition::submanifold, sc::lookup::hash);
  add(scenes, "sub5/sorted", {.kernel_size = 5, .padding = 2}, OutputDefinition::submanifold, sc::lookup::sorted);
  add(scenes, "sub5/hash", {.kernel_size = 5, .padding = 2}, OutputDefinition::submanifold, sc::lookup::hash);
  add(scenes, "k3_s2_p1/sorted", {.kernel_size = 3, .stride = 2, .padding = 1}, OutputDefinition::regular,
      sc::lookup::sorted);
  return bs::run(argc, argv);
}
