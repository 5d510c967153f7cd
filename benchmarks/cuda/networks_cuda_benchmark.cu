// Networks on a GPU from sites to features, against cuBLAS's product of every layer's P x C_in x C_out in the same run.
// Cold: nothing kept from an earlier scan. Warm: sites and row maps in place. Graph: warm, captured and replayed.

#include <deque>

#include "gpu_graph/captured.cuh"
#include "sparseconv/networks.hpp"
#include "support/gpu_scenes.cuh"
#include "support/gpu_timing.cuh"
#include "support/gpu_yardsticks.cuh"
#include "support/layer_sizes.hpp"

namespace bs = benchmark_support;
namespace sc = sparseconv;

namespace {

enum class Start { cold, warm, graph };

/// A network, and what it takes.
struct Subject {
  char const* name;
  sc::Network (*make)(std::int64_t in_channels);
  std::int64_t channels;
  int extra_slices;
};

constexpr Subject second{"second", [](std::int64_t channels) { return sc::second(channels); }, 4, 1};
constexpr Subject pooled{"pooled", [](std::int64_t channels) { return sc::pooled(channels); }, 3, 0};

template <class T>
void encode(benchmark::State& state, sc::GpuPolicy const& where, bs::Scene const& scene, Subject const& subject,
            Start start) {
  using Outer = sc::OuterElement<T>;
  bs::Scene sliced = scene;
  sliced.grid.extra_slices = subject.extra_slices;
  auto const engine = sc::prepare<T>(where, subject.make(subject.channels));
  auto const sites = sc::copy_to(where, bs::sites_of(sliced));
  sc::SparseTensor<Outer, 3, sc::DeviceMemory> const input(
      sites, subject.channels, bs::random_numbers_on_gpu<Outer>(where, sites.size() * subject.channels, 3));

  std::vector<bs::LayerSize> const sizes = bs::layer_sizes(sc::profile(where, engine, input));
  double operations = 0;
  for (bs::LayerSize const& size : sizes) operations += size.operations();
  sc::SparseTensor<Outer, 3, sc::DeviceMemory> output;
  auto const call = [&] { output = engine(where, input); };
  call();
  output = {};
  cudaGraphExec_t const graph = start == Start::graph ? gpu_graph::captured(where.stream(), call) : nullptr;
  auto const work = [&] {
    if (start == Start::cold) sites.release_derived();
    if (start == Start::graph) {
      sc::check_cuda(cudaGraphLaunch(graph, where.stream()), "cudaGraphLaunch");
    } else {
      call();
    }
  };
#ifdef SPARSECONV_HAVE_CUBLAS
  std::deque<bs::GpuGemm<T>> gemms;
  for (bs::LayerSize const& size : sizes) gemms.emplace_back(where, size.pairs, size.in_channels, size.out_channels);
  auto const all_gemms = [&](bs::StreamTimer const& timer) {
    double sum = 0;
    for (auto const& gemm : gemms) sum += gemm(timer);
    return sum;
  };
  double const time = bs::measure_on_gpu(state, where, work, bs::Yardstick{"of_cublas", all_gemms});
#else
  double const time = bs::measure_on_gpu(state, where, work);
#endif
  state.counters["sites"] = static_cast<double>(sites.size());
  state.counters["TFLOP/s"] = operations / time / 1e12;
  state.counters["scans/s"] = 1 / time;
  output = {};
  if (graph != nullptr) sc::check_cuda(cudaGraphExecDestroy(graph), "cudaGraphExecDestroy");
}

template <class T>
void add(std::shared_ptr<bs::GpuStream> const& stream, std::vector<bs::Scene> const& scenes, Subject const& subject,
         char const* type) {
  for (auto const& [kind, start] :
       {std::pair("cold", Start::cold), std::pair("warm", Start::warm), std::pair("graph", Start::graph)}) {
    bs::add_for_gpu_scenes(std::string(subject.name) + "/" + type + "/" + kind, scenes,
                           [stream, subject, start = start](benchmark::State& state, bs::Scene const& scene) {
                             encode<T>(state, stream->where(), scene, subject, start);
                           });
  }
}

}  // namespace

int main(int argc, char** argv) {
  auto const scenes = bs::gpu_scenes();
  return bs::run_on_gpu(argc, argv, [&] {
    auto const stream = std::make_shared<bs::GpuStream>();
    add<sc::half>(stream, scenes, second, "half");
    add<float>(stream, scenes, second, "float");
    add<sc::half>(stream, scenes, pooled, "half");
  });
}
