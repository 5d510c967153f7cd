// SECOND's middle extractor from sites to features, against oneDNN's sgemm of every layer's P x C_in x C_out in the same run.

#include "sparseconv/networks.hpp"
#include "support/layer_sizes.hpp"
#include "support/registration.hpp"
#include "support/yardsticks.hpp"

namespace bs = benchmark_support;
namespace sc = sparseconv;

namespace {

// Cold: nothing kept from an earlier scan. Warm: site sets and rulebooks of this scan in place. Returns the median time.
double encode(benchmark::State& state, bs::Scene const& scene, sc::CpuPolicy const& where, bool cold) {
  bs::Scene with_slice = scene;
  with_slice.grid.extra_slices = 1;
  auto const input = with_slice.tensor();
  auto const engine = sc::prepare<float>(where, sc::second(input.channels()));

  auto const sizes = bs::layer_sizes(sc::profile(where, engine, input));
  auto const gemms = bs::yardsticks(sizes, where.thread_count());
  double operations = 0;
  for (bs::LayerSize const& size : sizes) operations += size.operations();

  auto const work = [&] {
    if (cold) input.sites().release_derived();
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

}  // namespace

int main(int argc, char** argv) {
  bs::let_yardstick_sleep(argv);
  auto const scenes = bs::scenes();
  for (bool const cold : {true, false}) {
    bs::add_for_scenes(cold ? "second/cold" : "second/warm", scenes,
                       [cold](benchmark::State& state, bs::Scene const& scene, sc::CpuPolicy const& where) {
                         return encode(state, scene, where, cold);
                       });
  }
  return bs::run(argc, argv);
}
