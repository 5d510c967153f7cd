#pragma once

#include <benchmark/benchmark.h>
#include <cuda_runtime.h>

#include <string>
#include <vector>

#include "sparseconv/cuda.cuh"
#include "support/interleaved.hpp"

namespace benchmark_support {

/// A stream and its policy, which keeps its memory from one benchmark to the next.
class GpuStream {
 public:
  GpuStream() : stream_(make()), where_(sparseconv::gpu.on(stream_)) {}
  GpuStream(GpuStream const&) = delete;
  GpuStream& operator=(GpuStream const&) = delete;

  [[nodiscard]] sparseconv::GpuPolicy const& where() const { return where_; }

 private:
  static cudaStream_t make() {
    cudaStream_t stream = nullptr;
    sparseconv::check_cuda(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "cudaStreamCreateWithFlags");
    return stream;
  }

  cudaStream_t stream_;  // as long as the program: the policy must end before it
  sparseconv::GpuPolicy where_;
};

/// Times on a stream, between two events.
class StreamTimer {
 public:
  explicit StreamTimer(cudaStream_t stream) : stream_(stream) {
    sparseconv::check_cuda(cudaEventCreate(&begin_), "cudaEventCreate");
    sparseconv::check_cuda(cudaEventCreate(&end_), "cudaEventCreate");
  }
  StreamTimer(StreamTimer const&) = delete;
  StreamTimer& operator=(StreamTimer const&) = delete;
  ~StreamTimer() {
    static_cast<void>(cudaEventDestroy(begin_));
    static_cast<void>(cudaEventDestroy(end_));
  }

  /// Seconds from when the stream comes to the work until it has done it. Waits.
  template <class Work>
  double seconds(Work const& work) const {
    sparseconv::check_cuda(cudaEventRecord(begin_, stream_), "cudaEventRecord");
    work();
    sparseconv::check_cuda(cudaEventRecord(end_, stream_), "cudaEventRecord");
    sparseconv::check_cuda(cudaEventSynchronize(end_), "cudaEventSynchronize");
    float milliseconds = 0;
    sparseconv::check_cuda(cudaEventElapsedTime(&milliseconds, begin_, end_), "cudaEventElapsedTime");
    return static_cast<double>(milliseconds) / 1e3;
  }

 private:
  cudaStream_t stream_;
  cudaEvent_t begin_ = nullptr;
  cudaEvent_t end_ = nullptr;
};

/// A yardstick: what its counter is called, and the seconds that a run of it takes.
template <class Run>
struct Yardstick {
  std::string counter;
  Run run;
};
template <class Run>
Yardstick(std::string, Run) -> Yardstick<Run>;

/// Times `work`, and after each of its runs every yardstick once: the GPU's clock drifts as it warms.
///
/// Adds for each yardstick its median time as a share of the work's. Returns the median of the work, in seconds.
/// Kernels are loaded, and memory is taken of the system, in a run of each before.
template <class Work, class... Runs>
double measure_on_gpu(benchmark::State& state, sparseconv::GpuPolicy const& where, Work const& work,
                      Yardstick<Runs> const&... yardsticks) {
  StreamTimer const timer(where.stream());
  timer.seconds(work);
  (static_cast<void>(yardsticks.run(timer)), ...);
  std::vector<double> own;
  std::vector<std::vector<double>> others(sizeof...(Runs));
  for (auto unused : state) {
    static_cast<void>(unused);
    own.push_back(timer.seconds(work));
    state.SetIterationTime(own.back());
    std::size_t next = 0;
    (others[next++].push_back(yardsticks.run(timer)), ...);
  }
  double const time = median(own);
  std::size_t next = 0;
  ((state.counters[yardsticks.counter] = median(others[next++]) / time), ...);
  return time;
}

}  // namespace benchmark_support
