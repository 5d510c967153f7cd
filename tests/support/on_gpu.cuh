#pragma once

#include "sparseconv/cuda/gpu_policy.cuh"
#include "support/cuda_stream.hpp"
#include "support/gpu_present.hpp"

namespace sparseconv::test {

/// The policy of this build's typed tests: one stream for all of them, so that they reuse each other's memory.
struct OnGpu {
  static bool present() { return why_no_gpu().empty(); }
  static GpuPolicy const& policy() {
    static CudaStream const stream;
    static GpuPolicy const kept = gpu.on(stream);
    return kept;
  }
};

}  // namespace sparseconv::test
