#pragma once

#include <cstdint>

#include "sparseconv/execute/activation.hpp"
#include "sparseconv/execute/device/device_bias.hpp"
#include "sparseconv/number/element.hpp"

namespace sparseconv::inline v0_1::on_device {

/// What a convolution on a device reads and writes besides its pairs: pointers that only the device follows.
///
/// Shapes: input N x C_in, where C_in is padded with zeros to whole chunks of 16 bytes; packed_weights as PackWeights writes
///         them; output and residual M x C_out, rows of their own strides, bias C_out; row-major. Input and packed weights are aligned to 16 bytes, the
///         rest as its type, and faster if it is too.
template <Element T>
struct DeviceOperands {
  T const* input = nullptr;
  std::int64_t input_rows = 0;
  std::int64_t in_channels = 0;  ///< padded
  T const* packed_weights = nullptr;
  T* output = nullptr;
  std::int64_t output_stride = 0;  ///< from a row to the next
  std::int64_t output_rows = 0;
  std::int64_t out_channels = 0;
  DeviceBias<T> bias = {};
  T const* residual = nullptr;  ///< or none
  std::int64_t residual_stride = 0;
  Activation activation = no_activation;
  /// Of float only: products of numbers rounded to 11 significant bits, on tensor cores. The weights must have been
  /// packed with the same.
  bool tf32 = false;
};

}  // namespace sparseconv::inline v0_1::on_device
