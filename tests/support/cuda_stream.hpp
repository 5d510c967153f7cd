#pragma once

#ifndef __CUDACC__
#error "only what nvcc compiles has streams"
#endif

#include <cuda_runtime.h>

#include "gpu_graph/captured.cuh"
#include "sparseconv/cuda/cuda_check.cuh"

namespace sparseconv::test {

/// A stream that does not wait for the default one; gone at its end, and all its work done.
class CudaStream {
 public:
  CudaStream() { check_cuda(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "cudaStreamCreateWithFlags"); }
  CudaStream(CudaStream const&) = delete;
  CudaStream& operator=(CudaStream const&) = delete;
  ~CudaStream() {
    static_cast<void>(cudaStreamSynchronize(stream_));
    static_cast<void>(cudaStreamDestroy(stream_));
  }
  operator cudaStream_t() const { return stream_; }  // NOLINT: stands where a stream stands

 private:
  cudaStream_t stream_ = nullptr;
};

/// What `work` puts on a stream, as a CUDA graph to be replayed.
class CudaGraph {
 public:
  template <class Work>
  CudaGraph(cudaStream_t stream, Work const& work) : executable_(gpu_graph::captured(stream, work)) {}
  CudaGraph(CudaGraph const&) = delete;
  CudaGraph& operator=(CudaGraph const&) = delete;
  ~CudaGraph() { static_cast<void>(cudaGraphExecDestroy(executable_)); }

  void replay(cudaStream_t stream) const { check_cuda(cudaGraphLaunch(executable_, stream), "cudaGraphLaunch"); }

 private:
  cudaGraphExec_t executable_;
};

}  // namespace sparseconv::test
