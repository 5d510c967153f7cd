// SECOND's middle extractor from sites to features, against oneDNN's sgemm of every layer's P x C_in x C_out in the same run.

#include "support/interleaved.hpp"
#include "support/registration.hpp"
#include "support/yardsticks.hpp"

namespace bs = benchmark_support;
namespace sc = sparseconv;

namespace {

// Cold: nothing kept from an earlier scan. Warm: site sets and rulebooks of this scan in place.
void encode(benchmark::State& state, bs::Scene const& scene, sc::CpuPolicy const& where, bool cold) {
  bs::Scene with_slice = scene;
  with_slice.grid.extra_slices = 1;
  auto const input = with_slice.tensor();
  sc::SecondEncoder<float> encoder(input.channels());
  encoder.fold_batch_norms();

  std::vector<bs::Gemm> gemms;
  double operations = 0;
  auto sites = input.sites();
  for (auto const& layer : encoder.layers()) {
    auto const& convolution = layer.convolution;
    auto const outputs = convolution.output_sites(where, sites);
    std::int64_t const pairs = convolution.rulebook(where, sites, outputs)->pair_count();
    gemms.emplace_back(pairs, convolution.in_channels(), convolution.out_channels(), where.thread_count());
    operations += 2.0 * static_cast<double>(pairs * convolution.in_channels() * convolution.out_channels());
    sites = outputs;
  }

  auto const work = [&] {
    if (cold) input.sites().release_derived();
    benchmark::DoNotOptimize(encoder(where, input));
  };
  work();
  double time = 0;
  if (bs::have_gemm) {
    time = bs::measure_against(state, "of_gemm", work, [&] {
      for (auto const& gemm : gemms) gemm();
    });
  } else {
    time = bs::measure(state, work);
  }
  state.counters["sites"] = static_cast<double>(input.size());
  state.counters["GFLOP/s"] = operations / time / 1e9;
  state.counters["index_MB"] = static_cast<double>(input.sites().derived_bytes()) / 1e6;
}

}  // namespace

int main(int argc, char** argv) {
  bs::let_yardstick_sleep(argv);
  auto const scenes = bs::scenes();
  for (bool const cold : {true, false}) {
    bs::add_for_scenes(cold ? "second/cold" : "second/warm", scenes,
                       [cold](benchmark::State& state, bs::Scene const& scene, sc::CpuPolicy const& where) {
                         encode(state, scene, where, cold);
                       });
  }
  return bs::run(argc, argv);
}
