#pragma once

#include <cuda_runtime.h>

#include <algorithm>
#include <cstdint>

#include "sparseconv/backend/cuda/kernel_launch.cuh"

namespace sparseconv {

inline constexpr int for_each_threads = 256;

/// body(i) for each i in [0, count). A grid that is too small for the count goes round again.
template <class Body>
__global__ void __launch_bounds__(for_each_threads)
    for_each_kernel(std::int64_t count, __grid_constant__ Body const body) {
  std::int64_t const stride = static_cast<std::int64_t>(gridDim.x) * for_each_threads;
  for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * for_each_threads + threadIdx.x; i < count;
       i += stride) {
    body(i);
  }
}

/// Puts it on a stream. Throws: CudaError.
template <class Body>
void for_each_on_gpu(cudaStream_t stream, std::int64_t count, Body const& body) {
  if (count <= 0) return;
  std::int64_t const blocks = std::min((count + for_each_threads - 1) / for_each_threads, largest_grid);
  launch_grid(stream, for_each_kernel<Body>, blocks, for_each_threads, 0, count, body);
}

}  // namespace sparseconv
