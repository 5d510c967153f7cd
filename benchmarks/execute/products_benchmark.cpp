// What the processor can do at most: products in loops of nothing but fused multiply-adds, and of nothing but its own dot
// products of bfloat16, both from registers. And what the pair kernels do of it when all they read and write is in the
// first-level cache.

#include <cstddef>
#include <cstdint>
#include <iostream>
#include <numeric>
#include <string>

#include "support/interleaved.hpp"
#include "support/registration.hpp"

#if SPARSECONV_X86_KERNELS
#include <immintrin.h>
#endif

namespace bs = benchmark_support;
namespace on_cpu = sparseconv::on_cpu;
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

/// One kernel element whose pairs are (0, 0), (1, 1), ...: rows, sums and panel stay in the first-level cache.
template <sc::Element T>
class CachedPairs {
 public:
  CachedPairs(on_cpu::Microkernels<T> const& kernels, std::int64_t channels)
      : kernels_(kernels),
        channels_(channels),
        input_(pairs * channels, T(0.5F)),
        panel_(channels * channels, T(0.25F)),
        sums_(pairs * channels, 0.0F),
        rows_(pairs) {
    std::iota(rows_.begin(), rows_.end(), sc::Row{0});
  }

  [[nodiscard]] double products() const { return static_cast<double>(calls * pairs * channels_ * channels_); }

  void operator()() {
    for (std::int64_t call = 0; call < calls; ++call) {
      kernels_.add_pairs[static_cast<std::size_t>(channels_ / kernels_.lanes) - 1]({.input = input_.data(),
                                                                                    .input_stride = channels_,
                                                                                    .in_channels = channels_,
                                                                                    .panel = panel_.data(),
                                                                                    .block = sums_.data(),
                                                                                    .block_stride = channels_,
                                                                                    .first_row = 0,
                                                                                    .input_rows = rows_.data(),
                                                                                    .output_rows = rows_.data(),
                                                                                    .count = pairs});
    }
  }

 private:
  static constexpr std::int64_t pairs = 48;
  static constexpr std::int64_t calls = 20'000;

  on_cpu::Microkernels<T> const& kernels_;
  std::int64_t channels_;
  sc::Buffer<T> input_;
  sc::Buffer<T> panel_;
  sc::Buffer<float> sums_;
  sc::Buffer<sc::Row> rows_;
};

/// The kernels' products against a loop of nothing but the instruction that they multiply with, `products_each` at a time.
template <sc::Element T>
void add_cached_pairs(std::string const& name, on_cpu::Microkernels<T> const& kernels, void (*peak)(),
                      double products_each) {
  for (std::int64_t const channels : {16, 32, 64}) {
    bs::add(name + "/" + std::to_string(channels) + "-" + std::to_string(channels),
            [&kernels, peak, products_each, channels](benchmark::State& state) {
              CachedPairs<T> work(kernels, channels);
              double const most = static_cast<double>(rounds * sums) * products_each;
              double const time = bs::measure_against(
                  state, "yardstick/time", [&] { work(); }, peak);
              state.counters["Gproducts/s"] = work.products() / time / 1e9;
              state.counters["of_peak"] = state.counters["yardstick/time"] * work.products() / most;
              state.counters.erase("yardstick/time");
            });
  }
}

#endif

}  // namespace

int main(int argc, char** argv) {
#if SPARSECONV_X86_KERNELS
  if (sc::best_instruction_set() >= sc::InstructionSet::avx512) {
    bs::add("products/fused_multiply_add",
            [](benchmark::State& state) { report(state, 16, bs::measure(state, multiply_add)); });
    add_cached_pairs("products/cached_pairs", on_cpu::microkernels<float>(sc::InstructionSet::avx512), multiply_add,
                     16);
    if (__builtin_cpu_supports("avx512bf16")) {
      bs::add("products/dot_bfloat16",
              [](benchmark::State& state) { report(state, 32, bs::measure(state, dot_bfloat16)); });
      add_cached_pairs("products/cached_pairs/bf16",
                       *on_cpu::narrow_microkernels<sc::bfloat16>(sc::InstructionSet::avx512_bf16, 16), dot_bfloat16,
                       32);
    }
  }
#endif
  if (sc::best_instruction_set() < sc::InstructionSet::avx512) {
    std::cerr << "no rows: they are written for AVX-512, which this processor lacks\n";
    return 0;
  }
  return bs::run(argc, argv);
}
