#pragma once

#include <bit>
#include <concepts>
#include <cstdint>

#include "sparseconv/config.hpp"
#include "sparseconv/execute/device/chunk.hpp"
#include "sparseconv/number/element.hpp"

namespace sparseconv::inline v0_1::on_device {

/// C_in rounded up to whole chunks of 16 bytes, at least one.
template <Element T>
constexpr std::int64_t packed_in_channels(std::int64_t in_channels) {
  std::int64_t const chunks = (in_channels + Chunk<T>::size - 1) / Chunk<T>::size;
  return (chunks > 0 ? chunks : 1) * Chunk<T>::size;
}

/// How many numbers packed weights are.
template <Element T>
constexpr std::int64_t packed_weights_size(std::int64_t elements, std::int64_t in_channels, std::int64_t out_channels) {
  return elements * out_channels * packed_in_channels<T>(in_channels);
}

/// The float with the nearest 11 significant bits, ties away from zero, as tensor cores take them. NaN stays NaN.
constexpr float rounded_to_tf32(float value) {
  auto const bits = std::bit_cast<std::uint32_t>(value);
  constexpr std::uint32_t exponent = 0x7f800000u;
  if ((bits & exponent) == exponent) return value;
  return std::bit_cast<float>((bits + 0x1000u) & ~0x1fffu);
}

/// Writes one number of the packed weights, which is the body of a for_each over all of them: the matrices of the
/// kernel elements transposed and padded with zeros, so that 16 bytes are always neighbours in C_in. T is the type that kernels
/// multiply, W that of the weights, each of which T holds exactly.
///
/// Shapes: weights K x C_in x C_out, packed K x C_out x packed_in_channels(C_in).
template <Element T, Element W = T>
struct PackWeights {
  W const* weights;
  T* packed;
  std::int64_t in_channels;
  std::int64_t out_channels;
  bool tf32 = false;  ///< of float only: rounds to 11 significant bits

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t i) const {
    std::int64_t const width = packed_in_channels<T>(in_channels);
    std::int64_t const column = i / width;  // of all matrices side by side
    std::int64_t const in = i % width;
    std::int64_t const element = column / out_channels;
    std::int64_t const out = column % out_channels;
    T value{0};
    if (in < in_channels) value = static_cast<T>(weights[(element * in_channels + in) * out_channels + out]);
    if constexpr (std::same_as<T, float>) {
      if (tf32) value = rounded_to_tf32(value);
    }
    packed[i] = value;
  }
};

}  // namespace sparseconv::inline v0_1::on_device
