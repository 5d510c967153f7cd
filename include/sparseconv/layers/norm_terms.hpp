#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <string_view>

#include "sparseconv/config.hpp"
#include "sparseconv/error.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/number/arithmetic.hpp"

namespace sparseconv::inline v0_1 {

/// What a batch norm does to a channel: y = x * factor + offset.
struct NormTerms {
  double factor;
  double offset;
};

/// The terms of scale * (x - mean) / sqrt(spread) + shift, where spread is variance + epsilon.
SPARSECONV_HOST_DEVICE inline NormTerms norm_terms(double scale, double shift, double mean, double spread) {
  double const factor = scale / std::sqrt(spread);
  return {factor, product_then_sum(-factor, mean, shift)};
}

/// Throws: ShapeError if a norm cannot have so many channels.
inline std::int64_t checked_norm_channels(std::int64_t channels, std::string_view norm) {
  if (channels < 1) throw ShapeError({norm, ": ", channels, " channels; give at least 1"});
  return channels;
}

/// Throws: ShapeError if an input of so many channels is not a norm's.
inline void check_norm_input(std::int64_t given, std::int64_t channels, std::string_view norm) {
  if (given == channels) return;
  throw ShapeError({norm, ": input has ", given, " channels, the layer ", channels, "; they must be equal"});
}

/// Throws: ShapeError if a list does not have a number for each channel.
template <class Number>
void check_norm_list(std::span<Number const> values, std::int64_t channels, char const* what, std::string_view call) {
  check_list(values, what, call);
  if (std::ssize(values) == channels) return;
  throw ShapeError(
      {call, ": ", what, " has ", values.size(), " numbers, the layer ", channels, " channels; give one for each"});
}

}  // namespace sparseconv::inline v0_1
