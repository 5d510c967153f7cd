#pragma once

#include <cuda_runtime.h>

#include <cstdint>

#include "sparseconv/cuda.cuh"

/// Kernels that do one thing of the convolution's and nothing else, to learn how fast the GPU does it. They need compute
/// capability 8.0; below it they do nothing.
namespace benchmark_support {

/// Threads of a block of these kernels: four warps.
inline constexpr int limit_threads = 128;

/// sums += a b, fragments of 16 x 16 and 16 x 8 halves.
__device__ inline void multiply_fragments([[maybe_unused]] float (&sums)[4], [[maybe_unused]] unsigned const (&a)[4],
                                          [[maybe_unused]] unsigned b0, [[maybe_unused]] unsigned b1) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
  asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3},{%4,%5,%6,%7},{%8,%9},{%0,%1,%2,%3};"
               : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
#endif
}

/// Reads four fragments of 8 x 8 halves from shared memory.
__device__ inline void read_fragments([[maybe_unused]] unsigned (&fragments)[4], [[maybe_unused]] unsigned address) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3},[%4];"
               : "=r"(fragments[0]), "=r"(fragments[1]), "=r"(fragments[2]), "=r"(fragments[3])
               : "r"(address)
               : "memory");
#endif
}

/// What a warp does in a step.
enum class WarpStep { products, reads_and_products, reads };

/// Bytes from row to row of a warp's operands, and from one place of theirs to the other: 32 rows, so that the banks are
/// the same.
inline constexpr unsigned warp_pitch = 80;
inline constexpr unsigned stage_bytes = 32 * warp_pitch;
static_assert(((stage_bytes + stage_bytes) & stage_bytes) == 0, "adding it and keeping its bits goes there and back");

/// Steps of a warp over 32 input channels in half: its tile has Rows x Channels outputs, and its operands stand in shared
/// memory at the tile loader's pitch of 80 bytes.
///
/// `move` must be stage_bytes. The operands lie now here, now so many bytes further; if the compiler knew so, it would read
/// them once and not in each step.
template <int Rows, int Channels, WarpStep Step>
__global__ void __launch_bounds__(limit_threads) warp_steps(int steps, unsigned move, float* never_written) {
  constexpr unsigned pitch = warp_pitch;
  constexpr unsigned operand_bytes = 128 * pitch;
  static_assert(Rows <= 96 && Channels <= 96);
  __shared__ alignas(16) unsigned memory[2 * operand_bytes / 4];
  unsigned const thread = threadIdx.x;
  // Pairs of halves about 1 and 0.5 that differ: zeros would need less power, and so run faster.
  for (unsigned i = thread; i < 2 * operand_bytes / 4; i += limit_threads) memory[i] = 0x3c003800U + i % 7;
  __syncthreads();
  unsigned const base = static_cast<unsigned>(__cvta_generic_to_shared(memory));
  unsigned const lane = thread % 32;
  unsigned const a_address = base + lane % 16 * pitch + lane / 16 * 16;
  unsigned const b_address = base + operand_bytes + (lane / 16 * 8 + lane % 8) * pitch + lane / 8 % 2 * 16;

  float sums[Rows / 16][Channels / 8][4] = {};
  unsigned a[Rows / 16][4];
  unsigned b[Channels / 16][4];
  for (auto& fragments : a) read_fragments(fragments, a_address);
  for (auto& fragments : b) read_fragments(fragments, b_address);
  unsigned seen = 0;
  unsigned stage = 0;
  for (int step = 0; step < steps; ++step) {
    stage = (stage + move) & stage_bytes;
#pragma unroll
    for (unsigned half_step = 0; half_step < 2; ++half_step) {
      if constexpr (Step != WarpStep::products) {
#pragma unroll
        for (unsigned m = 0; m < Rows / 16; ++m) {
          read_fragments(a[m], a_address + stage + m * 16 * pitch + half_step * 32);
        }
#pragma unroll
        for (unsigned n = 0; n < Channels / 16; ++n) {
          read_fragments(b[n], b_address + stage + n * 16 * pitch + half_step * 32);
        }
      }
      if constexpr (Step == WarpStep::reads) {
        for (auto const& fragments : a) seen ^= fragments[0] ^ fragments[3];
        for (auto const& fragments : b) seen ^= fragments[1];
      } else {
#pragma unroll
        for (int m = 0; m < Rows / 16; ++m) {
#pragma unroll
          for (int n = 0; n < Channels / 8; ++n) {
            multiply_fragments(sums[m][n], a[m], b[n / 2][n % 2 * 2], b[n / 2][n % 2 * 2 + 1]);
          }
        }
      }
    }
  }
  // The compiler must think that all of it is wanted, so the number is one that an integer can be.
  float total = static_cast<float>(seen);
  for (auto const& row : sums) {
    for (auto const& fragment : row) total += fragment[0] + fragment[1] + fragment[2] + fragment[3];
  }
  if (total == 12345.0F) *never_written = total;
}

