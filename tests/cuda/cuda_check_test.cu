#include "sparseconv/cuda/cuda_check.cuh"

#include <gtest/gtest.h>

#include <string>

namespace sparseconv::cuda_check_test {
namespace {

std::string sentence(cudaError_t status) {
  try {
    check_cuda(status, "cudaSomething");
  } catch (CudaError const& caught) {
    return caught.what();
  }
  return "";
}

TEST(CudaCheckWithoutGpu, LetsASuccessPass) {
  EXPECT_NO_THROW(check_cuda(cudaSuccess, "cudaSomething"));
}

TEST(CudaCheckWithoutGpu, NamesTheCallTheErrorAndTheCure) {
  std::string const plain = sentence(cudaErrorInvalidValue);
  EXPECT_EQ(plain,
            std::string("cudaSomething: ") + cudaGetErrorString(cudaErrorInvalidValue) + " (cudaErrorInvalidValue)");
  EXPECT_NE(
      sentence(cudaErrorMemoryAllocation).find("(cudaErrorMemoryAllocation); the device's memory is full: let go"),
      std::string::npos);
  EXPECT_NE(sentence(cudaErrorInsufficientDriver).find("this machine has no NVIDIA driver or an older one"),
            std::string::npos);
  EXPECT_NE(sentence(cudaErrorNoDevice).find("CUDA_VISIBLE_DEVICES"), std::string::npos);
  EXPECT_NE(sentence(cudaErrorNoKernelImageForDevice).find("CMAKE_CUDA_ARCHITECTURES"), std::string::npos);
  EXPECT_NE(sentence(cudaErrorStreamCaptureUnsupported).find("run once before the stream is captured"),
            std::string::npos);
}

}  // namespace
}  // namespace sparseconv::cuda_check_test
