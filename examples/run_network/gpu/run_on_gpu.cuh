#pragma once

#include <cuda_runtime.h>

#include "run_network/measured_run.hpp"
#include "run_network/run_on.hpp"
#include "sparseconv/cuda.cuh"

namespace run_network {

template <sparseconv::Element T>
Results run_on_gpu(RunOptions const& options, sparseconv::Network const& network, SiteList const& list) {
  return measured_run<T>(sparseconv::gpu.on(cudaStreamPerThread), options, network, list);
}

}  // namespace run_network
