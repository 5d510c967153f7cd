#pragma once

#include <concepts>
#include <cstdint>
#include <limits>

#include "sparseconv/execute/device/implicit_gemm_kernel.hpp"
#include "sparseconv/execute/device/pair_block_kernel.hpp"
#include "sparseconv/execute/device/row_gemm_kernel.hpp"
#include "sparseconv/execute/device/tile_shape.hpp"
#include "sparseconv/number/element.hpp"

namespace sparseconv::inline v0_1::on_device {

/// The counts by which a tile is chosen.
struct ConvolutionSize {
  std::int64_t rows;  ///< of the output
  std::int64_t in_channels;
  std::int64_t out_channels;
};

/// A line of a tile table: the kernel for convolutions within these limits, if no line above fits.
template <class KernelType>
struct TileChoice {
  using Kernel = KernelType;
  static constexpr std::int64_t any = std::numeric_limits<std::int64_t>::max();

  std::int64_t most_in_channels = any;
  std::int64_t most_out_channels = any;
  std::int64_t least_rows = 0;

  [[nodiscard]] constexpr bool fits(ConvolutionSize const& size) const {
    return size.in_channels <= most_in_channels && size.out_channels <= most_out_channels && size.rows >= least_rows;
  }
};

/// Calls use(choice) for the lines that fit, from the first on, until it returns true; the last line fits all. Returns
/// whether it did.
template <class Use, class... Choices>
bool with_first_fitting(ConvolutionSize const& size, Use const& use, Choices const&... choices) {
  return ((choices.fits(size) && use(choices)) || ...);
}

// The lines below follow a rule and were not measured yet: tiles as wide as the output channels, up to 128; as many
// rows as still give each of about 130 multiprocessors a block or two; slices of 32 bytes, more of them on their way,
// where 64 would be half empty.

/// The implicit GEMM kernel for a convolution. T: float, double, half, bfloat16, or Tf32.
template <class T, class Use>
bool with_implicit_gemm_tile(ConvolutionSize const& size, Use const& use) {
  using Tiny = ImplicitGemmKernel<T, TileShape<32, 32, 2, 1>>;
  using Square = ImplicitGemmKernel<T, TileShape<64, 64, 2, 2>>;
  if constexpr (std::same_as<T, double>) {
    return with_first_fitting(size, use, TileChoice<Tiny>{.most_out_channels = 32},
                              TileChoice<Square>{.least_rows = 8192}, TileChoice<Tiny>{});
  } else {
    using Narrow = ImplicitGemmKernel<T, TileShape<128, 32, 4, 1>>;
    using Tall = ImplicitGemmKernel<T, TileShape<128, 64, 2, 2>>;
    if constexpr (is_narrow<T>) {
      using ThinTiny = ImplicitGemmKernel<T, TileShape<32, 32, 2, 1, 32, 6>>;
      using ThinNarrow = ImplicitGemmKernel<T, TileShape<128, 32, 4, 1, 32, 6>>;
      using Narrowest = ImplicitGemmKernel<T, TileShape<128, 16, 4, 1>>;
      using Wide = ImplicitGemmKernel<T, TileShape<128, 128, 2, 4>>;
      return with_first_fitting(
          size, use,                                                                                     //
          TileChoice<ThinNarrow>{.most_in_channels = 16, .most_out_channels = 32, .least_rows = 16384},  //
          TileChoice<ThinTiny>{.most_in_channels = 16, .most_out_channels = 32},                         //
          TileChoice<Narrowest>{.most_out_channels = 16, .least_rows = 16384},                           //
          TileChoice<Narrow>{.most_out_channels = 32, .least_rows = 16384},                              //
          TileChoice<Tiny>{.most_out_channels = 32},                                                     //
          TileChoice<Tall>{.most_out_channels = 64, .least_rows = 16384},                                //
          TileChoice<Wide>{.least_rows = 32768},                                                         //
          TileChoice<Square>{.least_rows = 4096},                                                        //
          TileChoice<Tiny>{});
    } else {
      return with_first_fitting(size, use,  //
                                TileChoice<Narrow>{.most_out_channels = 32, .least_rows = 16384},
                                TileChoice<Tiny>{.most_out_channels = 32},  //
                                TileChoice<Tall>{.least_rows = 16384},      //
                                TileChoice<Square>{.least_rows = 4096},     //
                                TileChoice<Tiny>{});
    }
  }
}

/// The gather-GEMM-scatter kernel for a convolution. T: float, double, half, bfloat16, or Tf32.
template <class T, class Use>
bool with_pair_block_tile(ConvolutionSize const& size, Use const& use) {
  using Small = PairBlockKernel<T, TileShape<32, 32, 2, 1>, 64>;
  using Large = PairBlockKernel<T, TileShape<64, 64, 2, 2>, 128>;
  return with_first_fitting(size, use, TileChoice<Small>{.most_out_channels = 32},
                            TileChoice<Large>{.least_rows = 16384}, TileChoice<Small>{});
}

/// The kernel for a product of rows and a matrix: two tiles, as one element's products take little beside the reading and writing
/// of the rows. T: float, double, half, bfloat16, or Tf32.
template <class T, class Use>
bool with_row_gemm_tile(ConvolutionSize const& size, Use const& use) {
  using Tiny = RowGemmKernel<T, TileShape<32, 32, 2, 1>>;
  using Square = RowGemmKernel<T, TileShape<64, 64, 2, 2>>;
  return with_first_fitting(size, use, TileChoice<Tiny>{.most_out_channels = 32},
                            TileChoice<Square>{.least_rows = 4096}, TileChoice<Tiny>{});
}

}  // namespace sparseconv::inline v0_1::on_device
