#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>

#include "sparseconv/execute/device/chunk.hpp"
#include "sparseconv/number/bfloat16.hpp"
#include "sparseconv/number/half.hpp"

namespace sparseconv::inline v0_1::on_device {

/// What a kernel sees of the machine: one thread of a block of threads, in the words of the PTX manual.
///
/// A kernel is a trivially copyable struct with `static constexpr int threads` (a multiple of 32), `shared_bytes()` and
/// a call operator that takes a thread block; every thread of every block of the grid calls it with its own.
///
/// Memory:   shared() is 16-byte aligned and holds anything at first. What one thread wrote there, another may read
///           after the next barrier().
/// Copies:   copy_async(to, from, present) copies 16 bytes from global to shared memory, both 16-byte aligned; if not
///           present it writes zeros and does not read. commit() makes a group of the copies since the last commit,
///           also if there are none. wait<N>() waits for all groups of this thread but the last N; until then the
///           destination is undefined. Other threads see the bytes after the next barrier().
/// Stores:   store(to, words) writes 16 bytes to global memory at once, 16-byte aligned.
/// Warps:    load_matrices, multiply_add_* and settle are called by all 32 threads of a warp together. What the first
///           two were asked for is there after settle(): until then the registers that they write must be neither read
///           nor written (but for sums, which further products may be added to).
/// Matrices: load_matrices loads four 8 x 8 matrices of 16-bit numbers (ldmatrix.x4): thread 8 i + r names the 16 bytes
///           of row r of matrix i; register i of thread t receives numbers 2 (t % 4) and 2 (t % 4) + 1 of row t / 4 of
///           it.
/// Products: multiply_add_* adds a 16 x k matrix times a k x 8 one to 16 x 8 sums, in the register layouts of
///           mma.m16n8k16 (half, bfloat16) and mma.m16n8k8 (tf32, whose operands must be rounded: the processor ignores
///           their low 13 bits).
///
/// Numbers:  rounded_pair<T>(x, y) rounds two floats to half or bfloat16 as their conversions do (but a NaN may have other
///           bits), and gives the bits of x in its lower half, those of y in its upper; widened(number) is a number as a sum.
///
/// Source: PTX ISA, "Asynchronous copy", "Warp-level matrix instructions", "cvt".
template <class Block>
concept ThreadBlock = requires(Block& block, void* to, void const* from, bool present, float (&sums)[4],
                               ChunkWords const& words, std::uint32_t (&loaded)[4], std::uint32_t const (&a)[4],
                               std::uint32_t b) {
  { block.index() } -> std::same_as<std::int64_t>;  // of the block in the grid
  { block.thread() } -> std::same_as<int>;          // in the block
  { block.lane() } -> std::same_as<int>;            // in the warp: thread() % 32
  { block.warp() } -> std::same_as<int>;            // in the block: thread() / 32
  { block.shared() } -> std::same_as<std::byte*>;
  block.barrier();

  block.copy_async(to, from, present);
  block.commit();
  block.template wait<2>();
  block.store(to, words);

  block.load_matrices(loaded, from);
  block.multiply_add_half(sums, a, b, b);
  block.multiply_add_bfloat16(sums, a, b, b);
  block.multiply_add_tf32(sums, a, b, b);
  { block.round_to_tf32(b) } -> std::same_as<std::uint32_t>;  // the bits of a float; to nearest, ties away from zero
  block.settle();

  { block.template rounded_pair<half>(1.0F, 1.0F) } -> std::same_as<std::uint32_t>;
  { block.template rounded_pair<bfloat16>(1.0F, 1.0F) } -> std::same_as<std::uint32_t>;
  { block.widened(half(1)) } -> std::same_as<float>;
  { block.widened(bfloat16(1)) } -> std::same_as<float>;
  { block.widened(1.0F) } -> std::same_as<float>;
  { block.widened(1.0) } -> std::same_as<double>;
};

}  // namespace sparseconv::inline v0_1::on_device
