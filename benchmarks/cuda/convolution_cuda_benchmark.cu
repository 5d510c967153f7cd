// Both dataflows by channels and type, against cuBLAS's product of P x C_in x C_out in the same type and run. Only
// pairs that are there count as work.

#include <functional>

#include "support/gpu_scenes.cuh"
#include "support/gpu_timing.cuh"
#include "support/gpu_yardsticks.cuh"

namespace bs = benchmark_support;
namespace sc = sparseconv;

namespace {

template <class T, class How>
void convolve(benchmark::State& state, sc::GpuPolicy const& where, bs::Scene const& scene, std::int64_t in_channels,
              std::int64_t out_channels, How how) {
  auto const sites = sc::copy_to(where, bs::sites_of(scene));
  auto const layer =
      sc::copy_to(where, sc::SubmanifoldConv3D<T>({.in_channels = in_channels, .out_channels = out_channels}));
  sc::SparseTensor<T, 3, sc::DeviceMemory> const input(
      sites, in_channels, bs::random_numbers_on_gpu<T>(where, sites.size() * in_channels, 3));
  auto const pairs = static_cast<double>(
      sc::copy_to_host(where, sc::build_rulebook(where, sites, sites, layer.geometry())).pair_count());
  auto const work = [&] { benchmark::DoNotOptimize(layer(where, input, how).size()); };
#ifdef SPARSECONV_HAVE_CUBLAS
  bs::GpuGemm<T> const gemm(where, static_cast<std::int64_t>(pairs), in_channels, out_channels);
  double const time = bs::measure_on_gpu(state, where, work, bs::Yardstick{"of_cublas", std::cref(gemm)});
#else
  double const time = bs::measure_on_gpu(state, where, work);
#endif
  state.counters["pairs"] = pairs;
  state.counters["TFLOP/s"] = 2 * pairs * static_cast<double>(in_channels * out_channels) / time / 1e12;
  state.counters["GB/s"] = static_cast<double>(sites.size() * (in_channels + out_channels)) * sizeof(T) / time / 1e9;
}

template <class T>
void add(std::shared_ptr<bs::GpuStream> const& stream, std::vector<bs::Scene> const& scenes, std::string const& type,
         std::vector<std::int64_t> const& all_channels, bool tf32) {
  for (std::int64_t const channels : all_channels) {
    std::int64_t const out = channels == 4 ? 16 : channels;
    std::string const rest = "/" + type + "/" + std::to_string(channels) + "-" + std::to_string(out);
    auto const where = [stream, tf32] { return tf32 ? stream->where().with_tf32() : stream->where(); };
    bs::add_for_gpu_scenes("implicit_gemm" + rest, scenes, [=](benchmark::State& state, bs::Scene const& scene) {
      convolve<T>(state, where(), scene, channels, out, sc::dataflow::implicit_gemm);
    });
    bs::add_for_gpu_scenes("gather_gemm_scatter" + rest, scenes, [=](benchmark::State& state, bs::Scene const& scene) {
      convolve<T>(state, where(), scene, channels, out, sc::dataflow::gather_gemm_scatter);
    });
  }
}

}  // namespace

int main(int argc, char** argv) {
  auto const scenes = bs::gpu_scenes();
  return bs::run_on_gpu(argc, argv, [&] {
    auto const stream = std::make_shared<bs::GpuStream>();
    add<sc::half>(stream, scenes, "half", {4, 16, 32, 64, 128, 256}, false);
    if (stream->where().compute_capability() >= 80) {
      add<sc::bfloat16>(stream, scenes, "bfloat16", {64, 128}, false);
      add<float>(stream, scenes, "tf32", {16, 64, 128}, true);
    }
    add<float>(stream, scenes, "float", {4, 16, 64, 128}, false);
    add<double>(stream, scenes, "double", {32}, false);
  });
}
