// Layers that lead back to more sites, beside the strided layer that they undo: 64 channels to 64, kernel 2 (floor definition) and
// kernel 3, stride 2, against oneDNN's sgemm of P x 64 x 64 in the same run. All three have the same
// pairs. Sites and maps are in place.

#include <string>
#include <utility>
#include <vector>

#include "sparseconv/sparseconv.hpp"
#include "support/registration.hpp"
#include "support/yardsticks.hpp"

namespace bs = benchmark_support;
namespace sc = sparseconv;

namespace {

constexpr std::int64_t channels = 64;

sc::SparseTensor<float, 3> random_features(sc::SiteSet<3> const& sites) {
  return {sites, channels, bs::random_numbers(sites.size() * channels, 3)};
}

sc::SparseConv3D<float> strided_layer(std::int32_t kernel_size) {
  bool const is_even = kernel_size % 2 == 0;
  return sc::SparseConv3D<float>({.in_channels = channels,
                                  .out_channels = channels,
                                  .kernel_size = kernel_size,
                                  .stride = 2,
                                  .padding = is_even ? 0 : 1,
                                  .definition = is_even ? sc::OutputDefinition::floor : sc::OutputDefinition::regular});
}

/// Times a layer with its maps in place; returns the median time.
template <class Work>
double measure(benchmark::State& state, sc::CpuPolicy const& where, std::int64_t pairs, Work const& work) {
  work();
  double const time = bs::measure_against_gemm(state, work, bs::Gemm(pairs, channels, channels, where.thread_count()));
  state.counters["pairs"] = static_cast<double>(pairs);
  state.counters["GFLOP/s"] = 2 * static_cast<double>(pairs * channels * channels) / time / 1e9;
  return time;
}

double strided(benchmark::State& state, bs::Scene const& scene, sc::CpuPolicy const& where, std::int32_t kernel_size) {
  auto const down = strided_layer(kernel_size);
  auto const input = random_features(scene.tensor().sites());
  auto const outputs = down.output_sites(where, input.sites());
  return measure(state, where, down.rulebook(where, input.sites(), outputs)->pair_count(),
                 [&] { benchmark::DoNotOptimize(down(where, input)); });
}

double inverse(benchmark::State& state, bs::Scene const& scene, sc::CpuPolicy const& where, std::int32_t kernel_size) {
  auto const down = strided_layer(kernel_size);
  sc::InverseConv3D<float> const up({.in_channels = channels, .out_channels = channels, .undoes = down});
  auto const targets = scene.tensor().sites();
  auto const input = random_features(down.output_sites(where, targets));
  return measure(state, where, up.rulebook(where, input.sites(), targets)->pair_count(),
                 [&] { benchmark::DoNotOptimize(up(where, input, targets)); });
}

double transposed(benchmark::State& state, bs::Scene const& scene, sc::CpuPolicy const& where,
                  std::int32_t kernel_size) {
  auto const down = strided_layer(kernel_size);
  sc::TransposedConv3D<float> const up({.in_channels = channels,
                                        .out_channels = channels,
                                        .kernel_size = down.geometry().kernel_size,
                                        .stride = down.geometry().stride,
                                        .padding = down.geometry().padding});
  auto const targets = scene.tensor().sites();
  auto const input = random_features(down.output_sites(where, targets));
  return measure(state, where, up.rulebook(where, input.sites(), targets)->pair_count(),
                 [&] { benchmark::DoNotOptimize(up(where, input, targets)); });
}

}  // namespace

int main(int argc, char** argv) {
  bs::let_yardstick_sleep(argv);
  auto const scenes = bs::scenes();
  for (std::int32_t const kernel_size : {2, 3}) {
    for (auto const& [name, layer] :
         {std::pair{"strided", &strided}, std::pair{"inverse", &inverse}, std::pair{"transposed", &transposed}}) {
      bs::add_for_scenes(
          std::string(name) + "/k" + std::to_string(kernel_size) + "_s2/64-64", scenes,
          [=, layer = layer](benchmark::State& state, bs::Scene const& scene, sc::CpuPolicy const& where) {
            return layer(state, scene, where, kernel_size);
          });
    }
  }
  return bs::run(argc, argv);
}
