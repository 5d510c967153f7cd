// Networks on a GPU from sites to features, against cuBLAS's product of every layer's P x C_in x C_out in the same run.
// Cold: nothing kept from an earlier scan. Warm: sites and row maps in place. Graph: warm, captured and replayed.

#include <deque>

#include "gpu_graph/captured.cuh"
#include "support/gpu_scenes.cuh"
#include "support/gpu_timing.cuh"
#include "support/gpu_yardsticks.cuh"

namespace bs = benchmark_support;
namespace sc = sparseconv;

namespace {

using Sites = sc::SiteSet<3, sc::DeviceMemory>;

enum class Start { cold, warm, graph };

/// A product of matrices that a layer's pairs come to.
struct Product {
  std::int64_t pairs;
  std::int64_t in_channels;
  std::int64_t out_channels;
};

template <class Layer>
Product product_of(sc::GpuPolicy const& where, Layer const& layer, Sites const& inputs, Sites const& outputs) {
  auto const rules = sc::copy_to_host(where, sc::build_rulebook(where, inputs, outputs, layer.geometry()));
  return {rules.pair_count(), layer.in_channels(), layer.out_channels()};
}

/// SECOND's middle extractor, its norms folded.
struct Second {
  static constexpr std::int64_t channels = 4;
  static constexpr int extra_slices = 1;

  template <class T>
  static sc::SecondEncoder<T> make() {
    sc::SecondEncoder<T> encoder(channels);
    encoder.fold_batch_norms();
    return encoder;
  }

  static std::vector<Product> products(sc::GpuPolicy const& where, auto const& encoder, Sites sites) {
    std::vector<Product> all;
    for (auto const& layer : encoder.layers()) {
      auto const outputs = layer.convolution.output_sites(where, sites);
      all.push_back(product_of(where, layer.convolution, sites, outputs));
      sites = outputs;
    }
    return all;
  }
};

/// The network by which spconv measures itself.
struct Pooled {
  static constexpr std::int64_t channels = 3;
  static constexpr int extra_slices = 0;

  template <class T>
  static sc::PooledEncoder<T> make() {
    return sc::PooledEncoder<T>(channels);
  }

  static std::vector<Product> products(sc::GpuPolicy const& where, auto const& encoder, Sites sites) {
    sc::SparsePool3D const pool{sc::SparsePoolConfig<3>{}};
    std::vector<Product> all;
    for (auto const& layer : encoder.layers()) {
      if (!all.empty() && all.size() % 2 == 0) {
        sites = sc::cached_output_sites(where, sites, pool.geometry(), pool.definition());
      }
      all.push_back(product_of(where, layer, sites, sites));
    }
    return all;
  }
};

template <class Network, class T>
void encode(benchmark::State& state, sc::GpuPolicy const& where, bs::Scene const& scene, Start start) {
  bs::Scene sliced = scene;
  sliced.grid.extra_slices = Network::extra_slices;
  auto const encoder = sc::copy_to(where, Network::template make<T>());
  auto const sites = sc::copy_to(where, bs::sites_of(sliced));
  sc::SparseTensor<T, 3, sc::DeviceMemory> const input(
      sites, Network::channels, bs::random_numbers_on_gpu<T>(where, sites.size() * Network::channels, 3));

  double operations = 0;
  std::vector<Product> const products = Network::products(where, encoder, sites);
  for (Product const& product : products) {
    operations += 2.0 * static_cast<double>(product.pairs * product.in_channels * product.out_channels);
  }
  sc::SparseTensor<T, 3, sc::DeviceMemory> output;
  auto const call = [&] { output = encoder(where, input); };
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
  for (Product const& product : products) {
    gemms.emplace_back(where, product.pairs, product.in_channels, product.out_channels);
  }
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

template <class Network, class T>
void add(std::shared_ptr<bs::GpuStream> const& stream, std::vector<bs::Scene> const& scenes, std::string const& name) {
  for (auto const& [kind, start] :
       {std::pair("cold", Start::cold), std::pair("warm", Start::warm), std::pair("graph", Start::graph)}) {
    bs::add_for_gpu_scenes(name + "/" + kind, scenes,
                           [stream, start = start](benchmark::State& state, bs::Scene const& scene) {
                             encode<Network, T>(state, stream->where(), scene, start);
                           });
  }
}

}  // namespace

int main(int argc, char** argv) {
  auto const scenes = bs::gpu_scenes();
  return bs::run_on_gpu(argc, argv, [&] {
    auto const stream = std::make_shared<bs::GpuStream>();
    add<Second, sc::half>(stream, scenes, "second/half");
    add<Second, float>(stream, scenes, "second/float");
    add<Pooled, sc::half>(stream, scenes, "pooled/half");
  });
}
