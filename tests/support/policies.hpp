#pragma once

#include <gtest/gtest.h>

#include "sparseconv/policy/execution_policy.hpp"

namespace sparseconv::test {

struct OnSeq {
  static SequentialPolicy const& policy() { return seq; }
};

template <int Threads>
struct OnCpu {
  static CpuPolicy const& policy() {
    static CpuPolicy const kept = cpu.threads(Threads);
    return kept;
  }
};

/// The policies of this build, for typed tests; the machine may have fewer processors than threads.
using Policies = ::testing::Types<OnSeq, OnCpu<1>, OnCpu<2>, OnCpu<3>, OnCpu<8>>;

/// The element types that both sums and storage have.
using Elements = ::testing::Types<float, double>;

/// Calls body with the CPU policy of 1, 2, 3 and 8 threads.
template <class Body>
void for_each_cpu_policy(Body const& body) {
  body(OnCpu<1>::policy());
  body(OnCpu<2>::policy());
  body(OnCpu<3>::policy());
  body(OnCpu<8>::policy());
}

/// Calls body with `seq` and those.
template <class Body>
void for_each_host_policy(Body const& body) {
  body(seq);
  for_each_cpu_policy(body);
}

}  // namespace sparseconv::test
