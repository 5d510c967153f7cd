// Every kernel that the tile tables name, for the compiler's report of the registers and the memory that they take.
#include "sparseconv/cuda/gpu_policy.cuh"
#include "sparseconv/execute/device/launch_convolution.hpp"

namespace sparseconv {

#define SPARSECONV_INSTANTIATE(T)                                                                                    \
  template void on_device::launch_implicit_gemm<GpuPolicy, T>(GpuPolicy const&, RowMapView const&,                   \
                                                              on_device::DeviceOperands<T> const&);                  \
  template void on_device::launch_gather_gemm_scatter<GpuPolicy, T>(GpuPolicy const&, on_device::DevicePairs const&, \
                                                                    on_device::DeviceOperands<T> const&);            \
  template void on_device::launch_multiply_rows<GpuPolicy, T>(GpuPolicy const&, on_device::DeviceOperands<T> const&)

SPARSECONV_INSTANTIATE(float);
SPARSECONV_INSTANTIATE(double);
SPARSECONV_INSTANTIATE(half);
SPARSECONV_INSTANTIATE(bfloat16);

}  // namespace sparseconv
