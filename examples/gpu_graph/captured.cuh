#pragma once

#include <cuda_runtime.h>

#include "sparseconv/cuda/cuda_check.cuh"

namespace gpu_graph {

/// What `work` puts on the stream, ready to be replayed; the caller destroys it. The results of a replay live until the next,
/// which frees them.
/// Throws: CudaError, and what the work throws; the stream is then no longer captured.
template <class Work>
cudaGraphExec_t captured(cudaStream_t stream, Work const& work) {
  sparseconv::check_cuda(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "cudaStreamBeginCapture");
  cudaGraph_t graph = nullptr;
  try {
    work();
  } catch (...) {
    static_cast<void>(cudaStreamEndCapture(stream, &graph));
    if (graph != nullptr) static_cast<void>(cudaGraphDestroy(graph));
    throw;
  }
  sparseconv::check_cuda(cudaStreamEndCapture(stream, &graph), "cudaStreamEndCapture");
  cudaGraphExec_t executable = nullptr;
  cudaError_t const status = cudaGraphInstantiate(&executable, graph, cudaGraphInstantiateFlagAutoFreeOnLaunch);
  static_cast<void>(cudaGraphDestroy(graph));
  sparseconv::check_cuda(status, "cudaGraphInstantiate");
  return executable;
}

}  // namespace gpu_graph
