// How well the places of row maps are ordered: what a GPU's tiles would multiply for each real pair, and how evenly they
// would end. Counted, so it needs no GPU; the time is that of building the map on the host.

#include <algorithm>
#include <bit>
#include <cstdint>
#include <functional>
#include <queue>
#include <vector>

#include "support/registration.hpp"
#include "support/yardsticks.hpp"

namespace bs = benchmark_support;
namespace sc = sparseconv;

namespace {

/// How many kernel elements each run of `size` places has.
std::vector<std::int64_t> lengths(sc::RowMapView const& map, std::int64_t size) {
  std::int64_t const words = map.mask_words();
  std::int64_t const each = size / sc::RowMapView::group;
  std::vector<std::int64_t> all;
  for (std::int64_t first = 0; first < map.groups(); first += each) {
    std::int64_t length = 0;
    for (std::int64_t word = 0; word < words; ++word) {
      std::uint32_t joined = 0;
      for (std::int64_t g = first; g < std::min(first + each, map.groups()); ++g) {
        joined |= map.group_masks[g * words + word];
      }
      length += std::popcount(joined);
    }
    all.push_back(length);
  }
  return all;
}

double sum(std::vector<std::int64_t> const& numbers) {
  double total = 0;
  for (std::int64_t const number : numbers) total += static_cast<double>(number);
  return total;
}

/// Time until the last tile ends over the time if all ended together, on a device that takes so many tiles at once and
/// starts the next when one ends. A tile takes a step for each of its elements, and two to begin and end.
double last_over_ideal(std::vector<std::int64_t> const& tiles, int at_once) {
  std::priority_queue<double, std::vector<double>, std::greater<>> ends;
  for (int i = 0; i < at_once; ++i) ends.push(0);
  double last = 0;
  double total = 0;
  for (std::int64_t const length : tiles) {
    double const steps = static_cast<double>(length) + 2;
    double const end = ends.top() + steps;
    ends.pop();
    ends.push(end);
    last = std::max(last, end);
    total += steps;
  }
  return last / (total / at_once);
}

void add(std::vector<bs::Scene> const& scenes, std::string const& name, sc::KernelGeometry<3> const& geometry,
         sc::OutputDefinition definition) {
  for (bs::Scene const& scene : scenes) {
    bs::add("row_map/" + name + "/" + scene.name, [=, &scene](benchmark::State& state) {
      auto const where = sc::cpu.threads(1);
      auto const sites = scene.tensor().sites();
      auto const outputs = sc::output_sites(where, sites, geometry, definition);
      auto const rules = sc::build_rulebook(where, sites, outputs, geometry);
      for (auto _ : state) {
        state.SetIterationTime(
            bs::seconds([&] { benchmark::DoNotOptimize(sc::row_map_of(where, rules.view(), geometry)); }));
      }
      auto const map = sc::row_map_of(where, rules.view(), geometry);
      auto const tiles = lengths(map.view(), 128);
      auto const pairs = static_cast<double>(rules.pair_count());
      state.counters["tile128/pair"] = 128 * sum(tiles) / pairs;
      state.counters["tile32/pair"] = 32 * sum(lengths(map.view(), 32)) / pairs;
      state.counters["rows16/pair"] = 16 * sum(lengths(map.view(), 16)) / pairs;
      state.counters["last/ideal"] = last_over_ideal(tiles, 396);  // 132 multiprocessors, three tiles each
      state.counters["outputs"] = static_cast<double>(outputs.size());
    });
  }
}

}  // namespace

int main(int argc, char** argv) {
  auto const scenes = bs::scenes();
  using sc::OutputDefinition;
  add(scenes, "sub3", {.kernel_size = 3, .padding = 1}, OutputDefinition::submanifold);
  add(scenes, "sub5", {.kernel_size = 5, .padding = 2}, OutputDefinition::submanifold);
  add(scenes, "k3_s2_p1", {.kernel_size = 3, .stride = 2, .padding = 1}, OutputDefinition::regular);
  add(scenes, "k2_s2", {.kernel_size = 2, .stride = 2}, OutputDefinition::regular);
  return bs::run(argc, argv);
}
