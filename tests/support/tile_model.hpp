#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <stdexcept>

#include "support/rounded_once.hpp"

#if defined(__x86_64__) && defined(__linux__)
#include <ucontext.h>
#include <unistd.h>
#include <csignal>
#include <cstdlib>
#endif

namespace sparseconv::test {

/// The tiles of a processor and what its instructions do to them, after Intel's manual (volume 2, TDPBF16PS, TDPFP16PS, TILELOADD
/// and so on): written from what it says, and not from the kernels that are tested with it.
class TileModel {
 public:
  static constexpr int tiles = 8;
  static constexpr int most_rows = 16;
  static constexpr int most_bytes = 64;

  /// 64 bytes: palette, start row, 14 zeros, 16 counts of bytes a row in two bytes each, 16 counts of rows in a byte each.
  void configure(std::byte const* from) {
    std::memcpy(configuration_.data(), from, configuration_.size());
    if (configuration_[0] != std::byte{1} || configuration_[1] != std::byte{0}) fail("palette or start row");
    for (int byte = 2; byte < 16; ++byte) {
      if (configuration_[at(byte)] != std::byte{0}) fail("a reserved byte");
    }
    for (int tile = 0; tile < 16; ++tile) {
      bool const there = tile < tiles;
      if (bytes_of(tile) > (there ? most_bytes : 0) || rows_of(tile) > (there ? most_rows : 0)) fail("size of a tile");
      if ((bytes_of(tile) == 0) != (rows_of(tile) == 0)) fail("rows without bytes, or bytes without rows");
    }
    for (auto& tile : numbers_) tile = {};
    is_configured_ = true;
  }

  void release() {
    is_configured_ = false;
    for (auto& tile : numbers_) tile = {};
  }

  [[nodiscard]] bool is_configured() const { return is_configured_; }

  void zero(int tile) {
    check(tile);
    numbers_[at(tile)] = {};
  }

  void load(int tile, std::byte const* from, std::int64_t stride) {
    zero(tile);
    for (int row = 0; row < rows_of(tile); ++row) {
      std::memcpy(numbers_[at(tile)][at(row)].data(), from + row * stride, static_cast<std::size_t>(bytes_of(tile)));
    }
  }

  void store(int tile, std::byte* to, std::int64_t stride) const {
    check(tile);
    for (int row = 0; row < rows_of(tile); ++row) {
      std::memcpy(to + row * stride, numbers_[at(tile)][at(row)].data(), static_cast<std::size_t>(bytes_of(tile)));
    }
  }

  /// A bfloat16 as float: its upper half.
  static float bfloat16_number(std::uint16_t bits) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
  }

  /// A half as float: a sign, 5 bits of exponent, 10 digits, which have a one before them but where the exponent is 0.
  static float half_number(std::uint16_t bits) {
    int const exponent = bits >> 10 & 31;
    int const digits = bits & 1023;
    float size = std::ldexp(static_cast<float>(exponent == 0 ? digits : 1024 + digits), std::max(exponent, 1) - 25);
    if (exponent == 31) size = digits == 0 ? std::numeric_limits<float>::infinity() : std::nanf("");
    return (bits & 0x8000) == 0 ? size : -size;
  }

  /// What a sum becomes by some products: even and odd ones are summed apart in their order, then joined, then added to the sum. A
  /// product and its addition are one step. Each step is rounded to nearest, and what goes into it or comes out closer to 0 than
  /// 2^-126 is 0.
  static float multiply_add(float sum, std::span<float const> row, std::span<float const> column) {
    float apart[2] = {0, 0};
    for (std::size_t k = 0; k < row.size(); ++k) {
      apart[k % 2] = flushed(rounded_once(flushed(row[k]), flushed(column[k]), apart[k % 2]));
    }
    return flushed(flushed(sum) + flushed(apart[0] + apart[1]));
  }

  /// sums += a b, where row p of b has, for each column, the numbers for columns 2p and 2p + 1 of a; `number` says what two bytes
  /// mean. No half but 0 is so close to 0 that it is taken for it.
  void multiply_add(int sums, int a, int b, float (*number)(std::uint16_t bits)) {
    check(sums);
    check(a);
    check(b);
    int const twos = bytes_of(a) / 4;
    if (sums == a || sums == b || a == b) fail("one tile twice");
    if (rows_of(a) != rows_of(sums) || rows_of(b) != twos || bytes_of(b) != bytes_of(sums)) fail("tiles do not fit");
    for (int row = 0; row < rows_of(sums); ++row) {
      for (int column = 0; column < bytes_of(sums) / 4; ++column) {
        std::array<float, most_bytes / 2> of_a, of_b;
        for (int k = 0; k < 2 * twos; ++k) {
          of_a[at(k)] = number(two_bytes(a, row, k));
          of_b[at(k)] = number(two_bytes(b, k / 2, 2 * column + k % 2));
        }
        float sum;
        std::byte* const place = numbers_[at(sums)][at(row)].data() + 4 * column;
        std::memcpy(&sum, place, sizeof(sum));
        sum = multiply_add(sum, {of_a.data(), at(2 * twos)}, {of_b.data(), at(2 * twos)});
        std::memcpy(place, &sum, sizeof(sum));
      }
    }
  }

