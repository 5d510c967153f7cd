#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "sparseconv/error.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/number/element.hpp"
#include "sparseconv/tensor/derived_store.hpp"

namespace sparseconv::inline v0_1 {

/// Stops the compiler with a sentence where features of T cannot meet weights of W: both must be summed in one type.
template <Element T, Element W>
constexpr void check_elements() {
  static_assert(
      std::same_as<Accumulator<T>, Accumulator<W>>,
      "sparseconv: features and weights of a convolution are both double, or neither is; store both as double, "
      "or each as float, half or bfloat16");
}

/// The matrices of a convolution that somebody else owns.
///
/// Shapes: K x C_in x C_out, row-major; element k is the C_in x C_out matrix by which input rows are multiplied from
/// the left.
template <Element T, MemorySpace Memory = HostMemory>
struct WeightsView {
  using Number = T;

  T const* data = nullptr;
  std::int64_t elements = 0;
  std::int64_t in_channels = 0;
  std::int64_t out_channels = 0;
  DerivedStore* derived = nullptr;  ///< where the forms that executors make of the weights are kept, if anywhere

  [[nodiscard]] std::int64_t size() const { return elements * in_channels * out_channels; }
  [[nodiscard]] MatrixView<T const, Memory> element(std::int64_t k) const {
    return {data + k * in_channels * out_channels, in_channels, out_channels};
  }
};

/// The matrices of a convolution; see WeightsView, which it converts to.
///
/// A handle on numbers that never change: copies share them, and the forms that executors made of them. One that was moved from
/// has none, as a new one.
template <Element T, MemorySpace Memory = HostMemory>
class Weights {
 public:
  using Number = T;

  Weights() = default;

  /// Throws: ShapeError if a count is negative, or values does not hold elements x in_channels x out_channels numbers;
  ///         CapacityError if that product exceeds 2^63 - 1.
  Weights(std::int64_t elements, std::int64_t in_channels, std::int64_t out_channels, Buffer<T, Memory> values) {
    auto const shape = [&] {
      return error_message({elements, " kernel elements x ", in_channels, " x ", out_channels, " channels"});
    };
    if (elements < 0 || in_channels < 0 || out_channels < 0) {
      throw ShapeError({"Weights: ", shape(), "; no count can be negative"});
    }
    auto const fits = [](std::int64_t a, std::int64_t b) {
      return b == 0 || a <= std::numeric_limits<std::int64_t>::max() / b;
    };
    if (!fits(elements, in_channels) || !fits(elements * in_channels, out_channels)) {
      throw CapacityError({"Weights: ", shape(), " cannot be addressed; take fewer channels or a smaller kernel"});
    }
    if (values.size() != elements * in_channels * out_channels) {
      throw ShapeError(
          {"Weights: ", values.size(), " values for ", shape(), "; give ", elements * in_channels * out_channels});
    }
    contents_ = std::make_shared<Contents>();
    contents_->values = std::move(values);
    contents_->elements = elements;
    contents_->in_channels = in_channels;
    contents_->out_channels = out_channels;
  }

  [[nodiscard]] WeightsView<T, Memory> view() const {
    if (!contents_) return {};
    return {contents_->values.data(), contents_->elements, contents_->in_channels, contents_->out_channels,
            &contents_->derived};
  }
  operator WeightsView<T, Memory>() const { return view(); }  // NOLINT: a view of itself
  [[nodiscard]] Buffer<T, Memory> const& values() const {
    static Buffer<T, Memory> const none;
    return contents_ ? contents_->values : none;
  }

 private:
  struct Contents {
    Buffer<T, Memory> values;
    std::int64_t elements = 0;
    std::int64_t in_channels = 0;
    std::int64_t out_channels = 0;
    DerivedStore derived;
  };

  std::shared_ptr<Contents> contents_;
};

/// Weights or a view of them, in that memory.
template <class Type, class Memory>
concept WeightsOperand = std::convertible_to<Type const&, WeightsView<typename Type::Number, Memory>>;

}  // namespace sparseconv::inline v0_1
