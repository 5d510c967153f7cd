#include "support/emulated_block.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "sparseconv/execute/device/thread_block.hpp"

namespace sparseconv::device_emulated_block_test {
namespace {

using test::BlockError;
using test::EmulatedBlock;

static_assert(on_device::ThreadBlock<EmulatedBlock>);

/// A kernel of a lambda.
template <int Threads, class Body>
struct KernelOf {
  static constexpr int threads = Threads;
  Body body;
  std::int64_t bytes;

  [[nodiscard]] std::int64_t shared_bytes() const { return bytes; }
  void operator()(EmulatedBlock& block) const { body(block); }
};

template <int Threads, class Body>
void run(std::int64_t bytes, Body const& body) {
  test::run_block(KernelOf<Threads, Body>{body, bytes}, 0);
}

template <int Threads, class Body>
std::string error_of(std::int64_t bytes, Body const& body) {
  try {
    run<Threads>(bytes, body);
  } catch (BlockError const& error) {
    return error.what();
  }
  return "";
}

std::size_t at(int i) {
  return static_cast<std::size_t>(i);
}

/// Notes which thread it is.
struct NoteThread {
  static constexpr int threads = 64;
  std::vector<std::array<int, 64>>& seen;
  [[nodiscard]] std::int64_t shared_bytes() const { return 0; }
  void operator()(EmulatedBlock& block) const {
    seen[static_cast<std::size_t>(block.index())][at(block.thread())] = 100 * block.warp() + block.lane() + 1;
  }
};

TEST(EmulatedBlock, RunsEveryThreadOfEveryBlock) {
  std::vector<std::array<int, 64>> seen(5);
  test::run_grid(NoteThread{seen}, 5);
  for (auto const& block : seen) {
    for (int thread = 0; thread < 64; ++thread) EXPECT_EQ(block[at(thread)], thread < 32 ? thread + 1 : thread + 69);
  }
}

TEST(EmulatedBlock, SharesMemoryThatStartsAsNaN) {
  std::array<float, 64> seen{};
  std::array<bool, 64> poisoned{};
  run<64>(256, [&](EmulatedBlock& block) {
    auto* const numbers = reinterpret_cast<float*>(block.shared());
    poisoned[at(block.thread())] = std::isnan(numbers[block.thread()]);
    numbers[block.thread()] = static_cast<float>(block.thread());
    block.barrier();
    seen[at(block.thread())] = numbers[63 - block.thread()];
  });
  for (int thread = 0; thread < 64; ++thread) {
    EXPECT_TRUE(poisoned[at(thread)]);
    EXPECT_EQ(seen[at(thread)], static_cast<float>(63 - thread));
  }
}

#if SPARSECONV_HAS_FIBERS && !SPARSECONV_THREAD_SANITIZER
// With threads, ThreadSanitizer sees it.
TEST(EmulatedBlock, ReadsTooEarlyWhereABarrierIsMissing) {
  auto const early_reads = [](int away, bool meets) {
    std::array<int, 2> early{};  // in each of two blocks
    for (int& count : early) {
      run<64>(256, [&](EmulatedBlock& block) {
        auto* const numbers = reinterpret_cast<float*>(block.shared());
        block.barrier();
        numbers[block.thread()] = 1;
        if (meets) block.barrier();
        if (std::isnan(numbers[(block.thread() + away + 64) % 64])) ++count;
      });
    }
    return early;
  };
  for (int const away : {-32, -1, 1, 32}) {
    auto const early = early_reads(away, false);
    EXPECT_GE(std::max(early[0], early[1]), 32) << away;
    EXPECT_EQ(early_reads(away, true), (std::array<int, 2>{})) << away;
  }
}
#endif

TEST(EmulatedBlock, LandsCopiesWhenTheirGroupIsWaitedFor) {
  alignas(16) std::array<std::uint32_t, 16> const source = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
  constexpr std::uint32_t poison = 0xffffffffu;
  std::vector<std::array<std::uint32_t, 4>> seen;
  run<32>(64, [&](EmulatedBlock& block) {
    if (block.thread() != 0) return;
    auto* const words = reinterpret_cast<std::uint32_t*>(block.shared());
    auto const note = [&] { seen.push_back({words[0], words[4], words[9], words[15]}); };
    std::memset(words, 0, 64);
    block.copy_async(words, source.data(), true);
    block.copy_async(words + 4, nullptr, false);
    block.commit();
    block.copy_async(words + 8, source.data() + 8, true);
    block.commit();
    block.copy_async(words + 12, source.data() + 12, true);
    note();
    block.wait<2>();
    note();
    block.wait<1>();
    note();
    block.wait<0>();
    note();
    block.commit();
    block.wait<0>();
    note();
  });
  std::vector<std::array<std::uint32_t, 4>> const expected = {{poison, poison, poison, poison},
                                                              {poison, poison, poison, poison},
                                                              {1, 0, poison, poison},
                                                              {1, 0, 10, poison},
                                                              {1, 0, 10, 16}};
  EXPECT_EQ(seen, expected);
}

// Matrix i has the number 100 i + 10 r + c in row r, column c; its rows are handed in by threads 8 i to 8 i + 7.
TEST(EmulatedBlock, LoadsMatricesInTheirLayout) {
  std::array<std::array<std::uint32_t, 4>, 32> loaded{};
  run<32>(32 * 16, [&](EmulatedBlock& block) {
    int const lane = block.lane();
    // Rows lie in reverse order, so that what counts is who names them.
    std::byte* const row = block.shared() + (31 - lane) * 16;
    for (int c = 0; c < 8; ++c) {
      reinterpret_cast<std::uint16_t*>(row)[c] = static_cast<std::uint16_t>(100 * (lane / 8) + 10 * (lane % 8) + c);
    }
    block.barrier();
    std::uint32_t registers[4];
    block.load_matrices(registers, row);
    EXPECT_EQ(registers[2], 0xffffffffu) << "not before it settles";
    block.settle();
    std::copy_n(registers, 4, loaded[at(lane)].begin());
  });
  auto const pair = [](std::uint32_t low, std::uint32_t high) { return low | high << 16; };
  using Registers = std::array<std::uint32_t, 4>;
  EXPECT_EQ(loaded[0], (Registers{pair(0, 1), pair(100, 101), pair(200, 201), pair(300, 301)}));
  EXPECT_EQ(loaded[1], (Registers{pair(2, 3), pair(102, 103), pair(202, 203), pair(302, 303)}));
  EXPECT_EQ(loaded[4], (Registers{pair(10, 11), pair(110, 111), pair(210, 211), pair(310, 311)}));
  EXPECT_EQ(loaded[14], (Registers{pair(34, 35), pair(134, 135), pair(234, 235), pair(334, 335)}));
  EXPECT_EQ(loaded[31], (Registers{pair(76, 77), pair(176, 177), pair(276, 277), pair(376, 377)}));
}

/// A 16 x k times k x 8 product of small integers on the emulated warp, laid out by hand from the figures of the PTX
/// manual.
struct SmallProduct {
  std::array<std::array<int, 16>, 16> a{};
  std::array<std::array<int, 8>, 16> b{};

