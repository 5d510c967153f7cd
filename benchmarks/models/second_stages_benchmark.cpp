// SECOND's middle extractor taken apart: voxelization, then for each layer its index (output sites and rulebook) and its
// arithmetic, with the memory that each takes.
//
// The parts are measured in passes through the whole network, in their real order; all rows of a scene, thread count and
// temperature come from the same passes, and a row's time is the median over them. The arithmetic, both parts of a layer
// together, and the pass stand against oneDNN's sgemm of P x C_in x C_out, which runs after each pass.

#include <map>
#include <tuple>
#include <variant>

#include "support/encoder_passes.hpp"
#include "support/registration.hpp"

namespace bs = benchmark_support;
namespace sc = sparseconv;

namespace {

constexpr int pass_count = 11;

/// Which passes a row is of.
struct Setting {
  bs::Scene const* scene;
  int threads;
  bool cold;
};

/// The passes of a setting, made when the first of its rows asks.
bs::Passes const& passes_of(Setting const& setting) {
  static std::map<std::tuple<std::string, int, bool>, bs::Passes> kept;
  auto const [place, is_new] = kept.try_emplace({setting.scene->name, setting.threads, setting.cold});
  if (is_new) place->second = bs::TakenApartEncoder(*setting.scene, setting.threads).run(setting.cold, pass_count);
  return place->second;
}

double megabytes(std::int64_t bytes) {
  return static_cast<double>(bytes) / 1e6;
}

/// Registers one row; body(state, passes) returns its seconds. The work is done by then, so a row has one iteration.
template <class Body>
void add_row(std::string const& stage, Setting const& setting, Body const& body) {
  std::string const name = std::string(setting.cold ? "stage/cold/" : "stage/warm/") + stage + "/" +
                           setting.scene->name + "/threads:" + std::to_string(setting.threads);
  bs::add(name, [=](benchmark::State& state) {
    double const seconds = body(state, passes_of(setting));
    for (auto unused : state) {
      static_cast<void>(unused);
      state.SetIterationTime(seconds);
    }
  })->Iterations(1);
}

/// Counters of a part's memory: what it took at its peak above what was in use before, and what it leaves.
void count_memory(benchmark::State& state, bs::Part const& part, std::string const& left, std::int64_t bytes_left) {
  state.counters["peak_MB"] = megabytes(part.bytes_at_peak - part.bytes_before);
  state.counters[left] = megabytes(bytes_left);
}

void count_size(benchmark::State& state, bs::LayerSize const& size) {
  state.counters["sites"] = static_cast<double>(size.outputs);
  state.counters["pairs"] = static_cast<double>(size.pairs);
}

double voxelize_row(benchmark::State& state, bs::Passes const& all) {
  state.counters["points"] = static_cast<double>(all.points);
  state.counters["sites"] = static_cast<double>(all.sites);
  bs::Part const& part = all.with_fresh_blocks.voxelize;
  count_memory(state, part, "result_MB", part.bytes_after - part.bytes_before);
  return all.median_of([](bs::Pass const& pass) { return pass.voxelize.seconds; });
}

double index_row(benchmark::State& state, bs::Passes const& all, std::size_t layer) {
  bs::LayerSize const& size = all.sizes[layer];
  count_size(state, size);
  bs::Part const& part = all.with_fresh_blocks.layers[layer].index;
  count_memory(state, part, "kept_MB", part.bytes_after - part.bytes_before);
  state.counters["rulebook_bytes/pair"] = static_cast<double>(size.rulebook_bytes) / static_cast<double>(size.pairs);
  return all.median_of([layer](bs::Pass const& pass) { return pass.layers[layer].index.seconds; });
}

/// The yardstick's share of a time, both medians.
void count_share(benchmark::State& state, double gemm_seconds, double seconds) {
  if (bs::have_gemm) state.counters["of_gemm"] = gemm_seconds / seconds;
}

double gemm_seconds(bs::Passes const& all, std::size_t layer) {
  return all.median_of([layer](bs::Pass const& pass) { return pass.layers[layer].gemm_seconds; });
}

double arithmetic_row(benchmark::State& state, bs::Passes const& all, std::size_t layer) {
  double const seconds = all.median_of([layer](bs::Pass const& pass) { return pass.layers[layer].arithmetic.seconds; });
  count_size(state, all.sizes[layer]);
  bs::LayerParts const& parts = all.with_fresh_blocks.layers[layer];
  count_memory(state, parts.arithmetic, "result_MB", parts.result_bytes);
  count_share(state, gemm_seconds(all, layer), seconds);
  state.counters["GFLOP/s"] = all.sizes[layer].operations() / seconds / 1e9;
  return seconds;
}

double both_row(benchmark::State& state, bs::Passes const& all, std::size_t layer) {
  double const seconds = all.median_of([layer](bs::Pass const& pass) {
    return pass.layers[layer].index.seconds + pass.layers[layer].arithmetic.seconds;
  });
  count_size(state, all.sizes[layer]);
  count_share(state, gemm_seconds(all, layer), seconds);
  return seconds;
}

double pass_row(benchmark::State& state, bs::Passes const& all) {
  double const seconds = all.median_of([](bs::Pass const& pass) { return pass.seconds(); });
  double const gemms = all.median_of([](bs::Pass const& pass) { return pass.gemm_seconds(); });
  count_share(state, gemms, seconds);
  state.counters["sites"] = static_cast<double>(all.sites);
  state.counters["peak_MB"] = megabytes(all.with_fresh_blocks.peak_bytes());
  return seconds;
}

void add_rows(Setting const& setting, std::vector<std::string> const& layers) {
  auto const add_for_layers = [&](std::string const& part, auto const& row) {
    for (std::size_t layer = 0; layer < layers.size(); ++layer) {
      add_row(layers[layer] + "/" + part, setting,
              [layer, row](benchmark::State& state, bs::Passes const& all) { return row(state, all, layer); });
    }
  };
  if (setting.cold) add_row("voxelize", setting, voxelize_row);
  add_for_layers("index", index_row);
  add_for_layers("arithmetic", arithmetic_row);
  add_for_layers("both", both_row);
  add_row("pass", setting, pass_row);
}

}  // namespace

int main(int argc, char** argv) {
  bs::let_yardstick_sleep(argv);
  auto const scenes = bs::scenes();
  std::vector<std::string> layers;
  sc::Network const network = sc::second();
  for (sc::Node const& node : network.graph().nodes()) {
    if (std::holds_alternative<sc::ConvNode>(node.operation)) layers.push_back(node.name);
  }
  for (bs::Scene const& scene : scenes) {
    for (int const threads : bs::thread_counts()) {
      for (bool const cold : {true, false}) add_rows({&scene, threads, cold}, layers);
    }
  }
  return bs::run(argc, argv);
}
