#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <limits>
#include <string>

#include "sparseconv/error.hpp"
#include "sparseconv/execute/device/device_operands.hpp"
#include "sparseconv/execute/device/identity_source.hpp"
#include "sparseconv/execute/device/tile_table.hpp"
#include "sparseconv/index/device/device_pairs.hpp"
#include "sparseconv/index/row_map.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/primitive/row.hpp"

namespace sparseconv::inline v0_1::on_device {

/// Builds a kernel of the type that a tile table chose, and launches it if the device has the shared memory that it
/// needs.
template <class Policy, class Pairs, Element T>
struct LaunchKernel {
  Policy const& where;
  Pairs const& pairs;
  DeviceOperands<T> const& operands;

  template <class Choice>
  [[nodiscard]] bool operator()(Choice const&) const {
    typename Choice::Kernel const kernel(pairs, operands);
    if (kernel.shared_bytes() > where.most_shared_bytes()) return false;
    where.launch(kernel.blocks(), kernel);
    return true;
  }
};

/// Throws: CapacityError if kernels, which count them in 32 bits, cannot hold the bytes of a row.
template <Element T>
void check_channels(DeviceOperands<T> const& operands, char const* call) {
  constexpr std::int64_t most = std::int64_t{1} << 28;
  if (operands.in_channels > most || operands.out_channels > most) {
    throw CapacityError({call, ": ", operands.in_channels, " channels in and ", operands.out_channels,
                         " out; a device takes at most 268435456 of either"});
  }
  std::int64_t const stride = std::max(operands.output_stride, operands.residual_stride);
  if (stride > most) {
    throw CapacityError(
        {call, ": rows of output or residual lie ", stride, " numbers apart; a device takes at most 268435456"});
  }
}

/// Throws: CapacityError unless a convolution was launched.
inline void check_launched(bool launched, std::int64_t elements, char const* call) {
  if (launched) return;
  throw CapacityError({call, ": lists of ", elements,
                       " kernel elements do not fit the shared memory of this device; use a smaller kernel"});
}

/// Convolves over a row map, output-stationary; see ImplicitGemmKernel.
///
/// Shapes: as in DeviceOperands, with N and M of the map and packed weights of its K elements.
/// Order:  does not wait; ordered on the policy's stream.
/// Bits:   the same on every run, and for any tile the table may choose.
/// Throws: CapacityError if the device's shared memory does not hold a bit and a byte for each kernel element beside
///         the smallest tile, or there are more than 2^28 channels.
template <class Policy, Element T>
void launch_implicit_gemm(Policy const& where, RowMapView const& map, DeviceOperands<T> const& operands) {
  check_channels(operands, "implicit_gemm");
  ConvolutionSize const size{map.output_count, operands.in_channels, operands.out_channels};
  LaunchKernel<Policy, RowMapView, T> const launch{where, map, operands};
  bool launched = false;
  if constexpr (std::same_as<T, float>) {
    launched = operands.tf32 && with_implicit_gemm_tile<Tf32>(size, launch);
  }
  if (!operands.tf32 || !std::same_as<T, float>) {
    launched = with_implicit_gemm_tile<T>(size, launch);
  }
  check_launched(launched, map.elements, "implicit_gemm");
}

/// Convolves over a rulebook, by pairs; see PairBlockKernel.
///
/// Shapes: as in DeviceOperands, with N and M of the pairs and packed weights of their K elements.
/// Order:  does not wait; ordered on the policy's stream.
/// Bits:   the same on every run, and for any tile the table may choose.
/// Throws: CapacityError if the device's shared memory does not hold 16 bytes for each kernel element beside the
///         smallest tile, or there are more than 2^28 channels.
template <class Policy, Element T>
void launch_gather_gemm_scatter(Policy const& where, DevicePairs const& pairs, DeviceOperands<T> const& operands) {
  check_channels(operands, "gather_gemm_scatter");
  ConvolutionSize const size{pairs.output_count, operands.in_channels, operands.out_channels};
  LaunchKernel<Policy, DevicePairs, T> const launch{where, pairs, operands};
  bool launched = false;
  if constexpr (std::same_as<T, float>) {
    launched = operands.tf32 && with_pair_block_tile<Tf32>(size, launch);
  }
  if (!operands.tf32 || !std::same_as<T, float>) {
    launched = with_pair_block_tile<T>(size, launch);
  }
  check_launched(launched, pairs.elements, "gather_gemm_scatter");
}

/// Multiplies every row of the input by the one matrix of the packed weights; see RowGemmKernel.
///
/// Shapes: as in DeviceOperands, with N = M and K = 1.
/// Order:  does not wait; ordered on the policy's stream.
/// Bits:   the same on every run, and for any tile the table may choose.
/// Throws: CapacityError if there are more than 2^28 channels or 2^31 - 1 rows, or the device's shared memory does not hold the
///         smallest tile.
template <class Policy, Element T>
void launch_multiply_rows(Policy const& where, DeviceOperands<T> const& operands) {
  check_channels(operands, "multiply_rows");
  constexpr std::int64_t most_rows = std::numeric_limits<Row>::max();
  if (operands.output_rows > most_rows) {
    throw CapacityError({"multiply_rows: ", operands.output_rows, " rows; a device takes at most ", most_rows,
                         ", multiply them in parts"});
  }
  IdentityRows const rows{operands.output_rows};
  ConvolutionSize const size{rows.count, operands.in_channels, operands.out_channels};
  LaunchKernel<Policy, IdentityRows, T> const launch{where, rows, operands};
  bool launched = false;
  if constexpr (std::same_as<T, float>) {
    launched = operands.tf32 && with_row_gemm_tile<Tf32>(size, launch);
  }
  if (!operands.tf32 || !std::same_as<T, float>) {
    launched = with_row_gemm_tile<T>(size, launch);
  }
  check_launched(launched, 1, "multiply_rows");
}

}  // namespace sparseconv::inline v0_1::on_device
