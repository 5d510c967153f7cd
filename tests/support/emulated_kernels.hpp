#pragma once

#include "sparseconv/execute/device/tile_table.hpp"
#include "support/emulated_block.hpp"

// The kernels that the tile tables name, on the emulated block: the library tests_emulated_kernels compiles them once for all
// tests, each arithmetic from emulated_kernels.cpp.in. Tests compile other kernels themselves.

#define SPARSECONV_EMULATE(TEMPLATE, ...) TEMPLATE void run_block(__VA_ARGS__ const&, std::int64_t);
#define SPARSECONV_EMULATE_TILE(TEMPLATE, T, ...) \
  SPARSECONV_EMULATE(TEMPLATE, on_device::ImplicitGemmKernel<T, on_device::TileShape<__VA_ARGS__>>)

#define SPARSECONV_EMULATE_SMALL_TILES(TEMPLATE, T)                                                    \
  SPARSECONV_EMULATE_TILE(TEMPLATE, T, 32, 32, 2, 1)                                                   \
  SPARSECONV_EMULATE_TILE(TEMPLATE, T, 64, 64, 2, 2)                                                   \
  SPARSECONV_EMULATE(TEMPLATE, on_device::PairBlockKernel<T, on_device::TileShape<32, 32, 2, 1>, 64>)  \
  SPARSECONV_EMULATE(TEMPLATE, on_device::PairBlockKernel<T, on_device::TileShape<64, 64, 2, 2>, 128>) \
  SPARSECONV_EMULATE(TEMPLATE, on_device::RowGemmKernel<T, on_device::TileShape<32, 32, 2, 1>>)        \
  SPARSECONV_EMULATE(TEMPLATE, on_device::RowGemmKernel<T, on_device::TileShape<64, 64, 2, 2>>)

#define SPARSECONV_EMULATE_LARGE_TILES(TEMPLATE, T)   \
  SPARSECONV_EMULATE_TILE(TEMPLATE, T, 128, 32, 4, 1) \
  SPARSECONV_EMULATE_TILE(TEMPLATE, T, 128, 64, 2, 2)

#define SPARSECONV_EMULATE_NARROW_TILES(TEMPLATE, T)         \
  SPARSECONV_EMULATE_TILE(TEMPLATE, T, 32, 32, 2, 1, 32, 6)  \
  SPARSECONV_EMULATE_TILE(TEMPLATE, T, 128, 32, 4, 1, 32, 6) \
  SPARSECONV_EMULATE_TILE(TEMPLATE, T, 128, 16, 4, 1)        \
  SPARSECONV_EMULATE_TILE(TEMPLATE, T, 128, 128, 2, 4)

#define SPARSECONV_EMULATE_DOUBLE(TEMPLATE) SPARSECONV_EMULATE_SMALL_TILES(TEMPLATE, double)
#define SPARSECONV_EMULATE_FLOAT(TEMPLATE)        \
  SPARSECONV_EMULATE_SMALL_TILES(TEMPLATE, float) \
  SPARSECONV_EMULATE_LARGE_TILES(TEMPLATE, float)
#define SPARSECONV_EMULATE_TF32(TEMPLATE)                   \
  SPARSECONV_EMULATE_SMALL_TILES(TEMPLATE, on_device::Tf32) \
  SPARSECONV_EMULATE_LARGE_TILES(TEMPLATE, on_device::Tf32)
#define SPARSECONV_EMULATE_HALF(TEMPLATE)        \
  SPARSECONV_EMULATE_SMALL_TILES(TEMPLATE, half) \
  SPARSECONV_EMULATE_LARGE_TILES(TEMPLATE, half) \
  SPARSECONV_EMULATE_NARROW_TILES(TEMPLATE, half)
#define SPARSECONV_EMULATE_BFLOAT16(TEMPLATE)        \
  SPARSECONV_EMULATE_SMALL_TILES(TEMPLATE, bfloat16) \
  SPARSECONV_EMULATE_LARGE_TILES(TEMPLATE, bfloat16) \
  SPARSECONV_EMULATE_NARROW_TILES(TEMPLATE, bfloat16)

namespace sparseconv::test {

SPARSECONV_EMULATE_DOUBLE(extern template)
SPARSECONV_EMULATE_FLOAT(extern template)
SPARSECONV_EMULATE_TF32(extern template)
SPARSECONV_EMULATE_HALF(extern template)
SPARSECONV_EMULATE_BFLOAT16(extern template)

}  // namespace sparseconv::test
