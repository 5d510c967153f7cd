// The stages of the index on a GPU, against a copy of what each makes and CUB's sort of the sites' keys in the same
// run.

#include <functional>

#include "support/gpu_scenes.cuh"
#include "support/gpu_timing.cuh"
#include "support/gpu_yardsticks.cuh"

namespace bs = benchmark_support;
namespace sc = sparseconv;

namespace {

void voxelize(benchmark::State& state, sc::GpuPolicy const& where, bs::Scene const& scene) {
  auto const cloud = sc::copy_to(where, scene.cloud);
  auto const work = [&] { benchmark::DoNotOptimize(sc::voxelize(where, cloud, scene.grid).tensor.size()); };
  bs::GpuSort const sort(where, cloud.size());
  double const time = bs::measure_on_gpu(state, where, work, bs::Yardstick{"sort/time", std::cref(sort)});
  state.counters["Mpoints/s"] = static_cast<double>(cloud.size()) / time / 1e6;
}

/// The sites of a scene in the order of its points, on the GPU.
struct Points {
  sc::Grid<3> grid;
  bs::GpuBuffer<sc::Coordinate<3>> coordinates;
};

Points points_of(sc::GpuPolicy const& where, bs::Scene const& scene) {
  auto const& sites = bs::sites_of(scene);
  std::vector<sc::Coordinate<3>> shuffled(sites.coordinates().begin(), sites.coordinates().end());
  std::shuffle(shuffled.begin(), shuffled.end(), std::mt19937_64(1));
  return {sites.grid(), sc::copy_to(where, std::span<sc::Coordinate<3> const>(shuffled))};
}

void build_site_set(benchmark::State& state, sc::GpuPolicy const& where, bs::Scene const& scene) {
  auto const points = points_of(where, scene);
  auto const work = [&] {
    benchmark::DoNotOptimize(sc::build_site_set(where, points.grid, points.coordinates).sites.size());
  };
  bs::GpuSort const sort(where, points.coordinates.size());
  double const time = bs::measure_on_gpu(state, where, work, bs::Yardstick{"sort/time", std::cref(sort)});
  state.counters["Mpoints/s"] = static_cast<double>(points.coordinates.size()) / time / 1e6;
}

void build_hash_table(benchmark::State& state, sc::GpuPolicy const& where, bs::Scene const& scene) {
  auto const sites = sc::copy_to(where, bs::sites_of(scene));
  bs::GpuCopy const copy(where, sc::build_hash_table(where, sites).bytes());
  auto const work = [&] { benchmark::DoNotOptimize(sc::build_hash_table(where, sites).bytes()); };
  double const time = bs::measure_on_gpu(state, where, work, bs::Yardstick{"copy/time", std::cref(copy)});
  state.counters["Msites/s"] = static_cast<double>(sites.size()) / time / 1e6;
}

struct Case {
  char const* name;
  sc::KernelGeometry<3> geometry;
  sc::OutputDefinition definition;
};

// Waits once, for the number of sites.
void output_sites(benchmark::State& state, sc::GpuPolicy const& where, bs::Scene const& scene, Case const& given) {
  auto const sites = sc::copy_to(where, bs::sites_of(scene));
  std::int64_t count = 0;
  auto const work = [&] { count = sc::output_sites(where, sites, given.geometry, given.definition).size(); };
  bs::GpuSort const sort(where, sites.size());
  double const time = bs::measure_on_gpu(state, where, work, bs::Yardstick{"sort/time", std::cref(sort)});
  state.counters["outputs"] = static_cast<double>(count);
  state.counters["Moutputs/s"] = static_cast<double>(count) / time / 1e6;
}

/// `build` is build_rulebook or build_row_map. The goal: no longer than 3 copies of the result's bytes and one sort, or
/// budget/time >= 1.
template <class Build>
void build_index(benchmark::State& state, sc::GpuPolicy const& where, bs::Scene const& scene, Case const& given,
                 Build const& build) {
  auto const sites = sc::copy_to(where, bs::sites_of(scene));
  auto const outputs = sc::output_sites(where, sites, given.geometry, given.definition);
  auto const rules = sc::copy_to_host(where, sc::build_rulebook(where, sites, outputs, given.geometry));
  bs::GpuCopy const copy(where, build(where, sites, outputs, given.geometry, rules));
  bs::GpuSort const sort(where, sites.size());
  auto const work = [&] { benchmark::DoNotOptimize(build(where, sites, outputs, given.geometry, rules)); };
  double const time = bs::measure_on_gpu(
      state, where, work, bs::Yardstick{"copy/time", std::cref(copy)}, bs::Yardstick{"sort/time", std::cref(sort)},
      bs::Yardstick{"budget/time", [&](bs::StreamTimer const& timer) { return 3 * copy(timer) + sort(timer); }});
  state.counters["pairs"] = static_cast<double>(rules.pair_count());
  state.counters["ns/pair"] = time * 1e9 / static_cast<double>(rules.pair_count());
}

}  // namespace

int main(int argc, char** argv) {
  auto const scenes = bs::gpu_scenes();
  std::vector<Case> const cases = {
      {"sub3", {.kernel_size = 3, .padding = 1}, sc::OutputDefinition::submanifold},
      {"sub5", {.kernel_size = 5, .padding = 2}, sc::OutputDefinition::submanifold},
      {"k3_s2_p1", {.kernel_size = 3, .stride = 2, .padding = 1}, sc::OutputDefinition::regular}};
  return bs::run_on_gpu(argc, argv, [&] {
    auto const stream = std::make_shared<bs::GpuStream>();
    bs::add_for_gpu_scenes("voxelize", scenes, [stream](benchmark::State& state, bs::Scene const& scene) {
      voxelize(state, stream->where(), scene);
    });
    bs::add_for_gpu_scenes("build_site_set", scenes, [stream](benchmark::State& state, bs::Scene const& scene) {
      build_site_set(state, stream->where(), scene);
    });
    bs::add_for_gpu_scenes("build_hash_table", scenes, [stream](benchmark::State& state, bs::Scene const& scene) {
      build_hash_table(state, stream->where(), scene);
    });
    for (Case const& given : cases) {
      if (given.definition != sc::OutputDefinition::submanifold) {
        bs::add_for_gpu_scenes(std::string("output_sites/") + given.name, scenes,
                               [stream, given](benchmark::State& state, bs::Scene const& scene) {
                                 output_sites(state, stream->where(), scene, given);
                               });
      }
      bs::add_for_gpu_scenes(std::string("build_rulebook/") + given.name, scenes,
                             [stream, given](benchmark::State& state, bs::Scene const& scene) {
                               // The GPU's own has room for more pairs than there are.
                               build_index(state, stream->where(), scene, given,
                                           [](auto const& where, auto const& sites, auto const& outputs,
                                              auto const& geometry, auto const& rules) {
                                             static_cast<void>(sc::build_rulebook(where, sites, outputs, geometry));
                                             return rules.bytes();
                                           });
                             });
      bs::add_for_gpu_scenes(
          std::string("build_row_map/") + given.name, scenes,
          [stream, given](benchmark::State& state, bs::Scene const& scene) {
            build_index(state, stream->where(), scene, given,
                        [](auto const& where, auto const& sites, auto const& outputs, auto const& geometry,
                           auto const&) { return sc::build_row_map(where, sites, outputs, geometry).bytes(); });
          });
    }
  });
}
