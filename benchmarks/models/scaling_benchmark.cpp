// From a hundred thousand sites to ten million at constant density: time per site of every stage and of the network.
//
// The scene is a simulated street that grows longer; pairs_per_site shows how far its density is constant. Without a
// filter only the two smallest sizes run: ten million sites take minutes and 9 GB, so a filter has to name them.

#include <algorithm>
#include <optional>

#include "sparseconv/networks.hpp"
#include "support/interleaved.hpp"
#include "support/layer_sizes.hpp"
#include "support/registration.hpp"
#include "support/street.hpp"
#include "support/yardsticks.hpp"

namespace bs = benchmark_support;
namespace sc = sparseconv;

namespace {

struct Size {
  char const* name;
  std::int64_t metres;  ///< of street, which has about 650 sites a metre
};

constexpr Size sizes[] = {{"100k", 150}, {"300k", 450}, {"1M", 1500}, {"3M", 4500}, {"10M", 15000}};

constexpr sc::KernelGeometry<3> submanifold{.kernel_size = 3, .padding = 1};
constexpr sc::KernelGeometry<3> strided{.kernel_size = 3, .stride = 2, .padding = 1};

/// The street of a size. Only the last one asked for is in memory.
bs::Scene const& street_of(Size const& size) {
  static std::optional<bs::Scene> kept;
  if (!kept || kept->name != size.name) {
    kept.reset();
    kept = bs::street(size.metres, size.name);
  }
  return *kept;
}

/// Not by time, as a large street's rows would begin again and again: as many as come to three million sites, at least 3.
std::int64_t iterations(Size const& size) {
  return std::clamp<std::int64_t>(4500 / size.metres, 3, 20);
}

void count_per_site(benchmark::State& state, std::int64_t sites, double seconds, std::int64_t pairs) {
  state.counters["sites"] = static_cast<double>(sites);
  state.counters["ns_per_site"] = seconds * 1e9 / static_cast<double>(sites);
  if (pairs > 0) state.counters["pairs_per_site"] = static_cast<double>(pairs) / static_cast<double>(sites);
}

// Each body makes its own policy's arrays, and so gives all memory back when the row ends.

void voxelize(benchmark::State& state, bs::Scene const& scene, sc::CpuPolicy const& where) {
  auto const sites = sc::voxelize(where, scene.cloud, scene.grid).tensor.sites();
  double const time = bs::measure_against(
      state, "sort/time", [&] { benchmark::DoNotOptimize(sc::voxelize(where, scene.cloud, scene.grid)); },
      bs::SortOfKeys(sites));
  count_per_site(state, sites.size(), time, 0);
  state.counters["points_per_site"] = static_cast<double>(scene.cloud.size()) / static_cast<double>(sites.size());
}

/// Output sites and rulebook of a layer.
void index(benchmark::State& state, bs::Scene const& scene, sc::CpuPolicy const& where,
           sc::KernelGeometry<3> const& geometry, sc::OutputDefinition definition) {
  auto const sites = sc::voxelize(where, scene.cloud, scene.grid).tensor.sites();
  std::int64_t pairs = 0;
  auto const work = [&] {
    auto const outputs = sc::output_sites(where, sites, geometry, definition);
    pairs = sc::build_rulebook(where, sites, outputs, geometry).pair_count();
  };
  work();
  double const time = bs::measure_against(state, "sort/time", work, bs::SortOfKeys(sites));
  count_per_site(state, sites.size(), time, pairs);
}

/// A submanifold layer with its rulebook in place.
void arithmetic(benchmark::State& state, bs::Scene const& scene, sc::CpuPolicy const& where, std::int64_t channels) {
  auto const sites = sc::voxelize(where, scene.cloud, scene.grid).tensor.sites();
  auto const rules = sc::build_rulebook(where, sites, sites, submanifold);
  auto const input = bs::random_numbers(sites.size() * channels, 3);
  auto const weights = bs::random_numbers(rules.element_count() * channels * channels, 4);
  sc::Buffer<float> output(sites.size() * channels, 0.0F);
  auto const work = [&] {
    sc::gather_gemm_scatter<sc::CpuPolicy, float>(where, rules, {input.data(), sites.size(), channels},
                                                  {weights.data(), rules.element_count(), channels, channels},
                                                  {output.data(), sites.size(), channels});
  };
  work();
  double const time =
      bs::measure_against_gemm(state, work, bs::Gemm(rules.pair_count(), channels, channels, where.thread_count()));
  count_per_site(state, sites.size(), time, rules.pair_count());
}

/// The network from sites to features, nothing kept.
void second_cold(benchmark::State& state, bs::Scene const& scene, sc::CpuPolicy const& where) {
  auto const input = sc::voxelize(where, scene.cloud, scene.grid).tensor;
  auto const engine = sc::prepare<float>(where, sc::second(input.channels()));
  auto const work = [&] {
    input.sites().release_derived();
    benchmark::DoNotOptimize(engine(where, input));
  };
  work();
  where.memory()->reset_peak();
  double const time = bs::measure(state, work);
  std::int64_t pairs = 0;
  for (bs::LayerSize const& size : bs::layer_sizes(sc::profile(where, engine, input))) pairs += size.pairs;
  count_per_site(state, input.size(), time, pairs);
  state.counters["peak_bytes_per_site"] =
      static_cast<double>(where.memory()->peak_bytes_in_use()) / static_cast<double>(input.size());
}

template <class Body>
void add(std::string const& name, Size const& size, Body const& body) {
  for (int const threads : bs::thread_counts()) {
    bs::add("scaling/" + name + "/" + size.name + "/threads:" + std::to_string(threads), [=](benchmark::State& state) {
      body(state, street_of(size), sc::cpu.threads(threads));
    })->Iterations(iterations(size));
  }
}

}  // namespace

int main(int argc, char** argv) {
  bs::let_yardstick_sleep(argv);
  for (Size const& size : sizes) {
    add("voxelize", size, voxelize);
    add("index_sub3", size, [](benchmark::State& state, bs::Scene const& scene, sc::CpuPolicy const& where) {
      index(state, scene, where, submanifold, sc::OutputDefinition::submanifold);
    });
    add("index_k3_s2_p1", size, [](benchmark::State& state, bs::Scene const& scene, sc::CpuPolicy const& where) {
      index(state, scene, where, strided, sc::OutputDefinition::regular);
    });
    for (std::int64_t const channels : {16, 64}) {
      add("sub3_" + std::to_string(channels) + "-" + std::to_string(channels), size,
          [channels](benchmark::State& state, bs::Scene const& scene, sc::CpuPolicy const& where) {
            arithmetic(state, scene, where, channels);
          });
    }
    add("second_cold", size, second_cold);
  }
  return bs::run(argc, argv, "/(100k|300k)/");
}
