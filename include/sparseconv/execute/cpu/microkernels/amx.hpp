#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>

#include "sparseconv/execute/cpu/microkernel.hpp"
#include "sparseconv/number/bfloat16.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/policy/instruction_set.hpp"
#include "sparseconv/primitive/cpu/fetch.hpp"

#if SPARSECONV_X86_KERNELS
#include <immintrin.h>
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

/// The microkernels for AMX: products of tiles of bfloat16 (AMX-BF16) or half (AMX-FP16), 16 x 32 by 32 x 16 to 16 x 16 in float.
///
/// A tile's product sums even and odd input channels apart, adds the two, and then adds that to its sums; a product and its
/// addition are rounded once, to nearest, ties to even, whatever modes the program has set. Factors of bfloat16 and sums that are
/// closer to 0 than 2^-126 become 0. Half has no such factors: all of its numbers count, its smallest (2^-24) too, and as their
/// products are multiples of 2^-48, no sum comes so close to 0 without being 0. So the bits are not those of the other sets.
///
/// Not yet measured on a processor that has tiles: the tests run these very instructions, by a model of them where the processor
/// has none.
///
/// Source: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2, TDPBF16PS and TDPFP16PS.
namespace sparseconv::inline v0_1::on_cpu::amx {

/// Whether this process may use tiles, of which the processor has those of bfloat16 at least. The system is asked at the first
/// call: their registers take 8 KB in each thread's state, which Linux gives only to a process that asks for it.
inline bool may_use_tiles() {
#if defined(__linux__) && defined(SYS_arch_prctl)
  static bool const granted = [] {
    constexpr long request_permission = 0x1023;  // ARCH_REQ_XCOMP_PERM
    constexpr long tile_data = 18;               // XFEATURE_XTILEDATA
    return has_bfloat16_tiles() && syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
  }();
  return granted;
#else
  return false;
#endif
}

// The instructions, as bytes: assemblers from before 2020 do not know them. An address is rdx, and a stride rcx.

/// How many rows and bytes the tiles have; in the order that the processor reads.
struct alignas(64) TileConfiguration {
  std::uint8_t palette = 1;
  std::uint8_t start_row = 0;
  std::array<std::uint8_t, 14> reserved = {};
  std::array<std::uint16_t, 16> row_bytes = {64, 64, 64, 64, 64, 64, 64, 64};
  std::array<std::uint8_t, 16> rows = {16, 16, 16, 16, 16, 16, 16, 16};
};
static_assert(sizeof(TileConfiguration) == 64);

inline void configure(TileConfiguration const& tiles) {
  __asm__ volatile(".byte 0xc4, 0xe2, 0x78, 0x49, 0x02" : : "d"(&tiles) : "memory");  // ldtilecfg [rdx]
}

/// Without it the system would save the tiles at every change of threads.
inline void release() {
  __asm__ volatile(".byte 0xc4, 0xe2, 0x78, 0x49, 0xc0" : : : "memory");  // tilerelease
}

template <int Tile>
inline void zero() {
  __asm__ volatile(".byte 0xc4, 0xe2, 0x7b, 0x49, %c0" : : "i"(0xc0 + 8 * Tile) : "memory");  // tilezero
}

/// 16 rows of 64 bytes that lie `stride` bytes apart.
template <int Tile>
inline void load(void const* from, std::int64_t stride) {
  __asm__ volatile(".byte 0xc4, 0xe2, 0x7b, 0x4b, %c2, 0x0a"  // tileloadd [rdx + rcx]
                   :
                   : "d"(from), "c"(stride), "i"(4 + 8 * Tile)
                   : "memory");
}

template <int Tile>
inline void store(void* to, std::int64_t stride) {
  __asm__ volatile(".byte 0xc4, 0xe2, 0x7a, 0x4b, %c2, 0x0a"  // tilestored [rdx + rcx]
                   :
                   : "d"(to), "c"(stride), "i"(4 + 8 * Tile)
                   : "memory");
}

/// Sums += Left Right, of numbers of T. Row p of Right has channels 2p and 2p + 1 for each column.
template <Element T, int Sums, int Left, int Right>
requires(is_narrow<T>) void multiply_add() {
  constexpr int kind = std::same_as<T, bfloat16> ? 2 : 3;  // the prefix F3 or F2: tdpbf16ps or tdpfp16ps
  __asm__ volatile(".byte 0xc4, 0xe2, %c0, 0x5c, %c1"
                   :
                   : "i"((~Right & 15) * 8 + kind), "i"(0xc0 + 8 * Sums + Left)
                   : "memory");
}

inline constexpr std::int64_t tile_rows = 16;
inline constexpr std::int64_t tile_channels = 32;
inline constexpr std::int64_t tile_columns = 16;
inline constexpr std::int64_t batch_pairs = 2 * tile_rows;  ///< what is gathered, multiplied and added at a time
inline constexpr std::int64_t most_channels = 256;          ///< of them at a time

/// The copies of the input rows of a batch, and their products with two tiles of columns.
template <Element T>
struct alignas(64) Batch {
  T rows[batch_pairs * most_channels];
  float products[batch_pairs * 2 * tile_columns];
};

/// Multiplies the rows of a batch, `channels` of each, by one or two tiles of columns of a panel; of its second half only if
/// there are rows in it.
template <int Columns, Element T>
void multiply(Batch<T>& batch, std::int64_t channels, T const* panel, std::int64_t width, bool both_halves) {
  constexpr auto product_bytes = static_cast<std::int64_t>(2 * tile_columns * sizeof(float));
  std::int64_t const row_bytes = channels * static_cast<std::int64_t>(sizeof(T));
  std::int64_t const panel_bytes = 2 * width * static_cast<std::int64_t>(sizeof(T));
  T const* const lower_rows = batch.rows + tile_rows * channels;
  // Tiles 0 to 3 are the sums: columns 0 and 1 of the upper rows, then of the lower. 4 and 5 are rows, 6 and 7 weights.
  zero<0>();
  if constexpr (Columns == 2) zero<1>();
  zero<2>();
  if constexpr (Columns == 2) zero<3>();
  for (std::int64_t c = 0; c < channels; c += tile_channels) {
    T const* const weights = panel + c * width;
    load<6>(weights, panel_bytes);
    if constexpr (Columns == 2) load<7>(weights + 2 * tile_columns, panel_bytes);
    load<4>(batch.rows + c, row_bytes);
    multiply_add<T, 0, 4, 6>();
    if constexpr (Columns == 2) multiply_add<T, 1, 4, 7>();
    if (both_halves) {
      load<5>(lower_rows + c, row_bytes);
      multiply_add<T, 2, 5, 6>();
      if constexpr (Columns == 2) multiply_add<T, 3, 5, 7>();
    }
  }
  float* const lower_products = batch.products + tile_rows * 2 * tile_columns;
  store<0>(batch.products, product_bytes);
  if constexpr (Columns == 2) store<1>(batch.products + tile_columns, product_bytes);
  if (!both_halves) return;
  store<2>(lower_products, product_bytes);
  if constexpr (Columns == 2) store<3>(lower_products + tile_columns, product_bytes);
}

/// Adds the products of a batch to the rows of a block, from a column on.
template <int Columns, Element T>
__attribute__((target("avx512f"))) void add_products(Batch<T> const& batch, BlockPairs<T> const& pairs,
                                                     Row const* output_rows, std::int64_t count, std::int64_t column) {
  for (std::int64_t row = 0; row < count; ++row) {
    float* const sums = pairs.block + (output_rows[row] - pairs.first_row) * pairs.block_stride + column;
    float const* const products = batch.products + row * 2 * tile_columns;
    for (std::int64_t j = 0; j < Columns * tile_columns; j += tile_columns) {
      _mm512_storeu_ps(sums + j, _mm512_add_ps(_mm512_loadu_ps(sums + j), _mm512_load_ps(products + j)));
    }
  }
}

/// Gathers some channels of the input rows of a batch; a half batch that is not full is filled with zeros.
template <Element T>
__attribute__((target("avx512f"))) void gather(Batch<T>& batch, BlockPairs<T> const& pairs, std::int64_t first,
                                               std::int64_t count, std::int64_t channel, std::int64_t channels) {
  for (std::int64_t row = 0; row < count; ++row) {
    T const* const from = pairs.input + pairs.input_rows[first + row] * pairs.input_stride + channel;
    for (std::int64_t c = 0; c < channels; c += tile_channels) {
      _mm512_store_si512(batch.rows + row * channels + c, _mm512_loadu_si512(from + c));
    }
  }
  std::int64_t const filled = count <= tile_rows ? tile_rows : batch_pairs;
  std::fill(batch.rows + count * channels, batch.rows + filled * channels, T(0.0F));
  std::int64_t const fetched = std::min(first + count + batch_pairs, pairs.count);
  for (std::int64_t pair = first + count; pair < fetched; ++pair) {
    T const* const soon = pairs.input + pairs.input_rows[pair] * pairs.input_stride + channel;
    for (std::int64_t c = 0; c < channels; c += tile_channels) SPARSECONV_FETCH_NEAR(soon + c);
  }
}

/// Adds pairs 32 at a time: gathered, multiplied by two tiles of columns after the other, and added to the block's rows.
template <Element T, int Vectors>
void add_pairs(BlockPairs<T> const& pairs) {
  constexpr std::int64_t width = Vectors * tile_columns;
  Batch<T> batch;
  configure({});
  for (std::int64_t channel = 0; channel < pairs.in_channels; channel += most_channels) {
    std::int64_t const channels = std::min(most_channels, pairs.in_channels - channel);
    T const* const panel = pairs.panel + channel * width;
    for (std::int64_t first = 0; first < pairs.count; first += batch_pairs) {
      std::int64_t const count = std::min(batch_pairs, pairs.count - first);
      Row const* const output_rows = pairs.output_rows + first;
      gather(batch, pairs, first, count, channel, channels);
      std::int64_t column = 0;
      for (; column + 2 * tile_columns <= width; column += 2 * tile_columns) {
        multiply<2>(batch, channels, panel + 2 * column, width, count > tile_rows);
        add_products<2>(batch, pairs, output_rows, count, column);
      }
      if constexpr (Vectors % 2 == 1) {
        multiply<1>(batch, channels, panel + 2 * column, width, count > tile_rows);
        add_products<1>(batch, pairs, output_rows, count, column);
      }
    }
  }
  release();
}

template <Element T>
requires(is_narrow<T>) inline constexpr Microkernels<T> microkernels{
    tile_columns,
    tile_channels,
    PanelOrder::twos,
    4,
    {add_pairs<T, 1>, add_pairs<T, 2>, add_pairs<T, 3>, add_pairs<T, 4>}};

}  // namespace sparseconv::inline v0_1::on_cpu::amx
#endif
