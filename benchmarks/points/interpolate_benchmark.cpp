// Features at the points of a scan, 32 channels: the map and its use, linear against nearest.

#include <cstdint>
#include <utility>

#include "support/interleaved.hpp"
#include "support/registration.hpp"

namespace bs = benchmark_support;
namespace sc = sparseconv;

namespace {

constexpr sc::PointPlacement<3> nearest{.interpolation = sc::Interpolation::nearest};

sc::SparseTensor<float, 3> random_tensor(sc::SiteSet<3> const& sites, std::int64_t channels) {
  return {sites, channels, bs::random_numbers(sites.size() * channels, 7)};
}

}  // namespace

int main(int argc, char** argv) {
  auto const scenes = bs::scenes();
  auto const add_rate = [](benchmark::State& state, bs::Scene const& scene, double time) {
    state.counters["Mpoints/s"] = static_cast<double>(scene.cloud.size()) / time / 1e6;
  };
  bs::add_for_scenes("map", scenes, [&](benchmark::State& state, bs::Scene const& scene, sc::CpuPolicy const& where) {
    auto const sites = scene.tensor().sites();
    auto const build = [&](sc::PointPlacement<3> const& placement) {
      benchmark::DoNotOptimize(sc::build_interpolation_map(where, sites, scene.cloud, scene.grid, placement));
    };
    add_rate(state, scene,
             bs::measure_against(
                 state, "nearest/time", [&] { build({}); }, [&] { build(nearest); }));
  });
  bs::add_for_scenes("use", scenes, [&](benchmark::State& state, bs::Scene const& scene, sc::CpuPolicy const& where) {
    auto const tensor = random_tensor(scene.tensor().sites(), 32);
    auto const linear_map = sc::build_interpolation_map(where, tensor.sites(), scene.cloud, scene.grid);
    auto const nearest_map = sc::build_interpolation_map(where, tensor.sites(), scene.cloud, scene.grid, nearest);
    add_rate(state, scene,
             bs::measure_against(
                 state, "nearest/time", [&] { benchmark::DoNotOptimize(sc::interpolate(where, tensor, linear_map)); },
                 [&] { benchmark::DoNotOptimize(sc::interpolate(where, tensor, nearest_map)); }));
  });
  return bs::run(argc, argv);
}
