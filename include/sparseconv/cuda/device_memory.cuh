#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <vector>

#include "sparseconv/cuda/cuda_check.cuh"
#include "sparseconv/cuda/device_guard.cuh"
#include "sparseconv/cuda/stream_capture.cuh"
#include "sparseconv/memory/memory_pool.hpp"
#include "sparseconv/memory/memory_space.hpp"

namespace sparseconv::inline v0_1 {

/// Memory of one GPU, taken and given back in the order of one stream, and kept for reuse.
///
/// Order:    a block may be used by what is put on the stream after take() and before give_back(). Whoever uses it on
///           another stream orders the two by events. Nothing waits. The stream must live as long as the last block.
/// Capture:  blocks taken while the stream is captured in a CUDA graph belong to the graph. Those that are still held
///           when the capture ends hold its results: instantiate such a graph with
///           cudaGraphInstantiateFlagAutoFreeOnLaunch, or it can be launched only once. Blocks from before the capture
///           that are given back during it are kept until it has ended.
/// Safe from several threads.
class DeviceMemoryResource {
 public:
  static constexpr std::size_t alignment = 256;

  /// A pool of its own on the current device, which keeps all memory that it ever got until release().
  /// Throws: CudaError.
  explicit DeviceMemoryResource(cudaStream_t stream) : stream_(stream), device_(current_device()), owns_pool_(true) {
    cudaMemPoolProps properties{};
    properties.allocType = cudaMemAllocationTypePinned;
    properties.location.type = cudaMemLocationTypeDevice;
    properties.location.id = device_;
    check_cuda(cudaMemPoolCreate(&pool_, &properties), "cudaMemPoolCreate");
    std::uint64_t keep_all = UINT64_MAX;
    cudaError_t const status = cudaMemPoolSetAttribute(pool_, cudaMemPoolAttrReleaseThreshold, &keep_all);
    if (status != cudaSuccess) static_cast<void>(cudaMemPoolDestroy(pool_));
    check_cuda(status, "cudaMemPoolSetAttribute");
  }

  /// A pool of the caller's on the current device. It must live longer.
  DeviceMemoryResource(cudaStream_t stream, cudaMemPool_t pool)
      : stream_(stream), device_(current_device()), pool_(pool), owns_pool_(false) {}

  DeviceMemoryResource(DeviceMemoryResource const&) = delete;
  DeviceMemoryResource& operator=(DeviceMemoryResource const&) = delete;
  ~DeviceMemoryResource() {
    try {
      DeviceGuard const guard(device_);
      free_late_ones();
    } catch (...) {
      // At the end of the program the runtime may be gone.
    }
    // What the stream has yet to free, it still does.
    if (owns_pool_) static_cast<void>(cudaMemPoolDestroy(pool_));
  }

  /// A block of `bytes` bytes, aligned to 256. Throws: CudaError.
  [[nodiscard]] MemoryBlock take(std::size_t bytes) {
    if (bytes == 0) return {};
    DeviceGuard const guard(device_);
    auto const capture = capture_of(stream_);
    std::scoped_lock lock(mutex_);
    if (!capture) free_late_ones();
    void* data = nullptr;
    check_cuda(cudaMallocFromPoolAsync(&data, bytes, pool_, stream_), "cudaMallocFromPoolAsync");
    if (capture) graph_of_.insert_or_assign(data, *capture);
    return {data, bytes};
  }

  /// Takes back what take() gave.
  void give_back(MemoryBlock block) noexcept {
    if (block.data == nullptr) return;
    try {
      DeviceGuard const guard(device_);
      auto const capture = capture_of(stream_);
      std::scoped_lock lock(mutex_);
      auto const graph = graph_of_.find(block.data);
      if (capture && (graph == graph_of_.end() || graph->second != *capture)) {
        late_.push_back(block.data);
        return;
      }
      if (graph != graph_of_.end()) graph_of_.erase(graph);
      check_cuda(cudaFreeAsync(block.data, stream_), "cudaFreeAsync");
    } catch (...) {
      // As above; and of a graph that never ran there is nothing to free.
    }
  }

  [[nodiscard]] cudaStream_t stream() const { return stream_; }
  [[nodiscard]] int device() const { return device_; }

  /// Bytes that wait for reuse. What the stream has yet to free does not count as waiting.
  [[nodiscard]] std::int64_t bytes() const {
    return attribute(cudaMemPoolAttrReservedMemCurrent) - attribute(cudaMemPoolAttrUsedMemCurrent);
  }

  /// Bytes that the pool has of the system: what does not rise any more shows that all comes from reuse.
  [[nodiscard]] std::int64_t bytes_from_system() const { return attribute(cudaMemPoolAttrReservedMemCurrent); }

  /// Returns what waits for reuse to the system. Throws: CudaError.
  void release() { check_cuda(cudaMemPoolTrimTo(pool_, 0), "cudaMemPoolTrimTo"); }

 private:
  [[nodiscard]] std::int64_t attribute(cudaMemPoolAttr name) const {
    std::uint64_t value = 0;
    check_cuda(cudaMemPoolGetAttribute(pool_, name, &value), "cudaMemPoolGetAttribute");
    return static_cast<std::int64_t>(value);
  }

  void free_late_ones() {
    while (!late_.empty()) {
      void* const data = late_.back();
      late_.pop_back();
      graph_of_.erase(data);
      check_cuda(cudaFreeAsync(data, stream_), "cudaFreeAsync");
    }
  }

  cudaStream_t stream_;
  int device_;
  cudaMemPool_t pool_ = nullptr;
  bool owns_pool_;
  std::mutex mutex_;
  std::map<void*, unsigned long long> graph_of_;  // blocks that were taken during a capture, which they belong to
  std::vector<void*> late_;                       // given back during a capture that they do not belong to
};

/// The memory of a GPU, for `gpu.on(stream)`.
struct DeviceMemory {
  using Resource = DeviceMemoryResource;
  static constexpr bool host_reads = false;
};

}  // namespace sparseconv::inline v0_1
