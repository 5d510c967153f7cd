#pragma once

#include <gtest/gtest.h>

#include <cstdint>

#if defined(__CUDACC__)
#include "support/on_gpu.cuh"
#else
#include "support/emulated_gpu.hpp"
#endif

namespace sparseconv::test {

#if !defined(__CUDACC__)
struct OnEmulatedGpu {
  static constexpr bool present() { return true; }
  static EmulatedGpu const& policy() {
    static EmulatedGpu const kept;
    return kept;
  }
};

/// The device policies of this build, for typed tests: the emulated device, or where nvcc compiles them the real one.
using DevicePolicies = ::testing::Types<OnEmulatedGpu>;
#else
using DevicePolicies = ::testing::Types<OnGpu>;
#endif

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
