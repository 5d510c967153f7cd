#pragma once

#include "run_network/results.hpp"

namespace run_network {

// Networks of elements T, each compiled in a file of its own.

/// Runs on `seq` or `cpu`.
/// Throws: CapacityError if the processor lacks the instructions; as measured_run.
template <sparseconv::Element T>
Results run_on_host(RunOptions const& options, sparseconv::Network const& network, SiteList const& list);

/// Runs on the GPU; only programs that nvcc compiled a part of have it.
/// Throws: CudaError if there is no GPU; as measured_run.
template <sparseconv::Element T>
Results run_on_gpu(RunOptions const& options, sparseconv::Network const& network, SiteList const& list);

/// Runs on the policy that the options name.
/// Throws: Error for the GPU where the program has no part for it; as the functions above.
template <sparseconv::Element T>
Results run_on(RunOptions const& options, sparseconv::Network const& network, SiteList const& list) {
  if (options.policy != "gpu") return run_on_host<T>(options, network, list);
#ifdef RUN_NETWORK_ON_GPU
  return run_on_gpu<T>(options, network, list);
#else
  throw sparseconv::Error(
      "run_network: this program has no part for a GPU; configure with SPARSECONV_BUILD_CUDA=ON where there is nvcc, "
      "or "
      "take --policy cpu");
#endif
}

}  // namespace run_network
