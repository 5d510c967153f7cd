// SECOND's middle extractor from points, from sites and from rulebooks to features, against oneDNN's sgemm of every layer's
// P x C_in x C_out in the same run.

#include "sparseconv/networks.hpp"
#include "support/layer_sizes.hpp"
#include "support/registration.hpp"
#include "support/yardsticks.hpp"

namespace bs = benchmark_support;
namespace sc = sparseconv;

namespace {

/// What a run begins with: points, nothing but sites (what an earlier run kept is let go), or sites with their rulebooks in place.
enum class From { points, sites, rulebooks };

/// Returns the median time.
template <sc::Element T>
double encode(benchmark::State& state, bs::Scene const& scene, sc::CpuPolicy const& where, From from) {
  bs::Scene with_slice = scene;
  with_slice.grid.extra_slices = 1;
  auto const input = with_slice.tensor();
  auto const engine = sc::prepare<T>(where, sc::second(input.channels()));

  auto const sizes = bs::layer_sizes(sc::profile(where, engine, input));
  auto const gemms = bs::yardsticks(sizes, where.thread_count());
  double operations = 0;
  for (bs::LayerSize const& size : sizes) operations += size.operations();

  auto const work = [&] {
    if (from == From::points) {
      benchmark::DoNotOptimize(engine(where, sc::voxelize(where, with_slice.cloud, with_slice.grid).tensor));
      return;
    }
    if (from == From::sites) input.sites().release_derived();
    benchmark::DoNotOptimize(engine(where, input));
  };
  work();
  double const time = bs::measure_against_gemm(state, work, [&] {
    for (auto const& gemm : gemms) gemm();
  });
  state.counters["sites"] = static_cast<double>(input.size());
  state.counters["GFLOP/s"] = operations / time / 1e9;
  state.counters["index_MB"] = static_cast<double>(input.sites().derived_bytes()) / 1e6;
  return time;
}

template <sc::Element T>
void add(std::vector<bs::Scene> const& scenes, std::string const& name) {
  for (auto const& [start, from] :
       {std::pair("points", From::points), {"cold", From::sites}, {"warm", From::rulebooks}}) {
    bs::add_for_scenes(name + "/" + start, scenes,
                       [from = from](benchmark::State& state, bs::Scene const& scene, sc::CpuPolicy const& where) {
                         return encode<T>(state, scene, where, from);
                       });
  }
}

}  // namespace

int main(int argc, char** argv) {
  bs::let_yardstick_sleep(argv);
  auto const scenes = bs::scenes();
  add<float>(scenes, "second");
  add<sc::bfloat16>(scenes, "bf16/second");
  return bs::run(argc, argv);
}
