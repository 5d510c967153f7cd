#pragma once

#include <cuda_runtime.h>

#include <algorithm>
#include <cstdint>

#include "sparseconv/cuda/kernel_launch.cuh"

namespace sparseconv::inline v0_1 {

inline constexpr int for_each_threads = 256;

// Hidden: two shared libraries of one process each launch their own, which the dynamic linker would join.
#pragma GCC visibility push(hidden)
/// body(i) for each i in [0, count). A grid that is too small for the count goes round again.
template <class Body>
__global__ void __launch_bounds__(for_each_threads)
    for_each_kernel(std::int64_t count, __grid_constant__ Body const body) {
  std::int64_t const stride = static_cast<std::int64_t>(gridDim.x) * for_each_threads;
#pragma unroll 1  // it is nearly always one round; unrolled, each thread would divide to count them
  for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * for_each_threads + threadIdx.x; i < count;
       i += stride) {
    body(i);
  }
}
#pragma GCC visibility pop

/// Puts it on a stream. Throws: CudaError.
template <class Body>
void for_each_on_gpu(cudaStream_t stream, std::int64_t count, Body const& body) {
  if (count <= 0) return;
  std::int64_t const blocks = std::min((count + for_each_threads - 1) / for_each_threads, largest_grid);
  launch_grid(stream, for_each_kernel<Body>, line_of_blocks(blocks), dim3(for_each_threads), 0, count, body);
}

#pragma GCC visibility push(hidden)
/// body(row, column) for each place of a table. Neighbouring threads take neighbouring columns; no index is divided.
template <class Body>
__global__ void __launch_bounds__(for_each_threads)
    for_each_place_kernel(std::int64_t rows, std::int64_t columns, __grid_constant__ Body const body) {
  std::int64_t const rows_at_once = static_cast<std::int64_t>(gridDim.y) * blockDim.y;
  std::int64_t const columns_at_once = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
  std::int64_t const first_column = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
#pragma unroll 1
  for (std::int64_t row = static_cast<std::int64_t>(blockIdx.y) * blockDim.y + threadIdx.y; row < rows;
       row += rows_at_once) {
#pragma unroll 1
    for (std::int64_t column = first_column; column < columns; column += columns_at_once) body(row, column);
  }
}
#pragma GCC visibility pop

/// Puts it on a stream. Throws: CudaError.
template <class Body>
void for_each_place_on_gpu(cudaStream_t stream, std::int64_t rows, std::int64_t columns, Body const& body) {
  if (rows <= 0 || columns <= 0) return;
  // Rows that are short stand side by side in a block.
  std::int64_t width = 1;
  while (width < columns && width < for_each_threads) width *= 2;
  std::int64_t const height = for_each_threads / width;
  dim3 const blocks(static_cast<unsigned>(std::min((columns + width - 1) / width, largest_grid)),
                    static_cast<unsigned>(std::min((rows + height - 1) / height, tallest_grid)));
  dim3 const threads(static_cast<unsigned>(width), static_cast<unsigned>(height));
  launch_grid(stream, for_each_place_kernel<Body>, blocks, threads, 0, rows, columns, body);
}

}  // namespace sparseconv::inline v0_1
