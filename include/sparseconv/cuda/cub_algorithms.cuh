#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>
#include <cub/device/device_radix_sort.cuh>
#include <cub/device/device_scan.cuh>
#include <cub/version.cuh>
#include <string>

#include "sparseconv/cuda/cuda_check.cuh"
#include "sparseconv/cuda/device_memory.cuh"
#include "sparseconv/error.hpp"

namespace sparseconv::inline v0_1 {

/// algorithm(temporary, bytes): asked for its bytes, then run with them.
template <class Algorithm>
void run_with_temporary(DeviceMemoryResource& memory, char const* call, Algorithm const& algorithm) {
  std::size_t bytes = 0;
  check_cuda(algorithm(nullptr, bytes), call);
  MemoryBlock const temporary = memory.take(bytes > 0 ? bytes : 1);  // without an address it would only be asked again
  cudaError_t const status = algorithm(temporary.data, bytes);
  memory.give_back(temporary);
  check_cuda(status, call);
}

/// Stable: pairs with the same bits [first_bit, end_bit) keep their order.
///
/// Templates, as the next: only programs that call them compile CUB's kernels. Throws: CudaError.
template <class Key, class Value>
void sort_pairs_on_gpu(cudaStream_t stream, DeviceMemoryResource& memory, Key const* keys, Key* sorted_keys,
                       Value const* values, Value* sorted_values, std::int64_t count, int first_bit, int end_bit) {
  if (count <= 0) return;
  run_with_temporary(memory, "cub::DeviceRadixSort::SortPairs", [=](void* temporary, std::size_t& bytes) {
    return cub::DeviceRadixSort::SortPairs(temporary, bytes, keys, sorted_keys, values, sorted_values, count, first_bit,
                                           end_bit, stream);
  });
}

/// Sorts by the bits [first_bit, end_bit). Throws: CudaError.
template <class Key>
void sort_keys_on_gpu(cudaStream_t stream, DeviceMemoryResource& memory, Key const* keys, Key* sorted_keys,
                      std::int64_t count, int first_bit, int end_bit) {
  if (count <= 0) return;
  run_with_temporary(memory, "cub::DeviceRadixSort::SortKeys", [=](void* temporary, std::size_t& bytes) {
    return cub::DeviceRadixSort::SortKeys(temporary, bytes, keys, sorted_keys, count, first_bit, end_bit, stream);
  });
}

/// sums[i] = values[0] + ... + values[i - 1].
/// Throws: CudaError; CapacityError if the toolkit's CUB cannot count so far.
template <class Value>
void exclusive_sum_on_gpu(cudaStream_t stream, DeviceMemoryResource& memory, Value const* values, Value* sums,
                          std::int64_t count) {
  if (count <= 0) return;
#if CUB_VERSION >= 200700
  std::int64_t const items = count;
#else
  if (count > INT32_MAX) {
    throw CapacityError(
        {"exclusive_sum: ", count, " values; before version 2.7, which CUDA 12.8 has, CUB takes 2147483647 at most"});
  }
  int const items = static_cast<int>(count);
#endif
  run_with_temporary(memory, "cub::DeviceScan::ExclusiveSum", [=](void* temporary, std::size_t& bytes) {
    return cub::DeviceScan::ExclusiveSum(temporary, bytes, values, sums, items, stream);
  });
}

}  // namespace sparseconv::inline v0_1
