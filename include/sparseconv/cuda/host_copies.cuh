#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>

#include "sparseconv/cuda/cuda_check.cuh"
#include "sparseconv/cuda/device_guard.cuh"
#include "sparseconv/cuda/kernel_launch.cuh"
#include "sparseconv/cuda/stream_capture.cuh"

namespace sparseconv::inline v0_1 {

/// What travels among a kernel's operands: copied when the kernel is put on the stream, also into a CUDA graph.
struct CarriedBytes {
  static constexpr std::int64_t capacity = 3072;
  unsigned char bytes[capacity];
};

// Hidden: two shared libraries of one process each launch their own, which the dynamic linker would join.
#pragma GCC visibility push(hidden)
/// A template for the linker's sake: several files of a program may contain it.
template <int Threads>
__global__ void __launch_bounds__(Threads)
    write_carried_bytes(unsigned char* to, __grid_constant__ CarriedBytes const from, int count) {
  for (int i = static_cast<int>(threadIdx.x); i < count; i += Threads) to[i] = from.bytes[i];
}
#pragma GCC visibility pop

/// Whether the current device reads pageable memory of the host itself, as on Grace Hopper and where the kernel manages
/// the memory of both (HMM): a copy from there need not have
/// been staged when cudaMemcpyAsync returns. Throws: CudaError.
inline bool reads_pageable_memory() {
  int reads = 0;
  check_cuda(cudaDeviceGetAttribute(&reads, cudaDevAttrPageableMemoryAccess, current_device()),
             "cudaDeviceGetAttribute");
  return reads != 0;
}

/// Puts a copy on the stream; `from` may change when it returns, whatever memory of the host it lies in. Waits for copies of
/// more than 3072 bytes where the device reads pageable memory itself.
///
/// Throws: CudaError, also during a capture if there are more than 3072 bytes: the graph would read `from` at each
/// replay.
inline void copy_from_host(cudaStream_t stream, void* to, void const* from, std::int64_t bytes) {
  if (bytes <= 0) return;
  if (bytes <= CarriedBytes::capacity) {
    CarriedBytes carried{};
    std::memcpy(carried.bytes, from, static_cast<std::size_t>(bytes));
    launch_grid(stream, write_carried_bytes<256>, dim3(1), dim3(256), 0, static_cast<unsigned char*>(to), carried,
                static_cast<int>(bytes));
    return;
  }
  refuse_capture(stream, "copy_to_device", "the graph would read the host's memory again at each replay");
  auto const copy = [&](void const* source) {
    check_cuda(cudaMemcpyAsync(to, source, static_cast<std::size_t>(bytes), cudaMemcpyHostToDevice, stream),
               "cudaMemcpyAsync");
  };
  if (reads_pageable_memory()) {
    copy(from);
    check_cuda(cudaStreamSynchronize(stream), "cudaStreamSynchronize");
    return;
  }
  cudaPointerAttributes attributes{};
  check_cuda(cudaPointerGetAttributes(&attributes, from), "cudaPointerGetAttributes");
  if (attributes.type == cudaMemoryTypeUnregistered) {
    copy(from);  // CUDA has staged pageable memory when it returns
    return;
  }
  // Page-locked memory CUDA would read later.
  auto const staged = std::make_unique_for_overwrite<std::byte[]>(static_cast<std::size_t>(bytes));
  std::memcpy(staged.get(), from, static_cast<std::size_t>(bytes));
  copy(staged.get());
}

/// Waits until the stream has done all before the copy, and the copy. Throws: CudaError, also during a capture.
inline void copy_to_host_and_wait(cudaStream_t stream, void* to, void const* from, std::int64_t bytes) {
  refuse_capture(stream, "copy_to_host", "this waits for a result");
  if (bytes > 0) {
    check_cuda(cudaMemcpyAsync(to, from, static_cast<std::size_t>(bytes), cudaMemcpyDeviceToHost, stream),
               "cudaMemcpyAsync");
  }
  check_cuda(cudaStreamSynchronize(stream), "cudaStreamSynchronize");
}

}  // namespace sparseconv::inline v0_1
