#pragma once

#include <cuda_runtime.h>

#include <optional>
#include <string>

#include "sparseconv/cuda/cuda_check.cuh"

namespace sparseconv::inline v0_1 {

/// The number of the capture that a stream is in: what is called on it is written down in a CUDA graph, and not run.
inline std::optional<unsigned long long> capture_of(cudaStream_t stream) {
  cudaStreamCaptureStatus status = cudaStreamCaptureStatusNone;
  unsigned long long id = 0;
  check_cuda(cudaStreamGetCaptureInfo(stream, &status, &id), "cudaStreamGetCaptureInfo");
  if (status == cudaStreamCaptureStatusNone) return std::nullopt;
  return id;
}

/// Throws: CudaError if the stream is being captured. The capture itself goes on.
inline void refuse_capture(cudaStream_t stream, char const* call, char const* reason) {
  if (!capture_of(stream)) return;
  throw CudaError({call, ": the stream is being captured in a CUDA graph, and ", reason,
                   "; run once before the capture, so that operands and rulebooks are in place"});
}

}  // namespace sparseconv::inline v0_1
