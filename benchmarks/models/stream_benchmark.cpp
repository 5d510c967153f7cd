// A stream of scans, as a robot gets it: voxels, network, result, frame after frame, each scan another one. How the times of frames
// spread (median, 99 of 100, the longest, the first), what memory is held, and what the system did meanwhile: page faults, and how
// often a thread lost its core.
//
// A percentile needs frames: --benchmark_min_time=30 runs for half a minute each.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "sparseconv/networks.hpp"
#include "support/interleaved.hpp"
#include "support/process_counts.hpp"
#include "support/registration.hpp"

namespace bs = benchmark_support;
namespace sc = sparseconv;

namespace {

constexpr sc::VoxelGrid grid{
    .voxel_size = {0.1F, 0.1F, 0.15F}, .low = {-51.2, -51.2, -3}, .high = {51.2, 51.2, 3}, .extra_slices = 1};

/// Scans of a laser of 32 beams that drives up the simulated street at 10 m a second, ten times a second, each in its own frame.
std::vector<sc::PointCloud> drive(std::int64_t count) {
  simulated_scan::Options const options{.scanner = {.beams = 32, .azimuth_steps = 1024}};
  std::vector<sc::PointCloud> scans;
  for (std::int64_t i = 0; i < count; ++i) {
    auto const x = static_cast<double>(i);
    simulated_scan::Random random(~options.seed, static_cast<std::uint64_t>(i));
    sc::PointCloud scan{.columns = 4};
    append_turn(options.scanner, street_about(x, options), {x, 0, 0}, random, scan);
    scans.push_back(sc::with_offset(scan, {x, 0, 0}));
    scans.back().offset = {};
  }
  return scans;
}

/// The least of the sorted values that so large a share of them does not exceed.
double percentile(std::vector<double> const& sorted, double share) {
  auto const rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
  return sorted[std::max<std::size_t>(rank, 1) - 1];
}

/// What happens to the pool's memory after a frame.
enum class After { keep, release };

void stream(benchmark::State& state, sc::CpuPolicy const& where, sc::Network network, After after) {
  static std::vector<sc::PointCloud> const scans = drive(40);
  auto const engine = sc::prepare<float>(where, std::move(network));
  std::size_t next = 0;
  std::int64_t voxel_sum = 0;
  auto const frame = [&] {
    // Forth and back, so that each scan is much like the one before.
    std::size_t const place = next++ % (2 * scans.size());
    auto const voxels = sc::voxelize(where, scans[std::min(place, 2 * scans.size() - 1 - place)], grid);
    benchmark::DoNotOptimize(engine.run(where, voxels.tensor));
    voxel_sum += voxels.tensor.size();
  };
  double const first = bs::seconds(frame);
  for (std::size_t i = 1; i < 2 * scans.size(); ++i) frame();

  std::int64_t const taken = where.memory()->bytes_from_system();
  bs::ProcessCounts const before = bs::process_counts();
  std::vector<double> times;
  for (auto unused : state) {
    static_cast<void>(unused);
    times.push_back(bs::seconds([&] {
      frame();
      if (after == After::release) where.memory()->release();
    }));
    state.SetIterationTime(times.back());
  }
  bs::ProcessCounts const behind = bs::process_counts();

  std::sort(times.begin(), times.end());
  double const median = percentile(times, 0.5);
  auto const frames = static_cast<double>(times.size());
  state.counters["voxels"] = static_cast<double>(voxel_sum) / static_cast<double>(next);
  state.counters["p50_ms"] = median * 1e3;
  state.counters["p99/p50"] = percentile(times, 0.99) / median;
  state.counters["max/p50"] = times.back() / median;
  state.counters["first/p50"] = first / median;
  state.counters["pool_MB"] = static_cast<double>(where.memory()->bytes() + where.memory()->bytes_in_use()) / 1e6;
  state.counters["taken_MB"] = static_cast<double>(where.memory()->bytes_from_system() - taken) / 1e6;
  state.counters["faults"] = static_cast<double>(behind.page_faults - before.page_faults) / frames;
  state.counters["lost_core"] = static_cast<double>(behind.lost_cores - before.lost_cores) / frames;
}

void add(std::string const& name, sc::Network const& network, After after) {
  for (int const threads : bs::thread_counts()) {
    bs::add("stream/" + name + "/simulated/threads:" + std::to_string(threads),
            [=](benchmark::State& state) { stream(state, sc::cpu.threads(threads), network, after); });
  }
}

}  // namespace

int main(int argc, char** argv) {
  add("second", sc::second(4), After::keep);
  add("second_released", sc::second(4), After::release);
  add("minkunet14a", sc::minkunet14a(4, 20), After::keep);
  return bs::run(argc, argv);
}
