#pragma once

#include <cuda_runtime.h>

#include "sparseconv/cuda/cuda_check.cuh"

namespace sparseconv::inline v0_1 {

/// The device that calls of this thread go to now.
inline int current_device() {
  int device = 0;
  check_cuda(cudaGetDevice(&device), "cudaGetDevice");
  return device;
}

/// Makes a device the current one of this thread, and the one before current again at its end.
class DeviceGuard {
 public:
  explicit DeviceGuard(int device) : previous_(current_device()), changed_(device != previous_) {
    if (changed_) check_cuda(cudaSetDevice(device), "cudaSetDevice");
  }
  DeviceGuard(DeviceGuard const&) = delete;
  DeviceGuard& operator=(DeviceGuard const&) = delete;
  ~DeviceGuard() {
    if (changed_) static_cast<void>(cudaSetDevice(previous_));
  }

 private:
  int previous_;
  bool changed_;
};

}  // namespace sparseconv::inline v0_1
