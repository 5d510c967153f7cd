#include "sparseconv/policy/x86_processor.hpp"

#include <gtest/gtest.h>

#if SPARSECONV_X86_KERNELS

namespace sparseconv::x86_processor_test {
namespace {

TEST(X86Processor, SaysWhatTheCompilersLibrarySays) {
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("sse2")) GTEST_SKIP() << "this compiler's library knows no features";
  EXPECT_EQ(has_avx2(), __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"));
  EXPECT_EQ(has_avx512(), __builtin_cpu_supports("avx512f") != 0);
  EXPECT_EQ(has_bfloat16_products(), __builtin_cpu_supports("avx512bf16") != 0);
  EXPECT_EQ(is_intels_processor(), __builtin_cpu_is("intel") != 0);
}

TEST(X86Processor, AnswersZerosToWhatItDoesNotKnow) {
  ProcessorAnswer const answer = ask_processor(0x7fffffff);
  EXPECT_EQ(answer.eax | answer.ebx | answer.ecx | answer.edx, 0u);
  EXPECT_FALSE(system_keeps(1U << 31));
  EXPECT_TRUE(system_keeps(0) || (ask_processor(1).ecx & bit_OSXSAVE) == 0);
}

}  // namespace
}  // namespace sparseconv::x86_processor_test

#endif
