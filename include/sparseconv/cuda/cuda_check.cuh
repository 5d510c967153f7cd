#pragma once

#include <cuda_runtime.h>

#include <string>

#include "sparseconv/error.hpp"

namespace sparseconv::inline v0_1 {

/// What to do about an error of the CUDA runtime; empty where its own description says it all.
inline std::string cuda_cure(cudaError_t status) {
  std::string const toolkit = error_message({CUDART_VERSION / 1000, ".", CUDART_VERSION % 1000 / 10});
  switch (status) {
    case cudaErrorInsufficientDriver:
      return "the program was built with CUDA " + toolkit +
             ", and this machine has no NVIDIA driver or an older one: update it (nvidia-smi shows what it supports), "
             "or use sparseconv::cpu";
    case cudaErrorNoDevice:
      return "there is no GPU that this program may use: see nvidia-smi and CUDA_VISIBLE_DEVICES, or use "
             "sparseconv::cpu";
    case cudaErrorMemoryAllocation:
      return "the device's memory is full: let go of tensors and policies that are not needed, or take smaller input";
    case cudaErrorNoKernelImageForDevice:
    case cudaErrorUnsupportedPtxVersion:
      return "the program was compiled for other GPUs: add the compute capability of this one to "
             "CMAKE_CUDA_ARCHITECTURES";
    case cudaErrorIllegalAddress:
    case cudaErrorMisalignedAddress:
    case cudaErrorLaunchFailure:
      return "some earlier kernel went wrong, of this library or another: compute-sanitizer names it";
    case cudaErrorStreamCaptureUnsupported:
    case cudaErrorStreamCaptureInvalidated:
      return "this cannot stand in a CUDA graph: run once before the stream is captured, so that rulebooks and kernels "
             "are in place";
    case cudaErrorInvalidResourceHandle:
      return "the stream must exist, and belong to the device of its policy";
    default:
      return "";
  }
}

/// Throws: CudaError unless `status` is a success. `call` names what returned it.
inline void check_cuda(cudaError_t status, char const* call) {
  if (status == cudaSuccess) return;
  static_cast<void>(cudaGetLastError());  // or the next one to ask for the last error would get this one
  std::string const cure = cuda_cure(status);
  throw CudaError(
      {call, ": ", cudaGetErrorString(status), " (", cudaGetErrorName(status), ")", (cure.empty() ? "" : "; " + cure)});
}

}  // namespace sparseconv::inline v0_1