 private:
  using Tile = std::array<std::array<std::byte, most_bytes>, most_rows>;

  [[noreturn]] static void fail(char const* what) { throw std::logic_error(what); }
  static std::size_t at(int index) { return static_cast<std::size_t>(index); }
  static float flushed(float number) {
    float const size = number < 0 ? -number : number;
    return size < std::numeric_limits<float>::min() ? 0.0F : number;
  }
  void check(int tile) const {
    if (!is_configured_) fail("tiles are not configured");
    if (tile < 0 || tile >= tiles || rows_of(tile) == 0 || bytes_of(tile) == 0) fail("no such tile");
  }
  [[nodiscard]] int bytes_of(int tile) const {
    return std::to_integer<int>(configuration_[at(16 + 2 * tile)]) +
           256 * std::to_integer<int>(configuration_[at(17 + 2 * tile)]);
  }
  [[nodiscard]] int rows_of(int tile) const { return std::to_integer<int>(configuration_[at(48 + tile)]); }
  [[nodiscard]] std::uint16_t two_bytes(int tile, int row, int column) const {
    std::uint16_t bits;
    std::memcpy(&bits, numbers_[at(tile)][at(row)].data() + 2 * column, sizeof(bits));
    return bits;
  }

  std::array<std::byte, 64> configuration_ = {};
  std::array<Tile, tiles> numbers_ = {};
  bool is_configured_ = false;
};

#if defined(__x86_64__) && defined(__linux__)
/// While it lives, tile instructions that the processor does not know are carried out by the model: each raises SIGILL, whose handler
/// reads its bytes, does its work and goes on behind it. So what runs is the code that the compiler made. For one thread.
///
/// Of addresses it knows [rdx] and [rdx + rcx], in which all of the library's kernels are written.
class TrappedTiles {
 public:
  TrappedTiles() {
    struct sigaction action = {};
    action.sa_sigaction = &carry_out;
    action.sa_flags = SA_SIGINFO | SA_NODEFER;
    sigaction(SIGILL, &action, &before_);
    tiles_ = {};
    carried_out_ = 0;
  }
  ~TrappedTiles() { sigaction(SIGILL, &before_, nullptr); }
  TrappedTiles(TrappedTiles const&) = delete;
  TrappedTiles& operator=(TrappedTiles const&) = delete;

  /// How many instructions there were.
  [[nodiscard]] std::int64_t carried_out() const { return carried_out_; }
  [[nodiscard]] static TileModel const& tiles() { return tiles_; }

 private:
  static void carry_out(int, siginfo_t*, void* context) {
    auto& registers = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
    auto const* const code = reinterpret_cast<std::uint8_t const*>(registers[REG_RIP]);
    auto* const address = reinterpret_cast<std::byte*>(registers[REG_RDX]);
    std::int64_t const stride = registers[REG_RCX];
    // C4, E2: three bytes of VEX, map 0F38, no register above 7. Then W vvvv L pp, the operation, ModRM, and perhaps SIB.
    bool const is_vex = code[0] == 0xc4 && code[1] == 0xe2 && (code[2] & 0x84) == 0;
    int const kind = code[2] & 3;  // 0 none, 1 66, 2 F3, 3 F2
    int const third = ~(code[2] >> 3) & 15;
    int const tile = (code[4] >> 3) & 7;
    int const low = code[4] & 7;
    bool const of_registers = code[4] >= 0xc0;
    bool const of_rdx = code[4] < 0x40 && low == 2;
    bool const of_rdx_and_rcx = code[4] < 0x40 && low == 4 && code[5] == 0x0a;
    int length = 5;
    if (!is_vex) {
      give_up();
    } else if (code[3] == 0x49 && kind == 0 && of_rdx && tile == 0 && third == 0) {
      tiles_.configure(address);
    } else if (code[3] == 0x49 && kind == 0 && code[4] == 0xc0 && third == 0) {
      tiles_.release();
    } else if (code[3] == 0x49 && kind == 3 && of_registers && low == 0 && third == 0) {
      tiles_.zero(tile);
    } else if (code[3] == 0x4b && kind == 3 && of_rdx_and_rcx && third == 0) {
      tiles_.load(tile, address, stride);
      length = 6;
    } else if (code[3] == 0x4b && kind == 2 && of_rdx_and_rcx && third == 0) {
      tiles_.store(tile, address, stride);
      length = 6;
    } else if (code[3] == 0x5c && kind == 2 && of_registers) {
      tiles_.multiply_add(tile, low, third, TileModel::bfloat16_number);
    } else if (code[3] == 0x5c && kind == 3 && of_registers) {
      tiles_.multiply_add(tile, low, third, TileModel::half_number);
    } else {
      give_up();
    }
    registers[REG_RIP] += length;
    ++carried_out_;
  }

  [[noreturn]] static void give_up() {
    constexpr char message[] = "TrappedTiles: an instruction that is neither the processor's nor the model's\n";
    static_cast<void>(!write(STDERR_FILENO, message, sizeof(message) - 1));
    std::abort();
  }

  struct sigaction before_ = {};
  static inline TileModel tiles_;
  static inline std::int64_t carried_out_ = 0;
};
#endif

}  // namespace sparseconv::test
