#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "sparseconv/config.hpp"
#include "sparseconv/error.hpp"
#include "sparseconv/execute/device/chunk.hpp"
#include "sparseconv/execute/device/device_operands.hpp"
#include "sparseconv/execute/device/pack_weights.hpp"
#include "sparseconv/execute/epilogue.hpp"
#include "sparseconv/execute/weights.hpp"
#include "sparseconv/memory/buffer.hpp"
#include "sparseconv/memory/matrix_view.hpp"
#include "sparseconv/policy/device_policy.hpp"
#include "sparseconv/policy/execution_policy.hpp"
#include "sparseconv/tensor/derived_store.hpp"

namespace sparseconv::inline v0_1::on_device {

/// Stops the compiler with a sentence where a device cannot multiply features of T by weights of W as they are.
template <Element T, Element W>
constexpr void check_device_elements() {
  static_assert(std::same_as<T, W> || std::same_as<T, Accumulator<W>>,
                "sparseconv: on a device features of half or bfloat16 take weights of their own type alone; store the "
                "weights as the features, or the features as float");
}

/// The weights as PackWeights<T, W> writes them. Does not wait.
template <Element T, Element W, DevicePolicy Policy>
Buffer<T, typename Policy::Memory> pack_weights(Policy const& where,
                                                WeightsView<W, typename Policy::Memory> const& weights, bool tf32) {
  Buffer<T, typename Policy::Memory> packed(
      where.memory(), packed_weights_size<T>(weights.elements, weights.in_channels, weights.out_channels));
  where.for_each(packed.size(),
                 PackWeights<T, W>{weights.data, packed.data(), weights.in_channels, weights.out_channels, tf32});
  return packed;
}

/// What weights of W keep for features of T on a device: their packed form, as it is and rounded to tf32.
template <Element T, Element W, MemorySpace Memory>
class DeviceWeights final : public Derived {
 public:
  /// The packed form, made if it is not there. Safe from several threads.
  template <DevicePolicy Policy>
  std::shared_ptr<Buffer<T, Memory> const> get(Policy const& where, WeightsView<W, Memory> const& weights, bool tf32) {
    std::scoped_lock lock(mutex_);
    auto& kept = packed_[tf32 ? 1 : 0];
    if (!kept) {
      refuse_to_keep_while_capturing(where, "convolution");
      kept = std::make_shared<Buffer<T, Memory> const>(pack_weights<T>(where, weights, tf32));
    }
    return kept;
  }

  [[nodiscard]] std::int64_t bytes() const override {
    std::scoped_lock lock(mutex_);
    std::int64_t sum = 0;
    for (auto const& kept : packed_) sum += kept ? kept->bytes() : 0;
    return sum;
  }

  void release() override {
    std::scoped_lock lock(mutex_);
    packed_ = {};
  }

 private:
  mutable std::mutex mutex_;
  std::array<std::shared_ptr<Buffer<T, Memory> const>, 2> packed_;
};

/// Writes a number of an array whose rows are longer than those it comes from, and end in zeros.
template <Element T>
struct PadRows {
  T const* rows;
  std::int64_t columns;
  std::int64_t stride;
  T* padded;
  std::int64_t padded_columns;

  SPARSECONV_HOST_DEVICE void operator()(std::int64_t row, std::int64_t column) const {
    padded[row * padded_columns + column] = column < columns ? rows[row * stride + column] : T{0};
  }
};

/// Rows of whole chunks of 16 bytes.
template <Element T, MemorySpace Memory>
struct ChunkedRows {
  T const* data;
  std::int64_t columns;
  Buffer<T, Memory> copy;  ///< that they lie in, if they had to be moved
};

/// The rows as they are, if they begin at multiples of 16 bytes and have no gaps, else a copy that does. Does not wait.
template <Element T, DevicePolicy Policy>
ChunkedRows<T, typename Policy::Memory> chunked_rows(Policy const& where,
                                                     MatrixView<T const, typename Policy::Memory> rows) {
  if (rows.columns > 0 && !rows.has_gaps() && rows_are_chunks(rows.data, rows.columns))
    return {rows.data, rows.columns, {}};
  std::int64_t const columns = packed_in_channels<T>(rows.columns);
  Buffer<T, typename Policy::Memory> copy(where.memory(), rows.rows * columns);
  where.for_each(rows.rows, columns, PadRows<T>{rows.data, rows.columns, rows.stride, copy.data(), columns});
  T const* const data = copy.data();
  return {data, columns, std::move(copy)};
}

/// Calls launch with the operands of a convolution, the weights packed: kept with them if they are a Weights object's, made
/// for this call if they are only viewed. tf32 is for float on devices that have it, and if the policy lets it.
///
/// Throws: CapacityError for bfloat16 on a device that does not multiply it.
template <Element T, Element W, DevicePolicy Policy, class Launch>
void with_device_operands(Policy const& where, MatrixView<T const, typename Policy::Memory> input,
                          WeightsView<W, typename Policy::Memory> const& weights,
                          MatrixView<T, typename Policy::Memory> output,
                          Epilogue<T, typename Policy::Memory, W> const& epilogue, Launch const& launch) {
  using Memory = typename Policy::Memory;
  check_device_elements<T, W>();
  constexpr int ampere = 80;
  if (std::same_as<T, bfloat16> && where.compute_capability() < ampere) {
    throw CapacityError(
        {"convolution: bfloat16 needs a device of compute capability 8.0 and a program that is compiled for "
         "such, here they have ",
         where.compute_capability() / 10, ".", where.compute_capability() % 10,
         "; use half or float, or name newer ones in "
         "CMAKE_CUDA_ARCHITECTURES"});
  }
  bool const tf32 = std::same_as<T, float> && where.tf32() && where.compute_capability() >= ampere;
  auto const packed =
      weights.derived != nullptr
          ? weights.derived->template get<DeviceWeights<T, W, Memory>>(stream_resource(where)).get(where, weights, tf32)
          : std::make_shared<Buffer<T, Memory> const>(pack_weights<T>(where, weights, tf32));
  auto const rows = chunked_rows<T>(where, input);
  launch(DeviceOperands<T>{.input = rows.data,
                           .input_rows = input.rows,
                           .in_channels = rows.columns,
                           .packed_weights = packed->data(),
                           .output = output.data,
                           .output_stride = output.stride,
                           .output_rows = output.rows,
                           .out_channels = output.columns,
                           .bias = epilogue.bias.empty() ? nullptr : epilogue.bias.data(),
                           .residual = epilogue.residual.data,
                           .residual_stride = epilogue.residual.stride,
                           .activation = epilogue.activation,
                           .tf32 = tf32});
}

}  // namespace sparseconv::inline v0_1::on_device
