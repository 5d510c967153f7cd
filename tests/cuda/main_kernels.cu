// Every kernel that the tile tables name, for the compiler's report of the registers and the memory that they take.
#include "sparseconv/cuda/gpu_policy.cuh"
#include "sparseconv/execute/device/launch_convolution.hpp"

namespace sparseconv {

#define SPARSECONV_INSTANTIATE(T)                                                                                  \
  template void launch_implicit_gemm<GpuPolicy, T>(GpuPolicy const&, RowMapView const&, DeviceOperands<T> const&); \
  template void launch_gather_gemm_scatter<GpuPolicy, T>(GpuPolicy const&, DevicePairs const&, DeviceOperands<T> const&)

SPARSECONV_INSTANTIATE(float);
SPARSECONV_INSTANTIATE(double);
SPARSECONV_INSTANTIATE(half);
SPARSECONV_INSTANTIATE(bfloat16);

}  // namespace sparseconv
