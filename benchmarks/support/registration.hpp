#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/scenes.hpp"

namespace benchmark_support {

/// 1, 2, 4, 8 and 16 threads, as far as the machine has cores, and all that it has.
inline std::vector<int> thread_counts() {
  int const all = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  std::vector<int> counts;
  for (int const count : {1, 2, 4, 8, 16}) {
    if (count < all) counts.push_back(count);
  }
  counts.push_back(all);
  return counts;
}

/// Registers body(state) under a name, in milliseconds of the time that the body sets; returns it for further settings.
template <class Body>
benchmark::internal::Benchmark* add(std::string const& name, Body body) {
  return benchmark::RegisterBenchmark(name.c_str(), std::move(body))->UseManualTime()->Unit(benchmark::kMillisecond);
}

/// Registers name/scene/threads:n for every scene and thread count; body(state, scene, policy).
///
/// Where the body returns its median time, the counter `speedup` is that on one thread, which runs first, as a multiple
/// of it.
template <class Body>
void add_for_scenes(std::string const& name, std::vector<Scene> const& all, Body const& body) {
  for (Scene const& scene : all) {
    auto const one_thread = std::make_shared<double>(0);
    for (int const threads : thread_counts()) {
      add(name + "/" + scene.name + "/threads:" + std::to_string(threads),
          [&scene, body, threads, one_thread](benchmark::State& state) {
            auto const where = sparseconv::cpu.threads(threads);
            if constexpr (std::is_void_v<decltype(body(state, scene, where))>) {
              body(state, scene, where);
            } else {
              double const time = body(state, scene, where);
              if (threads == 1) *one_thread = time;
              if (*one_thread > 0) state.counters["speedup"] = *one_thread / time;
            }
          });
    }
  }
}

/// The rest of a benchmark program's main. Where the command line has no --benchmark_filter, `filter` is taken.
inline int run(int argc, char** argv, std::string const& filter = ".") {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  if (benchmark::GetBenchmarkFilter().empty()) benchmark::SetBenchmarkFilter(filter);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}

}  // namespace benchmark_support
