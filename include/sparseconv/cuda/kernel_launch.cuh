#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>

#include "sparseconv/cuda/cuda_check.cuh"
#include "sparseconv/error.hpp"

namespace sparseconv::inline v0_1 {

/// The most blocks of a grid, along its first axis and along its second.
inline constexpr std::int64_t largest_grid = INT32_MAX;
inline constexpr std::int64_t tallest_grid = 65535;

/// Puts function(parameters...) of a grid of thread blocks on a stream. Throws: CudaError.
template <class Function, class... Parameters>
void launch_grid(cudaStream_t stream, Function* function, dim3 blocks, dim3 threads, std::size_t shared_bytes,
                 Parameters const&... parameters) {
  static_assert((std::is_trivially_copyable_v<Parameters> && ...), "a kernel's operands are copied byte by byte");
  static_assert((sizeof(Parameters) + ... + 0) <= 4000, "CUDA passes at most 4 KB of operands to a kernel");
  cudaLaunchConfig_t config{};
  config.gridDim = blocks;
  config.blockDim = threads;
  config.dynamicSmemBytes = shared_bytes;
  config.stream = stream;
  check_cuda(cudaLaunchKernelEx(&config, function, parameters...), "cudaLaunchKernelEx");
}

/// So many blocks, one after the other. Throws: CapacityError beyond 2^31 - 1.
inline dim3 line_of_blocks(std::int64_t blocks) {
  if (blocks > largest_grid) {
    throw CapacityError({"launch: ", blocks, " thread blocks; a grid has at most ", largest_grid});
  }
  return dim3(static_cast<unsigned>(blocks));
}

/// Lets a kernel have `shared_bytes` of dynamic shared memory, of which 48 KB need no leave.
///
/// All that the device has is allowed at once: a second thread that asks for less cannot take it back from a first.
/// Throws: CudaError if the device has less.
inline void allow_shared_bytes(void const* function, int device, std::int64_t shared_bytes) {
  if (shared_bytes <= 48 * 1024) return;
  int most = 0;
  check_cuda(cudaDeviceGetAttribute(&most, cudaDevAttrMaxSharedMemoryPerBlockOptin, device), "cudaDeviceGetAttribute");
  if (shared_bytes > most) {
    throw CudaError(
        {"launch: a thread block needs ", shared_bytes, " bytes of shared memory, and this device has ", most});
  }
  check_cuda(cudaFuncSetAttribute(function, cudaFuncAttributeMaxDynamicSharedMemorySize, most), "cudaFuncSetAttribute");
}

}  // namespace sparseconv::inline v0_1
