#pragma once

#include <cuda_runtime.h>

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "sparseconv/cuda/cub_algorithms.cuh"
#include "sparseconv/cuda/cuda_atomics.cuh"
#include "sparseconv/cuda/cuda_block.cuh"
#include "sparseconv/cuda/cuda_check.cuh"
#include "sparseconv/cuda/device_guard.cuh"
#include "sparseconv/cuda/device_memory.cuh"
#include "sparseconv/cuda/for_each_kernel.cuh"
#include "sparseconv/cuda/host_copies.cuh"
#include "sparseconv/cuda/kernel_launch.cuh"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"

namespace sparseconv::inline v0_1 {

/// One GPU and one stream of it, with memory that is kept for reuse. Made by `gpu.on(stream)`; see DevicePolicy.
///
/// Calls put work on the stream and return; only wait() and copy_to_host() wait. Copies share the memory: make one
/// policy for a stream, and keep it. Two policies know nothing of each other: who reads on one stream what was written
/// on another orders them with events. All but those two can be captured in a CUDA graph; see DeviceMemoryResource and
/// copy_to_device for what that asks.
class GpuPolicy {
 public:
  using Memory = DeviceMemory;
  using Atomics = CudaAtomics;

  [[nodiscard]] cudaStream_t stream() const { return memory_->stream(); }
  [[nodiscard]] int device() const { return memory_->device(); }
  /// 75 for 7.5, and so on: the device's, or that of the code which the program has for it, if that is older.
  [[nodiscard]] int compute_capability() const { return compute_capability_; }
  /// Whether what is called on the stream is written down in a CUDA graph at present, and not run.
  [[nodiscard]] bool capturing() const {
    DeviceGuard const guard(device());
    return capture_of(stream()).has_value();
  }
  /// Bytes of shared memory that a thread block may have.
  [[nodiscard]] std::int64_t most_shared_bytes() const { return most_shared_bytes_; }
  [[nodiscard]] std::shared_ptr<DeviceMemoryResource> const& memory() const { return memory_; }

  /// The same policy, which lets convolutions of float round operands to tf32: 11 significant bits, float's range.
  [[nodiscard]] GpuPolicy with_tf32() const {
    GpuPolicy policy = *this;
    policy.tf32_ = true;
    return policy;
  }
  [[nodiscard]] bool tf32() const { return tf32_; }

  template <class Body>
  void for_each(std::int64_t count, Body const& body) const {
    DeviceGuard const guard(device());
    for_each_on_gpu(stream(), count, body);
  }

  template <class Body>
  void for_each(std::int64_t rows, std::int64_t columns, Body const& body) const {
    DeviceGuard const guard(device());
    for_each_place_on_gpu(stream(), rows, columns, body);
  }

  template <std::same_as<std::uint64_t> Key>
  void sort_keys(Key const* keys, Key* sorted_keys, std::int64_t count, int first_bit, int end_bit) const {
    DeviceGuard const guard(device());
    sort_keys_on_gpu(stream(), *memory_, keys, sorted_keys, count, first_bit, end_bit);
  }

  template <std::same_as<std::uint64_t> Key, std::same_as<std::int32_t> Value>
  void sort_pairs(Key const* keys, Key* sorted_keys, Value const* values, Value* sorted_values, std::int64_t count,
                  int first_bit, int end_bit) const {
    DeviceGuard const guard(device());
    sort_pairs_on_gpu(stream(), *memory_, keys, sorted_keys, values, sorted_values, count, first_bit, end_bit);
  }

  template <class Value>
  requires(std::same_as<Value, std::int32_t> || std::same_as<Value, std::int64_t>)  //
      void exclusive_sum(Value const* values, Value* sums, std::int64_t count) const {
    DeviceGuard const guard(device());
    exclusive_sum_on_gpu(stream(), *memory_, values, sums, count);
  }

  /// Throws: CapacityError beyond 2^31 - 1 blocks; CudaError if the device has too little shared memory.
  template <class Kernel>
  void launch(std::int64_t blocks, Kernel const& kernel) const {
    if (blocks <= 0) return;
    DeviceGuard const guard(device());
    std::int64_t const shared_bytes = kernel.shared_bytes();
    allow_shared_bytes(reinterpret_cast<void const*>(run_kernel<Kernel>), device(), shared_bytes);
    launch_grid(stream(), run_kernel<Kernel>, line_of_blocks(blocks), dim3(Kernel::threads),
                static_cast<std::size_t>(shared_bytes), kernel);
  }

