#include "sparseconv/policy/cpu_policy.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace sparseconv::cpu_policy_test {
namespace {

TEST(CpuPolicy, ThatWasMovedFromStillWorks) {
  CpuPolicy where = cpu.threads(2);
  CpuPolicy const taken = std::move(where);
  EXPECT_EQ(where.thread_count(), 2);  // NOLINT: what is tested
  EXPECT_EQ(where.memory(), taken.memory());
}

}  // namespace
}  // namespace sparseconv::cpu_policy_test