/// How the rows that a block gathers lie in shared memory: one after the other with 16 bytes between them, or without a
/// gap and with their chunks of 16 bytes exchanged, so that eight rows lie in different banks.
enum class Placement { padded, swizzled };

/// Stages of 128 rows that a block has under way.
inline constexpr int gather_stages = 4;

template <int Bytes, Placement Where>
constexpr int gather_pitch = Where == Placement::padded ? Bytes + 16 : Bytes;

/// Steps in which a block gathers 128 rows, the first `Bytes` of each, into shared memory as the tile loader does.
template <int Bytes, Placement Where>
__global__ void __launch_bounds__(limit_threads)
    gather_rows([[maybe_unused]] char const* from, [[maybe_unused]] std::int32_t const* rows,
                [[maybe_unused]] unsigned row_bytes, [[maybe_unused]] unsigned steps) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
  static_assert(Bytes == 64 || Bytes == 128);
  constexpr unsigned pitch = gather_pitch<Bytes, Where>;
  constexpr unsigned chunks = Bytes / 16;
  constexpr unsigned rows_at_once = limit_threads / chunks;
  extern __shared__ uint4 stages[];
  unsigned const base = static_cast<unsigned>(__cvta_generic_to_shared(stages));
  unsigned const chunk = threadIdx.x % chunks;
  for (unsigned step = 0; step < steps; ++step) {
#pragma unroll
    for (unsigned first = 0; first < 128; first += rows_at_once) {
      unsigned const r = first + threadIdx.x / chunks;
      unsigned const place = Where == Placement::padded ? chunk : Bytes == 64 ? chunk ^ (r / 2 % 4) : chunk ^ (r % 8);
      auto const row = static_cast<unsigned>(rows[(std::uint64_t{blockIdx.x} * steps + step) * 128 + r]);
      asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(base + step % gather_stages * 128 * pitch +
                                                                     r * pitch + place * 16),
                   "l"(from + std::uint64_t{row} * row_bytes + chunk * 16)
                   : "memory");
    }
    asm volatile("cp.async.commit_group;" ::: "memory");
    asm volatile("cp.async.wait_group 2;" ::: "memory");
  }
  asm volatile("cp.async.wait_group 0;" ::: "memory");
#endif
}

/// Which rows are gathered: any, or rising ones with gaps, as in a sorted scan.
enum class RowOrder { random, rising };

struct WriteRowsToGather {
  std::int32_t* rows;
  std::int64_t range;
  RowOrder order;
  SPARSECONV_HOST_DEVICE void operator()(std::int64_t i) const {
    std::uint64_t bits = (static_cast<std::uint64_t>(i) + 1) * 0x9e3779b97f4a7c15;
    bits ^= bits >> 31;
    rows[i] = static_cast<std::int32_t>(order == RowOrder::rising
                                            ? i * 3 / 2 % range
                                            : static_cast<std::int64_t>(bits % static_cast<std::uint64_t>(range)));
  }
};

}  // namespace benchmark_support
