// One text for every policy: a network over a simulated scan on the CPU, the same on a GPU, and then as a CUDA graph, which the
// GPU replays for every new scan on the same voxels without the host taking part.
#include <cuda_runtime.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <exception>
#include <span>

#include "gpu_graph/captured.cuh"
#include "simulated_scan/simulated_scan.hpp"
#include "sparseconv/cuda.cuh"
#include "sparseconv/networks.hpp"

namespace sc = sparseconv;

namespace {

double milliseconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

/// The largest difference of two results, as a share of the largest number.
double largest_deviation(std::span<float const> actual, std::span<float const> expected) {
  float difference = 0;
  float largest = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    difference = std::max(difference, std::fabs(actual[i] - expected[i]));
    largest = std::max(largest, std::fabs(expected[i]));
  }
  return static_cast<double>(difference) / static_cast<double>(largest);
}

void run(cudaStream_t stream) {
  auto const cloud = simulated_scan::simulate();
  sc::VoxelGrid const grid{.voxel_size = {.1F, .1F, .15F}, .low = {-64, -64, -3}, .high = {64, 64, 3}};
  sc::SparseTensor<float, 3> const scan = sc::voxelize(sc::cpu, cloud, grid).tensor;
  sc::Network const network = sc::second(scan.channels());
  auto const expected = sc::prepare<float>(sc::cpu, network)(sc::cpu, scan);
  std::printf("%lld voxels, %lld sites in the end\n", static_cast<long long>(scan.size()),
              static_cast<long long>(expected.size()));

  // The one change: another policy, and operands in its memory.
  auto const where = sc::gpu.on(stream);
  auto const engine = sc::prepare<float>(where, network);
  auto const input = sc::voxelize(where, sc::copy_to(where, cloud), grid).tensor;
  auto output = engine(where, input);
  auto const result = sc::copy_to_host(where, output);
  std::printf("GPU against CPU: deviation %.1e of the largest number\n",
              largest_deviation(result.features().values(), expected.features().values()));

  // All sites, row maps and packed weights are in place: now the network neither waits nor asks the system for memory, and can be
  // captured.
  cudaGraphExec_t const graph = gpu_graph::captured(stream, [&] { output = engine(where, input); });
  constexpr int replays = 100;
  auto const begin = std::chrono::steady_clock::now();
  for (int i = 0; i < replays; ++i) sc::check_cuda(cudaGraphLaunch(graph, stream), "cudaGraphLaunch");
  where.wait();
  std::printf("as a graph: %.3f ms a run\n", milliseconds_since(begin) / replays);
  auto const replayed = sc::copy_to_host(where, output);
  bool const same = std::ranges::equal(replayed.features().values(), result.features().values());
  std::printf("the bits of the first run: %s\n", same ? "yes" : "no");
  static_cast<void>(cudaGraphExecDestroy(graph));
}

}  // namespace

int main() {
  int devices = 0;
  if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) {
    std::puts("gpu_graph: there is no CUDA device on this machine");
    return 0;
  }
  try {
    cudaStream_t stream = nullptr;
    sc::check_cuda(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "cudaStreamCreateWithFlags");
    run(stream);
    sc::check_cuda(cudaStreamDestroy(stream), "cudaStreamDestroy");
  } catch (std::exception const& error) {
    std::fprintf(stderr, "gpu_graph: %s\n", error.what());
    return 1;
  }
}
