#pragma once

#ifndef __CUDACC__
#error "only what nvcc compiles can ask for a GPU"
#endif

#include <cuda_runtime.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace sparseconv::test {

/// Why no test can run on a GPU here; empty if they can.
inline std::string why_no_gpu() {
  int count = 0;
  cudaError_t const status = cudaGetDeviceCount(&count);
  if (status == cudaSuccess && count > 0) return "";
  static_cast<void>(cudaGetLastError());
  return std::string("no GPU: ") + (status == cudaSuccess ? "there is no device" : cudaGetErrorString(status));
}

/// Skips each test where there is no GPU, but those whose suite's name ends in `WithoutGpu`.
class SkipWithoutGpu : public ::testing::EmptyTestEventListener {
 public:
  SkipWithoutGpu() : reason_(why_no_gpu()) {}

 private:
  void OnTestStart(::testing::TestInfo const& test) override {
    if (reason_.empty() || std::string_view(test.test_suite_name()).ends_with("WithoutGpu")) return;
    GTEST_SKIP() << reason_;
  }

  std::string reason_;
};

}  // namespace sparseconv::test