  /// Does not wait, except for more than 3072 bytes: then until pageable memory has been staged, or, where the device reads
  /// pageable memory itself, until the copy is done. During a capture at most 3072 bytes.
  void copy_to_device(void* to, void const* from, std::int64_t bytes) const {
    DeviceGuard const guard(device());
    copy_from_host(stream(), to, from, bytes);
  }

  void copy_to_host(void* to, void const* from, std::int64_t bytes) const {
    DeviceGuard const guard(device());
    copy_to_host_and_wait(stream(), to, from, bytes);
  }

  void copy_on_device(void* to, void const* from, std::int64_t bytes) const {
    if (bytes <= 0) return;
    DeviceGuard const guard(device());
    check_cuda(cudaMemcpyAsync(to, from, static_cast<std::size_t>(bytes), cudaMemcpyDeviceToDevice, stream()),
               "cudaMemcpyAsync");
  }

  void wait() const {
    DeviceGuard const guard(device());
    refuse_capture(stream(), "wait", "there is nothing to wait for");
    check_cuda(cudaStreamSynchronize(stream()), "cudaStreamSynchronize");
  }

 private:
  friend struct Gpu;

  explicit GpuPolicy(std::shared_ptr<DeviceMemoryResource> memory) : memory_(std::move(memory)) {
    int whole = 0;
    int tenth = 0;
    check_cuda(cudaDeviceGetAttribute(&whole, cudaDevAttrComputeCapabilityMajor, device()), "cudaDeviceGetAttribute");
    check_cuda(cudaDeviceGetAttribute(&tenth, cudaDevAttrComputeCapabilityMinor, device()), "cudaDeviceGetAttribute");
    int shared = 0;
    check_cuda(cudaDeviceGetAttribute(&shared, cudaDevAttrMaxSharedMemoryPerBlockOptin, device()),
               "cudaDeviceGetAttribute");
    most_shared_bytes_ = shared;
    if (10 * whole + tenth < 75) {
      throw CudaError(
          {"gpu.on: device ", device(), " has compute capability ", whole, ".", tenth, "; 7.5 or later is needed"});
    }
    // A program without code for just this device gets its newest PTX translated, and that may be of an older one.
    cudaFuncAttributes code{};
    check_cuda(cudaFuncGetAttributes(&code, reinterpret_cast<void const*>(write_carried_bytes<256>)),
               "cudaFuncGetAttributes");
    compute_capability_ = std::min(10 * whole + tenth, code.ptxVersion);
  }

  std::shared_ptr<DeviceMemoryResource> memory_;
  int compute_capability_ = 0;
  std::int64_t most_shared_bytes_ = 0;
  bool tf32_ = false;
};

/// `gpu.on(stream)` is one.
template <>
inline constexpr bool is_policy<GpuPolicy> = true;

static_assert(DevicePolicy<GpuPolicy>);

/// What makes policies; it is none itself, as a stream must be named.
struct Gpu {
  /// A policy for a stream of the current device, with a memory pool of its own. Make one for a stream and keep it, and the
  /// stream as long as it and all that came from it. cudaStreamPerThread is another stream in each thread: what is made on
  /// it is used, and ends, in that thread.
  ///
  /// Throws: CudaError if there is no device, if it is older than compute capability 7.5, or for the default stream.
  [[nodiscard]] GpuPolicy on(cudaStream_t stream) const {
    check_stream(stream);
    return GpuPolicy(std::make_shared<DeviceMemoryResource>(stream));
  }

  /// The same with the caller's pool on the current device, which must live longer than all that comes from it.
  [[nodiscard]] GpuPolicy on(cudaStream_t stream, cudaMemPool_t pool) const {
    check_stream(stream);
    return GpuPolicy(std::make_shared<DeviceMemoryResource>(stream, pool));
  }

 private:
  static void check_stream(cudaStream_t stream) {
    int devices = 0;  // asked first: without a driver or a device the stream is what a failed call left, often 0
    check_cuda(cudaGetDeviceCount(&devices), "gpu.on");
    if (stream != nullptr && stream != cudaStreamLegacy) return;
    throw CudaError(
        "gpu.on: the default stream makes all others wait; make one with cudaStreamCreateWithFlags(&stream, "
        "cudaStreamNonBlocking), or name cudaStreamPerThread");
  }
};

/// `gpu.on(stream)` stands where `cpu` stands.
inline constexpr Gpu gpu{};

}  // namespace sparseconv::inline v0_1
