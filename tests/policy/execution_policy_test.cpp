#include "sparseconv/policy/execution_policy.hpp"

#include <gtest/gtest.h>

#include "support/error_message.hpp"

namespace sparseconv {
namespace {

using test::message_of;

struct NotAPolicy {};

TEST(Policy, IsToldFromWhatIsNone) {
  EXPECT_TRUE(ExecutionPolicy<SequentialPolicy>);
  EXPECT_TRUE(ExecutionPolicy<CpuPolicy>);
  EXPECT_FALSE(ExecutionPolicy<NotAPolicy>);
  EXPECT_FALSE(ExecutionPolicy<int>);
}

TEST(Policy, HasTheThreadsAskedFor) {
  EXPECT_GE(cpu.thread_count(), 1);
  EXPECT_EQ(cpu.threads(1).thread_count(), 1);
  EXPECT_EQ(cpu.threads(7).thread_count(), 7);
}

TEST(Policy, CopiesShareATeamAndThreadsMakesAnother) {
  CpuPolicy const three = cpu.threads(3);
  CpuPolicy const copy = three;
  EXPECT_EQ(&copy.team(), &three.team());
  EXPECT_NE(&three.threads(3).team(), &three.team());
}

TEST(Policy, RefusesFewerThreadsThanOne) {
  EXPECT_EQ(message_of<ShapeError>([] { return cpu.threads(0); }), "cpu.threads: 0 threads; give at least 1");
  EXPECT_EQ(message_of<ShapeError>([] { return cpu.threads(-2); }), "cpu.threads: -2 threads; give at least 1");
}

}  // namespace
}  // namespace sparseconv
