#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "sparseconv/error.hpp"
#include "sparseconv/tensor/buffer.hpp"
#include "sparseconv/tensor/element.hpp"
#include "sparseconv/tensor/matrix_view.hpp"

namespace sparseconv {

/// The matrices of a convolution that somebody else owns.
///
/// Shapes: K x C_in x C_out, row-major; element k is the C_in x C_out matrix by which input rows are multiplied from
/// the left.
template <Element T>
struct WeightsView {
  T const* data = nullptr;
  std::int64_t elements = 0;
  std::int64_t in_channels = 0;
  std::int64_t out_channels = 0;

  [[nodiscard]] std::int64_t size() const { return elements * in_channels * out_channels; }
  [[nodiscard]] MatrixView<T const> element(std::int64_t k) const {
    return {data + k * in_channels * out_channels, in_channels, out_channels};
  }
};

/// The matrices of a convolution; see WeightsView, which it converts to.
template <Element T>
class Weights {
 public:
  Weights() = default;

  /// Throws: ShapeError if values does not hold elements x in_channels x out_channels numbers.
  Weights(std::int64_t elements, std::int64_t in_channels, std::int64_t out_channels, Buffer<T> values)
      : values_(std::move(values)), elements_(elements), in_channels_(in_channels), out_channels_(out_channels) {
    if (values_.size() != elements * in_channels * out_channels) {
      throw ShapeError("Weights: " + std::to_string(values_.size()) + " values for " + std::to_string(elements) +
                       " kernel elements x " + std::to_string(in_channels) + " x " + std::to_string(out_channels) +
                       " channels; give " + std::to_string(elements * in_channels * out_channels));
    }
  }

  [[nodiscard]] WeightsView<T> view() const { return {values_.data(), elements_, in_channels_, out_channels_}; }
  operator WeightsView<T>() const { return view(); }  // NOLINT: a view of itself
  [[nodiscard]] Buffer<T>& values() { return values_; }
  [[nodiscard]] Buffer<T> const& values() const { return values_; }

 private:
  Buffer<T> values_;
  std::int64_t elements_ = 0;
  std::int64_t in_channels_ = 0;
  std::int64_t out_channels_ = 0;
};

}  // namespace sparseconv