  explicit SmallProduct(int depth) {
    for (int row = 0; row < 16; ++row) {
      for (int k = 0; k < depth; ++k) a[at(row)][at(k)] = 16 * row + k - 100;
    }
    for (int k = 0; k < depth; ++k) {
      for (int column = 0; column < 8; ++column) b[at(k)][at(column)] = (5 * k + 3 * column) % 11 - 4;
    }
  }
  [[nodiscard]] float expected(int row, int column) const {
    int sum = 1000 * row + column;  // what the sums start with
    for (std::size_t k = 0; k < 16; ++k) sum += a[at(row)][k] * b[k][at(column)];
    return static_cast<float>(sum);
  }
  /// Rows 0 and 8 further down the group of four threads; columns 0 and 1 behind twice the place in the group.
  void check(EmulatedBlock const& block, float const (&sums)[4]) const {
    int const row = block.lane() / 4;
    int const column = block.lane() % 4 * 2;
    EXPECT_EQ(sums[0], expected(row, column));
    EXPECT_EQ(sums[1], expected(row, column + 1));
    EXPECT_EQ(sums[2], expected(row + 8, column));
    EXPECT_EQ(sums[3], expected(row + 8, column + 1));
  }
  static void start(EmulatedBlock const& block, float (&sums)[4]) {
    auto const row = static_cast<float>(block.lane() / 4);
    auto const column = static_cast<float>(block.lane() % 4 * 2);
    sums[0] = 1000 * row + column;
    sums[1] = 1000 * row + column + 1;
    sums[2] = 1000 * (row + 8) + column;
    sums[3] = 1000 * (row + 8) + column + 1;
  }
};

// Bits of integers up to 1024 as binary16, and up to 256 as bfloat16, by their definitions.
std::uint32_t half_bits(int value) {
  std::uint32_t const sign = value < 0 ? 0x8000u : 0u;
  auto const magnitude = static_cast<unsigned>(std::abs(value));
  if (magnitude == 0) return sign;
  auto const exponent = static_cast<std::uint32_t>(std::bit_width(magnitude)) - 1;
  return sign | (exponent + 15) << 10 | ((magnitude << (10 - exponent)) & 0x3ffu);
}
std::uint32_t bfloat16_bits(int value) {
  return std::bit_cast<std::uint32_t>(static_cast<float>(value)) >> 16;
}
std::uint32_t float_bits(int value) {
  return std::bit_cast<std::uint32_t>(static_cast<float>(value));
}

template <class Bits, class Multiply>
void check_deep_product(Bits const& bits, Multiply const& multiply) {
  SmallProduct const product(16);
  run<32>(0, [&](EmulatedBlock& block) {
    int const row = block.lane() / 4;
    int const k = block.lane() % 4 * 2;
    auto const a = [&](int r, int c) {
      return bits(product.a[at(r)][at(c)]) | bits(product.a[at(r)][at(c + 1)]) << 16;
    };
    auto const b = [&](int r, int c) {
      return bits(product.b[at(r)][at(c)]) | bits(product.b[at(r + 1)][at(c)]) << 16;
    };
    std::uint32_t const registers[4] = {a(row, k), a(row + 8, k), a(row, k + 8), a(row + 8, k + 8)};
    float sums[4];
    SmallProduct::start(block, sums);
    multiply(block, sums, registers, b(k, row), b(k + 8, row));
    EXPECT_TRUE(std::isnan(sums[0])) << "not before it settles";
    block.settle();
    product.check(block, sums);
  });
}

TEST(EmulatedBlock, MultipliesHalfsInTheirLayout) {
  check_deep_product(half_bits, [](EmulatedBlock& block, auto& sums, auto& a, std::uint32_t b0, std::uint32_t b1) {
    block.multiply_add_half(sums, a, b0, b1);
  });
}

TEST(EmulatedBlock, MultipliesBfloat16InTheirLayout) {
  check_deep_product(bfloat16_bits, [](EmulatedBlock& block, auto& sums, auto& a, std::uint32_t b0, std::uint32_t b1) {
    block.multiply_add_bfloat16(sums, a, b0, b1);
  });
}

TEST(EmulatedBlock, MultipliesTf32InItsLayoutAndIgnoresTheLowBits) {
  SmallProduct const product(8);
  run<32>(0, [&](EmulatedBlock& block) {
    int const row = block.lane() / 4;
    int const k = block.lane() % 4;
    auto const a = [&](int r, int c) { return float_bits(product.a[at(r)][at(c)]) | 0x1fffu; };
    auto const b = [&](int r, int c) { return float_bits(product.b[at(r)][at(c)]) | 0x1000u; };
    std::uint32_t const registers[4] = {a(row, k), a(row + 8, k), a(row, k + 4), a(row + 8, k + 4)};
    float sums[4];
    SmallProduct::start(block, sums);
    block.multiply_add_tf32(sums, registers, b(k, row), b(k + 4, row));
    block.settle();
    product.check(block, sums);
  });
}

TEST(EmulatedBlock, AddsSeveralProductsToTheSameSums) {
  run<32>(0, [](EmulatedBlock& block) {
    std::uint32_t const ones[4] = {0x3c003c00u, 0x3c003c00u, 0x3c003c00u, 0x3c003c00u};
    float sums[4] = {1, 2, 3, 4};
    for (int i = 0; i < 3; ++i) block.multiply_add_half(sums, ones, 0x3c003c00u, 0x3c003c00u);
    block.settle();
    block.multiply_add_half(sums, ones, 0x40004000u, 0);
    block.settle();
    for (int i = 0; i < 4; ++i) EXPECT_EQ(sums[i], static_cast<float>(i + 1 + 3 * 16 + 2 * 8));
  });
}

TEST(EmulatedBlock, RoundsToTf32TiesAwayFromZero) {
  run<32>(0, [](EmulatedBlock& block) {
    auto const rounded = [&](float value) {
      return std::bit_cast<float>(block.round_to_tf32(std::bit_cast<std::uint32_t>(value)));
    };
    EXPECT_EQ(rounded(1 + 0x1p-11f), 1 + 0x1p-10f);
    EXPECT_EQ(rounded(-1 - 0x1p-11f), -1 - 0x1p-10f);
    EXPECT_EQ(rounded(1 + 0x1p-12f), 1);
    EXPECT_TRUE(std::isnan(rounded(std::nanf("")))) << "NaN stays NaN";
  });
}

TEST(EmulatedBlock, TellsMisuse) {
  std::string const in_vain = "some threads wait at a barrier or in a warp operation that others never reach";
  EXPECT_EQ(error_of<64>(0,
                         [](EmulatedBlock& block) {
                           if (block.thread() != 7) block.barrier();
                         }),
            in_vain);
  EXPECT_EQ(error_of<64>(0,
                         [](EmulatedBlock& block) {
                           block.barrier();
                           block.warp() == 0 ? block.barrier() : void();
                         }),
            in_vain);
  EXPECT_EQ(error_of<32>(0, [](EmulatedBlock& block) { block.lane() < 16 ? block.barrier() : block.settle(); }),
            in_vain);
  EXPECT_EQ(error_of<32>(64,
                         [](EmulatedBlock& block) {
                           std::uint32_t registers[4];
                           if (block.lane() == 3) block.load_matrices(registers, block.shared());
                           block.settle();
                         }),
            "the threads of a warp asked for different things");

  alignas(16) std::array<std::byte, 32> const source{};
  auto const copy_error = [&](std::ptrdiff_t to, std::ptrdiff_t from) {
    return error_of<32>(32, [&](EmulatedBlock& block) {
      if (block.thread() != 0) return;
      block.copy_async(block.shared() + to, source.data() + from, true);
      block.commit();
      block.wait<0>();
    });
  };
  EXPECT_EQ(copy_error(8, 0), "copy_async writes to an address that is not 16-byte aligned");
  EXPECT_EQ(copy_error(0, 4), "copy_async reads from an address that is not 16-byte aligned");
  EXPECT_EQ(copy_error(32, 0), "copy_async writes outside shared memory");
  EXPECT_EQ(error_of<32>(16,
                         [](EmulatedBlock& block) {
                           if (block.thread() == 0) block.copy_async(block.shared(), nullptr, false);
                         }),
            "the kernel ended before its copies were waited for");
  EXPECT_EQ(error_of<32>(16,
                         [](EmulatedBlock& block) {
                           std::uint32_t registers[4];
                           block.load_matrices(registers, block.shared());
                         }),
            "the kernel ended before its matrices settled");
  EXPECT_EQ(error_of<32>(0, [](EmulatedBlock& block) { block.settle(); }), "") << "the team works on after an error";
}

}  // namespace
}  // namespace sparseconv::device_emulated_block_test
