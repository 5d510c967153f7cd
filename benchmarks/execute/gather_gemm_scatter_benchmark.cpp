// The arithmetic over a rulebook by channels, against oneDNN's sgemm of P x C_in x C_out in the same run.

#include "support/interleaved.hpp"
#include "support/registration.hpp"
#include "support/yardsticks.hpp"

namespace bs = benchmark_support;
namespace sc = sparseconv;

namespace {

void convolve(benchmark::State& state, bs::Scene const& scene, sc::CpuPolicy const& where,
              sc::KernelGeometry<3> const& geometry, sc::OutputDefinition definition, std::int64_t in_channels,
              std::int64_t out_channels) {
  auto const sites = scene.tensor().sites();
  auto const outputs = sc::output_sites(where, sites, geometry, definition);
  auto const rules = sc::build_rulebook(where, sites, outputs, geometry);
  auto const input = bs::random_numbers(sites.size() * in_channels, 3);
  auto const weights = bs::random_numbers(rules.element_count() * in_channels * out_channels, 4);
  sc::Buffer<float> output(outputs.size() * out_channels, 0.0F);

  auto const work = [&] {
    sc::gather_gemm_scatter<sc::CpuPolicy, float>(where, rules, {input.data(), sites.size(), in_channels},
                                                  {weights.data(), rules.element_count(), in_channels, out_channels},
                                                  {output.data(), outputs.size(), out_channels});
  };
  double time = 0;
  if (bs::have_gemm) {
    bs::Gemm const gemm(rules.pair_count(), in_channels, out_channels, where.thread_count());
    time = bs::measure_against(state, "of_gemm", work, gemm);
  } else {
    time = bs::measure(state, work);
  }
  auto const pairs = static_cast<double>(rules.pair_count());
  state.counters["pairs"] = pairs;
  state.counters["GFLOP/s"] = 2 * pairs * static_cast<double>(in_channels * out_channels) / time / 1e9;
  state.counters["GB/s"] = pairs * static_cast<double>(in_channels) * sizeof(float) / time / 1e9;
}

}  // namespace

int main(int argc, char** argv) {
  auto const scenes = bs::scenes();
  for (std::int64_t const channels : {4, 16, 32, 64, 128, 256}) {
    std::int64_t const out = channels == 4 ? 16 : channels;
    bs::add_for_scenes("sub3/" + std::to_string(channels) + "-" + std::to_string(out), scenes,
                       [=](benchmark::State& state, bs::Scene const& scene, sc::CpuPolicy const& where) {
                         convolve(state, scene, where, {.kernel_size = 3, .padding = 1},
                                  sc::OutputDefinition::submanifold, channels, out);
                       });
  }
  for (std::int64_t const channels : {16, 32, 64, 128, 256}) {
    bs::add_for_scenes("k3_s2_p1/" + std::to_string(channels) + "-" + std::to_string(channels), scenes,
                       [=](benchmark::State& state, bs::Scene const& scene, sc::CpuPolicy const& where) {
                         convolve(state, scene, where, {.kernel_size = 3, .stride = 2, .padding = 1},
                                  sc::OutputDefinition::regular, channels, channels);
                       });
  }
  return bs::run(argc, argv);
}
