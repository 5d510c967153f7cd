// What the processor can do at most: products in loops of nothing but fused multiply-adds, and of nothing but its own dot
// products of bfloat16. Both run from registers.

#include <cstdint>

#include "support/interleaved.hpp"
#include "support/registration.hpp"

#if SPARSECONV_X86_KERNELS
#include <immintrin.h>
#endif

namespace bs = benchmark_support;
namespace sc = sparseconv;

namespace {

#if SPARSECONV_X86_KERNELS

constexpr std::int64_t rounds = 1'000'000;
constexpr int sums = 24;  // as many as a tile of the kernels has: more than enough to hide what one instruction takes

__attribute__((target("avx512f"))) void multiply_add() {
  __m512 sum[sums];
  for (auto& lanes : sum) lanes = _mm512_setzero_ps();
  __m512 a = _mm512_set1_ps(0x1p-20F);
  __m512 b = a;
  for (std::int64_t i = 0; i < rounds; ++i) {
#pragma GCC unroll 24
    for (auto& lanes : sum) lanes = _mm512_fmadd_ps(a, b, lanes);
    __asm__ volatile("" : "+v"(a), "+v"(b));  // or the loop would be the compiler's to do
  }
  for (auto& lanes : sum) __asm__ volatile("" : : "v"(lanes));
}

__attribute__((target("avx512f,avx512bf16"))) void dot_bfloat16() {
  __m512 sum[sums];
  for (auto& lanes : sum) lanes = _mm512_setzero_ps();
  __m512i a = _mm512_set1_epi32(0x30003000);
  __m512i b = a;
  for (std::int64_t i = 0; i < rounds; ++i) {
#pragma GCC unroll 24
    for (auto& lanes : sum) {
      lanes = _mm512_dpbf16_ps(lanes, reinterpret_cast<__m512bh>(a), reinterpret_cast<__m512bh>(b));
    }
    __asm__ volatile("" : "+v"(a), "+v"(b));
  }
  for (auto& lanes : sum) __asm__ volatile("" : : "v"(lanes));
}

void report(benchmark::State& state, double products_each, double time) {
  state.counters["Gproducts/s"] = static_cast<double>(rounds * sums) * products_each / time / 1e9;
}

#endif

}  // namespace

int main(int argc, char** argv) {
#if SPARSECONV_X86_KERNELS
  if (sc::best_instruction_set() == sc::InstructionSet::avx512) {
    bs::add("products/fused_multiply_add",
            [](benchmark::State& state) { report(state, 16, bs::measure(state, multiply_add)); });
    if (__builtin_cpu_supports("avx512bf16")) {
      bs::add("products/dot_bfloat16",
              [](benchmark::State& state) { report(state, 32, bs::measure(state, dot_bfloat16)); });
    }
  }
#endif
  return bs::run(argc, argv);
}
