#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/scenes.hpp"

namespace benchmark_support {

/// One thread, and all that the machine has.
inline std::vector<int> thread_counts() {
  int const all = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  return all == 1 ? std::vector<int>{1} : std::vector<int>{1, all};
}

/// Registers body(state) under a name, in milliseconds of the time that the body sets; returns it for further settings.
template <class Body>
benchmark::internal::Benchmark* add(std::string const& name, Body body) {
  return benchmark::RegisterBenchmark(name.c_str(), std::move(body))->UseManualTime()->Unit(benchmark::kMillisecond);
}

/// Registers name/scene/threads:n for every scene and thread count; body(state, scene, policy).
template <class Body>
void add_for_scenes(std::string const& name, std::vector<Scene> const& all, Body const& body) {
  for (Scene const& scene : all) {
    for (int const threads : thread_counts()) {
      add(name + "/" + scene.name + "/threads:" + std::to_string(threads),
          [&scene, body, threads](benchmark::State& state) { body(state, scene, sparseconv::cpu.threads(threads)); });
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
