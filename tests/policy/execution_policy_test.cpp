#include "sparseconv/policy/execution_policy.hpp"

#include <gtest/gtest.h>

#include "support/error_message.hpp"

namespace sparseconv::execution_policy_test {
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

TEST(Policy, HoldsItsKernelsToAnInstructionSet) {
  EXPECT_EQ(cpu.instruction_set(), fastest_instruction_set());
  CpuPolicy const portable = cpu.instructions(InstructionSet::portable);
  EXPECT_EQ(portable.instruction_set(), InstructionSet::portable);
  EXPECT_EQ(&portable.team(), &cpu.team());
  EXPECT_EQ(portable.threads(2).instruction_set(), InstructionSet::portable);
  EXPECT_EQ(cpu.instruction_set(), fastest_instruction_set()) << "a policy is a value";
  if (InstructionSet const most = every_instruction_set.back(); best_instruction_set() < most) {
    EXPECT_EQ(message_of<CapacityError>([&] { return cpu.instructions(most); }),
              "cpu.instructions: " + to_string(most) + " is asked for, and this processor has " +
                  to_string(best_instruction_set()) + " at best; ask for that or less");
  }
}

TEST(Policy, RefusesFewerThreadsThanOne) {
  EXPECT_EQ(message_of<ShapeError>([] { return cpu.threads(0); }), "cpu.threads: 0 threads; give at least 1");
  EXPECT_EQ(message_of<ShapeError>([] { return cpu.threads(-2); }), "cpu.threads: -2 threads; give at least 1");
}

}  // namespace
}  // namespace sparseconv::execution_policy_test
