#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace benchmark_support {

/// Seconds that a call takes.
template <class Work>
double seconds(Work const& work) {
  auto const begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

inline double median(std::vector<double> values) {
  auto const middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Times `work`, and after each of its runs the yardstick: on a machine whose speed drifts only their ratio means something.
/// `before` runs before each run of the work and is not timed.
///
/// Adds the counter `share` = yardstick's median / work's median: 1 when the work is as fast as its yardstick.
/// Returns the median of the work, in seconds.
template <class Before, class Work, class Yardstick>
double measure_against(benchmark::State& state, std::string const& share, Before const& before, Work const& work,
                       Yardstick const& yardstick) {
  std::vector<double> own;
  std::vector<double> ceiling;
  for (auto unused : state) {
    static_cast<void>(unused);
    before();
    own.push_back(seconds(work));
    state.SetIterationTime(own.back());
    ceiling.push_back(seconds(yardstick));
  }
  double const time = median(own);
  state.counters[share] = median(ceiling) / time;
  return time;
}

/// The same with nothing to do before.
template <class Work, class Yardstick>
double measure_against(benchmark::State& state, std::string const& share, Work const& work,
                       Yardstick const& yardstick) {
  return measure_against(
      state, share, [] {}, work, yardstick);
}

/// Times `work` alone; returns its median in seconds.
template <class Before, class Work>
double measure(benchmark::State& state, Before const& before, Work const& work) {
  std::vector<double> own;
  for (auto unused : state) {
    static_cast<void>(unused);
    before();
    own.push_back(seconds(work));
    state.SetIterationTime(own.back());
  }
  return median(own);
}

/// The same with nothing to do before.
template <class Work>
double measure(benchmark::State& state, Work const& work) {
  return measure(
      state, [] {}, work);
}

}  // namespace benchmark_support
