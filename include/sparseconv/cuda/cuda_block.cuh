#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>

#include "sparseconv/execute/device/thread_block.hpp"
#include "sparseconv/number/element.hpp"

namespace sparseconv::inline v0_1 {

/// A thread's view of its block of threads on a GPU; see ThreadBlock.
///
/// Below compute capability 8.0 copies happen at once, half products are made of two halves as deep, and there are no
/// products of bfloat16 and tf32 (a kernel that asks for one stops with an error).
class CudaBlock {
 public:
  __device__ explicit CudaBlock(std::byte* shared) : shared_(shared) {}

  [[nodiscard]] __device__ std::int64_t index() const { return blockIdx.x; }
  [[nodiscard]] __device__ int thread() const { return static_cast<int>(threadIdx.x); }
  [[nodiscard]] __device__ int lane() const { return thread() % 32; }
  [[nodiscard]] __device__ int warp() const { return thread() / 32; }
  [[nodiscard]] __device__ std::byte* shared() const { return shared_; }
  __device__ void barrier() { __syncthreads(); }

  __device__ void copy_async(void* to, void const* from, bool present) {
#if __CUDA_ARCH__ >= 800
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(shared_address(to)),
                 "l"(__cvta_generic_to_global(from)), "r"(present ? 16 : 0)
                 : "memory");
#else
    *static_cast<uint4*>(to) = present ? *static_cast<uint4 const*>(from) : uint4{0, 0, 0, 0};
#endif
  }
  __device__ void commit() {
#if __CUDA_ARCH__ >= 800
    asm volatile("cp.async.commit_group;" ::: "memory");
#endif
  }
  template <int Pending>
  __device__ void wait() {
#if __CUDA_ARCH__ >= 800
    asm volatile("cp.async.wait_group %0;" ::"n"(Pending) : "memory");
#endif
  }

  __device__ void store(void* to, on_device::ChunkWords const& words) const {
    // Written out, as compilers break such a store into pieces where another path stores single numbers.
    asm volatile("st.global.v4.b32 [%0], {%1, %2, %3, %4};" ::"l"(__cvta_generic_to_global(to)), "r"(words.words[0]),
                 "r"(words.words[1]), "r"(words.words[2]), "r"(words.words[3])
                 : "memory");
  }

  __device__ void load_matrices(std::uint32_t (&registers)[4], void const* row) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(registers[0]), "=r"(registers[1]), "=r"(registers[2]), "=r"(registers[3])
                 : "r"(shared_address(row))
                 : "memory");
  }

  __device__ void multiply_add_half(float (&sums)[4], std::uint32_t const (&a)[4], std::uint32_t b0, std::uint32_t b1) {
#if __CUDA_ARCH__ >= 800
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
        "{%0, %1, %2, %3};"
        : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
#else
    multiply_add_shallow(sums, a[0], a[1], b0);
    multiply_add_shallow(sums, a[2], a[3], b1);
#endif
  }
  __device__ void multiply_add_bfloat16(float (&sums)[4], std::uint32_t const (&a)[4], std::uint32_t b0,
                                        std::uint32_t b1) {
#if __CUDA_ARCH__ >= 800
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
        "{%0, %1, %2, %3};"
        : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
#else
    __trap();
#endif
  }
  __device__ void multiply_add_tf32(float (&sums)[4], std::uint32_t const (&a)[4], std::uint32_t b0, std::uint32_t b1) {
#if __CUDA_ARCH__ >= 800
    asm volatile(
        "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
        "{%0, %1, %2, %3};"
        : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
#else
    __trap();
#endif
  }
  [[nodiscard]] __device__ std::uint32_t round_to_tf32(std::uint32_t bits) const {
#if __CUDA_ARCH__ >= 800
    std::uint32_t rounded;
    asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(rounded) : "f"(__uint_as_float(bits)));
    return rounded;
#else
    return bits;
#endif
  }
  __device__ void settle() {}  // what uses a register waits for it

  template <class T>
  requires(is_narrow<T>) [[nodiscard]] __device__ std::uint32_t rounded_pair(float x, float y) const {
    std::uint32_t pair;  // whose upper half is the first operand
#if __CUDA_ARCH__ >= 800
    if constexpr (std::same_as<T, half>) {
      asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(y), "f"(x));
    } else {
      asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(y), "f"(x));
    }
#else
    if constexpr (std::same_as<T, half>) {
      asm("{.reg .f16 low, high; cvt.rn.f16.f32 low, %1; cvt.rn.f16.f32 high, %2; mov.b32 %0, {low, high};}"
          : "=r"(pair)
          : "f"(x), "f"(y));
    } else {
      pair = T(x).bits() | static_cast<std::uint32_t>(T(y).bits()) << 16;
    }
#endif
    return pair;
  }
  [[nodiscard]] __device__ float widened(half number) const {
    float value;
    asm("cvt.f32.f16 %0, %1;" : "=f"(value) : "h"(number.bits()));
    return value;
  }
  template <class T>
  [[nodiscard]] __device__ Accumulator<T> widened(T number) const {
    return number;
  }

 private:
  static __device__ std::uint32_t shared_address(void const* place) {
    return static_cast<std::uint32_t>(__cvta_generic_to_shared(place));
  }
#if __CUDA_ARCH__ < 800
  static __device__ void multiply_add_shallow(float (&sums)[4], std::uint32_t a0, std::uint32_t a1, std::uint32_t b) {
    asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5}, {%6}, {%0, %1, %2, %3};"
                 : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
                 : "r"(a0), "r"(a1), "r"(b));
  }
#endif

  std::byte* shared_;
};

static_assert(on_device::ThreadBlock<CudaBlock>);

/// How many blocks of a kernel a multiprocessor should have room for: Kernel::blocks_at_once, where the kernel cares.
/// Before compute capability 8.0, where the bytes of copies pass through registers, as few as it takes.
template <class Kernel>
inline constexpr int blocks_at_once = 1;
#if !defined(__CUDA_ARCH__) || __CUDA_ARCH__ >= 800
template <class Kernel>
requires(Kernel::blocks_at_once > 0) inline constexpr int blocks_at_once<Kernel> = Kernel::blocks_at_once;
#endif

// Hidden: two shared libraries of one process each launch their own, which the dynamic linker would join.
#pragma GCC visibility push(hidden)
/// Runs a kernel, a trivially copyable struct, with Kernel::threads threads a block and kernel.shared_bytes() bytes of
/// dynamic shared memory.
template <class Kernel>
__global__ void __launch_bounds__(Kernel::threads, blocks_at_once<Kernel>) run_kernel(Kernel const kernel) {
  extern __shared__ uint4 sparseconv_shared_memory[];  // a type of 16 bytes, for its alignment
  CudaBlock block(reinterpret_cast<std::byte*>(sparseconv_shared_memory));
  kernel(block);
}
#pragma GCC visibility pop

}  // namespace sparseconv::inline v0_1
