#include <sparseconv/cuda.cuh>

#include <cstdio>

namespace sc = sparseconv;

/// One program for both policies: nvcc compiles the library's CPU part too. The GPU part needs a GPU only when it is
/// asked for one, and then says so.
int main() {
  auto const image = sc::make_sparse_tensor<float, 2>(sc::cpu, {.shape = {5, 5}, .batch_size = 1},
                                                      {{0, {1, 2}}, {0, {2, 3}}}, {.1f, .1f, .1f, .2f, .2f, .2f});
  sc::SparseConv2D<float> const conv({.in_channels = 3, .out_channels = 2, .kernel_size = 3});
  auto const output = conv(sc::cpu, image);
  std::printf("%lld outputs\n", static_cast<long long>(output.sites().size()));
  // In three dimensions the CPU part has vector code of its own, which nvcc must leave to the host's compiler as it is.
  auto const scan = sc::make_sparse_tensor<float, 3>(sc::cpu, {.shape = {5, 5, 5}, .batch_size = 1},
                                                     {{0, {1, 2, 3}}, {0, {1, 2, 4}}}, {.1f, .2f});
  sc::SubmanifoldConv3D<float> const conv_of_scan({.in_channels = 1, .out_channels = 2, .kernel_size = 3});
  auto const output_of_scan = conv_of_scan(sc::cpu, scan);
  try {
    static_cast<void>(sc::gpu.on(cudaStreamPerThread));
    std::puts("there is a GPU");
  } catch (sc::CudaError const& missing) {
    std::puts(missing.what());
  }
  return output.sites().size() == 8 && output_of_scan.sites().size() == 2 ? 0 : 1;
}
