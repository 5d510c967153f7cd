#pragma once

#include <gtest/gtest.h>

#include <cstdint>

#if defined(__CUDACC__)
#include "support/on_gpu.cuh"
#elif defined(SPARSECONV_TEST_PTX)
#include "ptx/ptx_gpu.hpp"
#else
#include "support/emulated_gpu.hpp"
#include "support/emulated_kernels.hpp"
#endif

namespace sparseconv::test {

#if defined(__CUDACC__)
using DevicePolicyOfBuild = OnGpu;
#else
#if defined(SPARSECONV_TEST_PTX)
using DeviceOfBuild = ptx::PtxGpu;
#else
using DeviceOfBuild = EmulatedGpu;
#endif

struct DevicePolicyOfBuild {
  static constexpr bool present() { return true; }
  static DeviceOfBuild const& policy() {
    static DeviceOfBuild const kept;
    return kept;
  }
};
#endif

/// The device policies of this build, for typed tests: the emulated device, the same with what nvcc made of kernels and
/// bodies, or where nvcc compiles the tests the real one.
using DevicePolicies = ::testing::Types<DevicePolicyOfBuild>;

/// A test that is skipped where there is no device.
template <class Where>
class DeviceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!Where::present()) GTEST_SKIP() << "there is no CUDA device on this machine";
  }
};

/// Calls body, and expects that the host waited so often meanwhile; a real device does not count.
template <class Policy, class Body>
void expect_waits(Policy const& where, std::int64_t count, Body const& body) {
  if constexpr (requires { where.waits(); }) {
    std::int64_t const before = where.waits();
    body();
    EXPECT_EQ(where.waits() - before, count);
  } else {
    body();
  }
}

}  // namespace sparseconv::test
