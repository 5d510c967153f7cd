// MinkUNet18A from sites to logits, prepared, against oneDNN's sgemm of the P x C_in x C_out of every convolution and linear node
// in the same run; where its time goes by kinds of nodes, prepared and as it is; and its memory.

#include <string>
#include <utility>
#include <vector>

#include "sparseconv/networks.hpp"
#include "support/network_yardstick.hpp"
#include "support/registration.hpp"
#include "support/yardsticks.hpp"

namespace bs = benchmark_support;
namespace sc = sparseconv;

namespace {

double megabytes(std::int64_t bytes) {
  return static_cast<double>(bytes) / 1e6;
}

/// What a run begins with.
enum class Start {
  cold,     ///< sites that nothing was derived from
  planned,  ///< sites that sc::plan has just derived all from; that is not timed
  warm      ///< sites of the run before
};

/// Counts what is in use between runs (packed weights, in blocks that may be up to twice as large as what they serve), and what a
/// cold run takes at its peak above that, in new blocks, which are a quarter larger at most.
template <class AnyEngine>
void count_memory(benchmark::State& state, sc::CpuPolicy const& where, AnyEngine const& engine,
                  sc::SparseTensor<float, 3> const& input) {
  sc::MemoryPool& pool = *where.memory();
  input.sites().release_derived();
  pool.release();
  pool.reset_peak();
  std::int64_t const before = pool.bytes_in_use();
  benchmark::DoNotOptimize(engine(where, input));
  state.counters["held_MB"] = megabytes(before);
  state.counters["peak_MB"] = megabytes(pool.peak_bytes_in_use() - before);
  state.counters["index_MB"] = megabytes(input.sites().derived_bytes());
}

/// Returns the median time of a run.
double run_network(benchmark::State& state, bs::Scene const& scene, sc::CpuPolicy const& where, Start start) {
  auto const input = scene.tensor();
  auto const engine = sc::prepare<float>(where, sc::minkunet18a(input.channels()));
  auto const sizes = bs::layer_sizes(sc::profile(where, engine, input));
  bs::NetworkYardstick const gemms(sizes, where.thread_count());
  auto const before = [&] {
    if (start != Start::warm) input.sites().release_derived();
    if (start == Start::planned) sc::plan(where, engine, input.sites());
  };
  auto const work = [&] { benchmark::DoNotOptimize(engine(where, input)); };
  before();
  work();
  double const time = bs::measure_against_gemm(state, before, work, gemms);
  double operations = 0;
  for (bs::LayerSize const& size : sizes) operations += size.operations();
  state.counters["sites"] = static_cast<double>(input.size());
  state.counters["GFLOP/s"] = operations / time / 1e9;
  if (start == Start::cold) count_memory(state, where, engine, input);
  return time;
}

/// Where the time of a pass goes, in milliseconds. What is fused into a convolution counts as the convolution.
struct Parts {
  double index = 0;
  double convolution = 0;
  double linear = 0;
  double rest = 0;  ///< norms, activations, additions, concatenations

  [[nodiscard]] double sum() const { return index + convolution + linear + rest; }
};

Parts parts_of(sc::NetworkProfile const& profile) {
  Parts parts;
  for (sc::NodeProfile const& node : profile.nodes) {
    bool const has_kernel = node.operations > 0;
    bool const is_linear = has_kernel && node.kind.starts_with("linear");
    parts.index += node.sites_ms + node.map_ms;
    (is_linear ? parts.linear : has_kernel ? parts.convolution : parts.rest) += node.arithmetic_ms;
  }
  return parts;
}

/// Counts the shares of cold passes, medians of each; returns the median time.
double take_apart(benchmark::State& state, bs::Scene const& scene, sc::CpuPolicy const& where,
                  sc::Preparation const& how) {
  auto const input = scene.tensor();
  auto const engine = sc::prepare<float>(where, sc::minkunet18a(input.channels()), how);
  benchmark::DoNotOptimize(engine(where, input));
  std::vector<Parts> passes;
  for (auto unused : state) {
    static_cast<void>(unused);
    input.sites().release_derived();
    passes.push_back(parts_of(sc::profile(where, engine, input)));
    state.SetIterationTime(passes.back().sum() / 1e3);
  }
  auto const median_of = [&](auto const& of_pass) {
    std::vector<double> values;
    for (Parts const& pass : passes) values.push_back(of_pass(pass));
    return bs::median(std::move(values));
  };
  state.counters["index"] = median_of([](Parts const& pass) { return pass.index / pass.sum(); });
  state.counters["convolution"] = median_of([](Parts const& pass) { return pass.convolution / pass.sum(); });
  state.counters["linear"] = median_of([](Parts const& pass) { return pass.linear / pass.sum(); });
  state.counters["rest"] = median_of([](Parts const& pass) { return pass.rest / pass.sum(); });
  return median_of([](Parts const& pass) { return pass.sum() / 1e3; });
}

}  // namespace

int main(int argc, char** argv) {
  bs::let_yardstick_sleep(argv);
  auto const scenes = bs::scenes();
  for (auto const& [name, start] :
       {std::pair{"cold", Start::cold}, std::pair{"planned", Start::planned}, std::pair{"warm", Start::warm}}) {
    bs::add_for_scenes(std::string("minkunet18a/") + name, scenes,
                       [start = start](benchmark::State& state, bs::Scene const& scene, sc::CpuPolicy const& where) {
                         return run_network(state, scene, where, start);
                       });
  }
  sc::Preparation const as_it_is{.fold_norms = false, .fuse = false, .concatenate_in_place = false};
  for (auto const& [name, how] : {std::pair{"prepared", sc::Preparation{}}, std::pair{"as_it_is", as_it_is}}) {
    bs::add_for_scenes(std::string("minkunet18a/parts/") + name, scenes,
                       [how = how](benchmark::State& state, bs::Scene const& scene, sc::CpuPolicy const& where) {
                         return take_apart(state, scene, where, how);
                       });
  }
  return bs::run(argc, argv);
}
